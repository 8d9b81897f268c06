"""The status of each element of a claim: first from our own looks, then with what sources report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING

from roadstead.assess.composed import in_words
from roadstead.coverage import usable
from roadstead.identify import size_agrees
from roadstead.infer import LIKELY, RATES, Observed, WorkSeen, asked_of, chance_of_length, share_at_large
from roadstead.model import MOTION_WORDS, Call, Claim, ClaimKind, Element, ElementName, Sighting, Status, iso

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.case import Case
    from roadstead.model import Activity, Detection, TimeSpan

STILL_APART = timedelta(hours=1)
"""looks at one site so far apart can tell a ship at rest from one under way"""
LONGEST_M = 500.0
"""no ship is longer; a greater upper bound means that none is claimed"""
NO_DIRECTION = "Nothing seen at a quay tells loading from unloading, or what is carried."
PERSONS_CAVEAT = "Images show ships, not passengers."


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What our own looks give for one claim."""

    looks: tuple[Observed, ...]
    """usable looks at the claim's places inside its window"""
    fitting: int
    """likely vessels in them whose size agrees with the claimed ones"""
    most: int
    """likely vessels of fitting size at once: the greatest number in one look"""
    inside: bool
    """whether some look with such a vessel lies wholly inside the claim's window"""
    activities: tuple[Sighting, ...]
    """marks by eye that name the claimed activity of a claimed vessel"""
    other_activities: tuple[Sighting, ...]
    """the same of a vessel that was not named"""
    work: tuple[WorkSeen, ...] = ()
    """what pixels and analysts say of a claimed crane or of vehicles"""


def places(claim: Claim) -> tuple[str, ...]:
    """Every site the claim names."""
    return tuple(dict.fromkeys((*claim.sites, *claim.origins, *claim.destinations)))


def seen_for(case: Case, claim: Claim, observed: Sequence[Observed], marked: Sequence[Sighting]) -> Seen:
    """Collect what our looks and marks say of a claim."""
    here = places(claim)
    looks = tuple(
        o
        for o in observed
        if o.look.site_id in here
        and (usable(o.look) or o.detections)
        and o.look.time
        and o.look.time.overlaps(claim.when)
    )
    fitting = [(o, n) for o in looks if (n := _fitting(case, claim, o))]
    acts = [
        s
        for s in marked
        if s.activity and s.activity == claim.activity and s.site_id in here and s.time.overlaps(claim.when)
    ]
    named = tuple(s for s in acts if not claim.who or set(s.vessel_ids) & set(claim.who))
    return Seen(
        looks=looks,
        fitting=sum(n for _, n in fitting),
        most=max((n for _, n in fitting), default=0),
        inside=any(o.look.time is not None and o.look.time.within(claim.when) for o, _ in fitting),
        activities=named,
        other_activities=tuple(s for s in acts if s not in named and not s.vessel_ids),
    )


def _fitting(case: Case, claim: Claim, observed: Observed) -> int:
    """Likely vessels of fitting size in one look."""
    return sum(fits(case, claim, d) for d in observed.detections)


def fits(case: Case, claim: Claim, detection: Detection) -> bool:
    """Whether a detection is spoken of as a vessel and its size agrees with a claimed one.

    Where ships of a length are counted, it has to be likelier than not a ship of such a length.
    """
    who = [case.vessel(v) for v in claim.who]
    of_length = chance_of_length(detection, claim.length_m) if claim.length_m else 1.0
    return detection.score * of_length >= LIKELY and (not who or any(size_agrees(detection, v) for v in who))


def beside_fitting(
    case: Case, claim: Claim, observed: Sequence[Observed], activities: Sequence[Activity]
) -> tuple[Activity, ...]:
    """Activities beside a vessel that could be a claimed one, and those that analysts marked."""
    fitting = {d.id for o in observed for d in o.detections if fits(case, claim, d)}
    return tuple(a for a in activities if a.method == "analyst" or a.detection_id in fitting)


def elements(case: Case, claim: Claim, seen: Seen, call: Call) -> tuple[Element, ...]:
    """All elements of a claim with their statuses."""
    scenes = tuple(sorted({o.look.scene_id for o in seen.looks}))
    out = []
    for name, text in _statements(case, claim):
        if text:
            status, why = _own_status(case, claim, seen, call, name)
            out.append(_element(case, claim, name, text, (status, why, scenes)))
    return tuple(out)


def _statements(case: Case, claim: Claim) -> list[tuple[ElementName, str]]:
    who = ", ".join(case.vessel(v).name for v in claim.who)
    if claim.kind is ClaimKind.STATEMENT:
        return [(ElementName.WHAT, claim.text)]
    if claim.composed is not None:
        return [(ElementName.WHAT, in_words(claim.composed))]
    route = " or ".join(case.site(s).name for s in claim.sites)
    if claim.origins:
        route = (
            f"from {' or '.join(case.site(s).name for s in claim.origins)} "
            f"to {' or '.join(case.site(s).name for s in claim.destinations)}"
        )
    return [
        (ElementName.WHO, who or "vessels, unnamed"),
        (ElementName.WHERE, route),
        (ElementName.WHEN, claim.when_text),
        (ElementName.HOW_MANY, _number(claim)),
        (ElementName.WHAT, _what(claim)),
    ]


def _number(claim: Claim) -> str:
    low, high = claim.at_least, claim.at_most
    words = [f"at least {low}" if low is not None else "", f"at most {high}" if high is not None else ""]
    text = " and ".join(w for w in words if w)
    trips = f", {claim.trips} trips each" if claim.trips > 1 else ""
    return f"{text} vessels{_of_length(claim)}{trips}" if text else trips.lstrip(", ")


def _of_length(claim: Claim) -> str:
    """The length that counted ships are to have, in words."""
    if claim.length_m is None:
        return ""
    low, high = claim.length_m.low, claim.length_m.high
    if high >= LONGEST_M:
        return f" of {low:g} m or more"
    return f" of {low:g} to {high:g} m" if low > 1 else f" of {high:g} m or less"


def length_notes(claim: Claim) -> tuple[str, ...]:
    """How ships of the claimed length were told from others."""
    if claim.length_m is None:
        return ()
    words = (
        f"only vessels{_of_length(claim)} are counted: each detection by the chance that its ship is as long, and of "
        f"the assumed traffic {100 * share_at_large(claim.length_m):.0f} %, the share of such ships among ships at "
        "large, which is assumed too; reports of ships without a length do not weigh"
    )
    return (words,)


def _what(claim: Claim) -> str:
    if claim.persons:
        return f"{claim.persons} persons carried"
    return claim.activity


def _element(
    case: Case, claim: Claim, name: ElementName, text: str, own: tuple[Status, str, tuple[str, ...]]
) -> Element:
    status, why, evidence = own
    source = case.source(claim.source_id)
    reported = status is Status.NOT_DETERMINABLE
    return Element(
        name=name,
        statement=text,
        status=Status.REPORTED if reported else status,
        status_without_reports=status,
        why=f"{why} Stated by {source.name} ({source.grade}), the claim's own source." if reported else why,
        evidence=(source.id,) if reported else evidence,
    )


def _own_status(case: Case, claim: Claim, seen: Seen, call: Call, name: ElementName) -> tuple[Status, str]:
    if claim.kind is ClaimKind.STATEMENT:
        return Status.NOT_DETERMINABLE, "Images of ships cannot test this statement."
    if claim.composed is not None:
        return _composed_status(seen, call)
    if name is ElementName.WHAT:
        return _what_status(case, claim, seen)
    if not seen.looks:
        where = ", ".join(case.site(s).name for s in places(claim))
        return Status.NOT_DETERMINABLE, f"No usable look of ours at {where} in this window."
    if name is ElementName.HOW_MANY:
        return _number_status(claim, seen, call)
    if not seen.fitting:
        return (
            Status.NOT_DETERMINABLE,
            "No vessel of fitting size was found in our looks; that is not proof of absence.",
        )
    found = f"{seen.fitting} detection(s) of fitting size in {len(seen.looks)} look(s)"
    if claim.who:
        return Status.CONSISTENT, f"{found}; size alone names no ship."
    if not seen.inside:
        return Status.CONSISTENT, f"{found}; their time is known too vaguely to lie surely in the window."
    return Status.SEEN, f"{found}."


def _composed_status(seen: Seen, call: Call) -> tuple[Status, str]:
    """Looks never show a composition as such: it is called, or it is not."""
    looks = f"Weighed as a whole, with {len(seen.looks)} look(s) at the places of its parts"
    if call is Call.SUPPORTED:
        return Status.CONSISTENT, f"{looks}; no single look shows it."
    if call is Call.CONTRADICTED:
        return Status.CONTRADICTED, f"{looks}."
    return Status.NOT_DETERMINABLE, f"{looks}; that does not settle it."


def _number_status(claim: Claim, seen: Seen, call: Call) -> tuple[Status, str]:
    most, found = seen.most, f"At most {seen.most} vessels of fitting size were found in one look"
    if call is Call.SUPPORTED:
        counted = not claim.who and claim.at_most is None and most >= (claim.at_least or 1)
        when = "" if seen.inside else ", at a time known too vaguely to lie surely in the window"
        status = Status.SEEN if counted and seen.inside else Status.CONSISTENT
        return status, f"{found}{when}; the verdict allows for missed ones."
    if call is Call.CONTRADICTED:
        return Status.CONTRADICTED, f"{found}; the verdict allows for missed and false ones."
    return Status.NOT_DETERMINABLE, f"{found}; that does not settle the number."


def _what_status(case: Case, claim: Claim, seen: Seen) -> tuple[Status, str]:
    if claim.kind is ClaimKind.PERSONS:
        return Status.NOT_DETERMINABLE, f"{PERSONS_CAVEAT} {_capacity(case, claim)}".strip()
    if seen.looks and _needs_two_looks(claim) and not _hours_apart(seen):
        return (
            Status.NOT_DETERMINABLE,
            "One look cannot tell a ship at anchor from one under way; two looks there, hours apart, are needed.",
        )
    if seen.activities:
        return Status.SEEN, f"Marked by eye: {_by_whom(seen.activities)}."
    if seen.other_activities:
        return (
            Status.CONSISTENT,
            f"Marked by eye, of a vessel that the mark does not name: {_by_whom(seen.other_activities)}.",
        )
    if not seen.looks:
        return Status.NOT_DETERMINABLE, "No usable look of ours in this window."
    showing = [w for w in seen.work if w.shows]
    if showing:
        return Status.CONSISTENT, f"{'; '.join(_shown(w) for w in showing)}. {NO_DIRECTION}"
    if seen.work:
        return (
            Status.NOT_DETERMINABLE,
            f"Looked for on {len(seen.work)} day(s) and not clearly seen; it may have been at other hours.",
        )
    return (
        Status.NOT_DETERMINABLE,
        f'Nothing that we hold shows "{claim.activity}": no image is fine enough for it or shows the quay.',
    )


def _by_whom(marks: Sequence[Sighting]) -> str:
    """Name, time and what was seen."""
    said = {f'{s.text or "an analyst"}, "{s.activity}", image of {_when(s.time)}' for s in marks}
    return "; ".join(sorted(said))


def _when(span: TimeSpan) -> str:
    return iso(span.start) if span.start == span.end else f"{iso(span.start)} to {iso(span.end)}"


def _shown(work: WorkSeen) -> str:
    """One moment at which it was seen, in words."""
    seen = work.activity
    count = seen.vehicles
    number = f", {count.low} to {count.high} of them" if count else ""
    how = f"by {seen.by}" if seen.method == "analyst" else f"by pixels, {100 * seen.probability:.0f} %"
    what = seen.text or seen.kind.value
    return f"{what[0].upper() + what[1:]}{number} in the image of {_when(seen.time)} ({how})"


def work_notes(claim: Claim, work: Sequence[WorkSeen]) -> tuple[str, ...]:
    """How the claimed activity was weighed: rates assumed, days, and what is never told."""
    asked = asked_of(claim)
    if asked is None:
        return ()
    rates = RATES[asked]
    words = (
        f"{asked.value}: weighed on {len(work)} day(s) with a look; chance that it shows at a moment "
        f"{rates.at_work.percent} if true, {rates.idle.percent} if not ({rates.reason}). {NO_DIRECTION}"
    )
    return (words,)


def _needs_two_looks(claim: Claim) -> bool:
    """Whether the activity is a state of motion, which one moment cannot show, whoever looks."""
    return any(word in claim.activity.lower() for word in MOTION_WORDS)


def _hours_apart(seen: Seen) -> bool:
    """Whether two looks at one site lie far enough apart to tell rest from motion."""
    spans = [(o.look.site_id, o.look.time) for o in seen.looks if o.look.time]
    return any(a == b and late.start - early.end >= STILL_APART for (a, early), (b, late) in product(spans, repeat=2))


def _capacity(case: Case, claim: Claim) -> str:
    capacities = [c for v in claim.who if (c := case.vessel(v).troops)]
    if not capacities or claim.persons is None:
        return ""
    low, high = sum(c.low for c in capacities), sum(c.high for c in capacities)
    return (
        f"{len(capacities)} ships of {min(c.low for c in capacities):g}-{max(c.high for c in capacities):g} persons "
        f"could carry {low:g}-{high:g} in one lift; {claim.persons} are claimed."
    )
