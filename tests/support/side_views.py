"""Small simulated photographs for tests."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from roadstead import library
from roadstead.identify import Photograph
from roadstead.simulate.photograph import Camera, Photographed, Scenery, photograph

if TYPE_CHECKING:
    from pathlib import Path

SIZE_PX = (330, 600)


@cache
def side_view(
    form_id: str, bow_angle_deg: float = 90.0, *, seed: int = 1, scenery: Scenery | None = None, **camera: Any
) -> Photographed:
    """A form as the library has it, with the bow to the left, from a low camera at five lengths."""
    form = library.form(form_id)
    solid = library.solid_of(form, seed=7)
    said = {
        "bow_left": True,
        "distance_m": 5 * solid.length_m,
        "eye_m": 0.03 * solid.length_m,
        "size_px": SIZE_PX,
        **camera,
    }
    return photograph(solid, Camera(bow_angle_deg=bow_angle_deg, **said), scenery or Scenery(), seed=seed)


def read(view: Photographed) -> Photograph:
    """The picture as `read_photograph` gives it."""
    return Photograph(rgb=view.rgb.astype(np.float32) / 255, file_px=view.rgb.shape[1::-1], step=1.0, date="", notes=())


def saved(view: Photographed, path: Path, **more: Any) -> Path:
    """The picture as a file."""
    Image.fromarray(view.rgb).save(path, **more)
    return path


def words(line: tuple[float, ...]) -> str:
    """A line as the command line takes it."""
    return ",".join(f"{v:.1f}" for v in line)
