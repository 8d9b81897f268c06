"""The commands for what leaves the house: reports, figures, editions, exports, bundles."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from roadstead.cli.arguments import AsJson, CaseFolder  # noqa: TC001 - typer reads annotations when it runs

evidence = typer.Typer()
ForWhom = Annotated[
    Literal["full", "public"], typer.Option(help="public: without names of analysts, hosts, paths, marked sources")
]
RootCertificates = Annotated[
    Path | None, typer.Option("--tsa-certificate", metavar="PEM", help="root certificates of timestamp authorities")
]


@evidence.command()
def bundle(
    case: CaseFolder,
    out: Annotated[Path | None, typer.Option("--out", help="folder to make; else CASE/out/bundle")] = None,
    profile: ForWhom = "full",
    tsa: Annotated[
        list[str] | None,
        typer.Option("--tsa", metavar="URL", help="RFC 3161 timestamp authority; learns one hash; may be given again"),
    ] = None,
    tsa_certificate: RootCertificates = None,
    json: AsJson = False,
) -> None:
    """Write the evidence bundle of a verified case (RO-Crate in BagIt), which anyone can audit."""
    from roadstead.cli.bundle import run

    raise typer.Exit(run(case, out, profile, authorities=tsa or [], certificate=tsa_certificate, as_json=json))


@evidence.command()
def audit(
    folder: Annotated[Path, typer.Argument(metavar="BUNDLE", help="folder of an evidence bundle")],
    tsa_certificate: RootCertificates = None,
    json: AsJson = False,
) -> None:
    """Check a bundle offline: hashes, timestamps, form; derive its verdicts again. Writes nothing."""
    from roadstead.cli.audit import run

    raise typer.Exit(run(folder, certificate=tsa_certificate, as_json=json))


@evidence.command()
def export(
    case: CaseFolder,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="gpkg, geojson, geoparquet, kml, kmz, csv, stac, tracks; again for more; else all",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="folder for the files; else CASE/out/export")] = None,
    profile: ForWhom = "full",
    json: AsJson = False,
) -> None:
    """Write what was found for other programs: QGIS, Google Earth, spreadsheets, catalogues."""
    from roadstead.cli.export import run

    raise typer.Exit(run(case, formats or [], out, profile, as_json=json))


ForPublic = Annotated[
    bool, typer.Option("--public", help="without names of analysts, hosts, paths, and what CASE/redaction.toml marks")
]


@evidence.command()
def report(
    case: CaseFolder,
    profile: Annotated[
        Literal["full", "public", "editor"],
        typer.Option(help="public: as --public; editor: the same as one page that takes comments, offline"),
    ] = "full",
    public: ForPublic = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="a PDF/A-3u too, with verdicts and detections attached")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="folder for the files; else CASE/out/report")] = None,
    json: AsJson = False,
) -> None:
    """Write the report of a verified case as one HTML file, for the public or an editor too, and as PDF."""
    from roadstead.cli.report import run

    raise typer.Exit(run(case, out, "public" if public and profile == "full" else profile, pdf=pdf, as_json=json))


@evidence.command()
def figures(
    case: CaseFolder,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME...]", help="ids of detections, sites, claims; TIMELINE, MAP, COVERAGE; all unless given"
        ),
    ] = None,
    formats: Annotated[
        list[str] | None, typer.Option("--format", metavar="FORMAT", help="svg, png, pdf; again for more")
    ] = None,
    width_mm: Annotated[
        float | None, typer.Option("--width-mm", metavar="MM", help="width in print, 50 to 400; text keeps its size")
    ] = None,
    c2pa: Annotated[
        tuple[Path, Path] | None,
        typer.Option("--c2pa", metavar="CERT KEY", help="PEM files; PNG and PDF carry signed Content Credentials"),
    ] = None,
    list_them: Annotated[bool, typer.Option("--list", help="only say which figures there are")] = False,
    public: ForPublic = False,
    out: Annotated[Path | None, typer.Option("--out", help="folder for the files; else CASE/out/figures")] = None,
    json: AsJson = False,
) -> None:
    """Write figures at print size, every one or those named: SVG and PNG (300 dpi), caption, credit, alt text."""
    from roadstead.cli.report import list_figures, run_figures
    from roadstead.evidence import Print

    if list_them:
        raise typer.Exit(list_figures(case, public=public, as_json=json))
    wanted = Print(names=tuple(names or ()), formats=tuple(formats or ()), width_mm=width_mm, c2pa=c2pa)
    raise typer.Exit(run_figures(case, wanted, out, public=public, as_json=json))


@evidence.command()
def publish(
    case: CaseFolder,
    reason: Annotated[str, typer.Option("--reason", help="why it is published, or corrected; stands in the report")],
    at: Annotated[str, typer.Option("--at", help="time of the edition, UTC; else when its verdicts were called")] = "",
    public: ForPublic = False,
    json: AsJson = False,
) -> None:
    """Freeze the results of a verified case as a numbered edition, which is never changed again."""
    from roadstead.cli.publish import run

    raise typer.Exit(run(case, reason=reason, at=at, public=public, as_json=json))


@evidence.command()
def diff(
    case: CaseFolder,
    before: Annotated[int, typer.Argument(metavar="A", help="number of an edition")],
    after: Annotated[int, typer.Argument(metavar="B", help="number of another")],
    json: AsJson = False,
) -> None:
    """Say which claims, numbers, evidence and assumptions changed between two editions."""
    from roadstead.cli.publish import run_diff

    raise typer.Exit(run_diff(case, before, after, as_json=json))
