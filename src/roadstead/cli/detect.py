"""`roadstead detect`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from rich.table import Table

from roadstead.cli import say
from roadstead.cli.codes import BAD_INPUT, DONE
from roadstead.model import BandRole, InputError, SarUnit
from roadstead.pipeline import detect as detect_in
from roadstead.pipeline import rejected_beside

if TYPE_CHECKING:
    from enum import StrEnum
    from pathlib import Path

    from roadstead.model import Detection
    from roadstead.pipeline import Detected
    from roadstead.steps import Workers

E = TypeVar("E", bound="StrEnum")


def run(
    inputs: list[Path],
    *,
    out: Path | None,
    masks: Path | None,
    bands: str,
    sar_unit: str,
    gsd_m: float | None,
    coastline: Path | None,
    sea: Path | None,
    workers: Workers,
    as_json: bool,
) -> int:
    """Detect and print; exit code 2 when an image could not be used."""
    roles, unit = band_roles(bands), sar_unit_of(sar_unit)
    with say.progress("detecting") as progress:
        found = detect_in(
            inputs,
            out=out,
            masks=masks,
            bands=roles,
            sar_unit=unit,
            gsd_m=gsd_m,
            coastline=coastline,
            sea=sea,
            workers=workers,
            progress=progress,
        )
    say.losses(found.failures)
    for sentence in found.doubts:
        say.err.print(f"[yellow]note:[/yellow] {say.shown(sentence)}", soft_wrap=True)
    if as_json:
        say.print_json([found.row(d) for d in found.detections])
    else:
        _print(found, out, masks)
    return BAD_INPUT if found.failures else DONE


def band_roles(text: str) -> tuple[BandRole, ...] | None:
    """Band roles of a comma-separated list; None for none."""
    names = [t.strip().lower() for t in text.split(",") if t.strip()]
    roles = tuple(_one_of(BandRole, n, "--bands") for n in names)
    twice = next((r for i, r in enumerate(roles) if r is not BandRole.OTHER and r in roles[:i]), None)
    if twice:
        raise InputError(f"--bands: {twice.value!r} stands twice; a role names one band, the rest are 'other'")
    return roles or None


def sar_unit_of(text: str) -> SarUnit | None:
    """The radar unit of a word; None for none."""
    return _one_of(SarUnit, text.strip().lower(), "--sar-unit") if text.strip() else None


def _one_of(kind: type[E], text: str, option: str) -> E:
    try:
        return kind(text)
    except ValueError as error:
        raise InputError(f"{option}: {text!r} is not known; allowed: {', '.join(k.value for k in kind)}") from error


def _print(found: Detected, out: Path | None, masks: Path | None = None) -> None:
    table = Table(show_edge=False)
    table.add_column("id", overflow="fold")
    for column in ("lon,lat", "row", "col", "score", "length m", "beam m", "axis deg", "alongside"):
        table.add_column(column, overflow="fold", justify="right", no_wrap=column == "lon,lat")
    for d in found.detections:
        table.add_row(
            say.shown(d.id), _place(d), f"{d.row_px:.0f}", f"{d.col_px:.0f}", f"{d.score:.2f}",
            *(f"{e.value:.0f} ± {e.sigma:.0f}" if e else "-" for e in (d.length_m, d.beam_m)),
            f"{d.heading_deg.value:.0f} ± {d.heading_deg.sigma:.1f}" if d.heading_deg else "-",
            {True: "yes", False: "no", None: "-"}[d.alongside],
        )  # fmt: skip
    if found.simulated:
        names = say.shown(", ".join(sorted(found.simulated)))
        say.out.print(f"[bold]SIMULATED[/bold] image(s): {names}", soft_wrap=True)
    say.table(table, longest=max((len(d.id) for d in found.detections), default=0))
    say.out.print(f"{len(found.detections)} vessel(s) in {len(found.scenes)} image(s).")
    if unplaced := sorted({d.scene_id for d in found.detections if d.outline is None and d.heading_deg}):
        say.out.print(
            f"note: {say.shown(', '.join(unplaced))}: no georeference, so the axis counts from the image's top, not "
            "from north.",
            soft_wrap=True,
        )
    for sentence in found.limits:
        say.out.print(sentence, soft_wrap=True)
    if out and found.scenes:
        beside = say.shown(str(rejected_beside(out)))
        say.out.print(f"Written: {say.shown(str(out))}; what was not taken for a vessel: {beside}", soft_wrap=True)
    if masks and found.scenes:
        say.out.print(f"Sea masks: {say.shown(str(masks))}", soft_wrap=True)


def _place(d: Detection) -> str:
    """Longitude and latitude of its middle, as `identify --at` takes them."""
    return f"{d.outline.centroid.x:.5f},{d.outline.centroid.y:.5f}" if d.outline is not None else "-"
