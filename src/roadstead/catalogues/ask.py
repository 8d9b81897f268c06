"""Putting one question to one catalogue. Whatever goes wrong is an answer too: partial, or none, with the reason."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from roadstead.catalogues.keep import RawAnswer, kept_provider
from roadstead.catalogues.question import Gathering, Limits, Question
from roadstead.model import AnswerState, CatalogueAnswer, CatalogueError, Clock
from roadstead.steps import SystemClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from roadstead.catalogues.http import Wire
    from roadstead.library import Provider
    from roadstead.model import TimeSpan


def _silent(_: str) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An answer that has just come, not yet kept."""

    raw: RawAnswer
    stopped: bool
    """whether it is cut short because the user pressed Ctrl-C"""


@dataclass(slots=True, kw_only=True)
class Asking:
    """How catalogues are asked in one search; connections and landing pages serve all its questions."""

    clock: Clock = field(default_factory=SystemClock)
    limits: Limits = field(default_factory=Limits)
    told: Callable[[str], None] = _silent
    """called with a word on every page that came"""
    wires: dict[str, Any] = field(default_factory=dict)
    """`Wire` by provider id, made when first needed"""

    def wire(self, provider: Provider) -> Wire:
        """The transport to a provider; raises CatalogueError where it needs a key that is not set."""
        from roadstead.catalogues.http import Wire  # noqa: PLC0415 - who asks nobody starts without it

        if provider.id not in self.wires:
            key, name = _key(provider)
            self.wires[provider.id] = Wire(provider.url, self.limits, key=key, key_name=name)
        wire: Wire = self.wires[provider.id]
        return wire


def ask(
    provider: Provider, area: BaseGeometry, span: TimeSpan, missions: Sequence[str] = (), asking: Asking | None = None
) -> Asked:
    """Ask a catalogue which images of an area and span it lists.

    Args:
        provider: the catalogue.
        area: WGS84 polygon.
        span: acquisition times.
        missions: ids of the library; empty: all for which the provider speaks.
        asking: clock, limits and connections; the usual ones unless given.

    Returns:
        What came, however little: it never raises for anything that a catalogue does.
    """
    asking = asking or Asking()
    wanted = tuple(sorted(set(missions or provider.missions) & set(provider.missions)))
    question = Question(provider=provider, area=area, span=span, missions=wanted)
    out = Gathering(question=question, limits=asking.limits, told=asking.told)
    asked_at, stopped = asking.clock.now(), False
    try:
        _put(question, asking.wire(provider), out)
    except CatalogueError as error:
        out.shortfalls.append(f"it {error}" if out.heard else str(error))
    except KeyboardInterrupt:
        out.shortfalls.append("the search was stopped by hand" if out.heard else "was not waited for")
        stopped = True
    state = _state(out)
    answer = CatalogueAnswer(
        catalogue=provider.id,
        name=provider.name,
        asked_at=asked_at,
        area=area,
        span=span,
        missions=_spoken_for(out),
        state=state,
        sentence=_sentence(out, state),
        products=out.products,
    )
    raw = RawAnswer(answer=answer, provider=kept_provider(provider), pages=tuple(out.pages))
    return Asked(raw=raw, stopped=stopped)


def _put(question: Question, wire: Wire, out: Gathering) -> None:
    # Imported when somebody is asked: everything else that uses this room starts without pystac-client.
    from roadstead.catalogues.api import ask_api  # noqa: PLC0415
    from roadstead.catalogues.planet import ask_planet  # noqa: PLC0415
    from roadstead.catalogues.static import walk_static  # noqa: PLC0415

    askers = {"stac-api": ask_api, "stac-static": walk_static, "planet": ask_planet}
    askers[question.provider.kind](question, wire, out)


def _key(provider: Provider) -> tuple[str, str]:
    """The key for asking and the variable that holds it; empty where none is needed."""
    if not provider.key_needed:
        return "", ""
    name = provider.key_variables[0]
    key = os.environ.get(name, "").strip()
    if not key:
        raise CatalogueError(f"needs a key: set the environment variable {name}, and search again")
    if urlsplit(provider.url).scheme != "https" and urlsplit(provider.url).hostname not in {"127.0.0.1", "localhost"}:
        raise CatalogueError("has an address without https, over which the key is not sent; correct its url")
    return key, name


def _spoken_for(out: Gathering) -> tuple[str, ...]:
    """Missions of which the answer can be complete: of complete collections that the catalogue really has."""
    there = [c for c in out.question.provider.collections if c.complete and c.id not in out.unknown]
    return tuple(m for m in out.question.missions if any(m in c.missions for c in there))


def _state(out: Gathering) -> AnswerState:
    if not out.shortfalls:
        return AnswerState.COMPLETE
    return AnswerState.PARTIAL if out.heard else AnswerState.NO_ANSWER


def _sentence(out: Gathering, state: AnswerState) -> str:
    name, why = out.question.provider.name, "; ".join(out.shortfalls)
    if state is AnswerState.NO_ANSWER:
        return f"{name} {why}."
    items = "1 item" if out.products == 1 else f"{out.products} items"
    notes = [*out.remarks, *(f"it has no collection {c}" for c in out.unknown)]
    if state is AnswerState.PARTIAL:
        return f"{name} answered in part, {items}: {'; '.join([why, *notes])}."
    return f"{name} answered, {items}{': ' if notes else ''}{'; '.join(notes)}."
