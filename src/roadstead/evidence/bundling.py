"""Making an evidence bundle: an RO-Crate inside BagIt, a plain folder that another machine can audit.

Nothing in it comes from a clock but what is evidence itself, and everything is sorted: the same case gives the same
bytes. Only timestamps, where an authority is asked for them, differ from one making to the next.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.evidence.bag import check_bag, manifest_name, seal, write_manifests
from roadstead.evidence.basis import note_basis
from roadstead.evidence.contents import Payload, described, payload_of
from roadstead.evidence.deriving import not_derivable
from roadstead.evidence.reporting import read_telling
from roadstead.evidence.timestamps import write_stamps
from roadstead.model import InputError, StorageError
from roadstead.report.exports import Profile
from roadstead.steps import StepCache, check_writable, write_atomic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from roadstead.pipeline import Seams


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled:
    """What `bundle` gives back."""

    folder: Path
    manifest_sha256: str
    """SHA-256 of manifest-sha256.txt: names the whole payload, fit for printing"""
    files: int
    size_bytes: int
    left_out: tuple[str, ...]
    """inputs of which only the hash is in the bundle, with the reason"""
    duties: tuple[str, ...]
    """what licences of the copied inputs ask of whoever hands the bundle on"""
    timestamps: tuple[str, ...]
    removed: dict[str, int]
    """what redaction took out, how often"""
    altered: tuple[str, ...]
    """exhibits that are no longer what was added, a sentence each; an audit names them too"""
    unchanged: bool
    """True: the folder held the same bundle already, and was left as it is"""


def bundle(
    folder: Path | str,
    *,
    out: Path | None = None,
    profile: Profile = Profile.FULL,
    authorities: Sequence[str] = (),
    certificate: Path | None = None,
    seams: Seams | None = None,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Bundled:
    """Write the evidence bundle of a verified case.

    Args:
        folder: the case folder.
        out: folder to make; CASE/out/bundle unless given, or CASE/out/bundle-public.
        profile: `public` takes out names of analysts, hosts, paths, and what CASE/redaction.toml marks.
        authorities: addresses of RFC 3161 timestamp authorities; they learn one hash. Nobody is contacted without.
        certificate: PEM file with the authorities' root certificates, where they do not send them along.
        seams: as they were given to `verify`.
        progress: called with (item, done, total).

    Raises:
        InputError: the case was not verified, or has changed since; or the folder holds something else.
        StorageError: the folder cannot be written.
    """
    told, target = read_telling(folder, "bundle", out, profile, seams, progress)
    _check_target(target)
    payload = payload_of(told)
    check_writable(target.parent)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".bundling-") as made:
        root = Path(made) / "bundle"
        _write_payload(root, payload)
        lost = not_derivable(root, StepCache(told.full.case.folder / ".cache"))
        described(told, payload, told.redactor.value(lost))
        _write_texts(root, payload)
        write_manifests(root, payload.info)
        manifest = (root / manifest_name("manifest", "sha256")).read_bytes()
        same = _same(target, manifest)
        said = _finish(root, target, manifest, authorities, certificate) if authorities or not same else ["as before"]
    note_basis(told.full.case.folder, target)
    return Bundled(
        folder=target,
        manifest_sha256=hashlib.sha256(manifest).hexdigest(),
        files=len(payload.texts) + len(payload.copies),
        size_bytes=sum(p.stat().st_size for p in target.rglob("*") if p.is_file()),
        left_out=payload.left_out,
        duties=payload.duties,
        timestamps=tuple(said),
        removed=payload.removed,
        altered=tuple(told.full.gathered.altered),
        unchanged=same and not authorities,
    )


def _check_target(target: Path) -> None:
    """A folder that is no whole bundle is not ours to replace."""
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    if not (target / "bagit.txt").is_file():
        raise InputError(f"{target}: exists and is no bundle; give another folder with --out")
    if any((target / "timestamps").glob("*.tsr")):
        raise InputError(
            f"{target}: holds a timestamped bundle, which is evidence and is not written over; give another folder "
            "with --out, or move it away"
        )
    if check_bag(target):
        raise InputError(f"{target}: holds a bundle that was changed; look at it with 'roadstead audit', or use --out")


def _same(target: Path, manifest: bytes) -> bool:
    held = target / manifest_name("manifest", "sha256")
    return held.is_file() and held.read_bytes() == manifest


def _write_texts(root: Path, payload: Payload) -> None:
    for path, text in sorted(payload.texts.items()):
        write_atomic(root / path, text)


def _write_payload(root: Path, payload: Payload) -> None:
    _write_texts(root, payload)
    for path, source in sorted(payload.copies.items()):
        try:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, root / path)
        except OSError as error:
            raise StorageError(
                f"{root / path}: cannot be written ({error.strerror}); check permissions and space"
            ) from error


def _finish(
    root: Path, target: Path, manifest: bytes, authorities: Sequence[str], certificate: Path | None
) -> list[str]:
    """Stamp, seal, and put the folder into its place whole."""
    said = write_stamps(root, manifest, authorities, certificate)
    seal(root)
    try:
        if target.exists():
            shutil.rmtree(target)
        root.rename(target)
    except OSError as error:
        raise StorageError(
            f"{target}: cannot be written ({error.strerror}); check permissions, or use --out"
        ) from error
    return said
