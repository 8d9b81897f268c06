from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from shapely.geometry import box

from roadstead.coverage import coverage_of, look_at, p_blind, p_detect, site_mask, usable
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


def test_an_area_over_the_edge_of_the_image_counts_whole() -> None:
    whole = pixels()
    cut = replace(whole, values=whole.values[:, :, :320], valid=whole.valid[:, :320])  # ends at 132.032 E
    found = look_at(scene(), SITE, cut)
    assert (found.usable_fraction, found.covered_fraction) == (pytest.approx(0.3, abs=0.01),) * 2
    assert "the scene covers 30 % of the area" in found.notes
    assert not any("covers" in n for n in look_at(scene(), SITE, whole).notes)
    elsewhere = replace(SITE, aoi=box(132.2, 42.82, 132.3, 42.86))
    assert look_at(scene(), elsewhere, whole).covered_fraction == 0


def clouded(cols: slice, basis: str = "scene classification") -> Pixels:
    cloud = np.zeros((1000, 1000), bool)
    cloud[:, cols] = True
    return replace(pixels(), cloud=cloud, cloud_basis=basis)


def test_cloud_counts_where_the_area_is_and_nowhere_else() -> None:
    # The area lies in columns 200-600 of 1000.
    elsewhere = look_at(scene(), SITE, clouded(slice(600, 1000)))  # 40 % of the scene
    assert (elsewhere.cloud_fraction, elsewhere.usable_fraction) == (0.0, 1.0)
    assert elsewhere.cloud_basis == "scene classification"
    assert not elsewhere.notes
    only_here = look_at(scene(), SITE, clouded(slice(200, 600)))  # the rest of the scene is clear
    assert (only_here.cloud_fraction, only_here.usable_fraction, only_here.covered_fraction) == (1.0, 0.0, 1.0)
    assert not usable(only_here)
    half = look_at(scene(), SITE, clouded(slice(400, 1000), "UDM2"))
    assert (half.cloud_fraction, half.usable_fraction) == (pytest.approx(0.5, abs=0.01),) * 2
    assert any("50 %" in n for n in half.notes)


def test_cloud_is_a_share_of_what_is_covered() -> None:
    valid = np.ones((1000, 1000), bool)
    valid[:, 400:] = False  # the eastern half of the area is missing
    found = look_at(scene(), SITE, replace(clouded(slice(0, 300)), valid=valid))
    assert found.covered_fraction == pytest.approx(0.5, abs=0.01)
    assert found.cloud_fraction == pytest.approx(0.5, abs=0.01)
    assert found.usable_fraction == pytest.approx(0.25, abs=0.01)
    nothing = look_at(scene(), SITE, replace(clouded(slice(0, 300)), valid=np.zeros_like(valid)))
    assert (nothing.cloud_fraction, nothing.covered_fraction) == (None, 0.0)


def test_unknown_cloud_is_said_and_only_then() -> None:
    def said(found: Look) -> bool:
        return any(n.startswith("cloud unknown") for n in found.notes)

    unknown = look_at(scene(), SITE, pixels())
    assert (unknown.cloud_fraction, unknown.cloud_basis, unknown.usable_fraction) == (None, "", 1.0)
    assert said(unknown)
    assert not said(look_at(scene(), SITE, clouded(slice(0, 1))))
    assert not said(look_at(scene(modality=Modality.SAR), SITE, pixels()))


def test_the_angle_and_a_missing_georeference_are_passed_on() -> None:
    assert look_at(replace(scene(), off_nadir_deg=27.3), SITE, pixels()).off_nadir_deg == 27.3
    picture = replace(pixels(), crs=None, transform=Affine.identity())
    found = look_at(replace(scene(), footprint=None, gsd_m=3.0), SITE, picture)
    assert (found.covered_fraction, found.searched) == (None, False)


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


def test_silence_at_a_quay_says_little_of_a_short_ship_and_never_all() -> None:
    optical = replace(look(), modality=Modality.OPTICAL)
    assert p_detect(optical, 60) < 0.25
    assert p_detect(optical, 112) < 0.65
    assert p_detect(optical, 300) < 0.9
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


def test_an_estimate_of_cloud_is_trusted_less_than_a_mask_and_more_than_nothing() -> None:
    look = look_at(scene(), SITE, pixels())
    known = replace(look, cloud_fraction=0.0, cloud_basis="UDM2")
    guessed = replace(look, cloud_fraction=0.0, cloud_basis="estimated from pixels")
    assert p_blind(known) < p_blind(guessed) < p_blind(replace(look, cloud_fraction=None))
