"""What a path brings: which files belong together and what kind of exhibit they are."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.archive import stac
from roadstead.archive.held import companions, files_below, find_scenes
from roadstead.archive.marks import read_marks
from roadstead.archive.pictures import PICTURE_SUFFIXES
from roadstead.archive.raster import check_whole, file_facts
from roadstead.archive.scene import TIFF_SUFFIXES, Stated, build, metadata_of
from roadstead.model import ExhibitKind, IntakeError, Scene

if TYPE_CHECKING:
    from collections.abc import Iterable

MARK_SUFFIXES = (".geojson", ".kml", ".kmz")
# A longer way from one file of a bundle to another means that they were kept apart; then only names are kept.
_DEEPEST = 3
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(name: str) -> str:
    """A name with every control, direction mark and broken character written as its code: `a-u202e-b.tif`."""
    return _HIDDEN.sub(lambda found: f"-u{ord(found[0]):04x}-", name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """One exhibit-to-be: its main file and what belongs to it."""

    kind: ExhibitKind
    main: Path
    metadata: Path | None = None
    """STAC item or Planet JSON"""
    others: tuple[Path, ...] = ()

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file, the main one first."""
        return (self.main, *((self.metadata,) if self.metadata else ()), *self.others)

    def layout(self) -> dict[Path, str]:
        """Where each file goes inside the exhibit's folder: as they lay to each other, so that hrefs still work."""
        base = Path(os.path.commonpath([os.path.abspath(f.parent) for f in self.files]))  # noqa: PTH100 - keeps links
        places = {f: visible(Path(os.path.relpath(f, base)).as_posix()) for f in self.files}
        deep = any(p.count("/") >= _DEEPEST for p in places.values())
        return {f: visible(f.name) for f in self.files} if deep else places


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What was found behind one path."""

    bundles: tuple[Bundle, ...]
    refused: tuple[str, ...] = ()
    ignored: int = 0
    """files in a folder that are neither images nor marks"""


def offer_of(path: Path) -> Offer:
    """Sort what lies behind a file or folder.

    Raises:
        IntakeError: nothing is there, or the file is empty.
        CatalogueError: a JSON file cannot be used.
    """
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        raise IntakeError(f"{path} is not there; check the name")
    if path.stat().st_size == 0:
        raise IntakeError(f"{path} is empty (0 bytes); fetch it again")
    return Offer(bundles=(_file(path),))


def _file(path: Path) -> Bundle:
    suffix = path.suffix.lower()
    if suffix == ".json" or suffix in MARK_SUFFIXES:
        return _document(path)
    if suffix == ".pdf":
        return Bundle(kind=ExhibitKind.PICTURE, main=path)
    if suffix in (*PICTURE_SUFFIXES, *TIFF_SUFFIXES, ".jp2"):
        return _image(path, metadata_of(path))
    return Bundle(kind=ExhibitKind.NOTE, main=path)


def _document(path: Path) -> Bundle:
    if path.suffix.lower() in {".json", ".geojson"}:
        document = stac.read_json(path)
        if stac.is_item(document):
            return _image(stac.choose_asset(document, path).path, path)
        features = document.get("features") if isinstance(document, dict) else document
        if isinstance(features, list) and any(stac.is_item(f) for f in features):
            raise IntakeError(f"{path.name} is a catalogue's answer with many items; give the item of one scene")
    return Bundle(kind=ExhibitKind.MARKS, main=path)


def _image(image: Path, metadata: Path | None) -> Bundle:
    facts = file_facts(image)
    is_scene = metadata is not None or (facts.georeferenced and image.suffix.lower() not in PICTURE_SUFFIXES)
    kind = ExhibitKind.SCENE if is_scene else ExhibitKind.PICTURE
    return Bundle(kind=kind, main=image, metadata=metadata, others=companions(image, (), metadata))


def _folder(folder: Path) -> Offer:
    files = files_below(folder)
    finds, refused = find_scenes(files)
    bundles = [Bundle(kind=ExhibitKind.SCENE, main=f.image, metadata=f.metadata, others=f.others) for f in finds]
    taken = {p.resolve() for b in bundles for p in b.files}
    loose = [f for f in files if f.resolve() not in taken and f.suffix.lower() in _LOOSE]
    bundles += [Bundle(kind=_loose_kind(f), main=f) for f in loose]
    ignored = len(files) - len(taken) - len(loose)
    if not bundles and not refused:
        raise IntakeError(f"{folder} holds no image, item or marks; name the folder that does")
    return Offer(bundles=tuple(sorted(bundles, key=lambda b: b.main)), refused=tuple(refused), ignored=ignored)


_LOOSE = (*PICTURE_SUFFIXES, ".pdf", *MARK_SUFFIXES)


def _loose_kind(path: Path) -> ExhibitKind:
    return ExhibitKind.MARKS if path.suffix.lower() in MARK_SUFFIXES else ExhibitKind.PICTURE


def examine(bundle: Bundle, stated: Stated) -> tuple[Bundle, Scene | None]:
    """Make sure that a bundle can be used, before anything is copied.

    Returns:
        The bundle, its kind settled, and the scene that it shows (None for marks, notes and PDF files).

    Raises:
        InputError: it cannot be used; says why.
    """
    _not_empty(bundle.files)
    if bundle.kind is ExhibitKind.MARKS:
        read_marks(bundle.main)
    if bundle.kind in {ExhibitKind.MARKS, ExhibitKind.NOTE} or bundle.main.suffix.lower() == ".pdf":
        return bundle, None
    settled = _image(bundle.main, bundle.metadata)
    check_whole(bundle.main)
    scene = build(bundle.main, bundle.metadata, stated, lenient=settled.kind is ExhibitKind.PICTURE)
    for other in bundle.others:
        check_whole(other)
    return replace(bundle, kind=settled.kind), scene


def _not_empty(files: Iterable[Path]) -> None:
    for path in files:
        if path.stat().st_size == 0:
            raise IntakeError(f"{path} is empty (0 bytes); fetch it again")
