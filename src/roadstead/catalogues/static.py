"""Walking a static STAC catalogue: plain documents with links, on a host or in a local folder.

Nothing is told to anybody but which documents are read. Branches are cut where a collection's extent does not meet
the area and span, and, where the provider table says so, where a folder's name is a date outside the span.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

from shapely.geometry import box

from roadstead.archive import claims_to_be_item
from roadstead.catalogues.hosts import same_host
from roadstead.catalogues.http import parsed
from roadstead.catalogues.items import footprint_of, time_of
from roadstead.catalogues.question import RawPage
from roadstead.model import CatalogueError, InputError, TimeSpan, parse_span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely.geometry.base import BaseGeometry

    from roadstead.catalogues.http import Wire
    from roadstead.catalogues.question import Gathering, Question

AT_ONCE = 8
"""documents fetched at the same time"""
_NEAR_DAYS = timedelta(days=1)
"""a folder's date may be local, or that of a pass's first image"""
_DATED = re.compile(r"(?:.*[^\d])?((?:19|20)\d\d)(?:-(\d{1,2}))?(?:-(\d{1,2}))?")


def walk_static(question: Question, wire: Wire, out: Gathering) -> None:
    """Take every item of a static catalogue that meets area and span.

    Raises:
        CatalogueError: the root document cannot be read. Others that cannot are counted in `out.shortfalls`.
    """
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        _walk(pool, question, wire, out)
    finally:
        # Stopped by hand, nobody waits for documents that hang.
        pool.shutdown(wait=False, cancel_futures=True)


def _walk(pool: ThreadPoolExecutor, question: Question, wire: Wire, out: Gathering) -> None:
    root = _root(question.provider.url)
    level, seen, read = [root], {root}, 0
    failed: list[str] = []
    while level:
        following: list[str] = []
        for part in _parts(level):
            if read >= out.limits.documents:
                out.shortfalls.append(f"more than {out.limits.documents} documents would have to be read")
                return _tell_failed(failed, out)
            read += len(part)
            for href, (text, why) in zip(part, pool.map(lambda h: _read(h, wire), part), strict=True):
                if why and href == root:
                    raise CatalogueError(why)
                out.heard = True
                if out.too_long(text):
                    return _tell_failed(failed, out)
                failed += [why] if why else []
                following += [] if why else _follow(href, text, question, out)
            out.told(f"{question.provider.name}: {read} documents")
        level = sorted(set(following) - seen)
        seen |= set(level)
    return _tell_failed(failed, out)


def _parts(level: list[str]) -> Iterator[list[str]]:
    rest = iter(level)
    while part := list(islice(rest, 4 * AT_ONCE)):
        yield part


def _tell_failed(failed: list[str], out: Gathering) -> None:
    if failed:
        out.shortfalls.append(f"{len(failed)} of its documents could not be read (it {failed[0]})")


def _root(url: str) -> str:
    if urlsplit(url).scheme:
        return url
    path = Path(url)
    return str(path / "catalog.json" if path.is_dir() else path)


def _read(href: str, wire: Wire) -> tuple[str, str]:
    """The text of a document, or why there is none."""
    try:
        text = wire.request(href) if urlsplit(href).scheme else _file(Path(href), wire.limits.body_bytes)
        parsed(text)
    except CatalogueError as error:
        return "", str(error)
    return text, ""


def _file(path: Path, most_bytes: int) -> str:
    try:
        if path.stat().st_size > most_bytes:
            raise CatalogueError(f"has a document of more than {most_bytes >> 20} MiB, {path.name!r}")
        return path.read_text("utf-8", errors="replace")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", error)
        raise CatalogueError(f"names {path.name!r}, which cannot be read ({why})") from error


def _follow(href: str, text: str, question: Question, out: Gathering) -> list[str]:
    """Take the document where it is a wanted item; else the links that are worth following."""
    document = parsed(text)
    if claims_to_be_item(document):
        if _wanted(document, question):
            out.take(RawPage(method="GET", url=href, body=None, text=text), 1)
        return []
    if not isinstance(document, dict) or not _extent_meets(document, question):
        return []
    links = document.get("links")
    found = [k for k in links if isinstance(k, dict)] if isinstance(links, list) else []
    hrefs = [k["href"] for k in found if k.get("rel") in {"child", "item"} and isinstance(k.get("href"), str)]
    near = [h for h in hrefs if not question.provider.links_dated or _date_meets(h, question.span)]
    resolved = [_resolve(href, h) for h in near]
    elsewhere = [h for h in resolved if h is None]
    if elsewhere:
        out.shortfalls.append(f"{len(elsewhere)} of its links lead to other hosts, which were not named before asking")
    return [h for h in resolved if h is not None]


def _wanted(item: dict[str, Any], question: Question) -> bool:
    """Whether an item meets area and span; one that cannot be read is taken too, so that it is counted."""
    try:
        return time_of(item).overlaps(question.span) and bool(footprint_of(item).intersects(question.area))
    except CatalogueError:
        return True


def _resolve(base: str, href: str) -> str | None:
    """Absolute address of a link; None where it leads to another host, or from a file to a host."""
    if urlsplit(base).scheme:
        found = urljoin(base, href)
        return found if same_host(base, found) else None
    if urlsplit(href).scheme:
        return None
    plain = Path(base).parent / href
    return str((plain if plain.exists() else Path(base).parent / unquote(href)).resolve())


def _extent_meets(document: dict[str, Any], question: Question) -> bool:
    extent = document.get("extent")
    if not isinstance(extent, dict):
        return True
    boxes = _inner(extent.get("spatial"), "bbox")
    spans = _inner(extent.get("temporal"), "interval")
    near = not boxes or any(_box_meets(b, question.area) for b in boxes)
    return near and (not spans or any(_interval_meets(s, question.span) for s in spans))


def _inner(value: Any, key: str) -> list[Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _box_meets(bounds: Any, area: BaseGeometry) -> bool:
    """Whether a bounding box meets the area; one that cannot be read, or crosses the 180th meridian, may."""
    try:
        west, south, east, north = (float(bounds[i]) for i in ((0, 1, 2, 3) if len(bounds) == 4 else (0, 1, 3, 4)))
    except (TypeError, ValueError, IndexError):
        return True
    return west > east or bool(box(west, south, east, north).intersects(area))


def _interval_meets(interval: Any, span: TimeSpan) -> bool:
    try:
        first, last = interval
        start = parse_span(first).start if first else datetime.min.replace(tzinfo=UTC)
        end = parse_span(last).end if last else datetime.max.replace(tzinfo=UTC)
    except (TypeError, ValueError, AttributeError, InputError):
        return True
    return start < span.end and end >= span.start


def _date_meets(href: str, span: TimeSpan) -> bool:
    """Whether the last folder or file of a link that is named by a date may hold images of the span."""
    parts = [p for p in unquote(urlsplit(href).path).split("/") if p not in {"", ".", ".."}]
    folders = parts[:-1] if parts and parts[-1].endswith(".json") else parts
    found = _DATED.fullmatch(folders[-1]) if folders else None
    if found is None:
        return True
    words = [found[1], *(w.zfill(2) for w in found.groups()[1:] if w)]
    try:
        named = parse_span("-".join(words))
    except InputError:
        return True
    return named.start - _NEAR_DAYS < span.end and span.start < named.end + _NEAR_DAYS
