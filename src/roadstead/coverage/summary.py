"""The denominator of a verdict: which looks there were, what could have been seen, and what never can be known."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from roadstead import library
from roadstead.coverage.answers import anybody
from roadstead.coverage.looks import usable
from roadstead.coverage.windows import blind_windows, gaps
from roadstead.model import KNOWN_STATES, AnswerState, BlindWindow, Coverage, Look, LookState, TimeSpan, iso

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
    answers = [a for s in sites for a in s.answers if a.span.overlaps(window)]
    known = _known(sites, site_ids, window)
    return Coverage(
        looks_held=len(here),
        usable_looks=len(good),
        scenes=tuple(sorted({k.scene_id for k in good})),
        hours_of_window=round(window.hours(), 2),
        longest_gap_hours=round(gap, 2),
        catalogues_asked=tuple(sorted({a.name for a in answers if a.state is not AnswerState.NO_ANSWER})),
        passes=sum(m.opportunity is not None for m in moments),
        listed=sum(m.state is LookState.LISTED for m in moments) if anybody(answers) else None,
        windows=tuple(chain.from_iterable(_blind(s, window) for s in sites)),
        statement=" ".join((_held(window, site_ids, here, good, gap), *known, ALWAYS_UNKNOWN)),
    )


def _known(sites: Sequence[SiteCoverage], site_ids: Sequence[str], window: TimeSpan) -> tuple[str, ...]:
    """What could have been imaged, what is listed of it, and the longest stretch without a known look."""
    if not site_ids:
        return ("The claim names no place, so no pass was computed for it and no catalogue speaks of it.",)
    if not sites:
        return ("Which satellites could have imaged these places then was not computed.",)
    return (*_could(_moments(sites, window)), *_asked(sites, window), *_unknown(sites, window))


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


def _held(window: TimeSpan, site_ids: Sequence[str], here: Sequence[Look], good: Sequence[Look], gap: float) -> str:
    span = f"{iso(window.start)} to {iso(window.end)}"
    if not site_ids:
        return f"No look could test it between {span}."
    if not here:
        return f"We hold no image of these places from {span}."
    if not good:
        return f"We hold {_many(len(here), 'image', 'images')} of these places from {span}, none of them usable."
    without = f"without one for up to {gap:.0f} h of {window.hours():.0f} h"
    return f"We hold {_many(len(good), 'usable look', 'usable looks')} from {span}; {without}."


def _could(moments: Sequence[Moment]) -> tuple[str, ...]:
    passes = [m for m in moments if m.opportunity]
    if not passes:
        return ("None of the satellites whose orbits were computed passed so that it could have imaged them.",)
    names = sorted({library.platform_name(m.platform) for m in passes})
    return (f"{_list(names)} could have imaged these places in {_many(len(passes), 'pass', 'passes')}.",)


def _asked(sites: Sequence[SiteCoverage], window: TimeSpan) -> tuple[str, ...]:
    """What catalogues list, place by place, and for how many passes nobody tells."""
    moments = _moments(sites, window)
    told = [a for s in sites for a in s.answers if a.span.overlaps(window)]
    answered = [a for a in told if a.state is not AnswerState.NO_ANSWER]
    silent = sorted({a.name for a in told} - {a.name for a in answered})
    open_ = sum(m.state is LookState.POSSIBLE for m in moments)
    said = []
    if answered:
        names, when = sorted({a.name for a in answered}), max(a.asked_at for a in answered)
        listed = _many(sum(m.listing is not None for m in moments), "acquisition", "acquisitions")
        said.append(f"{_list(names)}, last asked on {when:%Y-%m-%d}, {_lists(names)} {listed} here.")
        missing = sum(m.state is LookState.NOT_LISTED for m in moments)
        said += [f"{_many(missing, 'pass is', 'passes are')} not listed."] if missing else []
        dumb = [_site(s.site_id) for s in sites if not any(a in answered for a in s.answers)]
        said += [f"No catalogue answered about {_list(dumb)}."] if dumb else []
    elif not told:
        return ("Whether they did is unknown: no catalogue was asked ('roadstead search' asks).",)
    if silent:
        said.append(f"{_list(silent)} did not answer: what was taken is unknown there.")
    if open_:
        said.append(f"Whether an image was taken is unknown for {_many(open_, 'pass', 'passes')}.")
    return tuple(said)


def _lists(names: Sequence[str]) -> str:
    return "lists" if len(names) == 1 else "list"


def _unknown(sites: Sequence[SiteCoverage], window: TimeSpan) -> tuple[str, ...]:
    windows = [(w, s) for s in sites for w in _blind(s, window)]
    if not windows:
        return ()
    longest, site = max(windows, key=lambda pair: pair[0].hours)
    place, hours = _site(longest.site_id), f"{longest.hours:.0f} h"
    known = any(m.state in KNOWN_STATES and m.time.overlaps(window) for m in site.moments)
    if not known:
        return (f"For the whole window ({hours}) no look at {place} is known to us.",)
    when = f"from {iso(longest.span.start)} to {iso(longest.span.end)}"
    vague = any(m.state in KNOWN_STATES and m.time.overlaps(longest.span) for m in site.moments)
    may = "may be without a known look, since the hour of one is not known" if vague else "are without a known look"
    return (f"Up to {hours}, {when} at {place}, {may}.",)


def _site(site_id: str) -> str:
    known = library.sites().get(site_id)
    return known.name if known else site_id


def _many(n: int, one: str, several: str) -> str:
    return f"{n} {one if n == 1 else several}"


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
