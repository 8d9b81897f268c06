"""Scenes from STAC items, versions 1.0.0-beta.2 to 1.1.

Items are read as plain mappings: pystac migrates old items by rules that fail on some real ones, and it refuses what
we can do without. What is needed is checked here, field by field.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

from roadstead.archive.bands import SAR_ROLES, modality_of, roles_of, sar_unit_of
from roadstead.archive.credit import credit_for, licence_for
from roadstead.archive.shapes import shape_of
from roadstead.model import (
    LICENCE_WORDS,
    SIMULATED_MARK,
    BandRole,
    CatalogueError,
    InputError,
    Modality,
    Precision,
    Scene,
    TimeSpan,
    parse_span,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

_EARLIEST, _LATEST = datetime(1957, 10, 4, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_IMAGE_SUFFIXES = (".tif", ".tiff", ".png", ".jpg", ".jpeg", ".jp2")
_NO_IMAGE = frozenset(
    {"thumbnail", "overview", "metadata", "labels", "udm", "udm2", "mask", "tiles", "cloud", "cloud-shadow"}
    | {"snow-ice", "saturation", "water-mask", "data-mask", "date", "sun-azimuth", "incidence-angle", "visual-preview"}
)
_NO_IMAGE_KEYS = ("thumb", "udm", "preview", "overview", "scl", "aot", "wvp", "qa_", "qa-")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageAsset:
    """An image that an item names."""

    key: str
    path: Path
    """local file; it need not exist"""
    band_words: tuple[tuple[str, ...], ...]
    """names of each band, most telling first; empty where the item does not list bands"""
    texts: tuple[str, ...]
    """texts in which the unit may be stated"""
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedImage:
    """An image that an item names, wherever it lies."""

    key: str
    href: str
    """as it is written"""
    roles: tuple[BandRole, ...]
    """of its bands; empty where the item does not state them"""
    texts: tuple[str, ...]
    """texts in which the unit may be stated"""
    fields: Mapping[str, Any] = field(default_factory=dict)


def is_item(document: object) -> bool:
    """Whether a JSON document is a STAC item."""
    return isinstance(document, dict) and document.get("type") == "Feature" and isinstance(document.get("assets"), dict)


def claims_to_be_item(document: object) -> bool:
    """Whether a JSON document says that it is a STAC item, complete or not."""
    return isinstance(document, dict) and document.get("type") == "Feature" and "stac_version" in document


def read_item(path: Path) -> dict[str, Any]:
    """Read a STAC item file.

    Raises:
        CatalogueError: not JSON, or not an item.
    """
    document = read_json(path)
    if not is_item(document):
        kind = document.get("type", "an object without type") if isinstance(document, dict) else "a list"
        raise CatalogueError(
            f"{path} is no STAC item ({str(kind)[:40]}, no `assets`); give the item of one scene, with its image "
            "beside it"
        )
    return document  # type: ignore[no-any-return]  # is_item has looked


def read_json(path: Path) -> Any:
    """Read a JSON file; raises CatalogueError naming what is there instead."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CatalogueError(f"{path} cannot be read ({error.strerror}); check the name and its permissions") from error
    if not data.strip():
        raise CatalogueError(f"{path} is empty; fetch it again")
    if data.lstrip()[:1] == b"<":
        raise CatalogueError(f"{path} holds HTML or XML, not JSON (often a login or error page); fetch it again")
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise CatalogueError(f"{path} is broken JSON ({error}); fetch it again") from error


def scene_from_item(item: Mapping[str, Any], item_path: Path, image: Path | None = None) -> Scene:
    """The scene that an item describes; the image itself is not opened.

    Args:
        item: the parsed item.
        item_path: where the item lies; image hrefs are relative to it.
        image: take the asset with this file, or this file in place of the only asset; None: the best asset.

    Raises:
        CatalogueError: a field is missing or wrong, or no local image is named.
    """
    if not is_item(item):
        raise CatalogueError(f"{item_path} is no STAC item: it needs type Feature and assets")
    props = item.get("properties")
    if not isinstance(props, dict):
        raise CatalogueError(f"{item_path}: the STAC item has no properties; fetch it again")
    asset = choose_asset(item, item_path, image)
    constellation = _text(props.get("constellation"))
    platform = (_text(props.get("platform")) or constellation).lower()
    family = (constellation or platform).lower()
    words = asset.band_words
    roles = roles_of(words, family) or _polarised(props, asset, len(words))
    modality = _modality(props, platform, constellation, roles)
    if modality is Modality.SAR and not roles:
        roles = (BandRole.OTHER,) * len(words)
    time = item_time(props, item_path)
    return Scene(
        id=_text(item.get("id")) or item_path.stem,
        path=image or asset.path,
        time=time,
        modality=modality,
        platform=platform,
        bands=roles,
        sar_unit=sar_unit_of(asset.texts) if modality is Modality.SAR else None,
        gsd_m=_gsd(props, asset),
        credit=_credit(props, family, time),
        licence=_licence(item, props, family),
        simulated=bool(props.get(SIMULATED_MARK, False)),
        footprint=_geometry(item, item_path),
        off_nadir_deg=off_nadir_of(props.get("view:off_nadir")),
    )


def off_nadir_of(value: object) -> float | None:
    """A stated look angle at the satellite, degrees from its nadir, without its side; None where it is no angle."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return abs(float(value)) if number and abs(value) < 90 else None  # type: ignore[arg-type]  # a number by now


def item_time(props: Mapping[str, Any], where: Path | str) -> TimeSpan | None:
    """Acquisition time of an item: `datetime`, or start and end where that is null.

    Raises:
        CatalogueError: a time cannot be read, or lies before the first satellite or after the year 2199.
    """
    try:
        time = _stated_time(props)
    except (InputError, ValueError, OverflowError) as error:
        raise CatalogueError(f"{where}: the item's time cannot be used ({error}); correct it") from error
    if time is not None and not (time.start >= _EARLIEST and time.end <= _LATEST):
        # 0001-01-01 and 9999-12-31 stand for "unknown" in some catalogues, and no arithmetic of times bears them.
        raise CatalogueError(f"{where}: the item's time, {time}, lies outside 1957 to 2200; correct it")
    return time


def _stated_time(props: Mapping[str, Any]) -> TimeSpan | None:
    if props.get("datetime"):
        return parse_span(_text(props["datetime"]))
    first, last = _text(props.get("start_datetime")), _text(props.get("end_datetime"))
    return _span(_instant(first), _instant(last)) if first and last else None


def _instant(text: str) -> datetime:
    t = datetime.fromisoformat(text)
    return t if t.tzinfo else t.replace(tzinfo=UTC)


def _span(start: datetime, end: datetime) -> TimeSpan:
    """Span of an acquisition; catalogues write whole days as 00:00:00 to 23:59:59."""
    if (end.hour, end.minute) == (23, 59):
        midnight = (end + timedelta(minutes=1)).replace(minute=0, second=0, microsecond=0)
        days = (midnight - start) / timedelta(days=1)
        return TimeSpan(start, midnight, Precision.DAY if days == 1 else Precision.INTERVAL)
    short = end - start <= timedelta(minutes=1)
    return TimeSpan(start, end, Precision.SECOND if short else Precision.INTERVAL)


def choose_asset(item: Mapping[str, Any], item_path: Path, image: Path | None = None) -> ImageAsset:
    """The image to use: one that is there, with the most stated bands, measured rather than rendered.

    Raises:
        CatalogueError: none is named, all are remote, or none is there.
    """
    local, remote = _split_assets(item, item_path)
    if image is not None:
        same = [a for a in local if a.path.resolve() == image.resolve() or a.path.name == image.name]
        return same[0] if same else _only(local, image, item_path)
    here = [a for a in local if a.path.is_file()]
    if here:
        return min(here, key=_rank)
    if local:
        raise CatalogueError(f"{item_path} names the image {local[0].path.name}, which is not there; put it beside")
    if remote:
        raise CatalogueError(
            f"{item_path} names images elsewhere ({remote[0][:100]}); only local files are read, so fetch the image, "
            "put it beside the item and write its name into the asset's href"
        )
    raise CatalogueError(f"{item_path} names no image (only metadata or thumbnails); use an item with a data asset")


def _only(local: Sequence[ImageAsset], image: Path, item_path: Path) -> ImageAsset:
    if len(local) != 1:
        raise CatalogueError(f"{item_path} does not name {image.name}; name the image as an asset of the item")
    return local[0]


def local_images(item: Mapping[str, Any], item_path: Path) -> tuple[Path, ...]:
    """Every local image that an item names, sorted; none need exist."""
    return tuple(sorted(a.path for a in _split_assets(item, item_path)[0]))


def named_images(item: Mapping[str, Any]) -> tuple[NamedImage, ...]:
    """Every image that an item names, local or remote, sorted by key; previews and masks are left out."""
    props = item.get("properties")
    props = props if isinstance(props, dict) else {}
    family = (_text(props.get("constellation")) or _text(props.get("platform"))).lower()
    found = []
    for key, asset in sorted(item["assets"].items()):
        if isinstance(asset, dict) and _is_image(key, asset):
            read = _asset(key, asset, Path(key), item)
            words = roles_of(read.band_words, family) or _polarised(props, read, len(read.band_words))
            found.append(NamedImage(key=key, href=_text(asset["href"]), roles=words, texts=read.texts, fields=asset))
    return tuple(found)


def _split_assets(item: Mapping[str, Any], item_path: Path) -> tuple[list[ImageAsset], list[str]]:
    local: list[ImageAsset] = []
    remote: list[str] = []
    for key, asset in sorted(item["assets"].items()):
        if not isinstance(asset, dict) or not _is_image(key, asset):
            continue
        path = local_path(_text(asset["href"]), item_path)
        if path is None:
            remote.append(_text(asset["href"]))
        else:
            local.append(_asset(key, asset, path, item))
    return local, remote


def _is_image(key: str, asset: Mapping[str, Any]) -> bool:
    href, kind = _text(asset.get("href")), _text(asset.get("type"))
    roles = {r for r in _list(asset.get("roles")) if isinstance(r, str)}
    if not href or roles & _NO_IMAGE or any(k in key.lower() for k in _NO_IMAGE_KEYS):
        return False
    return kind.startswith("image/") or href.partition("?")[0].lower().endswith(_IMAGE_SUFFIXES)


def local_path(href: str, item_path: Path) -> Path | None:
    """The file that an href names, relative to the item; None for anything remote, or that can be no file."""
    try:
        href.encode()
        return None if "\0" in href else _local_path(href, item_path)
    except (ValueError, OSError):
        # Half a letter, a broken address, a name that is too long.
        return None


def _local_path(href: str, item_path: Path) -> Path | None:
    parts = urlparse(href)
    if parts.scheme == "file" and parts.netloc in {"", "localhost"}:
        return Path(unquote(parts.path))
    if parts.scheme or href.startswith(("//", "\\\\", "/vsi")):
        return None
    plain, unquoted = item_path.parent / href, item_path.parent / unquote(href)
    return plain if plain.is_file() or not unquoted.is_file() else unquoted


def _asset(key: str, asset: Mapping[str, Any], path: Path, item: Mapping[str, Any]) -> ImageAsset:
    bands = _bands(asset, item["properties"] if isinstance(item.get("properties"), dict) else {})
    words = tuple(
        tuple(_text(band.get(k)) for k in ("eo:common_name", "common_name", "name", "description") if band.get(k))
        for band in bands
    )
    if len(words) <= 1 and not any(words):
        words = ((key,),) if roles_of(((key,),)) else words
    texts = [_text(band.get(k)) for band in bands for k in ("name", "description", "unit", "raster:unit")]
    texts += [_text(asset.get(k)) for k in ("title", "description", "unit", "raster:unit")]
    return ImageAsset(key=key, path=path, band_words=words, texts=tuple(texts), fields=asset)


def _bands(asset: Mapping[str, Any], props: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Bands of an asset: `bands` of STAC 1.1, `eo:bands` and `raster:bands` before it, merged by position."""
    lists = [asset.get(k) for k in ("raster:bands", "eo:bands", "bands")]
    shared = _list(props.get("eo:bands"))
    merged: list[dict[str, Any]] = []
    for bands in lists:
        for i, band in enumerate(bands if isinstance(bands, list) else ()):
            known = shared[band] if isinstance(band, int) and 0 <= band < len(shared) else band
            merged += [{}] * (i + 1 - len(merged))
            if isinstance(known, dict):
                merged[i] = {**merged[i], **known}
    return merged


def _rank(asset: ImageAsset) -> tuple[int, bool, bool, str]:
    asset_roles = _list(asset.fields.get("roles"))
    roles = roles_of(asset.band_words)
    crossed = bool(set(roles) & {BandRole.VH, BandRole.HV}) and not set(roles) & {BandRole.VV, BandRole.HH}
    return -len(roles), "data" not in asset_roles, crossed, asset.key


def _polarised(props: Mapping[str, Any], asset: ImageAsset, count: int) -> tuple[BandRole, ...]:
    names = asset.fields.get("sar:polarizations") or props.get("sar:polarizations") or ()
    roles = roles_of([(_text(n),) for n in names]) if isinstance(names, list) else ()
    return roles if roles and set(roles) <= set(SAR_ROLES) and count in {0, len(roles)} else ()


def _modality(props: Mapping[str, Any], platform: str, constellation: str, roles: tuple[BandRole, ...]) -> Modality:
    if any(key.startswith("sar:") for key in props):
        return Modality.SAR
    instruments = props.get("instruments") or ()
    words = [platform, constellation, *(_text(i) for i in instruments if isinstance(instruments, list))]
    return modality_of(words, roles) or Modality.OPTICAL


def _gsd(props: Mapping[str, Any], asset: ImageAsset) -> float | None:
    for value in (asset.fields.get("gsd"), props.get("gsd")):
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e5:
            return float(value)
    return None


def _credit(props: Mapping[str, Any], family: str, time: TimeSpan | None) -> str:
    stated = _text(props.get("attribution")) or _text(props.get("credit"))
    known = stated or credit_for(family, time)
    providers = props.get("providers")
    names = [_text(p.get("name")) for p in providers if isinstance(p, dict)] if isinstance(providers, list) else []
    return known or ", ".join(n for n in names if n)


def _licence(item: Mapping[str, Any], props: Mapping[str, Any], family: str) -> str:
    stated = _text(props.get(LICENCE_WORDS)) or _text(props.get("license"))
    if stated and stated not in {"proprietary", "various", "other"}:
        return stated
    links = item.get("links")
    found = [x.get("href") for x in links if isinstance(x, dict) and x.get("rel") == "license"] if links else []
    return licence_for(family) or _text(found[0] if found else "") or stated


def _geometry(item: Mapping[str, Any], item_path: Path) -> BaseGeometry | None:
    if not item.get("geometry"):
        return None
    outline = shape_of(item["geometry"])
    if outline is None:
        raise CatalogueError(f"{item_path}: the item's geometry cannot be used; correct it")
    return outline


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
