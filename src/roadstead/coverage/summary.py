"""The denominator of a verdict: which looks there were, what could have been seen, and what never can be known."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from roadstead import library
from roadstead.coverage.answers import anybody
from roadstead.coverage.looks import usable
from roadstead.coverage.windows import blind_windows, gaps
from roadstead.model import AnswerState, BlindWindow, CatalogueAnswer, Coverage, Look, LookState, TimeSpan, iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from roadstead.model import CaseCoverage, Moment, SiteCoverage

ALWAYS_UNKNOWN = (
    "Tasked, embargoed and government images, and whatever commercial archives do not list, are unknown to us: "
    "that no look is known does not mean that nobody looked."
)


def coverage_of(
    window: TimeSpan, site_ids: Sequence[str], looks: Sequence[Look], picture: CaseCoverage | None = None
) -> Coverage:
    """Coverage of a window at some sites.

    Args:
        window: of the claim.
        site_ids: places of the claim.
        looks: all looks that we hold.
        picture: passes, listings and windows of those sites over at least that window; None: none were computed.
    """
    here = [k for k in looks if k.site_id in site_ids and k.time and k.time.overlaps(window)]
    good = sorted((k for k in here if usable(k)), key=lambda k: (k.time, k.scene_id))
    gap = max(_longest_gap_hours(window, [k for k in good if k.site_id == s]) for s in site_ids or ("",))
    sites = _at(picture, window, site_ids)
    moments = _moments(sites, window)
    blind = tuple(chain.from_iterable(_blind(s, window) for s in sites))
    answers = tuple({a.file or a: a for s in sites for a in s.answers if a.span.overlaps(window)}.values())
    return Coverage(
        looks_held=len(here),
        usable_looks=len(good),
        scenes=tuple(sorted({k.scene_id for k in good})),
        hours_of_window=round(window.hours(), 2),
        longest_gap_hours=round(gap, 2),
        catalogues_asked=tuple(sorted({a.name for a in answers if a.state is not AnswerState.NO_ANSWER})),
        passes=sum(m.opportunity is not None for m in moments),
        listed=sum(m.state is LookState.LISTED for m in moments) if anybody(answers) else None,
        windows=blind,
        statement=" ".join(
            (
                _held(window, here, good, gap),
                *_could(moments),
                _asked(answers, moments),
                *_unknown(blind, window),
                ALWAYS_UNKNOWN,
            )
        ),
    )


def _at(picture: CaseCoverage | None, window: TimeSpan, site_ids: Sequence[str]) -> list[SiteCoverage]:
    """For each site the picture that holds the window."""
    found = [s for s in picture.sites if s.site_id in site_ids and window.within(s.span)] if picture else []
    return list({s.site_id: s for s in found}.values())


def _moments(sites: Iterable[SiteCoverage], window: TimeSpan) -> list[Moment]:
    return [m for s in sites for m in s.moments if m.time.overlaps(window)]


def _blind(site: SiteCoverage, window: TimeSpan) -> tuple[BlindWindow, ...]:
    return blind_windows(site.site_id, window, site.moments, site.nights)


def _longest_gap_hours(window: TimeSpan, good: Sequence[Look]) -> float:
    return max((g.hours() for g in gaps(window, [k.time for k in good if k.time])), default=0.0)


def _held(window: TimeSpan, here: Sequence[Look], good: Sequence[Look], gap: float) -> str:
    span = f"{iso(window.start)} to {iso(window.end)}"
    if not here:
        return f"We hold no image of these places from {span}."
    if not good:
        return f"We hold {len(here)} image(s) of these places from {span}, none of them usable."
    return (
        f"We hold {len(good)} usable look(s) from {span}; without one for up to {gap:.0f} h of {window.hours():.0f} h."
    )


def _could(moments: Sequence[Moment]) -> tuple[str, ...]:
    passes = [m for m in moments if m.opportunity]
    if not passes:
        return ("None of the satellites whose orbits were computed passed so that it could have imaged them.",)
    names = sorted({library.platform_name(m.platform) for m in passes})
    return (f"{_list(names)} could have imaged these places in {_many(len(passes), 'pass', 'passes')}.",)


def _asked(answers: Sequence[CatalogueAnswer], moments: Sequence[Moment]) -> str:
    if not answers:
        return "Whether they did is unknown: no catalogue was asked ('roadstead search' asks)."
    answered = sorted({a.name for a in answers if a.state is not AnswerState.NO_ANSWER})
    silent = sorted({a.name for a in answers} - set(answered))
    said = [f"{_list(silent)} did not answer: what was taken is unknown there."] if silent else []
    if answered:
        listed = sum(m.listing is not None for m in moments)
        missing = sum(m.state is LookState.NOT_LISTED for m in moments)
        when = max(a.asked_at for a in answers if a.state is not AnswerState.NO_ANSWER)
        found = _many(listed, "acquisition", "acquisitions")
        left = _many(missing, "pass is", "passes are")
        said.insert(0, f"{_list(answered)}, last asked on {when:%Y-%m-%d}, list {found} here; {left} not listed.")
    return " ".join(said)


def _unknown(blind: Sequence[BlindWindow], window: TimeSpan) -> tuple[str, ...]:
    if not blind:
        return ()
    longest = max(blind, key=lambda w: w.hours)
    place, hours = _site(longest.site_id), f"{longest.hours:.0f} h"
    if window.within(longest.span):
        return (f"For the whole window ({hours}) no look at {place} is known to us.",)
    when = f"from {iso(longest.span.start)} to {iso(longest.span.end)}"
    return (f"The longest stretch for which no look is known to us is {hours}, {when} at {place}.",)


def _site(site_id: str) -> str:
    known = library.sites().get(site_id)
    return known.name if known else site_id


def _many(n: int, one: str, several: str) -> str:
    return f"{n} {one if n == 1 else several}"


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
