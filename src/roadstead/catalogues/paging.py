"""Following an answer from page to page, and knowing when it ends: some servers' `next` never does."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from roadstead.catalogues.question import RawPage
from roadstead.model import CatalogueError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from roadstead.catalogues.http import Wire
    from roadstead.catalogues.question import Gathering

_EMPTY_IN_A_ROW = 2
"""an empty page that names a next one is followed once; two of them are the end"""


@dataclass(frozen=True, slots=True)
class Call:
    """One request for one page."""

    method: str
    url: str
    body: dict[str, Any] | None = None

    @property
    def key(self) -> str:
        """The same for the same request."""
        return json.dumps([self.method, self.url, self.body], sort_keys=True, default=str)


@dataclass(slots=True)
class _Progress:
    asked: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    matched: int | None = None
    empty: int = 0


def page_through(
    wire: Wire, first: Call, after: Callable[[Mapping[str, Any], Call], Call | None], out: Gathering
) -> None:
    """Take every page from the first on; what keeps the answer from being complete is noted in `out`.

    Args:
        wire: the transport.
        first: the first request.
        after: finds the next request in a page.
        out: takes the pages.

    Raises:
        CatalogueError: a page could not be read; the earlier ones are in `out`.
    """
    call: Call | None = first
    state = _Progress()
    while call is not None:
        if len(out.pages) >= out.limits.pages:
            out.shortfalls.append(f"it had more than {out.limits.pages} pages; ask for a shorter span")
            return
        if call.key in state.asked:
            _ran_in_circles(state, out)
            return
        state.asked.add(call.key)
        page, text = wire.json(call.url, call.method, call.body, tells=True)
        fresh = _take(page, call, text, state, out)
        if not fresh and state.empty == 0:
            _ran_in_circles(state, out)
            return
        call = None if _ended(state) else after(page, call)
        if call is not None and out.too_long(text):
            return
    if state.matched is not None and len(state.seen) < state.matched:
        out.shortfalls.append(f"it counted {state.matched} items and sent {len(state.seen)}")


def _take(page: Any, call: Call, text: str, state: _Progress, out: Gathering) -> bool:
    features = page.get("features") if isinstance(page, dict) else None
    if not isinstance(features, list):
        raise CatalogueError("answered with JSON that is no list of images")
    names = {_name(f) for f in features}
    fresh = bool(names - state.seen)
    out.take(RawPage(method=call.method, url=call.url, body=call.body, text=text), len(names - state.seen))
    state.seen |= names
    state.empty = 0 if features else state.empty + 1
    if state.matched is None:
        state.matched = _matched(page)
    return fresh


def _ended(state: _Progress) -> bool:
    complete = state.matched is not None and len(state.seen) >= state.matched
    return state.empty >= _EMPTY_IN_A_ROW or (state.empty > 0 and complete)


def _ran_in_circles(state: _Progress, out: Gathering) -> None:
    if state.matched is not None and len(state.seen) >= state.matched:
        out.remarks.append("its pages repeat after the last one")
    else:
        out.shortfalls.append("its pages repeat without end; it was stopped there")


def _name(feature: Any) -> str:
    if isinstance(feature, dict) and isinstance(feature.get("id"), str):
        return f"{feature.get('collection')}/{feature['id']}"
    return json.dumps(feature, sort_keys=True, default=str)


def _matched(page: Mapping[str, Any]) -> int | None:
    context = page.get("context")
    found = page.get("numberMatched", context.get("matched") if isinstance(context, dict) else None)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def link(page: Mapping[str, Any], rel: str) -> dict[str, Any] | None:
    """The first link of that relation with an address; None where there is none."""
    links = page.get("links")
    for found in links if isinstance(links, list) else ():
        if isinstance(found, dict) and found.get("rel") == rel and isinstance(found.get("href"), str):
            return found
    return None


def next_by_link(page: Mapping[str, Any], call: Call) -> Call | None:
    """The next request as STAC API writes it: `links` with `rel` next, by GET or by POST with a body."""
    found = link(page, "next")
    if found is None:
        return None
    url = urljoin(call.url, found["href"])
    if str(found.get("method", "GET")).upper() != "POST":
        return Call("GET", url)
    body = found["body"] if isinstance(found.get("body"), dict) else {}
    # `merge` says whether the question must be added. Where it is there already, adding it changes nothing; where a
    # server forgets both, going on without it would bring images of the whole world.
    return Call("POST", url, {**(call.body or {}), **body})
