"""What an item of a catalogue says, whichever catalogue it is: satellite, time, footprint.

Items are plain mappings; STAC 1.0.0-beta.2 to 1.1 and Planet's own are read.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import shapely
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from roadstead import library
from roadstead.archive import credit_for, item_time, licence_for, modality_of, shape_of, year_of
from roadstead.model import CatalogueError, Modality, Precision, TimeSpan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.catalogues.keep import KeptProvider
    from roadstead.library import Mission

DATATAKE_LONGEST = timedelta(minutes=37)
"""a Sentinel-2 datatake is at most 15,000 km long (Sentinel-2 User Handbook; general knowledge), at 6.8 km/s"""
_DATATAKE = re.compile(r"(?:^|_)GS2\w_(\d{8}T\d{6})_|^S2\w_MSIL\d\w_(\d{8}T\d{6})_")
_SAME_START = timedelta(seconds=2)
_LONGEST = 200
"""characters of an id or a satellite's name; longer ones are cut"""
_LONGEST_CREDIT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One item of a catalogue, as far as it matters for what was taken when and where."""

    id: str
    catalogue: str
    """id of the provider"""
    collection: str
    platform: str
    """mission id of the library; else as the item writes it, in lower case"""
    satellite: str
    """the satellite as the item writes it, in lower case; empty where only the constellation is stated"""
    family: str
    """what satellites of one constellation share: `sentinel-1`, `planetscope`"""
    modality: Modality
    time: TimeSpan
    footprint: BaseGeometry
    systematic: bool
    gsd_m: float | None
    credit: str
    licence: str

    @property
    def name(self) -> str:
        """`catalogue/collection/id`."""
        return f"{self.catalogue}/{self.collection}/{self.id}"


def product_name(catalogue: str, item: Mapping[str, Any]) -> str:
    """How a raw item is named in `Listing.products`; raises CatalogueError where it has no id or no properties."""
    return f"{catalogue}/{_collection(item)}/{_id(item)}"


def product_of(item: Mapping[str, Any], provider: KeptProvider) -> Product:
    """Read an item; raises CatalogueError that says which part cannot be read."""
    props = _props(item)
    collection = _collection(item)
    constellation = _constellation(props)
    satellite = _platform(props)
    mission = _mission(satellite, constellation, provider.missions_of(collection))
    time, modality = time_of(item), _modality(props, mission, satellite, constellation)
    platform = mission.id if mission else satellite or constellation or "unknown"
    own = _text(props.get("attribution")) or _text(props.get("credit"))
    other = " ".join(provider.credit.replace("{year}", year_of(time)).split())
    return Product(
        id=_id(item),
        catalogue=provider.id,
        collection=collection,
        platform=platform,
        satellite=satellite if mission is None or not mission.absence_counts else _specific(mission),
        family=_family(mission) if mission else constellation or platform,
        modality=modality,
        time=time,
        footprint=footprint_of(item),
        systematic=mission is not None and mission.absence_counts,
        gsd_m=_gsd(props),
        credit=(own or credit_for(platform, time) or other)[:_LONGEST_CREDIT],
        licence=licence_for(platform) or provider.licence,
    )


def time_of(item: Mapping[str, Any]) -> TimeSpan:
    """Acquisition time: `datetime`, start and end, or Planet's `acquired`; raises CatalogueError.

    Some catalogues give the start of the whole Sentinel-2 datatake as the time of each of its tiles, minutes before
    the place was passed. Such a time is a span that the datatake may have lasted.
    """
    props = _props(item)
    known = dict(props) if props.get("datetime") or props.get("start_datetime") else {"datetime": props.get("acquired")}
    try:
        time = item_time(known, "item")
    except CatalogueError as error:
        raise CatalogueError("a time that is none, or lies outside 1957 to 2200") from error
    if time is None:
        raise CatalogueError("no time")
    start = _datatake_start(item, props)
    if start is not None and abs(time.start - start) <= _SAME_START and time.duration <= _SAME_START:
        return TimeSpan(time.start, time.start + DATATAKE_LONGEST, Precision.INTERVAL)
    return time


def footprint_of(item: Mapping[str, Any]) -> BaseGeometry:
    """The real footprint, WGS84, flat; cut in two at the 180th meridian; raises CatalogueError where there is none."""
    if not item.get("geometry"):
        raise CatalogueError("no footprint")
    found = shape_of(item["geometry"])
    if found is None or found.is_empty:
        raise CatalogueError("a broken footprint")
    flat = shapely.force_2d(found)
    flat = flat if flat.is_valid else shapely.make_valid(flat)
    west, south, east, north = flat.bounds
    if not (-360 <= west <= east <= 360 and -91 < south <= north < 91):
        raise CatalogueError("a footprint outside the Earth")
    return _cut_at_180(flat) if east - west > 180 or east > 180 or west < -180 else flat


def _cut_at_180(shape: BaseGeometry) -> BaseGeometry:
    """A shape over the 180th meridian, written from -179 to 179 or beyond 180, as its parts on both sides."""
    parts = list(getattr(shape, "geoms", [shape]))
    if any(p.bounds[2] - p.bounds[0] > 300 for p in parts) or any(abs(x) > 180 for x in shape.bounds[::2]):
        eastward = [shapely.transform(p, lambda at: at + [[360.0, 0.0]] * (at[:, :1] < 0)) for p in parts]
        whole = unary_union([p if p.is_valid else shapely.make_valid(p) for p in eastward])
        west = whole.intersection(box(-0.0, -90, 180, 90))
        east = shapely.transform(whole.intersection(box(180, -90, 540, 90)), lambda at: at - [[360.0, 0.0]])
        return unary_union([west, east])
    return shape


def _props(item: Mapping[str, Any]) -> Mapping[str, Any]:
    props = item.get("properties")
    if not isinstance(props, dict):
        raise CatalogueError("no properties")
    return props


def _id(item: Mapping[str, Any]) -> str:
    """The id, also one written as a whole number; without one, items would be taken for each other."""
    value = item.get("id")
    found = str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value)
    if not found:
        raise CatalogueError("no id")
    return _cut(found)


def _collection(item: Mapping[str, Any]) -> str:
    return _cut(_text(item.get("collection")) or _text(_props(item).get("item_type")) or "-")


def _cut(text: str) -> str:
    """A text of at most 200 characters; a cut one ends in a hash, so that two of them stay two."""
    if len(text) <= _LONGEST:
        return text
    end = f"~{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:10]}"
    return text[: _LONGEST - len(end)] + end


def _platform(props: Mapping[str, Any]) -> str:
    return _cut((_text(props.get("platform")) or _text(props.get("satellite_id"))).lower())


def _constellation(props: Mapping[str, Any]) -> str:
    stated = _text(props.get("constellation")) or _text(props.get("pl:item_type")) or _text(props.get("item_type"))
    return _cut(stated.lower())


def _mission(satellite: str, constellation: str, of_collection: Sequence[str]) -> Mission | None:
    """By the satellite, without what follows its name (`WV03_VNIR`), by the constellation, by the collection."""
    words = [satellite, satellite.partition("_")[0], constellation]
    words += [of_collection[0]] if len(of_collection) == 1 and not satellite else []
    return next((found for word in words if word and (found := library.mission(word))), None)


@cache
def _specific(mission: Mission) -> str:
    """The mission's id, empty where its entry stands for several satellites."""
    several = any(m.id != mission.id and _family(m) == mission.id for m in library.missions())
    return "" if several else mission.id


def _family(mission: Mission) -> str:
    return re.sub(r"(?<=\d)[a-z]$", "", mission.id)


def _modality(props: Mapping[str, Any], mission: Mission | None, satellite: str, constellation: str) -> Modality:
    if mission is not None:
        return mission.modality
    if any(key.startswith("sar:") for key in props):
        return Modality.SAR
    return modality_of((satellite, constellation), ()) or Modality.OPTICAL


def _datatake_start(item: Mapping[str, Any], props: Mapping[str, Any]) -> datetime | None:
    for text in (props.get("s2:datatake_id"), props.get("eopf:datatake_id"), item.get("id")):
        found = _DATATAKE.search(_text(text))
        try:
            if found:
                return datetime.strptime(found[1] or found[2], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            continue  # digits that are no date tell no start
    return None


def _gsd(props: Mapping[str, Any]) -> float | None:
    value = props.get("gsd") or props.get("sar:resolution_range")
    stated = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e5
    return float(value) if stated else None  # type: ignore[arg-type]  # `stated` has looked


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
