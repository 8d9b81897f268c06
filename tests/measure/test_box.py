"""The measured box is the true one, on any projection, pixel size and rotation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer
from scipy import ndimage
from shapely.geometry import LineString, Point, Polygon

from roadstead.geo import GroundFrame, ground_frame
from roadstead.measure.box import OrientedBox, box_of_outline, oriented_box
from roadstead.model import InputError

GEOD = Geod(ellps="WGS84")
SHAPE = (160, 160)
FRAMES = ("mercator-60n", "utm-edge", "rotated", "plain")


def make_frame(kind: str, ground_m: float) -> GroundFrame:
    """A window of 160 x 160 pixels of about `ground_m` on the ground."""
    if kind == "plain":
        return ground_frame(Affine.identity(), None, SHAPE, ground_m)
    crs = "EPSG:32633" if kind == "utm-edge" else "EPSG:3857"
    lon, lat = (17.5, 55.0) if kind == "utm-edge" else (15.0, 60.0)
    x, y = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(lon, lat)
    step = ground_m if kind == "utm-edge" else ground_m / math.cos(math.radians(lat))
    turn = Affine.rotation(25.0) if kind == "rotated" else Affine.identity()
    return ground_frame(Affine.translation(x, y) @ turn @ Affine.scale(step, -step), crs, SHAPE)


def rectangle_px(frame: GroundFrame, at: tuple[float, float], size_m: tuple[float, float], heading: float) -> Polygon:
    """Pixel polygon of a rectangle laid out on the ellipsoid by geodesics, independent of the code under test."""
    if not frame.georeferenced:
        return _plain_rectangle(frame, at, size_m, heading)
    lon, lat = (float(v) for v in frame.lonlat(*at))
    reach = math.hypot(*size_m) / 2
    skew = math.degrees(math.atan2(size_m[1], size_m[0]))
    corners = [GEOD.fwd(lon, lat, heading + a, reach)[:2] for a in (skew, -skew, 180 + skew, 180 - skew)]
    cols, rows = frame.pixel([c[0] for c in corners], [c[1] for c in corners])
    return Polygon(np.column_stack([cols, rows]))


def _plain_rectangle(
    frame: GroundFrame, at: tuple[float, float], size_m: tuple[float, float], heading: float
) -> Polygon:
    u = np.array([math.sin(math.radians(heading)), -math.cos(math.radians(heading))])
    v = np.array([-u[1], u[0]])
    half = np.array(size_m) / 2 / frame.pixel_m(*at)[0]
    signs = ((1, 1), (1, -1), (-1, -1), (-1, 1))
    return Polygon([np.array(at) + a * half[0] * u + b * half[1] * v for a, b in signs])


def coverage(outline: Polygon, fine: int = 8) -> np.ndarray:
    """Share of each pixel that the polygon covers, by supersampling."""
    ticks = (np.arange(SHAPE[0] * fine) + 0.5) / fine
    corners = np.array(outline.exterior.coords)[:-1]
    if outline.exterior.is_ccw:
        corners = corners[::-1]
    inside = np.ones((len(ticks), len(ticks)), bool)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        inside &= (x1 - x0) * (ticks[:, None] - y0) - (y1 - y0) * (ticks[None, :] - x0) <= 0
    return inside.reshape(SHAPE[0], fine, SHAPE[1], fine).mean(axis=(1, 3))


def measured(share: np.ndarray, frame: GroundFrame, **blur: float) -> OrientedBox:
    rows, cols = np.nonzero(share)
    return oriented_box(cols, rows, share[rows, cols], frame, **blur)


def axis_error(found_deg: float, true_deg: float) -> float:
    return (found_deg - true_deg + 90) % 180 - 90


@settings(max_examples=60, deadline=None)
@given(
    view=st.tuples(st.sampled_from(FRAMES), st.sampled_from([0.5, 3.0, 5.0, 10.0])),
    length_px=st.floats(8, 90),
    slenderness=st.floats(2.0, 8.0),
    heading=st.floats(0, 179.99),
    at=st.tuples(st.floats(79.5, 80.5), st.floats(79.5, 80.5)),
)
def test_a_rendered_rectangle_is_recovered_within_its_sigmas(
    view: tuple[str, float], length_px: float, slenderness: float, heading: float, at: tuple[float, float]
) -> None:
    frame, ground_m = make_frame(*view), view[1]
    length, beam = length_px * ground_m, max(length_px / slenderness, 2.0) * ground_m
    box = measured(coverage(rectangle_px(frame, at, (length, beam), heading)), frame, blur_px=0.0)
    assert abs(box.length_m.value - length) < 2 * box.length_m.sigma
    assert abs(box.beam_m.value - beam) < 2 * box.beam_m.sigma
    assert math.hypot(box.col_px - at[0], box.row_px - at[1]) < 0.3
    assert 0 <= box.heading_deg.value < 180
    if length / beam >= 2:
        assert abs(axis_error(box.heading_deg.value, heading)) < 2 * box.heading_deg.sigma + 0.1
        assert box.heading_deg.sigma < 20
        assert Polygon(box.corners_px).contains(Point(box.col_px, box.row_px))


@pytest.mark.parametrize("hard", [False, True])
def test_sigmas_cover_the_truth_at_least_as_often_as_they_say_and_are_not_idle(hard: bool) -> None:
    rng = np.random.default_rng(7)
    frame = make_frame("mercator-60n", 10.0)
    ratios = []
    for _ in range(60):
        length, heading = rng.uniform(80, 350), rng.uniform(0, 180)
        beam = max(length / rng.uniform(4, 7), 25)
        at = tuple(80 + rng.uniform(-0.5, 0.5, 2))
        share = coverage(rectangle_px(frame, at, (length, beam), heading))
        box = measured((share >= 0.5).astype(float) if hard else share, frame, blur_px=0.0)
        ratios.append(
            ((box.length_m.value - length) / box.length_m.sigma, (box.beam_m.value - beam) / box.beam_m.sigma)
        )
    inside = (np.abs(ratios) < 1).mean(axis=0)
    assert (inside >= 0.68).all()
    assert np.abs(np.mean(ratios)) < 0.3
    if hard:
        assert np.std(ratios) > 0.2


def test_web_mercator_lengths_are_ground_metres_not_map_metres() -> None:
    frame = make_frame("mercator-60n", 10.0)
    box = measured(coverage(rectangle_px(frame, (80, 80), (300, 60), 30)), frame)
    assert box.length_m.value == pytest.approx(300, abs=6)


def test_heading_is_from_true_north_where_grid_north_differs() -> None:
    frame = make_frame("utm-edge", 5.0)
    upright = Polygon([(78, 40), (82, 40), (82, 120), (78, 120)])
    box = measured(coverage(upright), frame)
    convergence = math.degrees(math.atan(math.tan(math.radians(2.5)) * math.sin(math.radians(55))))
    assert axis_error(box.heading_deg.value, convergence) == pytest.approx(0, abs=0.05)


def test_an_image_turned_without_georeference_is_measured_from_its_upper_edge() -> None:
    frame = make_frame("plain", 2.0)
    box = measured(coverage(_plain_rectangle(frame, (80, 80), (100, 20), 70)), frame)
    assert box.heading_deg.value == pytest.approx(70, abs=0.5)


def test_a_loose_speck_beside_the_hull_does_not_lengthen_it() -> None:
    frame = make_frame("plain", 5.0)
    share = coverage(_plain_rectangle(frame, (80, 80), (200, 30), 90))
    share[80, 130:133] = 1.0
    assert measured(share, frame).length_m.value == pytest.approx(200, abs=3)


def test_blur_is_not_taken_for_beam() -> None:
    frame = make_frame("plain", 10.0)
    share = ndimage.gaussian_filter(coverage(_plain_rectangle(frame, (80, 80), (200, 20), 90)), 0.8)
    share[share < 0.01] = 0
    box = measured(share, frame, blur_px=0.8)
    assert abs(box.beam_m.value - 20) < box.beam_m.sigma
    assert abs(box.length_m.value - 200) < box.length_m.sigma


def test_one_pixel_has_a_box_whose_heading_is_unknown() -> None:
    box = oriented_box([5], [7], [1.0], make_frame("plain", 10.0))
    assert (box.col_px, box.row_px) == pytest.approx((5.5, 7.5))
    assert box.heading_deg.sigma > 20
    assert box.length_m.value < 20


@pytest.mark.parametrize("weights", [[], [0.0, 0.0]])
def test_nothing_to_measure_is_said_in_a_sentence(weights: list[float]) -> None:
    cols = list(range(len(weights)))
    with pytest.raises(InputError, match="needs pixels with a weight"):
        oriented_box(cols, cols, weights, make_frame("plain", 10.0))


@settings(max_examples=30, deadline=None)
@given(kind=st.sampled_from(FRAMES), heading=st.floats(0, 179.99), length=st.floats(50, 250))
def test_a_drawn_polygon_is_measured(kind: str, heading: float, length: float) -> None:
    frame = make_frame(kind, 5.0)
    outline = rectangle_px(frame, (80, 80), (length, length / 5), heading)
    box = box_of_outline(outline, frame, sigma_px=1.5)
    assert box.length_m.value == pytest.approx(length, rel=2e-3)
    assert box.beam_m.value == pytest.approx(length / 5, rel=2e-3)
    assert axis_error(box.heading_deg.value, heading) == pytest.approx(0, abs=0.2)
    assert box.length_m.sigma == pytest.approx(1.5 * 5 * math.sqrt(2), rel=0.01)


def test_a_drawn_line_is_the_hull_axis_and_leaves_the_beam_open() -> None:
    frame = make_frame("utm-edge", 5.0)
    lon, lat = frame.lonlat([60, 100], [80, 80])
    line = LineString([(lon[0], lat[0]), (lon[1], lat[1])])
    box = box_of_outline(line, frame, lonlat=True)
    assert box.length_m.value == pytest.approx(200, rel=1e-3)
    assert box.beam_m.sigma > 0.2 * box.beam_m.value
    assert (box.col_px, box.row_px) == pytest.approx((80, 80), abs=1e-3)


@pytest.mark.parametrize(
    "corners",
    [
        [(0, 0), (10, 10), (10, 0), (0, 10)],
        [(0, 0), (10, 0), (20, 0)],
        [(0, 0), (10, 10), (0, 0)],
        [(0, 0), (0, 0), (0, 0)],
    ],
)
def test_an_outline_that_crosses_itself_or_encloses_nothing_is_refused_in_a_sentence(
    corners: list[tuple[float, float]],
) -> None:
    with pytest.raises(InputError, match=r"the outline crosses itself or encloses nothing .*; draw it once around"):
        box_of_outline(Polygon(corners), make_frame("plain", 5.0))


def test_a_point_is_no_outline() -> None:
    with pytest.raises(InputError, match="polygon around the hull or a line"):
        box_of_outline(Point(3, 4), make_frame("plain", 5.0))


@pytest.mark.parametrize("heading", [90.0, 71.0])
def test_booms_across_the_deck_change_neither_length_nor_beam(heading: float) -> None:
    frame = make_frame("plain", 3.0)
    hull = coverage(rectangle_px(frame, (80, 80), (330.0, 45.0), heading))
    ahead, aside = (np.array([math.sin(math.radians(h)), -math.cos(math.radians(h))]) for h in (heading, heading + 90))
    seen = hull.copy()
    for along_m in (-90.0, -50.0, 40.0, 95.0):
        at = np.array((80, 80)) + (along_m * ahead + 30.0 * aside) / 3.0
        seen = np.maximum(seen, coverage(rectangle_px(frame, (at[0], at[1]), (16.0, 60.0), heading + 180)))
    rows, cols = np.nonzero(seen)
    box = oriented_box(cols, rows, seen[rows, cols], frame)
    assert box.length_m.value == pytest.approx(330, rel=0.03)
    assert box.beam_m.value == pytest.approx(45, rel=0.15)
