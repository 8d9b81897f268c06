"""Sighting level: what the pipeline would give for each image, without pixels.

Whether a ship is found is drawn from the P(detect) model of `coverage`, but not with the figures that the weighing
uses: where in its interval the true rate lies is drawn once per site and kind of sensor, and whether a ship lies
alongside is what it truly does. Some images show nothing at all, some lengths are measured badly; places and headings
have errors; false detections come at a rate of their own per site, which the weighing does not know, and look like
ships in all but their score. Scores are calibrated for a detector of which four in five detections are ships.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shapely import transform
from shapely.affinity import rotate, translate
from shapely.geometry import Point, Polygon, box

from roadstead.coverage import p_detect_range
from roadstead.exercise.berths import basin
from roadstead.exercise.happen import ALONGSIDE
from roadstead.geo import sun_elevation_deg
from roadstead.library import mission
from roadstead.model import SIMULATED_MARK, Detection, Estimate, Look, Modality, Scene, TimeSpan
from roadstead.pipeline import Gathered, SceneAtSite
from roadstead.simulate import ShipAt, null_island
from roadstead.steps import stream

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from roadstead.exercise.acquire import Acquisition
    from roadstead.exercise.scenario import Scenario
    from roadstead.exercise.truth import Truth

METHOD = "simulated sighting 2"
BLANK = 0.05
"""share of images that show no ship whatever is there"""
SCORE_A, SCORE_B = 4.0, 1.0
"""beta distribution of scores over all detections"""
LENGTH_SIGMA_PX = {Modality.SAR: 0.5, Modality.OPTICAL: 0.6}
"""standard deviation of a length as a share of the resolved distance; about what `measure` states"""
METRES_PER_DEG = math.pi / 180 * 6_374_000.0
"""at the equator, along both axes"""
BAD_LENGTH, BAD_LENGTH_FACTOR = 0.1, 3.0
"""share of lengths whose error is drawn so much wider than stated"""
CLUTTER_LENGTH_M = (15.0, 160.0)
HEADING_SIGMA_DEG = 5.0
PLACE_SIGMA = 0.3
"""standard deviation of a place along each axis as a share of the resolved distance; both assumed"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Object:
    """What a detector would give, of a ship or of something that looks like one."""

    score: float
    length: Estimate
    heading_deg: float
    lonlat: tuple[float, float]
    alongside: bool


def sightings(scenario: Scenario, truth: Truth, images: Sequence[Acquisition]) -> Gathered:
    """What the pipeline would have gathered of every image: looks and detections, every scene marked simulated."""
    gathered = Gathered()
    traffic = {p.id: p.traffic for p in scenario.places}
    for image in images:
        gathered.scenes[image.id] = _scene(image)
        gathered.at_sites.append(_found(scenario, truth, image, traffic))
    return gathered


def _scene(image: Acquisition) -> Scene:
    place = null_island(image.place_id)
    known = mission(image.platform)
    return Scene(
        id=image.id,
        path=Path(f"{image.id}.none"),
        time=TimeSpan(image.t_utc, image.t_utc),
        modality=image.modality,
        platform=image.platform,
        bands=(),
        gsd_m=known.native_pixel_m if known else None,
        credit="simulated by Roadstead",
        simulated=True,
        footprint=box(*place.aoi.bounds),
        off_nadir_deg=image.off_nadir_deg,
    )


def _look(image: Acquisition) -> Look:
    known, at = mission(image.platform), null_island(image.place_id).aoi.representative_point()
    optical, cloud = image.modality is Modality.OPTICAL, image.weather.cloud_fraction
    return Look(
        scene_id=image.id,
        site_id=image.place_id,
        time=TimeSpan(image.t_utc, image.t_utc),
        usable_fraction=round(image.swath_fraction * (1 - cloud), 4),
        cloud_fraction=cloud if optical else 0.0,
        cloud_basis="simulated",
        covered_fraction=image.swath_fraction,
        off_nadir_deg=image.off_nadir_deg,
        resolved_m=known.resolved_m if known else 10.0,
        sun_elevation_deg=round(float(sun_elevation_deg(image.t_utc.timestamp(), at.x, at.y)), 2),
        modality=image.modality,
        notes=(SIMULATED_MARK,),
    )


def _found(scenario: Scenario, truth: Truth, image: Acquisition, traffic: Mapping[str, float]) -> SceneAtSite:
    rng = stream(scenario.seed, "exercise", "sighting", image.id)
    look, place = _look(image), null_island(image.place_id)
    quantile = float(stream(scenario.seed, "exercise", "site", place.id, image.modality.value).random())
    ships = truth.ships_at(place, image.t_utc)
    here = [s for s in ships if place.aoi.contains(Point(s.lon_deg, s.lat_deg))]
    drawn = [(s, rng.random(), float(rng.beta(SCORE_A + 1, SCORE_B)), _measured(rng, look, s)) for s in here]
    blank = rng.random() < BLANK
    objects: list[_Object] = []
    for ship, u, score, length in drawn:
        if not blank and u < chance(look, ship, quantile, anchorage=place.anchorage):
            objects.append(_as_seen(rng, look, ship, score, length))
    objects += _clutter(rng, scenario, image, look, traffic[place.id]) if not blank else []
    detections = tuple(_detection(f"{image.id}#{n}", image, o) for n, o in enumerate(objects, start=1))
    return SceneAtSite(look=look, detections=detections)


def chance(look: Look, ship: ShipAt, quantile: float, *, anchorage: bool) -> float:
    """True probability that a ship is found, at a quantile of what is not known of the rates.

    Args:
        look: the look.
        ship: as it lies.
        quantile: 0-1, where in its interval the site's rate lies.
        anchorage: whether the site is open water.
    """
    between = p_detect_range(
        ship.length_m,
        look.modality,
        look.resolved_m,
        usable_fraction=look.usable_fraction,
        anchorage=anchorage,
        alongside=ship.alongside,
    )
    return between.low + quantile * (between.high - between.low)


def _measured(rng: np.random.Generator, look: Look, ship: ShipAt) -> Estimate:
    sigma = max(LENGTH_SIGMA_PX[look.modality] * look.resolved_m, 0.01 * ship.length_m)
    wide = BAD_LENGTH_FACTOR if rng.random() < BAD_LENGTH else 1.0
    return Estimate(round(max(ship.length_m + float(rng.normal(0, wide * sigma)), 8.0), 1), round(sigma, 2))


def _clutter(
    rng: np.random.Generator, scenario: Scenario, image: Acquisition, look: Look, traffic: float
) -> list[_Object]:
    """False detections: as many, at the mean, as the scores of the true ones leave over; per site more or fewer."""
    place = null_island(image.place_id)
    own = stream(scenario.seed, "exercise", "clutter", place.id, image.modality.value)
    usual = p_detect_range(
        100.0, look.modality, look.resolved_m, usable_fraction=look.usable_fraction, anchorage=place.anchorage
    ).mid
    mean = SCORE_B / SCORE_A * usual * (traffic + 0.5) * float(own.lognormal(-0.125, 0.5))
    quays = basin(place.id).sheltered
    out: list[_Object] = []
    for _ in range(int(rng.poisson(mean))):
        size = float(rng.uniform(*CLUTTER_LENGTH_M))
        estimate = Estimate(round(size, 1), round(LENGTH_SIGMA_PX[look.modality] * look.resolved_m, 2))
        score = float(rng.beta(SCORE_A, SCORE_B + 1))
        out.append(
            _Object(
                score=score, length=estimate, heading_deg=float(rng.uniform(0, 180)),
                lonlat=_somewhere(rng, place.id), alongside=quays and bool(rng.random() < ALONGSIDE),
            )
        )  # fmt: skip
    return out


def _as_seen(rng: np.random.Generator, look: Look, ship: ShipAt, score: float, length: Estimate) -> _Object:
    """A ship that was found, with errors of place and heading."""
    east, north = rng.normal(0, PLACE_SIGMA * look.resolved_m, 2) / METRES_PER_DEG
    return _Object(
        score=score, length=length, heading_deg=float(ship.heading_deg + rng.normal(0, HEADING_SIGMA_DEG)) % 180,
        lonlat=(ship.lon_deg + float(east), ship.lat_deg + float(north)), alongside=ship.alongside,
    )  # fmt: skip


def _somewhere(rng: np.random.Generator, place_id: str) -> tuple[float, float]:
    here = basin(place_id)
    west, south, east, north = here.water.bounds
    while True:
        x, y = float(rng.uniform(west, east)), float(rng.uniform(south, north))
        if here.water.contains(Point(x, y)):
            lon, lat = here.plane.transform(x, y, direction="INVERSE")
            return float(lon), float(lat)


def _hull_at(lonlat: tuple[float, float], length_m: float, heading_deg: float) -> Polygon:
    """A box of the usual proportions, WGS84; degrees are of equal length at the equator."""
    half, across = length_m / 2, length_m / 14
    upright = rotate(box(-across, -half, across, half), -heading_deg, origin=(0, 0))
    return translate(transform(upright, lambda xy: xy / METRES_PER_DEG), *lonlat)


def _detection(ident: str, image: Acquisition, found: _Object) -> Detection:
    return Detection(
        id=ident,
        scene_id=image.id,
        time=TimeSpan(image.t_utc, image.t_utc),
        outline_px=((0.0, 0.0),) * 4,
        outline=_hull_at(found.lonlat, found.length.value, found.heading_deg),
        row_px=0.0,
        col_px=0.0,
        score=round(min(max(found.score, 0.01), 0.99), 4),
        length_m=found.length,
        beam_m=None,
        heading_deg=Estimate(round(found.heading_deg % 180, 1), HEADING_SIGMA_DEG),
        method=METHOD,
        alongside=found.alongside,
        notes=(SIMULATED_MARK,),
    )
