"""From a verified case to files for other programs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from roadstead.evidence.licences import duties
from roadstead.evidence.results import OUT, Results, had_at, read_results, redactor_of
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
    results = read_results(folder, seams=seams, progress=progress)
    redactor = redactor_of(results, profile)
    name = FOLDER if profile is Profile.FULL else f"{FOLDER}-{profile.value}"
    target = out or results.case.folder / OUT / name
    made = write_exports(_handover(results), redactor, wanted, target, had_at(results))
    licences = sorted({s.licence for s in results.gathered.scenes.values() if not s.simulated})
    asked = [redactor.text(f"{licence}: {duty}") for licence in licences for duty in duties(licence)]
    return replace(made, duties=tuple(asked))


def _formats(names: Sequence[str]) -> list[Format]:
    known = {f.value: f for f in Format}
    for name in names:
        if name not in known:
            raise InputError(f"--format {name}: is not known; write one of {', '.join(known)}")
    return [known[n] for n in names] or list(Format)


def _handover(results: Results) -> Handover:
    looks = [at.look for at in results.gathered.at_sites]
    return Handover(
        case=results.case,
        scenes=results.gathered.scenes,
        looks=looks,
        site_of={d.id: at.look.site_id for at in results.gathered.at_sites for d in at.detections},
        detections=results.detections,
        verdicts=results.verdicts,
        simulated=results.simulated,
        program_version=numeric_versions()["roadstead"],
    )
