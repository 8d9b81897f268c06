"""One local image, item or order folder as a scene."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from roadstead.archive import pictures, planet, stac
from roadstead.archive.bands import SAR_ROLES, modality_of, roles_from_file, sar_unit_of
from roadstead.archive.credit import without_claims
from roadstead.archive.masks import cloud_mask_of, is_mask
from roadstead.archive.raster import FileFacts, file_facts
from roadstead.model import (
    SIMULATED_MARK,
    BandRole,
    BandsUnknown,
    CatalogueError,
    DateBasis,
    Modality,
    RasterError,
    SarUnit,
    Scene,
    TimeSpan,
)
from roadstead.steps import sha256_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TIFF_SUFFIXES = (".tif", ".tiff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What the user states about an image; it overrides metadata."""

    bands: tuple[BandRole, ...] | None = None
    sar_unit: SarUnit | None = None
    gsd_m: float | None = None
    time: TimeSpan | None = None
    modality: Modality | None = None


def open_scene(
    path: Path,
    *,
    bands: Sequence[BandRole] | None = None,
    sar_unit: SarUnit | None = None,
    gsd_m: float | None = None,
    time: TimeSpan | None = None,
    modality: Modality | None = None,
    hashed: bool = True,
) -> Scene:
    """The scene in a local GeoTIFF, PNG, JPEG, STAC item or Planet order folder.

    Beside a bare TIFF a STAC item that names it, else Planet metadata, else the file itself says what it is. What
    the user states comes before all of them. Nothing is guessed.

    Args:
        path: image, item or folder.
        bands: role of each band in file order.
        sar_unit: what SAR pixels hold.
        gsd_m: native ground sample distance, metres.
        time: when it was acquired; its basis is then `inferred`.
        modality: kind of sensor.
        hashed: False leaves `sha256` empty, for who has it made while working on the scene.

    Raises:
        BandsUnknown: roles or the SAR unit are stated nowhere; names the option to give.
        RasterError: the image cannot be opened.
        CatalogueError: the item or the order cannot be used.
    """
    stated = Stated(
        bands=tuple(bands) if bands is not None else None,
        sar_unit=sar_unit,
        gsd_m=gsd_m,
        time=time,
        modality=modality,
    )
    image, metadata = locate(path)
    return build(image, metadata, stated, hashed=hashed)


def locate(path: Path) -> tuple[Path, Path | None]:
    """The image and its metadata (STAC item or Planet JSON) behind a path that a user names.

    Raises:
        RasterError: nothing is there, or a folder holds no or several scenes.
        CatalogueError: an item cannot be used.
    """
    if path.is_dir():
        return _in_folder(path)
    if path.suffix.lower() in {".json", ".geojson"}:
        return stac.choose_asset(stac.read_item(path), path).path, path
    return path, metadata_of(path)


def metadata_of(image: Path) -> Path | None:
    """The STAC item beside an image that names it, else its Planet metadata, else None."""
    for candidate in sorted(image.parent.glob("*.json")):
        try:
            document = stac.read_json(candidate)
        except CatalogueError:
            continue
        if stac.is_item(document) and image.resolve() in {p.resolve() for p in stac.local_images(document, candidate)}:
            return candidate
    return planet.metadata_beside(image)


def _in_folder(folder: Path) -> tuple[Path, Path | None]:
    images = [p for p in sorted(folder.rglob("*")) if p.suffix.lower() in TIFF_SUFFIXES and not is_mask(p)]
    orders: dict[Path, list[Path]] = {}
    for image in images:
        orders.setdefault(metadata_of(image) or image, []).append(image)
    if len(orders) != 1:
        names = ", ".join(p.name for p in sorted(orders)[:5])
        found = f"{len(orders)} scenes ({names})" if orders else "no GeoTIFF"
        raise RasterError(f"{folder} holds {found}; name the image or item of one scene")
    ((key, group),) = orders.items()
    return min(group, key=planet.rank), None if key in group else key


def build(image: Path, metadata: Path | None, stated: Stated, *, lenient: bool = False, hashed: bool = True) -> Scene:
    """The scene of an image with its metadata and what is stated about it; see `open_scene`.

    Args:
        image: local image file.
        metadata: STAC item or Planet JSON that belongs to it.
        stated: the user's facts.
        lenient: a picture to be looked at; unknown SAR units and grey bands are accepted.
        hashed: False leaves `sha256` empty.
    """
    facts = file_facts(image)
    scene = _described(image, metadata)
    bands = _bands(image, facts, scene, stated, lenient=lenient)
    modality = stated.modality or _modality(scene, facts, bands, stated)
    unit = _sar_unit(image, facts, scene, stated, lenient=lenient) if modality is Modality.SAR else None
    mask = mask_for(image, metadata) if modality is Modality.OPTICAL else None
    made = replace(
        scene,
        bands=bands,
        modality=modality,
        sar_unit=unit,
        time=stated.time or scene.time,
        date_basis=_date_basis(scene, stated),
        gsd_m=_gsd_m(stated, scene, image),
        gsd_basis="stated by the user" if stated.gsd_m else scene.gsd_basis,
        sha256=sha256_file(image) if hashed else "",
        footprint=facts.footprint,
        simulated=scene.simulated or any(SIMULATED_MARK in tag for tag in facts.tags),
        cloud_mask=mask,
        cloud_mask_sha256=sha256_file(mask) if mask else "",
    )
    return without_claims(made)


def mask_for(image: Path, metadata: Path | None) -> Path | None:
    """The mask of cloud that belongs to an image; None where none is held."""
    document = stac.read_json(metadata) if metadata is not None else None
    return cloud_mask_of(image, document if stac.is_item(document) else None, metadata)


def _described(image: Path, metadata: Path | None) -> Scene:
    if metadata is not None:
        document = stac.read_json(metadata)
        if stac.is_item(document):
            return stac.scene_from_item(document, metadata, image)
        return planet.scene_from_order(image, metadata)
    named = pictures.scene_from_name(image)
    return named or Scene(id=image.stem, path=image, time=None, modality=Modality.OPTICAL, bands=())


def _bands(image: Path, facts: FileFacts, scene: Scene, stated: Stated, *, lenient: bool) -> tuple[BandRole, ...]:
    count = 3 if facts.palette else facts.count
    if stated.bands is not None:
        if len(stated.bands) != count:
            raise BandsUnknown(
                f"{image.name} holds {count} bands, --bands states {len(stated.bands)}; state one role for each"
            )
        return stated.bands
    by_product = planet.roles_by_product(image, count) if scene.platform in _PLANET else ()
    for roles in (scene.bands, roles_from_file(facts, scene.platform), by_product):
        whole = _fit(roles, facts, count)
        if whole:
            return whole
    if _is_sar(scene, facts, stated) or lenient:
        return (BandRole.OTHER,) * count
    raise BandsUnknown(
        f"neither {image.name} nor a STAC item beside it says what "
        f"{f'its {count} bands are' if count > 1 else 'its band is'}; "
        f"state them in file order, like --bands {_example(count)} (radar: vv, vh, hh, hv; whatever else: other)"
    )


_PLANET = ("planetscope", "skysat", "rapideye", "planet")
_LEAST_GSD_M, _MOST_GSD_M = 0.01, 10_000.0
_EXAMPLES = {1: "pan", 2: "red,nir", 3: "red,green,blue"}


def _example(count: int) -> str:
    """Roles of so many bands, as an order that is often met."""
    return _EXAMPLES.get(count, ",".join(["blue,green,red,nir", *["other"] * (count - 4)]))


def _fit(roles: tuple[BandRole, ...], facts: FileFacts, count: int) -> tuple[BandRole, ...]:
    """Stated roles for all bands of the file; an alpha band need not be listed."""
    if len(roles) + 1 == count and facts.colours[-1] == "alpha":
        roles = (*roles, BandRole.ALPHA)
    return roles if len(roles) == count else ()


def _is_sar(scene: Scene, facts: FileFacts, stated: Stated) -> bool:
    if stated.modality is not None:
        return stated.modality is Modality.SAR
    return scene.modality is Modality.SAR or stated.sar_unit is not None or bool(sar_unit_of(facts.words))


def _modality(scene: Scene, facts: FileFacts, bands: tuple[BandRole, ...], stated: Stated) -> Modality:
    if set(bands) & set(SAR_ROLES) or _is_sar(scene, facts, stated):
        return Modality.SAR
    return modality_of((scene.platform,), bands) or scene.modality


def _sar_unit(image: Path, facts: FileFacts, scene: Scene, stated: Stated, *, lenient: bool) -> SarUnit | None:
    unit = stated.sar_unit or scene.sar_unit or sar_unit_of(facts.words) or sar_unit_of(facts.tags)
    if unit is None and not lenient:
        raise BandsUnknown(
            f"neither {image.name} nor a STAC item beside it says what its radar pixels hold; "
            "state it with --sar-unit db, amplitude or linear"
        )
    return unit


def _date_basis(scene: Scene, stated: Stated) -> DateBasis:
    if stated.time is not None:
        return DateBasis.INFERRED
    return scene.date_basis if scene.time is not None else DateBasis.UNKNOWN


def _gsd_m(stated: Stated, scene: Scene, image: Path) -> float | None:
    if stated.gsd_m is not None and not _LEAST_GSD_M <= stated.gsd_m <= _MOST_GSD_M:
        raise RasterError(
            f"pixel size {stated.gsd_m:g} m for {image.name} is impossible; state metres per pixel from "
            f"{_LEAST_GSD_M:g} to {_MOST_GSD_M:g}, like --gsd 10"
        )
    return stated.gsd_m or scene.gsd_m
