"""Planet orders: images, their `*_metadata.json` and their usable data masks `*_udm2*.tif`.

Band orders are those of Planet's product specification (docs.planet.com/data/imagery); a file's own band
descriptions come first.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from roadstead.archive.credit import credit_for
from roadstead.archive.shapes import shape_of
from roadstead.archive.stac import is_item, item_time, off_nadir_of, read_json
from roadstead.model import BandRole, CatalogueError, Modality, Scene

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

_METADATA = re.compile(r"(?P<order>.+?)_metadata\.json", re.IGNORECASE)
_UDM2 = re.compile(r"(?P<order>.+?)(?:_[13][AB])?_(?:\w+_)?udm2(?:_\w+)?\.tiff?", re.IGNORECASE)
_MASKS = re.compile(r"_udm2?(?:_\w+)?\.tiff?$", re.IGNORECASE)
_B, _G, _R, _N, _X = BandRole.BLUE, BandRole.GREEN, BandRole.RED, BandRole.NIR, BandRole.OTHER
_ANALYTIC = {3: (_R, _G, _B), 4: (_B, _G, _R, _N), 5: (_B, _G, _R, _X, _N), 8: (_X, _B, _X, _G, _X, _R, _X, _N)}
_VISUAL = {3: (_R, _G, _B), 4: (_R, _G, _B, BandRole.ALPHA)}
_RANK = ("analytic", "pansharpened", "visual", "panchromatic")


def is_mask(path: Path) -> bool:
    """Whether a file is a usable (UDM2) or unusable (UDM) data mask by its name."""
    return bool(_MASKS.search(path.name))


def udm2_beside(image: Path) -> Path | None:
    """The UDM2 mask that belongs to a Planet image, in the same folder; None where there is none."""
    if is_mask(image):
        return None
    return _belonging(image, _UDM2)


def metadata_beside(image: Path) -> Path | None:
    """The `*_metadata.json` that belongs to a Planet image, in the same folder; None where there is none."""
    return None if is_mask(image) else _belonging(image, _METADATA)


def _belonging(image: Path, pattern: re.Pattern[str]) -> Path | None:
    found = []
    for other in sorted(image.parent.iterdir()) if image.parent.is_dir() else ():
        match = pattern.fullmatch(other.name)
        if match and image.name.startswith(match["order"]) and other.is_file() and other != image:
            found.append((len(match["order"]), other.name, other))
    return max(found)[2] if found else None


def rank(image: Path) -> tuple[int, str]:
    """Sort key that puts the measured product before the rendered one."""
    name = image.name.lower()
    return next((i for i, word in enumerate(_RANK) if word in name), len(_RANK)), image.name


def roles_by_product(image: Path, count: int) -> tuple[BandRole, ...]:
    """Band roles that Planet's product name states for that number of bands; empty for other names."""
    name = image.name.lower()
    if "panchromatic" in name and count == 1:
        return (BandRole.PAN,)
    if "analytic" in name or "pansharpened" in name:
        return _ANALYTIC.get(count, ())
    return _VISUAL.get(count, ()) if "visual" in name else ()


def scene_from_order(image: Path, metadata: Path) -> Scene:
    """The scene that a Planet order describes; the image is not opened and bands stay empty.

    Raises:
        CatalogueError: the metadata cannot be used.
    """
    document = read_json(metadata)
    props = document.get("properties") if isinstance(document, dict) else None
    if not isinstance(props, dict) or is_item(document):
        raise CatalogueError(f"{metadata} is no Planet metadata (no properties); fetch the order again")
    constellation = _constellation(props)
    time = item_time({"datetime": props.get("acquired")}, metadata)
    gsd = props.get("gsd") or props.get("pixel_resolution")
    return Scene(
        id=str(document.get("id") or image.stem),
        path=image,
        time=time,
        modality=Modality.OPTICAL,
        platform=constellation,
        bands=(),
        gsd_m=float(gsd) if isinstance(gsd, int | float) and 0 < gsd < 1e5 else None,
        credit=credit_for(constellation, time),
        footprint=_footprint(document, metadata),
        # "Spacecraft across-track off-nadir viewing angle", signed by its side (docs.planet.com, item properties).
        off_nadir_deg=off_nadir_of(props.get("view_angle")),
    )


def _constellation(props: dict[str, Any]) -> str:
    item_type = f"{props.get('item_type') or ''} {props.get('provider') or ''}".lower()
    if item_type.startswith("ps") or "planetscope" in item_type:
        return "planetscope"
    return next((name for name in ("skysat", "rapideye") if name in item_type), "planet")


def _footprint(document: dict[str, Any], metadata: Path) -> BaseGeometry | None:
    if not document.get("geometry"):
        return None
    outline = shape_of(document["geometry"])
    if outline is None:
        raise CatalogueError(f"{metadata}: its geometry cannot be used; fetch the order again")
    return outline
