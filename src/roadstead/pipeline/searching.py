"""`search`: ask catalogues which images exist, and keep their answers in the case. The only step that asks anybody."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import shapely

from roadstead import library
from roadstead.case import Case, load_case
from roadstead.catalogues import Asking, Limits, ask, keep_answer, kept_answers
from roadstead.library import Provider
from roadstead.model import (
    AnswerState,
    CatalogueAnswer,
    Clock,
    InputError,
    Listing,
    NotFound,
    Precision,
    Site,
    TimeSpan,
    iso,
)
from roadstead.pipeline.find import quiet
from roadstead.steps import SystemClock, check_writable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

LOOKBACK_DAYS = 48
"""four repeat cycles of Sentinel-1, three of Landsat: how often a track was really acquired"""
_FRESH = timedelta(days=1)
"""a complete answer this young is not asked for again"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToAsk:
    """One question that a search would put."""

    provider: Provider
    sites: tuple[Site, ...]
    """the sites that it is about; a static catalogue is asked about all at once"""
    span: TimeSpan

    @property
    def area(self) -> shapely.geometry.base.BaseGeometry:
        """WGS84."""
        return shapely.unary_union([s.aoi for s in self.sites]) if len(self.sites) > 1 else self.sites[0].aoi


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a search would ask of whom."""

    case: Case
    sites: tuple[Site, ...]
    questions: tuple[ToAsk, ...]
    already: int
    """questions that were answered completely within the last day and are not put again"""
    hosts: tuple[str, ...]
    """who would learn what, one sentence per catalogue"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """What a search brought."""

    case_id: str
    answers: tuple[CatalogueAnswer, ...]
    """to the questions put this time, in the order in which they were put"""
    already: int
    not_put: int
    """questions left out because the catalogue had not answered one before"""
    listings: dict[str, tuple[Listing, ...]]
    """by site id, of all answers kept, over the spans that were asked about"""
    losses: tuple[str, ...]
    hosts: tuple[str, ...]

    @property
    def anything(self) -> bool:
        """Whether any catalogue answered, now or within the last day."""
        return self.already > 0 or any(a.state is not AnswerState.NO_ANSWER for a in self.answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchScope:
    """What a user restricts a search to."""

    providers: tuple[str, ...] = ()
    """ids; empty: all"""
    sites: tuple[str, ...] = ()
    """ids; empty: all of the case"""
    span: TimeSpan | None = None
    """None: the windows of the claims"""
    lookback_days: int = LOOKBACK_DAYS
    """days before, for missions that image all they pass"""
    again: bool = False
    """ask also what was answered within the last day"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSeams:
    """What a search may be given instead of the usual parts."""

    clock: Clock = field(default_factory=SystemClock)
    limits: Limits = field(default_factory=Limits)


def plan_search(folder: Path | str, wanted: SearchScope | None = None, *, now: datetime | None = None) -> Plan:
    """What a search would ask of whom; asks nobody.

    Raises:
        InputError: the case or CASE/catalogues/providers.toml cannot be read, or something unknown is wanted.
    """
    wanted, case = wanted or SearchScope(), load_case(Path(folder))
    now = now or SystemClock().now()
    sites = tuple(case.site(s) for s in wanted.sites) or case.sites
    questions = [
        question
        for provider in _providers(case, wanted.providers)
        for span in _spans(case, wanted, provider, now)
        for question in _about(provider, sites, span)
    ]
    kept = kept_answers(case.folder)
    young = [a for a in kept.answers if a.file in kept.to_the_end and now - a.asked_at < _FRESH]
    fresh = [] if wanted.again else young
    put = tuple(q for q in questions if not any(_answers(a, q) for a in fresh))
    return Plan(case=case, sites=sites, questions=put, already=len(questions) - len(put), hosts=tuple(_who_learns(put)))


def search(
    folder: Path | str,
    wanted: SearchScope | None = None,
    *,
    seams: SearchSeams | None = None,
    announce: Callable[[tuple[str, ...]], None] = lambda _: None,
    progress: Callable[[str, int, int], None] = quiet,
) -> SearchResult:
    """Ask catalogues about every site of a case and keep each answer in CASE/catalogues.

    Args:
        folder: the case folder.
        wanted: restrictions; all catalogues, sites and windows of claims unless given.
        seams: clock and limits; the usual ones unless given.
        announce: called once, before anybody is asked, with who learns what.
        progress: called with (item, done, total).

    Raises:
        InputError: the case cannot be read, or something unknown is wanted.
        StorageError: the case folder cannot be written.
        KeyboardInterrupt: stopped by hand; what had come is kept, and the next search goes on from there.
    """
    seams = seams or SearchSeams()
    plan = plan_search(folder, wanted, now=seams.clock.now())
    if plan.questions:
        check_writable(plan.case.folder / "catalogues")
    announce(plan.hosts)
    answers, not_put = _ask_all(plan, seams, progress)
    kept = kept_answers(plan.case.folder)
    spans = [a.span for a in kept.answers if a.state is not AnswerState.NO_ANSWER]
    whole = TimeSpan(min(s.start for s in spans), max(s.end for s in spans), Precision.INTERVAL) if spans else None
    return SearchResult(
        case_id=plan.case.id,
        answers=tuple(answers),
        already=plan.already,
        not_put=not_put,
        listings={s.id: tuple(kept.search(s.aoi, whole)) if whole else () for s in plan.sites},
        losses=(*plan.case.mistakes, *kept.losses),
        hosts=plan.hosts,
    )


def _ask_all(
    plan: Plan, seams: SearchSeams, progress: Callable[[str, int, int], None]
) -> tuple[list[CatalogueAnswer], int]:
    asking = Asking(clock=seams.clock, limits=seams.limits)
    answers: list[CatalogueAnswer] = []
    silent: set[str] = set()
    not_put, total = 0, len(plan.questions)
    for done, question in enumerate(plan.questions):
        if question.provider.id in silent:
            not_put += 1
            continue
        about = f"{question.provider.name}: {', '.join(s.name for s in question.sites)}"
        progress(about, done, total)
        asking.told = partial(_told, progress, done, total)
        asked = ask(question.provider, question.area, question.span, asking=asking)
        if asked.stopped and asked.raw.answer.state is AnswerState.NO_ANSWER:
            # That nobody waited says nothing of the catalogue, so it is no answer to keep.
            raise KeyboardInterrupt
        answers.append(keep_answer(plan.case.folder, asked.raw))
        if asked.stopped:
            raise KeyboardInterrupt
        if answers[-1].state is AnswerState.NO_ANSWER:
            silent.add(question.provider.id)
    progress("", total, total)
    return answers, not_put


def _told(progress: Callable[[str, int, int], None], done: int, total: int, word: str) -> None:
    progress(word, done, total)


def _providers(case: Case, ids: Sequence[str]) -> tuple[Provider, ...]:
    known = {p.id: p for p in library.providers(case.folder / "catalogues" / "providers.toml")}
    for wanted in ids:
        if wanted not in known:
            raise NotFound(f"--provider: no catalogue is called {wanted!r}; known are {', '.join(known)}")
    return tuple(known[i] for i in dict.fromkeys(ids)) or tuple(known.values())


def _spans(case: Case, wanted: SearchScope, provider: Provider, now: datetime) -> list[TimeSpan]:
    """Windows of the claims, or the stated span, with the days before; merged, and not before the first satellite."""
    windows = [wanted.span] if wanted.span else [c.when for c in case.claims]
    if not windows:
        raise InputError(f"case {case.id} has no claim and so no window; state one with --from and --to")
    served = [m for m in library.missions() if m.id in provider.missions]
    before = timedelta(days=wanted.lookback_days if any(m.absence_counts for m in served) else 0)
    born = datetime.combine(min(m.start for m in served), datetime.min.time(), tzinfo=now.tzinfo)
    merged: list[TimeSpan] = []
    for window in sorted(windows):
        start, end = max(window.start - before, born), max(window.end, window.start + timedelta(seconds=1))
        if start >= end or start > now:
            continue
        if merged and start <= merged[-1].end:
            start, end = merged[-1].start, max(end, merged.pop().end)
        merged.append(TimeSpan(start, end, Precision.INTERVAL))
    return merged


def _about(provider: Provider, sites: tuple[Site, ...], span: TimeSpan) -> list[ToAsk]:
    """A static catalogue is walked once for all sites; the others are asked about each."""
    if not provider.learns_areas:
        return [ToAsk(provider=provider, sites=sites, span=span)] if sites else []
    return [ToAsk(provider=provider, sites=(s,), span=span) for s in sites]


def _answers(answer: CatalogueAnswer, question: ToAsk) -> bool:
    """Whether an answer holds all that the question would bring."""
    return (
        answer.catalogue == question.provider.id
        and question.span.within(answer.span)
        and set(question.provider.speaks_for) <= set(answer.missions)
        and bool(answer.area.buffer(1e-7).covers(question.area))
    )


def _who_learns(questions: Iterable[ToAsk]) -> list[str]:
    """One sentence per catalogue: which host learns which areas and spans."""
    by_provider: dict[str, list[ToAsk]] = {}
    for question in questions:
        by_provider.setdefault(question.provider.id, []).append(question)
    return [_learns(found) for found in by_provider.values()]


def _learns(questions: list[ToAsk]) -> str:
    provider = questions[0].provider
    names = ", ".join(dict.fromkeys(s.name for q in questions for s in q.sites))
    spans = ", ".join(dict.fromkeys(f"{iso(q.span.start)[:10]} to {iso(q.span.end)[:10]}" for q in questions))
    if provider.key_needed and not os.environ.get(provider.key_variables[0], "").strip():
        return f"nobody ({provider.name} needs a key in {provider.key_variables[0]}, which is not set)"
    if provider.learns_areas:
        key = f", and your key in {provider.key_variables[0]}" if provider.key_needed else ""
        return f"{provider.host} ({provider.name}) learns the areas of {names} and the days {spans}{key}"
    if provider.host:
        return f"{provider.host} ({provider.name}) learns which of its documents are read, for {spans}; no area"
    return f"nobody ({provider.name} is a local file, {provider.url})"
