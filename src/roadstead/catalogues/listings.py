"""Acquisitions from products: the same image in several collections, catalogues, tiles or slices is one listing.

A satellite in low orbit passes one place once in about 100 minutes. So for a mission that images all it passes, items
of one satellite that meet the same place within a minute come from one pass: adjacent tiles and slices, processing
levels, copies. A tasked satellite can image one place several times in a pass; its items are one acquisition within
five seconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from shapely.ops import unary_union

from roadstead.catalogues.items import Product
from roadstead.model import Listing, Precision, TimeSpan

if TYPE_CHECKING:
    from collections.abc import Iterable

SAME_PASS = timedelta(seconds=60)
SAME_SHOT = timedelta(seconds=5)
_KNOWN_TO = timedelta(minutes=5)
"""a time known less finely than this tells nothing of which shot it was"""

_MOST_HOURS = 50.0
"""a time stated more vaguely than two days is compared by its beginning"""


@dataclass(slots=True)
class _Acquisition:
    products: list[Product] = field(default_factory=list)

    def holds(self, product: Product) -> bool:
        """Whether the product is of this acquisition; an empty one was joined to another."""
        return (
            bool(self.products)
            and all(_one_satellite(product, p) for p in self.products)
            and any(_near(product, p) for p in self.products)
        )


def listings_of(products: Iterable[Product]) -> list[Listing]:
    """One listing per acquisition, in order of time; all products must meet the place that is asked about."""
    acquisitions: list[_Acquisition] = []
    by_hour: dict[tuple[str, int], list[_Acquisition]] = {}
    # Products of a stated satellite first, so that one of which only the constellation is known joins the nearest.
    for product in sorted(products, key=lambda p: (not p.satellite, p.time.start, p.time.end, p.name)):
        near = {id(a): a for hour in _hours(product) for a in by_hour.get((product.family, hour), ())}
        found = [a for a in near.values() if a.holds(product)]
        if not found:
            found = [_Acquisition()]
            acquisitions.append(found[0])
        found[0].products.append(product)
        for hour in _hours(product):
            by_hour.setdefault((product.family, hour), []).append(found[0])
        for other in found[1:]:
            _join(found[0], other)
    made = [_listing(a.products) for a in acquisitions if a.products]
    return sorted(made, key=lambda k: (k.time.start, k.platform, k.id))


def _hours(product: Product) -> range:
    """Hours in which something of the same acquisition may lie."""
    first, last = ((t.timestamp() / 3600) for t in (product.time.start - SAME_PASS, product.time.end + SAME_PASS))
    return range(math.floor(first), math.floor(min(last, first + _MOST_HOURS)) + 1)


def _join(first: _Acquisition, other: _Acquisition) -> None:
    """Two acquisitions that a product between them shows to be one, unless they are of different satellites."""
    if all(_one_satellite(a, b) for a in first.products for b in other.products):
        first.products += other.products
        other.products = []


def _one_satellite(a: Product, b: Product) -> bool:
    return a.family == b.family and (a.satellite == b.satellite or not a.satellite or not b.satellite)


def _near(a: Product, b: Product) -> bool:
    vague = not a.systematic and max(a.time.duration, b.time.duration) > _KNOWN_TO
    if vague:
        return a.time == b.time
    gap = max(a.time.start, b.time.start) - min(a.time.end, b.time.end)
    return gap <= (SAME_PASS if a.systematic else SAME_SHOT)


def _listing(products: list[Product]) -> Listing:
    products = sorted(products, key=lambda p: p.name)
    best = min(products, key=lambda p: (not p.satellite, p.name))
    return Listing(
        id=min(p.id for p in products),
        products=tuple(sorted({p.name for p in products})),
        platform=best.platform,
        modality=best.modality,
        time=_time(products),
        footprint=unary_union([p.footprint for p in products]),
        catalogues=tuple(sorted({p.catalogue for p in products})),
        systematic=best.systematic,
        gsd_m=min((p.gsd_m for p in products if p.gsd_m), default=None),
        credit=next((p.credit for p in products if p.credit), ""),
        licence=next((p.licence for p in products if p.licence), ""),
    )


def _time(products: list[Product]) -> TimeSpan:
    """From the first to the last of the best known times."""
    known = [p.time for p in products if p.time.duration <= _KNOWN_TO]
    times = known or [min((p.time for p in products), key=lambda t: (t.duration, t.start))]
    start, end = min(t.start for t in times), max(t.end for t in times)
    precision = times[0].precision if len(set(times)) == 1 else Precision.SECOND
    return TimeSpan(start, end, precision)
