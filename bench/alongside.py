"""How many labelled ships of the Sentinel-2 ports the shipped detector finds, alongside and in open water apart.

These are the shares behind `coverage/detectability.py`. Prints one JSON object; needs the real images beside the
checkout.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from shapely.geometry import shape

from roadstead import detect
from tables import DATA

if TYPE_CHECKING:
    from pathlib import Path


def found_of(image: Path, *, alongside: bool) -> tuple[int, int]:
    """Labelled ships that hold the middle of a detection, and all of them."""
    middles = [d.outline.centroid for d in detect([image]).detections if d.outline is not None]
    labels = json.loads((image.parent / "vessels.geojson").read_text("utf-8"))["features"]
    ships = [
        shape(f["geometry"])
        for f in labels
        if f["properties"].get("label", "vessel") == "vessel" and bool(f["properties"].get("alongside")) == alongside
    ]
    return sum(any(ship.contains(m) for m in middles) for ship in ships), len(ships)


def main() -> None:
    """Print found and labelled ships over all ports."""
    images = sorted((DATA / "sentinel2-ports").glob("*/*.tif"))
    answer = {}
    for name, alongside in (("alongside", True), ("open_water", False)):
        counts = [found_of(image, alongside=alongside) for image in images]
        answer[name] = {"found": sum(f for f, _ in counts), "labelled": sum(n for _, n in counts)}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
