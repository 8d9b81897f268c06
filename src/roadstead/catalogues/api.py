"""Asking a STAC API (api.stacspec.org, item search).

pystac-client builds the query. Its own paging is not used: it ends in silence on an empty page and never ends where
`next` does not; and its items are not used, since old and broken ones stop it. Pages stay as they came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin

from pystac_client.item_search import ItemSearch

from roadstead.catalogues.paging import Call, next_by_link, page_through
from roadstead.model import CatalogueError, iso

if TYPE_CHECKING:
    from roadstead.catalogues.http import Wire
    from roadstead.catalogues.question import Gathering, Question

PAGE_ITEMS = 100
"""items asked for per page; servers may send fewer"""


def ask_api(question: Question, wire: Wire, out: Gathering) -> None:
    """Put a question to a STAC API and take all pages.

    A collection that the API does not have would be answered by an empty list, as if nothing had been taken. So it
    is asked for each collection first, and those that it lacks are named in `out.unknown`.

    Raises:
        CatalogueError: a page could not be read.
    """
    root = question.provider.url
    url, method = _search_link(root, wire)
    known = [c for c in question.collections if _has(root, c, wire)]
    out.unknown += [c for c in question.collections if c not in known]
    if not known:
        raise CatalogueError(f"has none of the collections {', '.join(question.collections)}")
    span = f"{iso(question.span.start)}/{iso(question.span.end)}"
    search = ItemSearch(
        url,
        method=method,
        stac_io=wire,
        limit=PAGE_ITEMS,
        collections=known,
        intersects=question.geojson,
        datetime=span,
    )
    parameters = search.get_parameters()
    first = Call("POST", url, parameters) if method == "POST" else Call("GET", _with_query(url, parameters))
    page_through(wire, first, next_by_link, out)


def _search_link(root: str, wire: Wire) -> tuple[str, str]:
    landing = wire.document(root)
    links = landing.get("links") if isinstance(landing, dict) else None
    found = [k for k in links if isinstance(k, dict) and k.get("rel") == "search"] if isinstance(links, list) else []
    if not found or not isinstance(found[0].get("href"), str):
        raise CatalogueError("is no STAC API: its landing page names no search; its kind may be stac-static")
    best = next((k for k in found if str(k.get("method", "")).upper() == "POST"), found[0])
    return urljoin(f"{root}/", best["href"]), "POST" if str(best.get("method", "")).upper() == "POST" else "GET"


def _has(root: str, collection: str, wire: Wire) -> bool:
    return wire.document(f"{root}/collections/{quote(collection, safe='')}", absent_ok=True) is not None


def _with_query(url: str, parameters: dict[str, Any]) -> str:
    from requests import Request  # noqa: PLC0415 - needed by GET-only servers alone

    return str(Request("GET", url, params=parameters).prepare().url)
