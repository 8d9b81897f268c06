"""One fake for each seam. `MemoryReader` and `FixedClock` are part of the product, since simulations use them too."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from roadstead.model import Candidate, Estimate, Listing, Pixels, Rejected, Scene, TimeSpan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from roadstead.infer import Histories


@dataclass
class CountingStep:
    """A `Step` that counts how often it really runs."""

    name: str = "measure"
    version: int = 1
    calls: int = 0

    def inputs(self, value: Any) -> Any:
        return value

    def run(self, value: Any) -> Estimate:  # noqa: ARG002 - the seam's signature
        self.calls += 1
        return Estimate(1.0, 0.5)


@dataclass
class BrightBlockDetector:
    """A `Detector` that takes every pixel above 100 for one ship."""

    name: str = "bright-block"
    version: int = 1
    fingerprint: str = ""
    limits: str = "knows nothing of ships"
    seen: list[str] = field(default_factory=list)

    def detect(self, scene: Scene, pixels: Pixels) -> tuple[list[Candidate], list[Rejected]]:
        self.seen.append(scene.id)
        rows, cols = np.nonzero(pixels.values[0] > 100)
        if not rows.size:
            return [], [Rejected(row_px=0, col_px=0, reason="nothing bright")]
        weights = np.ones(rows.size, np.float32)
        return [Candidate(rows_px=rows, cols_px=cols, weights=weights, score=0.95)], []


@dataclass
class GivenListings:
    """A `Catalogue` of given acquisitions."""

    listings: tuple[Listing, ...]
    name: str = "given"

    def search(self, aoi: BaseGeometry, span: TimeSpan) -> Iterable[Listing]:
        return [k for k in self.listings if k.time.overlaps(span) and (not k.footprint or k.footprint.intersects(aoi))]


@dataclass
class AlwaysTrue:
    """A `Predicate` that every history fulfils."""

    def holds(self, histories: Histories) -> NDArray[np.bool_]:
        return np.ones(histories.n, bool)
