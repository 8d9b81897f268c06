"""Which images there are: passes of real orbits, daily mornings, tasked times; less what was not taken and gaps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from roadstead.coverage import elements_of, opportunities
from roadstead.geo import sun_elevation_deg
from roadstead.library import mission
from roadstead.model import Direction, Modality, Site
from roadstead.simulate import Weather, null_island
from roadstead.steps import stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.exercise.scenario import Scenario, Sensor
    from roadstead.model import Opportunity, TimeSpan
    from roadstead.simulate import Place

CLOUD_SPREAD = 0.9
"""sum of the beta distribution's parameters: skies are mostly clear or mostly overcast (Falls 1974, J. Geophys. Res.
79, 1261-1264)"""
TASKED_CLOUD = 0.3
"""cloud of tasked images as a share of what the sky drew: they are taken and delivered when it is clear; assumed"""
LOWEST_SUN_DEG = 10.0
OFF_NADIR_DEG = {"planetscope": 5.0, "skysat": 25.0}
"""greatest off-nadir angle drawn; assumed"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquisition:
    """One image that was taken of one place."""

    id: str
    platform: str
    modality: Modality
    place_id: str
    t_utc: datetime
    off_nadir_deg: float
    satellite_azimuth_deg: float
    incidence_deg: float
    ascending: bool
    swath_fraction: float
    """share of the area inside the swath"""
    weather: Weather


def site_of(place: Place) -> Site:
    """A place as a site."""
    return Site(
        id=place.id, name=place.name, timezone=place.timezone, aoi=place.aoi, berths=place.quays,
        anchorage=place.anchorage,
    )  # fmt: skip


def acquisitions(scenario: Scenario) -> tuple[Acquisition, ...]:
    """Every image of a scenario's places inside its time, in order of time; the same scenario gives the same."""
    out = []
    for sensor in scenario.sensors:
        for place in scenario.places:
            if sensor.places and place.id not in sensor.places:
                continue
            out += [a for a in _of_sensor(scenario, sensor, place.id) if not _in_gap(scenario, a)]
    return tuple(sorted({a.id: a for a in out}.values(), key=lambda a: (a.t_utc, a.id)))


def _in_gap(scenario: Scenario, a: Acquisition) -> bool:
    return any(g.platform == a.platform and g.start <= a.t_utc < g.end for g in scenario.gaps)


def _of_sensor(scenario: Scenario, sensor: Sensor, place_id: str) -> Iterator[Acquisition]:
    rng = stream(scenario.seed, "exercise", "taken", sensor.platform, place_id)
    if sensor.times:
        for t in sensor.times:
            if scenario.start <= t < scenario.end:
                yield _tasked(_free_flying(scenario, sensor, place_id, t, rng))
    elif sensor.hour_utc is not None:
        for t in _mornings(scenario, sensor.hour_utc, rng):
            acquisition = _free_flying(scenario, sensor, place_id, t, rng)
            if rng.random() < sensor.share and _lit(place_id, t):
                yield acquisition
    else:
        for o in _passes(place_id, sensor.platform, scenario.span):
            if rng.random() < sensor.share:
                yield _of_pass(scenario, o)


def _tasked(image: Acquisition) -> Acquisition:
    clearer = round(TASKED_CLOUD * image.weather.cloud_fraction, 3)
    return replace(image, weather=replace(image.weather, cloud_fraction=clearer))


def _mornings(scenario: Scenario, hour_utc: float, rng: np.random.Generator) -> Iterator[datetime]:
    midnight = scenario.start.replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(int(scenario.span.hours() / 24) + 2):
        seconds = round(hour_utc * 3600 + float(rng.normal(0, 1500)))
        t = midnight + timedelta(days=day, seconds=seconds)
        if scenario.start <= t < scenario.end:
            yield t


def _lit(place_id: str, t: datetime) -> bool:
    at = null_island(place_id).aoi.representative_point()
    return float(sun_elevation_deg(t.timestamp(), at.x, at.y)) > LOWEST_SUN_DEG


@cache
def _passes(place_id: str, platform: str, span: TimeSpan) -> tuple[Opportunity, ...]:
    """Passes of one satellite of known orbit over one place."""
    found = opportunities([site_of(null_island(place_id))], span, elements_of(None)).opportunities
    return tuple(o for o in found if o.platform == platform)


def _free_flying(
    scenario: Scenario, sensor: Sensor, place_id: str, t: datetime, rng: np.random.Generator
) -> Acquisition:
    most = OFF_NADIR_DEG.get(sensor.platform, 20.0)
    off_nadir, azimuth = round(float(rng.uniform(0, most)), 2), round(float(rng.uniform(0, 360)), 1)
    return _acquisition(scenario, place_id, t, sensor.platform, (off_nadir, azimuth, off_nadir, True, 1.0))


def _of_pass(scenario: Scenario, o: Opportunity) -> Acquisition:
    ascending = o.direction is Direction.ASCENDING
    angles = (o.off_nadir_deg, o.satellite_azimuth_deg, o.incidence_deg, ascending, o.swath_fraction)
    return _acquisition(scenario, o.site_id, o.t_utc, o.platform, angles)


def _acquisition(
    scenario: Scenario, place_id: str, t: datetime, platform: str, seen: tuple[float, float, float, bool, float]
) -> Acquisition:
    known = mission(platform)
    modality = known.modality if known else Modality.OPTICAL
    t = t.replace(microsecond=0)
    name = f"{platform}-{t:%Y%m%dt%H%M%S}-{place_id}"
    return Acquisition(
        id=name, platform=platform, modality=modality, place_id=place_id, t_utc=t,
        off_nadir_deg=round(seen[0], 2), satellite_azimuth_deg=round(seen[1], 1), incidence_deg=round(seen[2], 2),
        ascending=seen[3], swath_fraction=round(seen[4], 3), weather=_weather(scenario, name, modality),
    )  # fmt: skip


def _weather(scenario: Scenario, name: str, modality: Modality) -> Weather:
    """Wind and sky of one image; U-shaped cloud of the scenario's mean."""
    rng = stream(scenario.seed, "exercise", "weather", name)
    mean = min(max(scenario.cloud, 0.01), 0.99)
    cloud = float(rng.beta(CLOUD_SPREAD * mean, CLOUD_SPREAD * (1 - mean)))
    thin, haze = float(rng.uniform(0, 0.2)), float(rng.beta(1, 4))
    wind = float(np.clip(rng.weibull(2.0) * scenario.wind_m_s * 1.128, 0.5, 18.0))
    optical = modality is Modality.OPTICAL
    return Weather(
        wind_m_s=round(wind, 2),
        wind_from_deg=round(float(rng.uniform(0, 360)), 1),
        cloud_fraction=round(cloud, 3) if optical else 0.0,
        thin_cloud_fraction=round(thin, 3) if optical else 0.0,
        haze=round(haze, 3) if optical else 0.0,
    )
