"""Cranes and vehicles beside a ship: simulated berths, and what must never be said."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from importlib.resources import files

import numpy as np
import pytest
from affine import Affine
from berths import NOON, QUAY, image, onto_earth, vessel
from shapely.geometry import LineString

from roadstead.geo import ground_frame
from roadstead.identify import Berth, Image, quay_gate, view_berth
from roadstead.model import ActivityKind, BerthView, RasterError, TimeSpan


def view(shown: Image, reference: Image | None = None, line: LineString | None = QUAY) -> BerthView:
    return view_berth(shown, vessel(), Berth(site_id="here", number=1, line=line), reference)


def kinds(found: BerthView) -> dict[ActivityKind, float]:
    return {a.kind: a.probability for a in found.activities}


def test_a_crane_over_the_deck_is_told_from_none() -> None:
    out, none = kinds(view(image(crane=True))), kinds(view(image()))
    assert out[ActivityKind.CRANE_OUT] > 0.7
    assert none[ActivityKind.CRANE_STOWED] > 0.5


def test_more_vehicles_give_a_greater_count_and_the_truth_lies_in_the_interval() -> None:
    few, many = (view(image(trucks=n)).activities[1].vehicles for n in (0, 3))
    assert few is not None
    assert many is not None
    assert many.best > few.best
    assert many.low <= 3 <= many.high
    assert few.low == 0


def test_each_statement_names_the_files_that_it_rests_on() -> None:
    data = files("roadstead.identify") / "data"
    lines, network = (f"{n} {sha256((data / n).read_bytes()).hexdigest()[:8]}" for n in ("quay.json", "quay.onnx"))
    crane, vehicles = view(image(crane=True, trucks=3)).activities
    assert crane.by == f"quay 2, {lines}"
    assert vehicles.by == f"quay 2, {network}, {lines}"


def test_probabilities_are_capped_at_ten_to_one() -> None:
    for found in (view(image(crane=True, trucks=3)), view(image())):
        assert all(1 / 11 - 1e-3 <= p <= 10 / 11 + 1e-3 for p in kinds(found).values())


def test_at_three_metres_the_gate_says_what_cannot_be_seen_and_nothing_is_computed() -> None:
    found = view(image(pixel_m=3.0))
    assert found.activities == ()
    assert "Vehicles (2.5 m wide): cannot be seen at 3 m; 1 m or finer is needed." in found.gate
    assert any("jib" in w and "cannot be seen" in w for w in found.gate)


def test_covers_need_finer_pixels_than_vehicles() -> None:
    gate = quay_gate(0.8)
    assert gate.vehicles
    assert not gate.cover
    count = view(replace(image(trucks=3), resolved_m=0.8)).activities[1].vehicles
    assert count is not None
    assert count.covered is None


def enlarged(shown: Image, times: int) -> Image:
    p = shown.pixels
    values = np.repeat(np.repeat(p.values, times, axis=1), times, axis=2)
    valid = np.repeat(np.repeat(p.valid, times, axis=0), times, axis=1)
    return replace(
        shown, pixels=replace(p, values=values, valid=valid, transform=p.transform @ Affine.scale(1 / times))
    )


def test_enlarging_a_coarse_image_lets_nothing_more_be_said() -> None:
    assert view(enlarged(image(pixel_m=3.0), 4)).activities == ()


def test_enlarging_a_fine_image_changes_no_statement() -> None:
    plain = image(crane=True, trucks=3)
    before, after = view(plain), view(enlarged(plain, 4))
    assert list(kinds(before)) == list(kinds(after))
    assert before.activities[1].vehicles is not None
    assert after.activities[1].vehicles is not None
    assert abs(before.activities[1].vehicles.best - after.activities[1].vehicles.best) <= 1


def test_the_same_image_gives_the_same_view() -> None:
    assert view(image(crane=True)) == view(image(crane=True))


def test_half_under_cloud_or_off_the_image_nothing_is_said() -> None:
    shown = image()
    cloud = np.zeros(shown.pixels.valid.shape, bool)
    cloud[:, : cloud.shape[1] // 2] = True
    cut = shown.pixels.valid.shape[1] // 2
    off = replace(shown.pixels, values=shown.pixels.values[:, :, :cut], valid=shown.pixels.valid[:, :cut])
    for pixels in (replace(shown.pixels, cloud=cloud), off):
        found = view(replace(shown, pixels=pixels))
        assert found.activities == ()
        assert "nothing is said" in found.notes[0]


def test_a_time_at_which_the_sun_was_down_is_named() -> None:
    shown = image()
    night = NOON.replace(hour=23)
    found = view(replace(shown, scene=replace(shown.scene, time=TimeSpan(night, night))))
    assert any("time or place is wrong" in n for n in found.notes)
    assert found.activities


def test_without_a_reference_goods_are_not_looked_for_and_it_says_so() -> None:
    assert any("another date" in n for n in view(image()).notes)


def test_two_dates_are_compared_and_the_shift_is_said() -> None:
    other = image(ship=False, t_utc=NOON - timedelta(days=9))
    found = view(image(), other)
    assert found.reference_id == other.scene.id
    assert any("moved by" in n for n in found.notes)


def test_dates_that_do_not_fit_are_not_compared_and_it_says_why() -> None:
    other = image(ship=False, t_utc=NOON - timedelta(days=9))
    noise = np.random.default_rng(1).normal(500, 100, other.pixels.values.shape).astype(np.float32)
    found = view(image(), replace(other, pixels=replace(other.pixels, values=noise)))
    assert found.reference_id == ""
    assert any(n.startswith("Not compared") and "shift is not known" in n for n in found.notes)


def test_a_vessel_far_from_the_quay_line_is_refused() -> None:
    far = onto_earth(LineString([(-300, -200), (300, -200)]))
    with pytest.raises(RasterError, match="does not lie at it"):
        view(image(), line=far)


def test_nothing_tells_the_quay_or_the_place() -> None:
    with pytest.raises(RasterError, match="no quay line"):
        view(image(), line=None)
    with pytest.raises(RasterError, match="no place on the map"):
        view_berth(image(), vessel(None), Berth(site_id="here", number=1, line=QUAY))


def test_pixels_of_nan_or_of_one_value_give_no_certainty() -> None:
    shown = image()
    flat = replace(shown.pixels, values=np.full_like(shown.pixels.values, 7.0))
    found = kinds(view(replace(shown, pixels=flat)))
    assert ActivityKind.CRANE_OUT not in found
    assert all(math.isfinite(p) for p in found.values())


def test_the_line_and_boxes_lie_in_the_image() -> None:
    shown = image(crane=True, trucks=3)
    found = view(shown)
    frame = ground_frame(shown.pixels.transform, shown.pixels.crs, shown.pixels.valid.shape)
    for lon, lat in (*found.line, *(c for corners in found.boxes for c in corners)):
        col, row = frame.pixel(lon, lat)
        assert 0 <= float(col) <= shown.pixels.valid.shape[1]
        assert 0 <= float(row) <= shown.pixels.valid.shape[0]
    assert len(found.line) == 2
