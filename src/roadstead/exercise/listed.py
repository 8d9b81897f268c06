"""The catalogue of an exercise: which images it lists, held or not, as an answer kept in the case."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from shapely.geometry import box, mapping

from roadstead.catalogues import CATALOGUES_FOLDER, KeptProvider, RawAnswer, RawPage, keep_answer
from roadstead.exercise.acquire import listed_acquisitions
from roadstead.library import mission
from roadstead.model import AnswerState, CatalogueAnswer, Modality, iso
from roadstead.simulate import MARK, null_island

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.exercise.acquire import Acquisition
    from roadstead.exercise.scenario import Scenario

PROVIDER = "null-islands-archive"
NAME = "simulated archive of the Null Islands"
ASKED_AFTER = timedelta(days=7)
"""after the end of the exercise, when catalogues have caught up"""
BEYOND_DEG = 0.05
"""by which a listed footprint reaches beyond the place"""


def write_catalogue(scenario: Scenario, folder: Path) -> CatalogueAnswer:
    """Write the one answer of the simulated archive into a case folder, in place of an earlier one.

    Args:
        scenario: the exercise.
        folder: its case folder.

    Raises:
        StorageError: the folder cannot be written.
    """
    for old in sorted((folder / CATALOGUES_FOLDER).glob(f"{PROVIDER}-*")):
        old.unlink()
    missions = tuple(sorted({s.platform for s in scenario.sensors}))
    items = [_item(a) for a in listed_acquisitions(scenario)]
    answer = CatalogueAnswer(
        catalogue=PROVIDER, name=NAME, asked_at=scenario.end + ASKED_AFTER, area=_whole_area(scenario),
        span=scenario.span, missions=missions, state=AnswerState.COMPLETE,
        sentence=f"{len(items)} simulated item(s).", products=len(items),
    )  # fmt: skip
    provider = KeptProvider(
        id=PROVIDER, name=NAME, kind="stac-api", url="https://example.invalid/null-islands", licence="simulated",
        credit="simulated by Roadstead", collections={m: (m,) for m in missions},
    )  # fmt: skip
    text = json.dumps({"type": "FeatureCollection", MARK: True, "features": items}, sort_keys=True)
    page = RawPage(method="GET", url=provider.url, body=None, text=text)
    return keep_answer(folder, RawAnswer(answer=answer, provider=provider, pages=(page,)))


def _whole_area(scenario: Scenario) -> Any:
    bounds = [null_island(p.id).aoi.bounds for p in scenario.places]
    west, south, east, north = zip(*bounds, strict=True)
    return box(min(west), min(south), max(east), max(north)).buffer(BEYOND_DEG)


def _item(a: Acquisition) -> dict[str, Any]:
    known = mission(a.platform)
    west, south, east, north = null_island(a.place_id).aoi.bounds
    footprint = box(west - BEYOND_DEG, south - BEYOND_DEG, east + BEYOND_DEG, north + BEYOND_DEG)
    properties: dict[str, Any] = {"datetime": iso(a.t_utc), "platform": a.platform, MARK: True}
    if known:
        properties["gsd"] = known.native_pixel_m
    if a.modality is Modality.OPTICAL:
        properties["eo:cloud_cover"] = round(100 * a.weather.cloud_fraction)
    return {
        "type": "Feature", "stac_version": "1.0.0", "id": a.id, "collection": a.platform,
        "geometry": mapping(footprint), "bbox": list(footprint.bounds), "properties": properties,
        "links": [], "assets": {},
    }  # fmt: skip
