"""From a verified case to files for other programs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from roadstead.evidence.basis import note_basis
from roadstead.evidence.fresh import fresh
from roadstead.evidence.licences import duties
from roadstead.evidence.reporting import Telling, read_telling
from roadstead.model import InputError
from roadstead.report.exports import Exported, Format, Handover, Profile, write_exports
from roadstead.steps import numeric_versions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from roadstead.pipeline import Seams

FOLDER = "export"


def export(
    folder: Path | str,
    formats: Sequence[str] = (),
    *,
    out: Path | None = None,
    profile: Profile = Profile.FULL,
    seams: Seams | None = None,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Exported:
    """Write what was found in a verified case for other programs.

    Args:
        folder: the case folder.
        formats: names of `Format`; all unless given.
        out: folder for the files; CASE/out/export unless given, or CASE/out/export-public.
        profile: `public` takes out names of analysts, hosts, paths, and what CASE/redaction.toml marks.
        seams: as they were given to `verify`.
        progress: called with (item, done, total).

    Raises:
        InputError: a format is not known or needs a package, or the case was not verified.
        StorageError: the folder cannot be written.
    """
    wanted = _formats(formats)
    told, target = read_telling(folder, FOLDER, out, profile, seams, progress)
    with fresh(target) as making:
        made = write_exports(_handover(told), told.redactor, wanted, making.folder, told.full.at)
    note_basis(told.full.case.folder, target)
    licences = sorted({s.licence for s in told.full.gathered.scenes.values() if not s.simulated})
    asked = [told.redactor.text(f"{licence}: {duty}") for licence in licences for duty in duties(licence)]
    return replace(made, files=tuple(making.placed(p) for p in made.files), duties=tuple(asked))


def _formats(names: Sequence[str]) -> list[Format]:
    known = {f.value: f for f in Format}
    for name in names:
        if name not in known:
            raise InputError(f"--format {name}: is not known; write one of {', '.join(known)}")
    return [known[n] for n in names] or list(Format)


def _handover(told: Telling) -> Handover:
    results = told.results
    text = told.redactor.text
    return Handover(
        case=results.case,
        scenes=results.gathered.scenes,
        looks=[at.look for at in results.gathered.at_sites],
        site_of={d.id: at.look.site_id for at in results.gathered.at_sites for d in at.detections},
        detections=results.detections,
        verdicts=results.verdicts,
        simulated=results.simulated,
        program_version=numeric_versions()["roadstead"],
        images={text(k): s.path for k, s in told.full.gathered.scenes.items()},
    )
