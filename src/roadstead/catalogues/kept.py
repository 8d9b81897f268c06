"""The answers kept in a case, read as one catalogue. Offline: nobody is asked."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import numpy as np
import shapely
from shapely.errors import ShapelyError

from roadstead.catalogues.items import Product, product_of
from roadstead.catalogues.keep import FOLDER, SUFFIX, KeptProvider, RawAnswer, read_answer
from roadstead.catalogues.listings import listings_of
from roadstead.model import AnswerState, CatalogueAnswer, CatalogueError, Listing, TimeSpan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from shapely.geometry.base import BaseGeometry

SETTLED = timedelta(days=3)
"""images younger than this may not have reached the catalogues yet: that one is not listed says nothing"""
_HAIR_DEG = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One item: what it says, and where its raw form is kept; raw items of a case may be gigabytes in memory."""

    product: Product
    file: str
    page: int
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswers:
    """Every answer kept in a case; a `Catalogue`."""

    answers: tuple[CatalogueAnswer, ...]
    """in order of time asked, then catalogue and file"""
    losses: tuple[str, ...]
    """files and items that cannot be read, one sentence each"""
    folder: Path
    """the case"""
    to_the_end: frozenset[str]
    """files of answers that came whole, whether or not every item of them can be read: no use in asking again"""
    entries: tuple[_Entry, ...] = field(repr=False)
    name: str = "answers kept in the case"
    _covering: dict[bytes, tuple[CatalogueAnswer, ...]] = field(default_factory=dict, repr=False, compare=False)

    def search(self, aoi: BaseGeometry, span: TimeSpan) -> list[Listing]:
        """Acquisitions whose real footprint meets the area (WGS84) within the span, in order of time, each once."""
        # A listing is made of all its products: one that begins just outside the span belongs to it too.
        found = listings_of(e.product for e in self._meeting(aoi))
        return [k for k in found if k.time.overlaps(span)]

    def items(self, aoi: BaseGeometry, span: TimeSpan) -> tuple[tuple[str, dict[str, Any]], ...]:
        """Raw items as (provider id, item) that meet area and span, by time, provider and id; links made absolute.

        Raises:
            CatalogueError: a file with answers was changed or removed since it was read.
        """
        near = [e for e in self._meeting(aoi) if e.product.time.overlaps(span)]
        near.sort(key=lambda e: (e.product.time.start, e.product.name))
        raw: dict[tuple[str, int, int], dict[str, Any]] = {}
        for file in sorted({e.file for e in near}):
            raw |= _reread(self.folder / file, [e for e in near if e.file == file])
        return tuple((e.product.catalogue, raw[e.file, e.page, e.position]) for e in near)

    def covers(self, mission_id: str, aoi: BaseGeometry, t: datetime) -> tuple[str, ...]:
        """Names of catalogues that answered completely for that mission, the whole area and that moment.

        Only then is an image that none lists "not listed". An answer counts for what was at least three days old when
        it was given, since catalogues run behind; and only if all its items could be read.
        """
        found = {
            a.name
            for a in self._complete_over(aoi)
            if mission_id in a.missions and a.span.start <= t < a.span.end and t + SETTLED <= a.asked_at
        }
        return tuple(sorted(found))

    def _complete_over(self, aoi: BaseGeometry) -> tuple[CatalogueAnswer, ...]:
        key = aoi.wkb
        if key not in self._covering:
            complete = [a for a in self.answers if a.state is AnswerState.COMPLETE]
            self._covering[key] = tuple(a for a in complete if a.area.buffer(_HAIR_DEG).covers(aoi))
        return self._covering[key]

    def _meeting(self, aoi: BaseGeometry) -> list[_Entry]:
        outlines = np.array([e.product.footprint for e in self.entries], dtype=object)
        meets = shapely.intersects(outlines, aoi) if len(outlines) else ()
        return [e for e, near in zip(self.entries, meets, strict=True) if near]


def kept_answers(case_folder: Path) -> KeptAnswers:
    """Read every answer in CASE/catalogues; what is broken is named in `losses`, and the rest is returned."""
    raws, losses = _raw_answers(case_folder / FOLDER)
    entries: dict[str, _Entry] = {}
    answers, broken = [], _Broken()
    for raw in raws:
        unread = 0
        for document, page, position in _items(raw, broken):
            try:
                product = _product(document, raw.provider)
            except CatalogueError as error:
                unread += broken.add(raw.provider, document, str(error))
            else:
                # A later answer may have corrected an item: the latest stands.
                entries[product.name] = _Entry(product=product, file=raw.answer.file, page=page, position=position)
        answers.append(_less(raw.answer, unread))
    ordered = tuple(entries[name] for name in sorted(entries))
    return KeptAnswers(
        answers=tuple(answers),
        losses=(*losses, *broken.sentences()),
        folder=case_folder,
        to_the_end=frozenset(r.answer.file for r in raws if r.answer.state is AnswerState.COMPLETE),
        entries=ordered,
    )


def _raw_answers(folder: Path) -> tuple[list[RawAnswer], list[str]]:
    raws, losses = [], []
    for path in sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else ():
        try:
            raws.append(read_answer(path))
        except CatalogueError as error:
            losses.append(str(error))
    return sorted(raws, key=lambda r: (r.answer.asked_at, r.answer.catalogue, r.answer.file)), losses


@dataclass(slots=True)
class _Broken:
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)
    first: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, provider: KeptProvider, document: Any, why: str) -> int:
        """Count an item that cannot be read, once however often it came; always returns 1."""
        name = document.get("id") if isinstance(document, dict) else None
        text, key = json.dumps(document) if name in (None, "") else str(name), (provider.name, why)
        if f"{provider.id}/{text}" not in self.seen:
            self.seen.add(f"{provider.id}/{text}")
            self.counts[key] += 1
            self.first.setdefault(key, text[:60])
        return 1

    def sentences(self) -> list[str]:
        """One sentence per catalogue and kind of fault."""
        return [
            f"{name}: {n} item{'s' if n > 1 else ''} of its answers cannot be read ({why}; "
            f"{'the first is' if n > 1 else 'it is'} {self.first[name, why]}), so what they show is not listed"
            for (name, why), n in sorted(self.counts.items())
        ]


def _less(answer: CatalogueAnswer, unread: int) -> CatalogueAnswer:
    """A complete answer with items that cannot be read is complete no more: what they show may be what is missing."""
    if not unread or answer.state is not AnswerState.COMPLETE:
        return answer
    items = "1 item" if unread == 1 else f"{unread} items"
    sentence = f"{answer.sentence.rstrip('.')}; {items} of it cannot be read, so it does not count as complete."
    return replace(answer, state=AnswerState.PARTIAL, sentence=sentence)


def _items(raw: RawAnswer, broken: _Broken) -> Iterator[tuple[Any, int, int]]:
    """Every item of an answer, with its page and its position there."""
    for number, page in enumerate(raw.pages):
        try:
            features = _features(json.loads(page.text))
        except (ValueError, RecursionError):
            broken.add(raw.provider, {"id": page.url}, "a page is broken JSON")
            continue
        for position, item in enumerate(features):
            yield item, number, position


def _features(document: Any) -> list[Any]:
    features = document.get("features") if isinstance(document, dict) else None
    if isinstance(features, list):
        return features
    return document if isinstance(document, list) else [document]


def _product(document: Any, provider: KeptProvider) -> Product:
    if not isinstance(document, dict):
        raise CatalogueError("no item at all")
    try:
        return product_of(document, provider)
    except (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, ShapelyError) as error:
        # Whatever a catalogue sends must not make a case unusable: what was not foreseen is one item lost.
        raise CatalogueError(f"a field that breaks the reading, {type(error).__name__}") from error


def _reread(path: Path, entries: list[_Entry]) -> dict[tuple[str, int, int], dict[str, Any]]:
    """The raw form of items of one file."""
    pages, found = read_answer(path).pages, {}
    try:
        for number in sorted({e.page for e in entries}):
            features = _features(json.loads(pages[number].text))
            for entry in (e for e in entries if e.page == number):
                found[entry.file, number, entry.position] = _absolute(features[entry.position], pages[number].url)
    except (IndexError, ValueError) as error:
        raise CatalogueError(f"{path}: was changed while it was read; run the command again") from error
    return found


def _absolute(item: dict[str, Any], page_url: str) -> dict[str, Any]:
    base, assets = _base(item, page_url), item.get("assets")
    for asset in assets.values() if isinstance(assets, dict) else ():
        if isinstance(asset, dict) and isinstance(asset.get("href"), str):
            asset["href"] = _joined(base, asset["href"])
    return item


def _base(item: dict[str, Any], page_url: str) -> str:
    """Where relative links of an item start: its own address where that is absolute, else the page's."""
    links = item.get("links")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("rel") == "self" and urlsplit(str(link.get("href"))).netloc:
            return str(link["href"])
    return page_url


def _joined(base: str, href: str) -> str:
    if urlsplit(href).scheme or href.startswith("/"):
        return href
    return urljoin(base, href)
