"""The images held in folders."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.archive import planet, stac
from roadstead.archive.masks import is_mask, named_masks
from roadstead.archive.scene import TIFF_SUFFIXES, Stated, build, mask_for
from roadstead.model import BandsUnknown, CatalogueError, RoadsteadError, Scene

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldScenes:
    """Scenes held, and what could not be used."""

    scenes: tuple[Scene, ...]
    losses: tuple[str, ...]
    """one sentence for each image or item that is there and cannot be used"""
    altered: tuple[str, ...] = ()
    """those of `losses` that say that an exhibit is no longer what was added"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """One acquisition in a set of files."""

    image: Path
    metadata: Path | None
    """STAC item or Planet JSON"""
    others: tuple[Path, ...] = ()
    """further files of the same acquisition: other products, masks, metadata"""


def held_scenes(folders: Sequence[Path]) -> HeldScenes:
    """Every scene in the folders and below, sorted by id; one acquisition once, whatever describes it.

    GeoTIFF, STAC items and Planet orders count. Bare PNG and JPEG do not: they come in by `add`, with their origin.
    An item, image or order that cannot be used is named in `losses`, and the rest is returned.
    """
    places = sorted({f.absolute() for f in folders})
    there = [p for p in places if _is_folder(p)]
    absent = [f"{p} is no folder; correct the path under which images are kept" for p in places if p not in there]
    finds, broken = find_scenes({file for p in there for file in files_below(p.resolve())})
    scenes: dict[str, Scene] = {}
    losses = [*absent, *broken]
    for find in finds:
        try:
            _keep(build(find.image, find.metadata, Stated()), scenes)
        except BandsUnknown as error:
            losses.append(f"{error}; options are stated with 'roadstead add CASE {find.image.name} ...'")
        except RoadsteadError as error:
            losses.append(str(error))
    return HeldScenes(scenes=tuple(scenes[k] for k in sorted(scenes)), losses=tuple(losses))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        # A name that is too long, or a folder in which we may not look.
        return False


def _keep(scene: Scene, scenes: dict[str, Scene]) -> None:
    if any(s.sha256 == scene.sha256 for s in scenes.values()):
        return
    if scene.id in scenes:
        raise CatalogueError(
            f"{scene.path} and {scenes[scene.id].path} are different images with one id {scene.id}; "
            "the second was left out, so give its item another id"
        )
    scenes[scene.id] = scene


def files_below(folder: Path) -> tuple[Path, ...]:
    """All files below a folder, sorted; hidden ones and links to folders are passed over."""
    return tuple(sorted(_walk(folder)))


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = [f for f in folders if not f.startswith(".")]
        yield from (Path(place) / n for n in names if not n.startswith("."))


def find_scenes(files: Iterable[Path]) -> tuple[list[Find], list[str]]:
    """Group files into acquisitions: items with their images, Planet orders, bare GeoTIFF.

    Returns:
        The acquisitions, and a sentence for each item that cannot be used.
    """
    files = sorted(files)
    finds, losses, taken = _items([f for f in files if f.suffix.lower() == ".json"])
    bare = [f for f in files if f.suffix.lower() in TIFF_SUFFIXES and f.resolve() not in taken]
    orders: dict[Path, list[Path]] = {}
    for image in bare:
        if not is_mask(image):
            orders.setdefault(planet.metadata_beside(image) or image, []).append(image)
    for key, images in sorted(orders.items()):
        best = min(images, key=planet.rank)
        metadata = None if key in images else key
        finds.append(Find(image=best, metadata=metadata, others=companions(best, images, metadata)))
    return finds, losses


def _items(documents: Sequence[Path]) -> tuple[list[Find], list[str], set[Path]]:
    finds: list[Find] = []
    losses: list[str] = []
    taken: set[Path] = set()
    for path in documents:
        try:
            document = stac.read_json(path)
            if stac.claims_to_be_item(document):
                stac.read_item(path)
            if not stac.is_item(document):
                continue
            taken |= {p.resolve() for p in (*stac.local_images(document, path), *named_masks(document, path))}
            best = stac.choose_asset(document, path).path
        except CatalogueError as error:
            losses.append(str(error))
        else:
            finds.append(Find(image=best, metadata=path, others=companions(best, (), path)))
    return finds, losses, taken


def companions(image: Path, products: Sequence[Path], metadata: Path | None) -> tuple[Path, ...]:
    """Files that belong to an image besides its metadata: other products and the mask of cloud."""
    mask = mask_for(image, metadata)
    return tuple(sorted({p for p in products if p != image} | ({mask} if mask else set())))
