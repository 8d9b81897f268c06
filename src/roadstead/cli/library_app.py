"""The commands of `roadstead library`. Each imports what it needs when it runs, as in `app`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from roadstead.cli.arguments import AsJson  # noqa: TC001 - typer reads annotations when it runs

library = typer.Typer(
    help="Vessel classes, hulls and forms with their sources; CASE/library holds a case's own.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

WithCase = Annotated[Path | None, typer.Option("--case", metavar="CASE", help="with the case's own library")]


@library.command("list")
def library_list(
    kind: Annotated[str, typer.Option("--kind", help="only this kind, e.g. 'landing ship'")] = "",
    length_m: Annotated[
        float | None, typer.Option("--length", metavar="METRES", help="only classes within 5 % of this length")
    ] = None,
    case: WithCase = None,
    json: AsJson = False,
) -> None:
    """List the vessel classes: size, layout, hulls, how much of each is sourced."""
    from roadstead.cli.library import run_list

    raise typer.Exit(run_list(kind, length_m, case, as_json=json))


@library.command("show")
def library_show(
    entry_id: Annotated[str, typer.Argument(metavar="ID", help="of a class, hull or form")],
    out: Annotated[Path | None, typer.Option("--out", metavar="PNG", help="draw side, view from above, shadow")] = None,
    sun_elevation_deg: Annotated[float, typer.Option("--sun-elevation", help="degrees, for --out")] = 35.0,
    sun_azimuth_deg: Annotated[
        float, typer.Option("--sun-azimuth", help="degrees from north, for --out; the ship heads west")
    ] = 150.0,
    case: WithCase = None,
    json: AsJson = False,
) -> None:
    """Print what each source says of a class, hull or form."""
    from roadstead.cli.library import run_show

    raise typer.Exit(run_show(entry_id, out, (sun_elevation_deg, sun_azimuth_deg), case, as_json=json))


@library.command("check")
def library_check(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[FOLDER]", help="library folder (classes/, forms/, hulls/) of your own")
    ] = None,
    case: WithCase = None,
    json: AsJson = False,
) -> None:
    """Check all shipped library files, and your own; say how much of each rests on no source."""
    from roadstead.cli.library import run_check

    raise typer.Exit(run_check(folder, case, as_json=json))


@library.command("add")
def library_add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="TOML file of a class, hull or form")],
    case: Annotated[Path, typer.Option("--case", metavar="CASE", help="case whose library takes it")],
    json: AsJson = False,
) -> None:
    """Take a class, hull or form into CASE/library."""
    from roadstead.cli.library import run_add

    raise typer.Exit(run_add(file, case, as_json=json))
