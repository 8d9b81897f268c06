"""The commands. Each imports what it needs when it runs, so that `--help` stays quick."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from roadstead.cli.arguments import (  # noqa: TC001 - typer reads annotations when it runs
    AsJson,
    CaseFolder,
    ClusterAddress,
    WorkerCount,
)
from roadstead.cli.evidence_app import evidence
from roadstead.cli.exercise_app import exercise
from roadstead.cli.library_app import library
from roadstead.cli.ship_app import ship

app = typer.Typer(
    name="roadstead",
    help="Verify claims about ship movements with satellite images, after the fact and for the public record.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)
app.add_typer(exercise, name="exercise")
app.add_typer(library, name="library")
app.add_typer(ship)
app.add_typer(evidence)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"roadstead {version('roadstead')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="print the version")
    ] = False,
) -> None:
    """Verify claims about ship movements with satellite images."""


@app.command()
def verify(case: CaseFolder, workers: WorkerCount = 1, cluster: ClusterAddress = "", json: AsJson = False) -> None:
    """Weigh every claim of a case and write out/report.html and out/verdicts.json."""
    from roadstead.cli.verify import run

    raise typer.Exit(run(case, workers=workers, cluster=cluster, as_json=json))


@app.command()
def detect(
    inputs: Annotated[
        list[Path], typer.Argument(metavar="INPUT...", help="GeoTIFF, COG, STAC item, Planet order folder")
    ],
    out: Annotated[Path | None, typer.Option("--out", help="file to write: .geojson or .csv")] = None,
    masks: Annotated[
        Path | None,
        typer.Option("--masks", help="folder for a GeoTIFF of each image that shows what was taken for sea"),
    ] = None,
    bands: Annotated[str, typer.Option(help="role of each band where metadata lacks it, e.g. red,green,blue,nir")] = "",
    sar_unit: Annotated[str, typer.Option(help="what radar pixels hold: db, amplitude or linear")] = "",
    gsd_m: Annotated[
        float | None, typer.Option("--gsd", help="pixel size, metres, of an image without georeference")
    ] = None,
    coastline: Annotated[
        Path | None,
        typer.Option(help="land polygons or closed coastlines (.gpkg, .shp, .geojson), used with what the pixels show"),
    ] = None,
    sea: Annotated[Path | None, typer.Option(help="sea polygons; nothing outside them is searched")] = None,
    workers: WorkerCount = 1,
    cluster: ClusterAddress = "",
    json: AsJson = False,
) -> None:
    """Find and measure vessels in images."""
    from roadstead.cli.detect import run
    from roadstead.steps import Workers

    where = Workers(count=workers, cluster=cluster)
    raise typer.Exit(
        run(
            inputs,
            out=out,
            masks=masks,
            bands=bands,
            sar_unit=sar_unit,
            gsd_m=gsd_m,
            coastline=coastline,
            sea=sea,
            workers=where,
            as_json=json,
        )
    )


@app.command()
def changes(
    first: Annotated[Path, typer.Argument(metavar="FIRST", help="optical image; its grid counts")],
    second: Annotated[Path, typer.Argument(metavar="SECOND", help="optical image of the same place")],
    case: Annotated[Path | None, typer.Option("--case", help="case folder, to answer its berths one by one")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="GeoJSON file to write")] = None,
    bands: Annotated[str, typer.Option(help="role of each band where metadata lacks it, e.g. red,green,blue")] = "",
    gsd_m: Annotated[
        float | None, typer.Option("--gsd", help="pixel size, metres, of an image without georeference")
    ] = None,
    json: AsJson = False,
) -> None:
    """Compare two dates of a place: which ships came and went, alongside too."""
    from roadstead.cli.changes import run

    raise typer.Exit(run(first, second, case=case, out=out, bands=bands, gsd_m=gsd_m, as_json=json))


@app.command()
def photo(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="photograph: JPEG, PNG, JPEG 2000, TIFF")],
    out: Annotated[Path, typer.Option("--out", help="folder for the figure, the profile and the numbers")],
    waterline: Annotated[
        str, typer.Option(metavar="X1,Y1,X2,Y2", help="ends of the ship at the water, pixels of the upright picture")
    ] = "",
    horizon: Annotated[str, typer.Option(metavar="X1,Y1,X2,Y2", help="two points of the horizon")] = "",
    bow: Annotated[float | None, typer.Option(metavar="X", help="column of the bow; with --stern")] = None,
    stern: Annotated[float | None, typer.Option(metavar="X", help="column of the stern; with --bow")] = None,
    mask: Annotated[
        Path | None, typer.Option(help="picture of the same size, white where the ship is; then nothing is segmented")
    ] = None,
    length_m: Annotated[float | None, typer.Option("--length-m", help="length of the ship, where it is known")] = None,
    overhead: Annotated[
        Path | None, typer.Option(help="JSON with shadow and deck profiles of a satellite detection")
    ] = None,
    json: AsJson = False,
) -> None:
    """Compare a ship's side view in a photograph with the classes of the library."""
    from roadstead.cli.photo import run

    raise typer.Exit(
        run(
            file,
            out=out,
            waterline=waterline,
            horizon=horizon,
            bow_x=bow,
            stern_x=stern,
            mask=mask,
            length_m=length_m,
            overhead=overhead,
            as_json=json,
        )
    )


@app.command()
def coverage(
    case: CaseFolder,
    site: Annotated[list[str] | None, typer.Option(help="site id; may be given again; all sites unless given")] = None,
    since: Annotated[str, typer.Option("--from", help="first day or time, UTC, e.g. 2024-10-07")] = "",
    until: Annotated[str, typer.Option("--to", help="last day (whole) or time, UTC")] = "",
    length_m: Annotated[
        float | None, typer.Option("--ship-length", help="metres, for P(detect); else the median of the case's vessels")
    ] = None,
    call_hours: Annotated[float, typer.Option(help="length of a call that might go unseen, hours")] = 8.0,
    out: Annotated[Path | None, typer.Option("--out", help="folder for the files; CASE/out unless given")] = None,
    json: AsJson = False,
) -> None:
    """Say what could have been seen, what catalogues list, and what we looked at. Contacts nobody."""
    from roadstead.cli.coverage import run

    raise typer.Exit(
        run(
            case,
            sites=site or [],
            since=since,
            until=until,
            length_m=length_m,
            call_hours=call_hours,
            out=out,
            as_json=json,
        )
    )


@app.command()
def baseline(
    case: CaseFolder,
    site: Annotated[str, typer.Argument(metavar="SITE", help="site id of the case")],
    length_m: Annotated[
        float | None, typer.Option("--ship-length", help="metres; else the median of the case's vessels")
    ] = None,
    json: AsJson = False,
) -> None:
    """Count ships of like size at a site in our looks outside the claims' windows."""
    from roadstead.cli.baseline import run

    raise typer.Exit(run(case, site, length_m=length_m, as_json=json))


@app.command()
def explain(case: CaseFolder, json: AsJson = False) -> None:
    """List what `verify` would read and compute, and which hosts would learn which area. Does nothing else."""
    from roadstead.cli.explain import run

    raise typer.Exit(run(case, as_json=json))


@app.command()
def search(
    case: CaseFolder,
    provider: Annotated[list[str] | None, typer.Option("--provider", metavar="ID", help="ask only this one")] = None,
    site: Annotated[list[str] | None, typer.Option("--site", metavar="SITE", help="ask only about this site")] = None,
    start: Annotated[str, typer.Option("--from", help="first day, UTC; else the windows of the claims")] = "",
    end: Annotated[str, typer.Option("--to", help="last day, UTC")] = "",
    lookback_days: Annotated[
        int, typer.Option(min=0, max=3660, help="days before, for how often a track is taken")
    ] = 48,
    again: Annotated[bool, typer.Option(help="ask also what was answered within the last day")] = False,
    json: AsJson = False,
) -> None:
    """Ask catalogues which images exist of every site and keep their answers. Says first who learns what."""
    from roadstead.cli.search import run

    raise typer.Exit(run(case, provider or [], site or [], start, end, lookback_days, again=again, as_json=json))


@app.command()
def new(folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder to make")]) -> None:
    """Write a commented case template."""
    from roadstead.case import new_case

    made = new_case(folder)
    typer.echo(f"Wrote {made}. Fill it in, then: roadstead verify {shlex.quote(str(folder))}")


@app.command()
def add(
    case: CaseFolder,
    paths: Annotated[list[Path], typer.Argument(metavar="FILE|FOLDER...", help="images, orders, zips, figures, marks")],
    url: Annotated[str, typer.Option(help="where it was published")] = "",
    publisher: Annotated[str, typer.Option(help="who published it")] = "",
    licence: Annotated[str, typer.Option(help="licence of the pixels")] = "",
    credit: Annotated[str, typer.Option(help="credit line to print")] = "",
    captured: Annotated[str, typer.Option(help="time of the image, e.g. 2024-10-17 or 2024-10-17T02:15Z")] = "",
    timezone: Annotated[str, typer.Option(help="zone in which --captured is meant")] = "UTC",
    date_basis: Annotated[str, typer.Option(help="on what that time rests: metadata, caption, inferred")] = "",
    bands: Annotated[str, typer.Option(help="role of each band where metadata lacks it, e.g. red,green,blue")] = "",
    sar_unit: Annotated[str, typer.Option(help="what radar pixels hold: db, amplitude or linear")] = "",
    gsd_m: Annotated[float | None, typer.Option("--gsd", help="pixel size in metres where metadata lacks it")] = None,
    gsd_basis: Annotated[str, typer.Option(help="on what that pixel size rests")] = "",
    cropped: Annotated[bool, typer.Option(help="it was cropped")] = False,
    annotated: Annotated[bool, typer.Option(help="arrows or labels were drawn on it")] = False,
    resampled: Annotated[bool, typer.Option(help="it was enlarged or reduced")] = False,
    site: Annotated[str, typer.Option(help="site id that it shows, for pictures without georeference")] = "",
    of: Annotated[str, typer.Option("--of", help="for marks: id of the exhibit that was looked at")] = "",
    analyst: Annotated[str, typer.Option(help="for marks: who looked")] = "",
    by: Annotated[str, typer.Option("--by", help="who brings it in")] = "",
    json: AsJson = False,
) -> None:
    """Take files into the case as exhibits: hashed, kept untouched, their origin recorded."""
    from roadstead.cli.add import run

    facts = {
        "url": url, "publisher": publisher, "licence": licence, "credit": credit, "captured": captured,
        "timezone": timezone, "date_basis": date_basis, "bands": bands, "sar_unit": sar_unit, "gsd_m": gsd_m,
        "gsd_basis": gsd_basis, "cropped": cropped, "annotated": annotated, "resampled": resampled, "site_id": site,
        "of_exhibit": of, "analyst": analyst, "added_by": by,
    }  # fmt: skip
    raise typer.Exit(run(case, paths, facts, as_json=json))


@app.command()
def remove(
    case: CaseFolder,
    exhibit: Annotated[str, typer.Argument(metavar="EXHIBIT", help="id of the exhibit, as `add` printed it")],
    reason: Annotated[str, typer.Option("--reason", help="why; stands in the collection log")],
    by: Annotated[str, typer.Option("--by", help="who takes it out")] = "",
    delete: Annotated[bool, typer.Option("--delete", help="delete its files instead of keeping them aside")] = False,
    json: AsJson = False,
) -> None:
    """Take an exhibit out of the case that was added by mistake; the log keeps who, when and why."""
    from roadstead.cli.remove import run

    raise typer.Exit(run(case, exhibit, reason=reason, by=by, delete=delete, as_json=json))


@app.command()
def fetch(
    case: CaseFolder,
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID...]", help="listed images, as `search` names them")
    ] = None,
    site: Annotated[
        list[str] | None, typer.Option("--site", help="only windows over this site; may be repeated")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="fetch all that is listed there")] = False,
    json: AsJson = False,
) -> None:
    """Read windows of listed images into CASE/scenes. Without ID or --all: only list what could be fetched."""
    from roadstead.cli.fetch import run

    raise typer.Exit(run(case, ids or [], site or [], everything=everything, as_json=json))


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="where to put both")] = Path("roadstead-demo"),
) -> None:
    """Make and verify a simulated operation, then copy the shipped Dunai case and verify it."""
    from roadstead.cli.demo import run

    raise typer.Exit(run(folder))


@app.command()
def train(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="GeoTIFFs with labels (.vessels.geojson) beside them")
    ],
    out: Annotated[Path, typer.Option("--out", help="folder for weights, model card, curves and checkpoints")],
    seed: Annotated[int, typer.Option("--seed", min=0, help="of everything drawn; the shipped weights have 1")] = 1,
    steps: Annotated[int | None, typer.Option("--steps", min=1, help="fewer, for a trial")] = None,
) -> None:
    """Train the optical network from labelled images. A killed run goes on with the same result."""
    from roadstead.cli.train import run

    raise typer.Exit(run(folder, out, seed=seed, steps=steps))


@app.command()
def workbench(
    case: CaseFolder,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="NAME", help="who reviews; again for more, each gets a link that serves once"),
    ] = None,
    blind: Annotated[
        bool, typer.Option("--blind", help="others' decisions are hidden until one's own is made")
    ] = False,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any that is free")] = 0,
) -> None:
    """Open a case on a local web page, to look and decide; ends with Ctrl-C."""
    from roadstead.cli.workbench import run

    raise typer.Exit(run(case, by or [], port=port, blind=blind))
