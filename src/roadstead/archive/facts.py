"""What a user states about exhibits when bringing them in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from roadstead.archive.scene import Stated
from roadstead.model import BandRole, DateBasis, SarUnit, TimeSpan
from roadstead.steps import SystemClock

FACTS = (
    *("url", "publisher", "licence", "credit", "captured", "date_basis", "cropped", "annotated", "resampled"),
    *("bands", "sar_unit", "gsd_m", "gsd_basis", "site_id", "of_exhibit", "analyst"),
)
"""fields of an exhibit that a user may state"""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeFacts:
    """Facts stated by the person who adds exhibits; they hold for every path of one `add`."""

    now: datetime = field(default_factory=lambda: SystemClock().now())
    """time of the intake, UTC"""
    added_by: str = ""
    """who brings it in"""
    by_stated: bool = False
    """whether that name was stated, and not taken from the login"""
    url: str = ""
    publisher: str = ""
    licence: str = ""
    credit: str = ""
    captured: TimeSpan | None = None
    """when the image was acquired, or when marks were seen"""
    date_basis: DateBasis | None = None
    cropped: bool = False
    annotated: bool = False
    resampled: bool = False
    bands: tuple[BandRole, ...] = ()
    sar_unit: SarUnit | None = None
    gsd_m: float | None = None
    gsd_basis: str = ""
    site_id: str = ""
    of_exhibit: str = ""
    analyst: str = ""

    def stated(self) -> dict[str, Any]:
        """What was really stated, by field of `Exhibit`."""
        return {name: value for name in FACTS if (value := getattr(self, name))}

    def for_scene(self) -> Stated:
        """What was stated of the pixels."""
        return Stated(bands=self.bands or None, sar_unit=self.sar_unit, gsd_m=self.gsd_m)
