"""Asking Planet's Data API: `quick-search` (docs.planet.com, Data API, Item Search)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from roadstead.catalogues.paging import Call, page_through
from roadstead.model import iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.catalogues.http import Wire
    from roadstead.catalogues.question import Gathering, Question

PAGE_ITEMS = 250
"""the most that it sends per page"""


def ask_planet(question: Question, wire: Wire, out: Gathering) -> None:
    """Put a question to Planet's quick search and take all pages; raises CatalogueError."""
    where = {"type": "GeometryFilter", "field_name": "geometry", "config": question.geojson}
    when = {
        "type": "DateRangeFilter",
        "field_name": "acquired",
        "config": {"gte": iso(question.span.start), "lt": iso(question.span.end)},
    }
    body = {"item_types": list(question.collections), "filter": {"type": "AndFilter", "config": [where, when]}}
    url = f"{question.provider.url}?_page_size={PAGE_ITEMS}&_sort=acquired%20asc"
    page_through(wire, Call("POST", url, body), _next, out)


def _next(page: Mapping[str, Any], call: Call) -> Call | None:
    links = page.get("_links")
    found = links.get("_next") if isinstance(links, dict) else None
    return Call("GET", urljoin(call.url, found)) if isinstance(found, str) and found else None
