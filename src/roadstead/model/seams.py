"""The seams: small Protocols behind which a part can be exchanged. Tests swap these and patch nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import numpy as np
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from roadstead.model.coverage import Listing
    from roadstead.model.finding import Candidate, Rejected
    from roadstead.model.imaging import Pixels, Scene
    from roadstead.model.time import TimeSpan


@runtime_checkable
class Step(Protocol):
    """A named, versioned computation whose results may be cached."""

    @property
    def name(self) -> str:
        """Stable name, part of the cache key."""
        ...

    @property
    def version(self) -> int:
        """Raised by hand whenever the same inputs may give another result."""
        ...

    def inputs(self, value: Any) -> Any:
        """Everything that fixes the result, as plain data or values: content hashes and parameters."""
        ...

    def run(self, value: Any) -> Any:
        """Compute the result for one input value."""
        ...


@runtime_checkable
class Detector(Protocol):
    """Finds vessels in one window of a scene."""

    @property
    def name(self) -> str:
        """Stable name, part of the cache key and printed with each detection."""
        ...

    @property
    def version(self) -> int:
        """Raised by hand whenever the same pixels may give another result."""
        ...

    @property
    def fingerprint(self) -> str:
        """What else its results hang on (settings, hash of weights), part of the cache key; empty if nothing."""
        ...

    @property
    def limits(self) -> str:
        """What it cannot do, in a sentence for whoever reads its detections."""
        ...

    def detect(self, scene: Scene, pixels: Pixels) -> tuple[list[Candidate], list[Rejected]]:
        """Return candidates sorted by row then column, and what was rejected with the reason."""
        ...


@runtime_checkable
class PixelReader(Protocol):
    """Reads windows of scenes."""

    def read(self, scene: Scene, aoi: BaseGeometry | None = None) -> Pixels:
        """Read the window around `aoi` (WGS84), or everything; raises RasterError."""
        ...


@runtime_checkable
class Catalogue(Protocol):
    """Lists acquisitions that are known to exist."""

    @property
    def name(self) -> str:
        """As it is printed in reports."""
        ...

    def search(self, aoi: BaseGeometry, span: TimeSpan) -> Iterable[Listing]:
        """Acquisitions that meet the area (WGS84) within the span, in order of time, each once."""
        ...


@runtime_checkable
class Predicate(Protocol):
    """A claim as a function of histories."""

    def holds(self, histories: Any) -> NDArray[np.bool_]:
        """Whether the claim is true in each history, shape (n,)."""
        ...


@runtime_checkable
class Clock(Protocol):
    """Tells the time, so that tests and re-runs can hold it."""

    def now(self) -> datetime:
        """Current time, timezone-aware UTC."""
        ...
