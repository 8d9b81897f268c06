"""BagIt 1.0 (RFC 8493): manifests over a folder, and finding whatever changed since.

Payload and tags each have two manifests, SHA-256 and SHA-512. They are written in one canonical form, so that a bundle
has one possible text for each; where only one of two disagrees with a file, it is that manifest that was damaged.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from roadstead.model import InputError
from roadstead.steps import write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ALGORITHMS = ("sha256", "sha512")
DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOAD = "data"
MAX_FILES = 200_000
MAX_MANIFEST_BYTES = 128 * 2**20
_DIGITS = {"sha256": 64, "sha512": 128}
_ESCAPES = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Damage:
    """Something that is not as it was when the bundle was made."""

    file: str
    """path inside the bundle"""
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What lies in the folder now."""

    digests: dict[str, dict[str, str]]
    """path -> algorithm -> hex"""
    damage: list[Damage]


def manifest_name(kind: str, algorithm: str) -> str:
    """`manifest-sha256.txt` for ("manifest", "sha256")."""
    return f"{kind}-{algorithm}.txt"


def write_manifests(root: Path, info: Mapping[str, str]) -> None:
    """Write bagit.txt, bag-info.txt and the payload's manifests; the payload lies in ROOT/data.

    Args:
        root: the bundle's folder.
        info: lines of bag-info.txt; Payload-Oxum is added.
    """
    digests = {p: d for p, d in _scan(root).digests.items() if _is_payload(p)}
    size_bytes = sum((root / p).stat().st_size for p in digests)
    lines = dict(info) | {"Payload-Oxum": f"{size_bytes}.{len(digests)}"}
    write_atomic(root / "bagit.txt", DECLARATION)
    write_atomic(root / "bag-info.txt", "".join(f"{k}: {_one_line(v)}\n" for k, v in sorted(lines.items())))
    for algorithm in ALGORITHMS:
        write_atomic(root / manifest_name("manifest", algorithm), _manifest(digests, algorithm))


def seal(root: Path) -> None:
    """Write the tag manifests, over everything that is neither payload nor tag manifest."""
    digests = {p: d for p, d in _scan(root).digests.items() if _is_tag(p)}
    for algorithm in ALGORITHMS:
        write_atomic(root / manifest_name("tagmanifest", algorithm), _manifest(digests, algorithm))


def check_bag(root: Path) -> list[Damage]:
    """Everything that is missing, added or changed, by file; nothing where the bundle is whole.

    Links are never followed and nothing outside the folder is read.

    Raises:
        InputError: the folder is no bundle, or holds more files than any bundle.
    """
    if not (root.is_dir() and (root / "bagit.txt").exists()):
        raise InputError(f"{root}: is no evidence bundle; name the folder that holds bagit.txt")
    found = _scan(root)
    out = [*found.damage]
    if (root / "bagit.txt").is_file() and (root / "bagit.txt").read_bytes() != DECLARATION.encode():
        out.append(Damage(file="bagit.txt", sentence="is not the declaration that every bundle begins with"))
    out += _compare(root, "tagmanifest", {p: d for p, d in found.digests.items() if _is_tag(p)})
    out += _compare(root, "manifest", {p: d for p, d in found.digests.items() if _is_payload(p)})
    return sorted(set(out))


def _is_payload(path: str) -> bool:
    return path.startswith(f"{PAYLOAD}/")


def _is_tag(path: str) -> bool:
    return not _is_payload(path) and not path.startswith("tagmanifest-")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _manifest(digests: Mapping[str, Mapping[str, str]], algorithm: str) -> str:
    return "".join(f"{digests[path][algorithm]}  {_escaped(path)}\n" for path in sorted(digests))


def _escaped(path: str) -> str:
    for letter, escape in _ESCAPES:
        path = path.replace(letter, escape)
    return path


def _plain(path: str) -> str:
    for letter, escape in reversed(_ESCAPES):
        path = path.replace(escape, letter)
    return path


def _scan(root: Path) -> _Found:
    found = _Found(digests={}, damage=[])
    for path, kind in _walk(root):
        if kind == "link":
            found.damage.append(Damage(file=path, sentence="is a link; a bundle holds plain files only"))
        elif kind == "file":
            try:
                found.digests[path] = _digests(root / path)
            except OSError as error:
                found.damage.append(Damage(file=path, sentence=f"cannot be read ({error.strerror})"))
        else:
            found.damage.append(Damage(file=path, sentence="is no plain file"))
        if len(found.digests) > MAX_FILES:
            raise InputError(f"{root}: holds more than {MAX_FILES} files, more than any bundle; name another folder")
    return found


def _walk(root: Path) -> Iterator[tuple[str, str]]:
    for folder, subfolders, names in os.walk(root, followlinks=False):
        subfolders.sort()
        for name in sorted((*names, *(s for s in subfolders if (Path(folder) / s).is_symlink()))):
            path = Path(folder) / name
            mode = path.lstat().st_mode
            kind = "link" if stat.S_ISLNK(mode) else "file" if stat.S_ISREG(mode) else "other"
            yield path.relative_to(root).as_posix(), kind


def _digests(path: Path) -> dict[str, str]:
    """Both hashes in one reading."""
    hashes = {name: hashlib.new(name) for name in ALGORITHMS}
    with path.open("rb") as f:
        while block := f.read(2**20):
            for h in hashes.values():
                h.update(block)
    return {name: h.hexdigest() for name, h in hashes.items()}


def _compare(root: Path, kind: str, digests: Mapping[str, Mapping[str, str]]) -> list[Damage]:
    """Files against both manifests of a kind."""
    out: list[Damage] = []
    listed: dict[str, dict[str, str]] = {}
    for algorithm in ALGORITHMS:
        name = manifest_name(kind, algorithm)
        entries, damage = _read(root / name, name, algorithm, payload=kind == "manifest")
        out += damage
        if entries is not None:
            listed[algorithm] = entries
            if not damage and _text_of(root / name) != _lines(entries):
                out.append(Damage(file=name, sentence="is not written in the form of a bundle's manifest"))
    paths = sorted(set(digests).union(*listed.values())) if listed else []
    for path in paths:
        out += _verdict(path, digests.get(path), listed, kind)
    return out


def _lines(entries: Mapping[str, str]) -> str:
    return "".join(f"{digest}  {_escaped(path)}\n" for path, digest in sorted(entries.items()))


def _text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def _verdict(
    path: str, now: Mapping[str, str] | None, listed: Mapping[str, Mapping[str, str]], kind: str
) -> list[Damage]:
    """What is wrong with one file, or with a manifest that alone speaks against it."""
    agree = [a for a in listed if listed[a].get(path) == (now[a] if now else None)]
    against = [a for a in listed if a not in agree]
    if not against:
        return []
    if agree:
        return [
            Damage(file=manifest_name(kind, a), sentence=f"its line for {path} is not what it was") for a in against
        ]
    if now is None:
        return [Damage(file=path, sentence="is missing")]
    if not any(path in listed[a] for a in listed):
        return [Damage(file=path, sentence="was added: no manifest lists it")]
    return [Damage(file=path, sentence="changed: its bytes do not have the recorded hashes")]


def _read(path: Path, name: str, algorithm: str, *, payload: bool) -> tuple[dict[str, str] | None, list[Damage]]:
    """A manifest's entries, or None where there is nothing to compare with."""
    if path.is_symlink() or not path.is_file():
        return None, [Damage(file=name, sentence="is missing")]
    if path.stat().st_size > MAX_MANIFEST_BYTES:
        return None, [Damage(file=name, sentence=f"is larger than {MAX_MANIFEST_BYTES // 2**20} MiB")]
    form = re.compile(rf"([0-9a-f]{{{_DIGITS[algorithm]}}})  (.+)")
    entries: dict[str, str] = {}
    damage: list[Damage] = []
    # Not splitlines: only a line feed ends a line here.
    text = path.read_bytes().decode("utf-8", errors="replace")
    for number, line in enumerate(text.removesuffix("\n").split("\n") if text else (), start=1):
        parts = form.fullmatch(line)
        wrong = "" if parts else "is no line of a manifest"
        target = _plain(parts[2]) if parts else ""
        wrong = wrong or _misplaced(target, payload=payload) or ("names a file again" if target in entries else "")
        if wrong or parts is None:
            damage.append(Damage(file=name, sentence=f"line {number} {wrong}"))
            continue
        entries[target] = parts[1]
    return entries, damage[:20]


def _misplaced(target: str, *, payload: bool) -> str:
    parts = PurePosixPath(target).parts
    if target.startswith("/") or ".." in parts or "\\" in target or target != str(PurePosixPath(target)):
        return "names a file outside the bundle"
    if _is_payload(target) is not payload:
        return "names a file that another manifest is for"
    return ""
