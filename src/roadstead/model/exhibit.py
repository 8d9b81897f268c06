"""Exhibits: what was brought in as evidence, and where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from roadstead.model.imaging import BandRole, DateBasis, SarUnit
from roadstead.model.time import TimeSpan


class ExhibitKind(StrEnum):
    """What an exhibit is."""

    SCENE = "scene"
    """an image with metadata: GeoTIFF, STAC item, Planet order"""
    PICTURE = "picture"
    """a screenshot or published figure: PNG, JPEG, PDF page"""
    MARKS = "marks"
    """ships marked by eye: GeoJSON, KML, KMZ"""
    NOTE = "note"
    """anything else that is kept but not computed with"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """One file brought in as evidence; the original is kept untouched."""

    id: str
    """first 12 hex digits of the SHA-256 and a safe form of the name"""
    kind: ExhibitKind
    path: str
    """file inside the case folder, POSIX, relative"""
    metadata_path: str = ""
    """STAC item or order metadata inside the case folder, where there is one"""
    sha256: str
    size_bytes: int
    original_name: str
    added: datetime
    """UTC"""
    added_by: str
    url: str = ""
    publisher: str = ""
    licence: str = ""
    credit: str = ""
    captured: TimeSpan | None = None
    """acquisition time; None where nobody stated it"""
    date_basis: DateBasis = DateBasis.UNKNOWN
    platform: str = ""
    bands: tuple[BandRole, ...] = ()
    """stated by the user where metadata lacks them"""
    sar_unit: SarUnit | None = None
    gsd_m: float | None = None
    gsd_basis: str = ""
    cropped: bool = False
    annotated: bool = False
    resampled: bool = False
    site_id: str = ""
    """the site it shows, for pictures without georeference"""
    of_exhibit: str = ""
    """for marks: the exhibit that was looked at"""
    analyst: str = ""
    """for marks: who looked"""
