"""`roadstead identify`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.cli import say
from roadstead.cli.codes import DONE
from roadstead.cli.detect import band_roles
from roadstead.cli.shadow import lon_lat
from roadstead.pipeline.identity import evidence_json
from roadstead.pipeline.images import properties
from roadstead.pipeline.ship_sheet import identify
from roadstead.steps import to_plain

if TYPE_CHECKING:
    from roadstead.pipeline.ship_sheet import Identified


def run(image: Path, *, at: str, detection: str, out: Path | None, bands: str, as_json: bool) -> int:
    """Identify and print."""
    place = lon_lat(at) if at else None
    sheet = out or Path(f"{re.sub(r'[^A-Za-z0-9._-]+', '-', detection or f'{image.stem}-{at}')}.png")
    found = identify(image, at=place, detection_id=detection, out=sheet, bands=band_roles(bands))
    if as_json:
        say.print_json(
            {
                **properties(found.detection, {found.scene.id} if found.scene.simulated else ()),
                "gate": to_plain(found.examined.gate),
                "edge_rise_m": found.examined.sharpness_m,
                **evidence_json(found.examined.evidence),
            }
        )
    else:
        _print(found)
    return DONE


def _print(found: Identified) -> None:
    if found.scene.simulated:
        say.out.print("[bold]SIMULATED[/bold] image", soft_wrap=True)
    say.out.print(say.shown(found.detection.id), soft_wrap=True)
    say.out.print(found.examined.gate.words, soft_wrap=True)
    if found.examined.evidence is not None:
        say.out.print(say.shown(found.examined.evidence.words), soft_wrap=True)
    say.out.print(f"Written: {say.shown(str(found.sheet))}", soft_wrap=True)
