"""`roadstead bundle`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.cli import say
from roadstead.cli.codes import BAD_INPUT, DONE
from roadstead.evidence import Bundled
from roadstead.evidence import bundle as write_bundle
from roadstead.report.exports import Profile
from roadstead.steps import to_plain

if TYPE_CHECKING:
    from pathlib import Path


def run(
    case: Path, out: Path | None, profile: str, *, authorities: list[str], certificate: Path | None, as_json: bool
) -> int:
    """Write the bundle and say what is in it, what is not, and what its licences ask.

    Exit code 2 when exhibits of the case are no longer what was added.
    """
    with say.progress("reading") as progress:
        made = write_bundle(
            case,
            out=out,
            profile=Profile(profile),
            authorities=authorities,
            certificate=certificate,
            progress=progress,
        )
    if as_json:
        say.print_json(to_plain(made))
    else:
        _print(made)
    say.altered(made.altered)
    return BAD_INPUT if made.altered else DONE


def _print(made: Bundled) -> None:
    kept = " (it was there already, unchanged)" if made.unchanged else ""
    say.out.print(f"Bundle:   {say.shown(str(made.folder))}{kept}", soft_wrap=True)
    say.out.print(f"Manifest: SHA-256 {made.manifest_sha256}", soft_wrap=True)
    say.out.print(f"{made.files} files, {made.size_bytes / 1e6:.1f} MB.")
    for sentence in made.timestamps:
        say.out.print(f"[yellow]time:[/yellow] {say.shown(sentence)}", soft_wrap=True)
    for sentence in made.left_out:
        say.out.print(f"[yellow]hash only:[/yellow] {say.shown(sentence)}", soft_wrap=True)
    for sentence in made.duties:
        say.out.print(f"[yellow]licence:[/yellow] {say.shown(sentence)}", soft_wrap=True)
    for what, count in made.removed.items():
        say.out.print(f"[yellow]taken out:[/yellow] {say.shown(what)}: {count}", soft_wrap=True)
    say.out.print(f"Check it with: roadstead audit {say.shown(str(made.folder))}", soft_wrap=True)
