"""The commands that look at one ship or one shadow."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads annotations when it runs
from typing import Annotated

import typer

from roadstead.cli.arguments import AsJson  # noqa: TC001 - typer reads annotations when it runs

ship = typer.Typer()


@ship.command()
def shadow(
    time: Annotated[str, typer.Option("--time", help="claimed date, or date and time; a site's own time without Z")],
    site: Annotated[str, typer.Option("--site", help="site of the library")] = "",
    at: Annotated[
        str, typer.Option("--at", metavar="LON,LAT", help="or a place, degrees; then bare times are UTC")
    ] = "",
    height_m: Annotated[str, typer.Option("--height-m", help="height of what casts it: metres, or low-high")] = "",
    shadow_m: Annotated[float | None, typer.Option("--shadow-m", help="measured length, foot to tip, metres")] = None,
    shadow_sigma_m: Annotated[
        float | None, typer.Option("--shadow-sigma-m", help="one sigma of it; 5 % unless given")
    ] = None,
    azimuth_deg: Annotated[
        float | None, typer.Option("--azimuth-deg", help="measured direction, foot to tip, clockwise from true north")
    ] = None,
    azimuth_sigma_deg: Annotated[float, typer.Option("--azimuth-sigma-deg", help="one sigma of it")] = 3.0,
    json: AsJson = False,
) -> None:
    """Check a shadow against a claimed date, time and place; say which times and dates fit, and how high a thing is."""
    from roadstead.cli.shadow import Said, run

    said = Said(
        time=time,
        site=site,
        at=at,
        height_m=height_m,
        shadow_m=shadow_m,
        shadow_sigma_m=shadow_sigma_m,
        azimuth_deg=azimuth_deg,
        azimuth_sigma_deg=azimuth_sigma_deg,
    )
    raise typer.Exit(run(said, as_json=json))


@ship.command()
def identify(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="optical GeoTIFF, STAC item or Planet order folder")],
    at: Annotated[str, typer.Option("--at", metavar="LON,LAT", help="a place on the ship")] = "",
    detection: Annotated[str, typer.Option("--detection", help="id of a ship as `detect` gives it")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="sheet to write; else SHIP.png here")] = None,
    bands: Annotated[str, typer.Option(help="role of each band where metadata lacks it, e.g. red,green,blue")] = "",
    json: AsJson = False,
) -> None:
    """Say what the pixels allow of one ship, and draw a sheet that compares its deck with the library's classes."""
    from roadstead.cli.identify import run

    raise typer.Exit(run(image, at=at, detection=detection, out=out, bands=bands, as_json=json))
