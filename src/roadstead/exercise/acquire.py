"""Which images there are: passes of real orbits, daily mornings, tasked times; less what was not taken and gaps."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from roadstead.coverage import elements_of, opportunities
from roadstead.exercise.light import lit
from roadstead.library import mission
from roadstead.model import Direction, Modality, Range, Site
from roadstead.simulate import Weather, null_island
from roadstead.steps import stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.exercise.scenario import Gap, Scenario, Sensor
    from roadstead.library import Orbit
    from roadstead.model import Opportunity, TimeSpan
    from roadstead.simulate import Place

CLOUD_SPREAD = 0.9
"""sum of the beta distribution's parameters: skies are mostly clear or mostly overcast (Falls 1974, J. Geophys. Res.
79, 1261-1264)"""
TASKED_CLOUD = 0.3
"""cloud of tasked images as a share of what the sky drew: they are taken and delivered when it is clear; assumed"""
OFF_NADIR_DEG = {"planetscope": 5.0, "skysat": 25.0}
"""greatest off-nadir angle drawn; assumed"""
TASKED_RADAR = Range(20.0, 45.0)
"""incidence of tasked radar, degrees, where the library knows no swath; assumed"""
TRACK_DEG = 11.0
"""ground track against the meridian at low latitudes of a sun-synchronous satellite: north-northwest when ascending"""
RADAR_HEIGHT_KM, EARTH_KM = 690.0, 6378.0


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
    """Every image that is to be had of a scenario's places, in order of time; the same scenario gives the same."""
    return tuple(a for a in _taken(scenario) if not any(_falls_in(g, a) for g in scenario.gaps))


def listed_acquisitions(scenario: Scenario) -> tuple[Acquisition, ...]:
    """Every image that catalogues list, whether or not it is to be had, in order of time."""
    return tuple(a for a in _taken(scenario) if not any(_falls_in(g, a) for g in scenario.gaps if not g.listed))


def _falls_in(gap: Gap, a: Acquisition) -> bool:
    return gap.platform == a.platform and gap.start <= a.t_utc < gap.end


def _taken(scenario: Scenario) -> tuple[Acquisition, ...]:
    out: list[Acquisition] = []
    for sensor in scenario.sensors:
        for place in scenario.places:
            if sensor.places and place.id not in sensor.places:
                continue
            out += _of_sensor(scenario, sensor, place.id)
    return tuple(sorted({a.id: a for a in out}.values(), key=lambda a: (a.t_utc, a.id)))


def _of_sensor(scenario: Scenario, sensor: Sensor, place_id: str) -> Iterator[Acquisition]:
    rng = stream(scenario.seed, "exercise", "taken", sensor.platform, place_id)
    if sensor.times:
        for t in sensor.times:
            if scenario.start <= t < scenario.end:
                yield _tasked(_free_flying(scenario, sensor, place_id, t, rng))
    elif sensor.hour_utc is not None:
        for t in _mornings(scenario, sensor.hour_utc, rng):
            acquisition = _free_flying(scenario, sensor, place_id, t, rng)
            if rng.random() < sensor.share and (acquisition.modality is Modality.SAR or lit(place_id, t)):
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


@cache
def _passes(place_id: str, platform: str, span: TimeSpan) -> tuple[Opportunity, ...]:
    """Passes of one satellite of known orbit over one place."""
    found = opportunities([site_of(null_island(place_id))], span, elements_of(None)).opportunities
    return tuple(o for o in found if o.platform == platform)


def _free_flying(
    scenario: Scenario, sensor: Sensor, place_id: str, t: datetime, rng: np.random.Generator
) -> Acquisition:
    known = mission(sensor.platform)
    if known and known.modality is Modality.SAR:
        return _acquisition(scenario, place_id, t, sensor.platform, _radar_angles(known.orbit, rng))
    most = OFF_NADIR_DEG.get(sensor.platform, 20.0)
    off_nadir, azimuth = round(float(rng.uniform(0, most)), 2), round(float(rng.uniform(0, 360)), 1)
    return _acquisition(scenario, place_id, t, sensor.platform, (off_nadir, azimuth, off_nadir, True, 1.0))


def _radar_angles(orbit: Orbit | None, rng: np.random.Generator) -> tuple[float, float, float, bool, float]:
    """Off-nadir angle, azimuth of the satellite, incidence, ascending, share of the swath, of a right-looking radar."""
    between = (orbit.swath.incidence_deg if orbit else None) or TASKED_RADAR
    incidence, ascending = float(rng.uniform(between.low, between.high)), bool(rng.random() < 0.5)
    off_nadir = math.degrees(math.asin(math.sin(math.radians(incidence)) * EARTH_KM / (EARTH_KM + RADAR_HEIGHT_KM)))
    # It looks to the right of its track, so from the ground it stands to the left of it.
    azimuth = 270.0 - TRACK_DEG if ascending else 90.0 + TRACK_DEG
    return off_nadir, azimuth, incidence, ascending, 1.0


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
