"""Change between two dates, measured: Long Beach in PlanetScope images, ships that came or went, and berths.

    python bench/changes.py [--data ../shared/data/planetscope] [--picture OUT.png]

Truth are the labelled vessels of both dates and the changed berths. A vessel of at least 30 m inside both images has
changed where no vessel of the other date lies on it; a change in an ignore area counts neither way. Berths that did
not change are those of labelled vessels that lie at one place at both dates.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw
from rasterio.features import rasterize
from shapely import Polygon, box, transform
from shapely.geometry import MultiPoint, shape

from roadstead.archive import open_scene
from roadstead.detection import berth_change, change_map, changes
from roadstead.geo import ground_frame
from roadstead.imagery import RasterioReader, coregister, on_grid_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.detection import Change, ChangeMap
    from roadstead.model import Pixels

LEAST_M = 30.0
SAME_IOU = 0.3
EDGE_PX = 3.0
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Labels:
    """Labels of one date in pixels of the first image."""

    vessels: list[Polygon]
    small: list[Polygon]
    ignore: list[Polygon]


def labels(path: Path, pixels: Pixels) -> Labels:
    """Labels of one date."""
    frame = ground_frame(pixels.transform, pixels.crs, pixels.valid.shape)

    def to_px(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.stack(frame.pixel(lonlat[:, 0], lonlat[:, 1]), axis=1)

    found = Labels([], [], [])
    for feature in json.loads(path.read_text("utf-8"))["features"]:
        outline, said = transform(shape(feature["geometry"]), to_px), feature["properties"]
        if said["label"] == "vessel":
            (found.vessels if said["length_m"] >= LEAST_M else found.small).append(outline)
        elif said["label"] in {"ignore", "undecided"}:
            found.ignore.append(outline)
    return found


def moved(own: list[Polygon], others: list[Polygon], inside: Polygon) -> tuple[list[Polygon], list[Polygon]]:
    """Vessels wholly in both images that the other date has not at that place, and those that it has."""
    here = [v for v in own if inside.contains(v)]
    same = [v for v in here if any(v.intersection(o).area > SAME_IOU * v.union(o).area for o in others)]
    return [v for v in here if v not in same], same


def outline(change: Change) -> Polygon:
    """Hull of a change's pixels."""
    return MultiPoint(np.stack([change.cols_px + 0.5, change.rows_px + 0.5], axis=1)).convex_hull


def judged(found: list[Polygon], truth: list[Polygon], free: list[Polygon]) -> tuple[int, int, int, int]:
    """Truths that were found and missed, changes that mean one, and that mean none."""
    hit = [t for t in truth if any(f.intersection(t).area > 0.3 * min(f.area, t.area) for f in found)]
    right = [f for f in found if any(f.intersection(t).area > 0.3 * min(f.area, t.area) for t in truth)]
    wrong = [f for f in found if f not in right and not any(f.intersection(i).area > 0.3 * f.area for i in free)]
    return len(hit), len(truth) - len(hit), len(right), len(wrong)


def mask(polygon: Any, like: Pixels) -> NDArray[np.bool_]:
    """Pixels inside a polygon."""
    return rasterize([polygon], out_shape=like.valid.shape, fill=0, default_value=1).astype(bool)


def berths(found: ChangeMap, first: Pixels, data: Path, same: list[Polygon]) -> None:
    """Every berth of the list with its answer, then precision and recall of changes."""
    rows = []
    for entry in json.loads((data / "long-beach-changes.json").read_text("utf-8"))["changes"]:
        if entry["polygon_px_a"]:
            truth = "came" if entry["a"].startswith("empty") else "went"
            rows.append((entry["what"], truth, berth_change(found, mask(Polygon(entry["polygon_px_a"]), first))))
    rows += [("a vessel that stayed", "same", berth_change(found, mask(v, first))) for v in same]
    for what, truth, answer in rows:
        print(f"  {what[:60]:62} {truth:6} -> {answer}")
    right = sum(t == a != "same" for _, t, a in rows)
    said, true = sum(a not in {"same", "unknown"} for *_, a in rows), sum(t != "same" for _, t, _ in rows)
    print(f"  changed berths: precision {right}/{said}, recall {right}/{true}; {len(rows) - true} unchanged ones")


def main() -> None:
    """Compare, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data" / "planetscope")
    parser.add_argument("--picture", type=Path)
    asked = parser.parse_args()
    scenes = tuple(open_scene(asked.data / f"long-beach-{k}.json") for k in "ab")
    first, second = (RasterioReader().read(s) for s in scenes)
    shift = coregister(first, second)
    print(f"shift {shift.row_px:+.2f}, {shift.col_px:+.2f} px (sigma {shift.sigma_px:.2f}) from {shift.tiles} tiles")
    second = on_grid_of(first, second, shift)
    found = change_map((scenes[0], scenes[1]), (first, second), shift.sigma_px)
    listed = changes(found)
    rows, cols = np.nonzero(found.compared)
    inside = box(cols.min() + EDGE_PX, rows.min() + EDGE_PX, cols.max() - EDGE_PX, rows.max() - EDGE_PX)
    a, b = (labels(asked.data / f"long-beach-{k}.vessels.geojson", first) for k in "ab")
    went, stayed = moved(a.vessels, b.vessels, inside)
    came, _ = moved(b.vessels, a.vessels, inside)
    totals = np.zeros(4, int)
    for name, truth, own in (("went", went, a), ("came", came, b)):
        # Boats below 30 m, ships cut by the frame and areas of undecided hulls count neither way.
        free = [*own.ignore, *own.small, *(v for v in own.vessels if not inside.contains(v))]
        counts = judged([outline(c) for c in listed if c.came == (name == "came")], truth, free)
        totals += counts
        print(
            f"{name}: {counts[0]} of {counts[0] + counts[1]} ships found; {counts[2]} changes right, {counts[3]} wrong"
        )
    hit, missed, right, wrong = totals.tolist()
    print(
        f"ships that came or went: precision {right / max(right + wrong, 1):.2f}, "
        f"recall {hit / max(hit + missed, 1):.2f}"
    )
    berths(found, first, asked.data, stayed)
    if asked.picture:
        _draw(asked.picture, first, second, listed, went, came)


def _draw(  # noqa: PLR0917 - what is drawn
    path: Path, first: Pixels, second: Pixels, listed: tuple[Change, ...], went: list[Polygon], came: list[Polygon]
) -> None:
    width = first.valid.shape[1]
    both = np.concatenate([p.values[:3].transpose(1, 2, 0).astype(np.uint8) for p in (first, second)], axis=1)
    picture = Image.fromarray(both)
    pen = ImageDraw.Draw(picture)
    for shift, truth in ((0, went), (width, came)):
        for vessel in truth:
            pen.polygon([(x + shift, y) for x, y in vessel.exterior.coords], outline=(0, 255, 255))
    for change in listed:
        for shift in (0, width):
            left, top, right, low = outline(change).bounds
            pen.rectangle(
                [left + shift - 3, top - 3, right + shift + 3, low + 3],
                outline=(0, 255, 0) if change.came else (255, 255, 0),
            )
    picture.save(path)


if __name__ == "__main__":
    main()
