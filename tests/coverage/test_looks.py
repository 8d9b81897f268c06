from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from shapely.geometry import box

from roadstead.coverage import coverage_of, look_at, p_detect, site_mask, usable
from roadstead.model import BandRole, Look, Modality, Pixels, Scene, Site, TimeSpan

NOON = datetime(2024, 10, 17, 2, tzinfo=UTC)
SITE = Site(id="x", name="X", timezone="UTC", aoi=box(132.02, 42.82, 132.06, 42.86))


def scene(at: datetime = NOON, modality: Modality = Modality.OPTICAL, hours: float = 0) -> Scene:
    return Scene(
        id="s", path=Path("none"), time=TimeSpan(at, at + timedelta(hours=hours)), modality=modality,
        bands=(BandRole.PAN,),
        footprint=box(132.0, 42.8, 132.1, 42.9),
    )  # fmt: skip


def pixels(valid: np.ndarray | None = None) -> Pixels:
    valid = np.ones((1000, 1000), bool) if valid is None else valid
    values = np.zeros((1, *valid.shape), np.float32)
    return Pixels(values=values, valid=valid, transform=Affine(1e-4, 0, 132.0, 0, -1e-4, 42.9), crs="EPSG:4326")


def test_the_usable_share_is_that_of_the_area_itself() -> None:
    valid = np.ones((1000, 1000), bool)
    valid[:, :400] = False  # 132.00-132.04: half of the area, and nodata elsewhere does not count
    assert look_at(scene(), SITE, pixels(valid)).usable_fraction == pytest.approx(0.5, abs=0.01)
    assert look_at(scene(), SITE, pixels(), inside_share=0.3).usable_fraction == pytest.approx(0.3, abs=0.01)


def test_the_mask_is_the_polygon() -> None:
    assert site_mask(SITE, pixels()).sum() == pytest.approx(400 * 400, rel=0.01)


def test_cloud_is_unknown_for_optical_and_none_for_radar() -> None:
    assert look_at(scene(), SITE, pixels()).cloud_fraction is None
    assert look_at(scene(modality=Modality.SAR), SITE, pixels()).cloud_fraction == 0.0


def test_an_optical_image_dated_at_night_is_flagged() -> None:
    night = look_at(scene(NOON + timedelta(hours=12)), SITE, pixels())
    assert any("night" in n for n in night.notes)
    assert not any("night" in n for n in look_at(scene(), SITE, pixels()).notes)


def test_an_image_known_to_the_day_gets_no_sun_elevation() -> None:
    assert look_at(scene(hours=24), SITE, pixels()).sun_elevation_deg is None
    assert look_at(scene(), SITE, pixels()).sun_elevation_deg == pytest.approx(35, abs=3)


def test_a_look_at_nothing_valid_is_not_usable() -> None:
    assert not usable(look_at(scene(), SITE, pixels(np.zeros((1000, 1000), bool))))


def look(resolved_m: float = 10, fraction: float = 1.0, hour: int = 0) -> Look:
    t = NOON + timedelta(hours=hour)
    return Look(
        scene_id=f"s{hour}", site_id="x", time=TimeSpan(t, t), usable_fraction=fraction, cloud_fraction=None,
        resolved_m=resolved_m, sun_elevation_deg=None, modality=Modality.SAR,
    )  # fmt: skip


def test_longer_ships_and_sharper_images_are_surer() -> None:
    assert p_detect(look(), 20) < p_detect(look(), 60) < p_detect(look(), 200) <= 0.95


def test_silence_at_a_quay_is_not_absence() -> None:
    optical = replace(look(), modality=Modality.OPTICAL)
    assert p_detect(optical, 112) < 0.3
    assert p_detect(optical, 112, anchorage=True) > 0.5
    assert p_detect(look(), 112, anchorage=True) > p_detect(look(), 112)


def test_sharper_images_are_surer() -> None:
    assert p_detect(look(30), 60) < p_detect(look(3), 60)
    assert p_detect(look(fraction=0.5), 200) == pytest.approx(p_detect(look(), 200) / 2)


def test_the_longest_gap_and_what_is_always_unknown_are_said() -> None:
    window = TimeSpan(NOON, NOON + timedelta(hours=48))
    coverage = coverage_of(window, ["x"], [look(hour=6), look(hour=30), look(hour=100), look(hour=10, fraction=0.01)])
    assert (coverage.looks_held, coverage.usable_looks, coverage.longest_gap_hours) == (3, 2, 24)
    assert "government images" in coverage.statement
    assert coverage_of(window, ["y"], [look()]).longest_gap_hours == 48


def test_a_look_known_to_the_day_only_closes_no_gap() -> None:
    day = TimeSpan(NOON, NOON + timedelta(hours=24))
    coverage = coverage_of(day, ["x"], [replace(look(), time=day)])
    assert (coverage.usable_looks, coverage.longest_gap_hours) == (1, 24)
