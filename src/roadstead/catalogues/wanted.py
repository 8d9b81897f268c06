"""Which files of a catalogue's item are needed to look for ships: one per band, or one of all bands; and the mask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from roadstead.archive import SAR_ROLES, NamedImage, mask_rank, named_images, sar_unit_of
from roadstead.model import BandRole, CatalogueError, SarUnit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_OPTICAL_ROLES = (BandRole.BLUE, BandRole.GREEN, BandRole.RED, BandRole.NIR, BandRole.SWIR16)
"""what the detectors use, in the order in which it is stacked"""
_LEAST_COLOURS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file to be read."""

    key: str
    """of the asset"""
    href: str
    """absolute, without permission"""
    roles: tuple[BandRole, ...]
    """of its bands; empty where the item does not say"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The files of one item that are needed."""

    images: tuple[Part, ...]
    """stacked in this order; their bands are those of the scene"""
    mask: Part | None
    """the product's own mask of cloud"""
    gsd_m: float | None
    """stated pixel size of the first image"""
    sar_unit: SarUnit | None = None
    """what radar pixels hold, where the product states it"""

    @property
    def parts(self) -> tuple[Part, ...]:
        """Every file."""
        return (*self.images, *((self.mask,) if self.mask else ()))


def wanted_of(item: Mapping[str, Any], *, s3: bool = False) -> Wanted:
    """The files of an item that are needed to look for ships.

    Single bands are preferred to rendered pictures: blue, green, red, nir and swir16, or all polarisations; where an
    item has none, its one file with the most stated bands. Of two files of one band the one under the band's own name,
    then the finer, then the GeoTIFF is taken.

    Args:
        item: a STAC item.
        s3: take the `s3://` address that an asset names as its alternate (USGS does) instead of its usual one.

    Raises:
        CatalogueError: the item names no image.
    """
    if not isinstance(item.get("assets"), dict):
        raise CatalogueError(f"{item.get('id')} names no files at all; use another catalogue")
    named = [n for n in named_images(item) if mask_rank(n.key) is None]
    if not named:
        raise CatalogueError(f"{item.get('id')} names no image, only metadata or previews; use another catalogue")
    radar = [best for role in SAR_ROLES if (best := _best(named, role))]
    colours = [best for role in _OPTICAL_ROLES if (best := _best(named, role))]
    chosen = radar or (colours if len(colours) >= _LEAST_COLOURS else [min(named, key=_fullness)])
    return Wanted(
        images=tuple(_part(n, item, s3=s3) for n in chosen),
        mask=None if radar else _mask(item, s3=s3),
        gsd_m=_number(chosen[0].fields.get("gsd")) or _number(_props(item).get("gsd")),
        sar_unit=_sar_unit(chosen, item) if radar else None,
    )


def _best(named: Iterable[NamedImage], role: BandRole) -> NamedImage | None:
    of_role = [n for n in named if n.roles == (role,)]
    return (
        min(of_role, key=lambda n: (n.key != role.value, _number(n.fields.get("gsd")) or 1e9, _rank(n)))
        if (of_role)
        else None
    )


def _rank(named: NamedImage) -> tuple[bool, str]:
    return not _is_tiff(named), named.key


def _is_tiff(named: NamedImage) -> bool:
    path = urlsplit(named.href).path.lower()
    return path.endswith((".tif", ".tiff")) or "tiff" in str(named.fields.get("type", ""))


def _fullness(named: NamedImage) -> tuple[int, bool, bool, str]:
    roles = named.fields.get("roles")
    return -len(named.roles), not _is_tiff(named), "data" not in (roles if isinstance(roles, list) else ()), named.key


def _part(named: NamedImage, item: Mapping[str, Any], *, s3: bool) -> Part:
    return Part(key=named.key, href=_absolute(_href(named.fields, s3=s3), item), roles=named.roles)


def _mask(item: Mapping[str, Any], *, s3: bool) -> Part | None:
    found = []
    for key, asset in item["assets"].items():
        rank, href = mask_rank(key), _href(asset, s3=s3) if isinstance(asset, dict) else ""
        if rank is not None and href:
            found.append((rank, not urlsplit(href).path.lower().endswith((".tif", ".tiff")), key, href))
    return Part(key=min(found)[2], href=_absolute(min(found)[3], item), roles=()) if found else None


def _href(asset: Mapping[str, Any], *, s3: bool) -> str:
    """The address of an asset; its alternate one (STAC extension `alternate`) where S3 is asked for and named."""
    others = asset.get("alternate")
    other = others.get("s3") if s3 and isinstance(others, dict) else None
    href = other.get("href") if isinstance(other, dict) else asset.get("href")
    return href.strip() if isinstance(href, str) else ""


def _absolute(href: str, item: Mapping[str, Any]) -> str:
    """The address of a file; relative ones are meant from where the item lies."""
    if urlsplit(href).scheme or href.startswith("/"):
        return href
    links = item.get("links")
    own = [x.get("href") for x in links if isinstance(x, dict) and x.get("rel") == "self"] if links else []
    if not own or not isinstance(own[0], str):
        raise CatalogueError(
            f"{item.get('id')} names {href[:60]!r} and not where it lies itself; use another catalogue"
        )
    return urljoin(own[0], href)


def _sar_unit(chosen: Iterable[NamedImage], item: Mapping[str, Any]) -> SarUnit | None:
    """The stated unit, else that of the product's kind.

    Sentinel-1 GRD holds detected amplitude (Sentinel-1 Product Specification, ESA); RTC of the Planetary Computer
    gamma nought in linear power (its collection's description).
    """
    stated = sar_unit_of(text for n in chosen for text in n.texts)
    if stated is not None:
        return stated
    collection = str(item.get("collection") or "")
    if collection == "sentinel-1-rtc":
        return SarUnit.LINEAR
    sentinel = str(_props(item).get("constellation") or "").lower().startswith("sentinel-1")
    return SarUnit.AMPLITUDE if sentinel and _props(item).get("sar:product_type") == "GRD" else None


def _props(item: Mapping[str, Any]) -> Mapping[str, Any]:
    props = item.get("properties")
    return props if isinstance(props, dict) else {}


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None
