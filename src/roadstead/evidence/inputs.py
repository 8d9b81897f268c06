"""What a case was judged from, file by file: its hash always, a copy where the licence allows one."""

from __future__ import annotations

import os
import re
import zlib
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from roadstead.evidence.licences import may_copy
from roadstead.evidence.tags import KINDS, UNREADABLE, telling_tags
from roadstead.model import SIMULATED_MARK, ExhibitKind, InputError
from roadstead.report.exports import Profile, holds_secret
from roadstead.steps import read_lines, sha256_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.evidence.results import Results
    from roadstead.model import Scene
    from roadstead.report.exports import Redactor

OWN = "the case's own record"
RUN_FILES = frozenset(
    {"ledger/runs.sqlite", "ledger/log.jsonl", "review.sqlite", "review.sqlite-wal", "review.sqlite-shm"}
)
"""grow with every run; what they say of the results is in provenance.jsonld, and of the review in decisions.jsonl"""
MADE_ANEW = frozenset({"out", ".cache", "editions"})
"""what comes of a case is no input of it"""
WRITTEN_BY_US = re.compile(
    r"(?:case\.toml|reported\.toml|redaction\.toml|exhibits\.jsonl|decisions\.jsonl|ledger/[^/]+\.jsonl|orbits/[^/]+|catalogues/[^/]+"
    r"|library/(?:classes|forms|hulls)/[^/]+\.toml)"
)
PUBLIC = re.compile(r"(?:orbits/[^/]+|catalogues/[^/]+)")
SIMULATED = "simulated by Roadstead, free of others' rights"
MAX_TEXT_BYTES = 64 * 2**20
"""of a file that is searched for keys and names, unpacked"""
_SAFE = re.compile(r"[\w.+@() -]{1,120}")


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """One file that the case was judged from."""

    path: str
    """inside the case folder; for images outside it `outside/NAME`"""
    sha256: str
    size_bytes: int
    role: str
    licence: str
    copied: bool
    why_not: str = ""
    """why there is no copy, in words"""
    bundle_path: str = ""
    """inside the bundle; empty: not copied"""
    credit: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    role: str
    licences: tuple[str, ...]
    """as stated; empty texts where none is"""
    credit: str = ""
    simulated: bool = False

    @property
    def licence(self) -> str:
        """All that are stated, in words."""
        return " and ".join(words or "no licence stated" for words in self.licences) if any(self.licences) else ""

    @property
    def may_copy(self) -> bool:
        """Whether each of them allows copies to be handed on."""
        return self.simulated or self.licences == (OWN,) or all(map(may_copy, self.licences))


def input_files(results: Results, redactor: Redactor) -> list[tuple[InputFile, Path]]:
    """Every input with the file on this disk, sorted by path.

    Args:
        results: of the case, in full.
        redactor: of its profile; the public gets neither what names persons nor what the case's authors wrote.

    Raises:
        InputError: a file cannot be read.
    """
    folder = results.case.folder
    known = _known(results)
    inside = {p.resolve(): p.relative_to(folder).as_posix() for p in _files(folder)}
    outside = sorted(p for p in known if p not in inside and p.is_file())
    named = [(p, name, f"data/case/{name}") for p, name in inside.items()]
    apart = [(p, f"outside/{sha256_file(p)[:12]}-{p.name}") for p in outside]
    named += [(p, name, f"data/{name}") for p, name in apart]
    found = [(_input(p, name, known.get(p), redactor, place), p) for p, name, place in named]
    return sorted(found, key=lambda f: f[0].path)


def _files(folder: Path) -> Iterator[Path]:
    for place, subfolders, names in os.walk(folder):
        at_top = Path(place) == folder
        subfolders[:] = sorted(s for s in subfolders if not (s.startswith(".") or (at_top and s in MADE_ANEW)))
        for name in sorted(names):
            path = Path(place) / name
            if path.is_file() and not name.startswith(".") and path.relative_to(folder).as_posix() not in RUN_FILES:
                yield path


def _known(results: Results) -> dict[Path, _Known]:
    """What scenes and exhibits say of their files."""
    found: dict[Path, _Known] = {}
    for scene in results.gathered.scenes.values():
        for path in _of_scene(scene):
            known = _Known("image", (scene.licence,), scene.credit, scene.simulated)
            found[path.resolve()] = _both(found.get(path.resolve()), known)
    folder = results.case.folder
    for line in read_lines(folder / "exhibits.jsonl"):
        exhibit, files = line.get("exhibit"), line.get("files")
        if isinstance(exhibit, dict) and isinstance(files, dict):
            own = exhibit.get("kind") == ExhibitKind.MARKS.value
            licence = str(exhibit.get("licence") or (OWN if own else ""))
            kind = _Known(f"exhibit ({exhibit.get('kind')})", (licence,), str(exhibit.get("credit") or ""))
            for name in files:
                path = (folder / name).resolve()
                if path not in found or not found[path].simulated:
                    found[path] = _both(found.get(path), kind)
    return found


def _both(held: _Known | None, other: _Known) -> _Known:
    """What is known of a file that two scenes or exhibits share: it is copied only where each licence allows it."""
    if held is None:
        return other
    credit = "; ".join(dict.fromkeys(c for c in (held.credit, other.credit) if c))
    licences = tuple(dict.fromkeys((*held.licences, *other.licences)))
    return _Known(other.role, licences, credit, held.simulated and other.simulated)


def _of_scene(scene: Scene) -> list[Path]:
    """Image, mask, and the item beside them."""
    item = scene.path.with_suffix(".json")
    return [p for p in (scene.path, scene.cloud_mask, item) if p is not None and p.is_file()]


def _input(path: Path, name: str, known: _Known | None, redactor: Redactor, place: str) -> InputFile:
    if known is None:
        known = _by_place(path, name)
    why_not = _why_not(path, name, known, redactor)
    try:
        size_bytes = path.stat().st_size
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error
    sha256 = sha256_file(path)
    return InputFile(
        path=name,
        sha256=sha256,
        size_bytes=size_bytes,
        role=known.role,
        licence=SIMULATED if known.simulated else known.licence or "not stated",
        copied=not why_not,
        why_not=why_not,
        bundle_path="" if why_not else _safe(place, sha256, redactor),
        credit=known.credit,
    )


def _by_place(path: Path, name: str) -> _Known:
    if WRITTEN_BY_US.fullmatch(name):
        return _Known("case file", (OWN,))
    return _Known("file of the case", ("",), simulated=_marked(path))


def _marked(path: Path) -> bool:
    """Whether the file says near its beginning that an exercise made it."""
    try:
        with path.open("rb") as f:
            return SIMULATED_MARK.encode() in f.read(4096)
    except OSError:
        return False


def _why_not(path: Path, name: str, known: _Known, redactor: Redactor) -> str:
    public = redactor.profile is Profile.PUBLIC
    if public and known.licence == OWN and not PUBLIC.fullmatch(name):
        return "withheld from the public: it may name persons; what verdicts need of it is in case.json"
    if not known.may_copy:
        stated = f"its licence ({known.licence[:200]}) does not" if known.licence else "no licence is stated that would"
        return f"{stated} allow copies to be handed on"
    if public and path.suffix.lower() in {".json", ".geojson", ".kml", ".csv", ".txt", ".xml"}:
        return "withheld from the public: a text that may name persons or places of a disk"
    content = b"" if path.suffix.lower() in {".tif", ".tiff"} else _content(path)
    if content is None and path.suffix == ".gz":
        return f"unpacked it is larger than {MAX_TEXT_BYTES // 2**20} MiB, too much to be searched for keys"
    if content and holds_secret(content):
        return "it holds a key or a signed address"
    if not public:
        return ""
    return _telling_words(content, redactor) if PUBLIC.fullmatch(name) else _telling_tags(path, known)


def _telling_words(content: bytes | None, redactor: Redactor) -> str:
    """Why the public gets no copy of an answer or of element sets."""
    words = "" if content is None else content.decode("utf-8", errors="replace")
    scrap = replace(redactor, removed=Counter())
    told = [scrap.text(line) != line for line in words.splitlines()]
    return "withheld from the public: it holds words that are withheld" if content is None or any(told) else ""


def _telling_tags(path: Path, known: _Known) -> str:
    """Why the public gets no copy of an image."""
    if path.suffix.lower() not in KINDS:
        return "withheld from the public: what a file of its kind tells besides pixels is not looked at"
    found = [t for t in telling_tags(path) if not (known.simulated and t != UNREADABLE)]
    return f"withheld from the public: it carries {', '.join(found)}, which may name persons or disks" if found else ""


def _content(path: Path) -> bytes | None:
    """Its bytes, those of a packed answer unpacked; None where they are more than is searched."""
    import gzip  # noqa: PLC0415 - few cases hold packed answers

    if path.stat().st_size > MAX_TEXT_BYTES:
        return None
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            data = file.read(MAX_TEXT_BYTES + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        data = path.read_bytes()
    return data if len(data) <= MAX_TEXT_BYTES else None


def _safe(path: str, sha256: str, redactor: Redactor) -> str:
    """The path, or where a part of it is withheld or might trouble another system, one by hash."""
    parts = PurePosixPath(path).parts
    told = replace(redactor, removed=Counter()).text(path) == path
    if told and all(_SAFE.fullmatch(p) and p.isascii() and p == p.strip(" .") for p in parts):
        return path
    suffix = PurePosixPath(path).suffix
    return f"data/other/{sha256[:12]}{suffix if re.fullmatch(r'[.][A-Za-z0-9]{1,8}', suffix) else ''}"
