"""The product's own mask of cloud that belongs to an image: Sentinel-2 SCL, Planet UDM2, Landsat QA_PIXEL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from roadstead.archive import planet, stac

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_KEYS = ("scl", "udm2", "qa_pixel")
"""words in the keys of assets that hold a mask, best first"""
_IMAGES = (".tif", ".tiff", ".jp2")
# "SCL.tif" of Earth Search, "T52TFN_20241010T020451_SCL_20m.jp2" of ESA, "LC08_..._QA_PIXEL.TIF" of the USGS.
_BESIDE = re.compile(r"(?P<start>.*?)_?(?:SCL(?:_\d+m)?|QA_PIXEL)\.(?:tiff?|jp2)", re.IGNORECASE)


def is_mask(path: Path) -> bool:
    """Whether a file is a mask by its name, no image of its own."""
    return planet.is_mask(path) or bool(_BESIDE.fullmatch(path.name))


def cloud_mask_of(image: Path, item: Mapping[str, Any] | None = None, item_path: Path | None = None) -> Path | None:
    """The mask that the STAC item names, else one beside the image that carries its name; None where none is held.

    A mask without a name of its own (`SCL.tif`) belongs to an image only where the folder holds no second one.
    """
    named = named_masks(item, item_path) if item is not None and item_path is not None else ()
    return next(iter(named), None) or planet.udm2_beside(image) or _beside(image)


def named_masks(item: Mapping[str, Any], item_path: Path) -> tuple[Path, ...]:
    """Local masks that an item names and that are there, best first."""
    found = []
    for key, asset in sorted(item["assets"].items()):
        rank = mask_rank(key)
        href = asset.get("href") if isinstance(asset, dict) else None
        path = stac.local_path(href, item_path) if rank is not None and isinstance(href, str) else None
        if path is not None and path.suffix.lower() in _IMAGES and path.is_file():
            found.append((rank, key, path))
    return tuple(path for _, _, path in sorted(found))


def mask_rank(key: str) -> int | None:
    """How good a mask an asset of this key is, 0 best; None where it is none."""
    # Planet's "basic" products are not rectified, so their masks lie nowhere.
    name = key.lower().removeprefix("ortho_")
    return next((i for i, word in enumerate(_KEYS) if name.startswith(word)), None)


def _beside(image: Path) -> Path | None:
    if is_mask(image) or not image.parent.is_dir():
        return None
    others = [p for p in sorted(image.parent.iterdir()) if p.suffix.lower() in _IMAGES and p != image]
    alone = all(is_mask(p) for p in others)
    found = []
    for other in others:
        match = _BESIDE.fullmatch(other.name)
        if match and (image.stem.startswith(match["start"]) if match["start"] else alone):
            found.append((len(match["start"]), other.name, other))
    return max(found)[2] if found else None
