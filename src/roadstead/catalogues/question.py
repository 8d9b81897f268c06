"""What is put to a catalogue, and what comes back page by page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import Polygon, orient

from roadstead.library import Provider
from roadstead.model import TimeSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long to wait, how often to try again, how much to take."""

    connect_s: float = 10.0
    read_s: float = 30.0
    """longest silence within an answer"""
    body_s: float = 300.0
    """longest time for one whole page"""
    retries: int = 4
    """further tries of one page on 429, 5xx and broken connections"""
    backoff_s: float = 1.0
    """wait before the second retry; doubled each time"""
    retry_after_max_s: int = 60
    """longest wait that a server may ask for"""
    body_bytes: int = 64 << 20
    answer_bytes: int = 256 << 20
    """most text of one answer, all its pages together"""
    pages: int = 200
    """most pages of one answer"""
    documents: int = 3000
    """most documents read of one static catalogue"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPage:
    """One page of an answer as it came."""

    method: str
    url: str
    body: Any
    """what was sent; None for GET"""
    text: str
    """what came back"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What one catalogue is asked: which images of these missions meet this area within this span?"""

    provider: Provider
    area: BaseGeometry
    """WGS84 polygon"""
    span: TimeSpan
    missions: tuple[str, ...]
    """ids of the library, sorted"""

    @property
    def collections(self) -> tuple[str, ...]:
        """Ids of the provider's collections that hold these missions."""
        return tuple(c.id for c in self.provider.collections if set(c.missions) & set(self.missions))

    @property
    def geojson(self) -> dict[str, Any]:
        """The area as GeoJSON, rings in the order that RFC 7946 wants."""
        area = orient(self.area) if isinstance(self.area, Polygon) else self.area
        return dict(mapping(area))


@dataclass(slots=True)
class Gathering:
    """An answer as it comes in."""

    question: Question
    limits: Limits
    told: Callable[[str], None]
    """called with a word on every page that came"""
    pages: list[RawPage] = field(default_factory=list)
    products: int = 0
    received_bytes: int = 0
    heard: bool = False
    """whether anything came that could be used"""
    shortfalls: list[str] = field(default_factory=list)
    """why the answer is not complete, where it is not"""
    remarks: list[str] = field(default_factory=list)
    """what a reader should know of a complete answer"""
    unknown: list[str] = field(default_factory=list)
    """collections that the catalogue does not have"""

    def take(self, page: RawPage, products: int) -> None:
        """Keep one page."""
        self.heard = True
        self.pages.append(page)
        self.products += products
        self.told(f"{self.question.provider.name}: {self.products}")

    def too_long(self, text: str) -> bool:
        """Count a text that came; whether the answer has become longer than it may, which is then noted."""
        self.received_bytes += len(text)
        most = self.limits.answer_bytes
        if self.received_bytes > most:
            self.shortfalls.append(f"it sent more than {most >> 20} MiB; ask for a shorter span")
        return self.received_bytes > most
