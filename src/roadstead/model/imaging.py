"""What was imaged: scenes, looks, opportunities; and the pixels themselves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from roadstead.model.time import TimeSpan


class Modality(StrEnum):
    """Kind of sensor."""

    SAR = "sar"
    OPTICAL = "optical"


class BandRole(StrEnum):
    """What a band measures. A role is stated by metadata or by the user, never guessed."""

    BLUE = "blue"
    GREEN = "green"
    RED = "red"
    NIR = "nir"
    SWIR16 = "swir16"
    PAN = "pan"
    ALPHA = "alpha"
    VV = "vv"
    VH = "vh"
    HH = "hh"
    HV = "hv"
    OTHER = "other"


class SarUnit(StrEnum):
    """What a SAR pixel holds."""

    AMPLITUDE = "amplitude"
    LINEAR = "linear"
    """intensity: sigma nought, gamma nought or proportional to it"""
    DB = "db"


class DateBasis(StrEnum):
    """On what the time of an image rests."""

    METADATA = "metadata"
    CAPTION = "caption"
    INFERRED = "inferred"
    UNKNOWN = "unknown"


class SeaKind(StrEnum):
    """How somebody states what is sea."""

    COASTLINE = "coastline"
    """land, as polygons or closed coastlines"""
    SEA = "sea polygon"
    SITE = "site's area"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedSea:
    """Land and sea around a scene as somebody states them, for detectors to use besides what the pixels show."""

    kind: SeaKind
    area: BaseGeometry
    """WGS84 lon/lat; land where `kind` is a coastline, else sea; empty where there is none of it"""
    name: str
    """of the file or the site"""
    sha256: str = ""
    """of the file; empty where there is none"""
    notes: tuple[str, ...] = ()
    """what had to be mended in it"""

    @property
    def words(self) -> str:
        """What it is, for people."""
        return f"{self.kind.value} {self.name}" + (f" (sha256 {self.sha256[:12]})" if self.sha256 else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeaWay:
    """The shortest way by water between two sites."""

    site_ids: tuple[str, str]
    km: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One acquisition by one sensor, and where its pixels are."""

    id: str
    path: Path
    """local image file"""
    time: TimeSpan | None
    """acquisition; None where nothing states it"""
    date_basis: DateBasis = DateBasis.METADATA
    modality: Modality
    platform: str = ""
    """satellite or constellation, in lower case as STAC writes it"""
    bands: tuple[BandRole, ...]
    """role of each band, in file order"""
    sar_unit: SarUnit | None = None
    gsd_m: float | None = None
    """stated ground sample distance; None means: from the georeference"""
    gsd_basis: str = "metadata"
    resampled: bool = False
    cropped: bool = False
    annotated: bool = False
    credit: str = ""
    licence: str = ""
    simulated: bool = False
    sha256: str = ""
    footprint: BaseGeometry | None = None
    """WGS84 lon/lat; None for an image without georeference"""
    off_nadir_deg: float | None = None
    """stated look angle at the satellite; None where nothing states it"""
    cloud_mask: Path | None = None
    """the product's own mask: Sentinel-2 scene classification or Planet UDM2; None: none is held"""
    cloud_mask_sha256: str = ""
    sea: StatedSea | None = None
    """where somebody says that land and sea are, for an image with georeference; None: the pixels tell"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pixels:
    """A window of a scene in memory."""

    values: NDArray[np.float32]
    """shape (bands, height, width), in file units"""
    valid: NDArray[np.bool_]
    """shape (height, width); True is valid"""
    transform: Affine
    """(column, row) of this window's corner pixels -> coordinates of `crs`; identity without georeference"""
    crs: str | None
    """WKT or authority code; None without georeference"""
    row_off: int = 0
    """first row of this window in the file"""
    col_off: int = 0
    """first column of this window in the file"""
    cloud: NDArray[np.bool_] | None = None
    """shape (height, width); True is cloud or its shadow; None: unknown"""
    cloud_basis: str = ""
    """on what `cloud` rests, in words: `scene classification`, `UDM2`, `estimated from pixels`"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A scene over a site: how much of it could be seen, and how well."""

    scene_id: str
    site_id: str
    time: TimeSpan | None
    usable_fraction: float
    """valid, cloud-free share of the area of interest, 0-1"""
    cloud_fraction: float | None
    """share of the area's valid pixels under cloud; None: unknown, never the scene's percentage"""
    cloud_basis: str = ""
    """on what it rests, in words; empty where unknown"""
    covered_fraction: float | None = None
    """share of the area with valid pixels, cloudy ones too, 0-1; None: unknown"""
    off_nadir_deg: float | None = None
    resolved_m: float
    """resolved distance there: the worst of native, delivered and measured sharpness, metres"""
    sun_elevation_deg: float | None
    modality: Modality
    searched: bool = True
    """False: no detector went over it and at best some ships were marked; that a ship is missing says nothing"""
    notes: tuple[str, ...] = ()
