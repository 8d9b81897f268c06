"""Cranes and vehicles at simulated berths: how often the state is right, how often the count, at 0.5 m and at 3 m.

    python bench/quay.py [--berths 150] [--seed 31] [--overlays FOLDER]

Berths are drawn with variations that the fit (`quay_fit.py`, seed 101) never saw: another blur, tones of 8 bits after a
gamma curve, other angles of the jib, sizes and paints of vehicles. The hull's box has errors as `measure` states them;
the quay line is the true one.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image as Picture
from PIL import ImageDraw

from quay_scenes import berth, picture
from roadstead.geo import ground_frame
from roadstead.identify import Berth as Quay
from roadstead.identify import Image, view_berth
from roadstead.model import ActivityKind, Detection

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quay_scenes import Berth
    from roadstead.model import BerthView


def viewed(b: Berth, resolved_m: float) -> BerthView:
    """What the product says of a berth."""
    vessel = Detection(
        id=f"{b.scene.id}#1", scene_id=b.scene.id, time=b.scene.time, outline_px=(), outline=b.hull, row_px=0, col_px=0,
        score=0.95, length_m=None, beam_m=None, heading_deg=None, method="truth with errors", alongside=True,
    )  # fmt: skip
    quay = Quay(site_id="berth", number=1, line=b.quay)
    reference = Image(scene=b.reference[0], pixels=b.reference[1], resolved_m=resolved_m) if b.reference else None
    return view_berth(Image(scene=b.scene, pixels=b.pixels, resolved_m=resolved_m), vessel, quay, reference)


def drawn(b: Berth, view: BerthView, path: Path) -> None:
    """The berth beside itself with what was taken for a jib and for vehicles."""
    raw = Picture.fromarray(picture(b.pixels))
    raw = raw.resize((2 * raw.width, 2 * raw.height), Picture.Resampling.NEAREST)
    marked = raw.copy()
    pen, frame = ImageDraw.Draw(marked), ground_frame(b.pixels.transform, b.pixels.crs, b.pixels.valid.shape)

    def px(places: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
        cols, rows = frame.pixel(*np.array(list(places)).T)
        return [(2 * c, 2 * r) for c, r in zip(cols, rows, strict=True)]

    pen.polygon(px(b.hull.exterior.coords), outline=(0, 255, 255))
    for corners in view.boxes:
        pen.polygon(px(corners), outline=(255, 0, 255))
    if view.line:
        pen.line(px(view.line), fill=(255, 255, 0), width=2)
    both = Picture.new("RGB", (2 * raw.width, raw.height))
    both.paste(raw, (0, 0))
    both.paste(marked, (raw.width, 0))
    both.save(path)


def main() -> None:
    """Draw, view, count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--berths", type=int, default=150)
    parser.add_argument("--seed", type=int, default=31)
    parser.add_argument("--overlays", type=Path)
    asked = parser.parse_args()
    told, forms, errors, inside, p_out, covers = [], Counter(), [], [], [], []
    for n in range(asked.berths):
        b = berth(asked.seed, n, strange=True)
        view = viewed(b, 0.5)
        crane = view.activities[0]
        count = view.activities[1].vehicles
        out = crane.kind is ActivityKind.CRANE_OUT
        right, error = out == (b.crane == "out"), count.best - len(b.vehicles)
        told.append(right)
        p_out.append((crane.probability if out else 1 - crane.probability, b.crane == "out"))
        forms[b.form_id] += not right
        errors.append(error)
        inside.append(count.low <= len(b.vehicles) <= count.high)
        if count.covered is not None and count.best == len(b.vehicles):
            covers.append(abs(count.covered - sum(v.covered for v in b.vehicles)))
        if asked.overlays:
            asked.overlays.mkdir(parents=True, exist_ok=True)
            state = "right" if right else "wrong"
            drawn(b, view, asked.overlays / f"{state}-{b.crane}-{error:+d}-{n:03d}-{b.form_id}.png")
    e, p = np.array(errors), np.array(p_out, float)
    print(f"{asked.berths} berths at 0.5 m, seed {asked.seed}")
    brier = np.mean((p[:, 0] - p[:, 1]) ** 2)
    print(f"  crane over the deck or not: right {100 * np.mean(told):.0f} % (bar 90); Brier {brier:.3f}")
    print(f"  wrong by form: {', '.join(f'{k} {v}' for k, v in sorted(forms.items()) if v) or 'none'}")
    close = 100 * np.mean(np.abs(e) <= 1)
    print(f"  vehicles: within 1 {close:.0f} % (bar 80), mean error {e.mean():+.2f}")
    print(f"  vehicles: 90 % interval holds {100 * np.mean(inside):.0f} %")
    if covers:
        share = 100 * np.mean(np.array(covers) <= 1)
        print(f"  covered, where the count is right: within 1 {share:.0f} % of {len(covers)}")
    coarse = viewed(berth(asked.seed, 0, pixel_m=3.0), 3.0)
    print(f"1 berth at 3 m: {len(coarse.activities)} activities")
    for words in coarse.gate:
        print(f"  {words}")


if __name__ == "__main__":
    main()
