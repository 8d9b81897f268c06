import math
from datetime import UTC, datetime

import numpy as np
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from roadstead.geo import great_circle_km, ground_frame, light_at, local_plane, sun_position_deg
from roadstead.model import InputError, RasterError


@given(st.floats(-175, 175), st.floats(-70, 70), st.floats(0, 360), st.sampled_from(["EPSG:3857", "EPSG:4326"]))
def test_metres_agree_with_the_ellipsoid_in_any_projection(lon: float, lat: float, bearing: float, crs: str) -> None:
    """Oracle: the geodesic on WGS84."""
    lon2, lat2, _ = Geod(ellps="WGS84").fwd(lon, lat, bearing, 300.0)
    to_crs = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    x0, y0 = to_crs.transform(lon, lat)
    step = 10.0 if crs == "EPSG:3857" else 1e-4
    frame = ground_frame(Affine(step, 0, x0 - 50 * step, 0, -step, y0 + 50 * step), crs, (100, 100))
    cols, rows = frame.pixel([lon, lon2], [lat, lat2])
    x, y = frame.metres(cols, rows)
    assert math.hypot(x[1] - x[0], y[1] - y[0]) == pytest.approx(300.0, abs=0.05)


def test_web_mercator_pixels_shrink_with_latitude() -> None:
    frame = ground_frame(Affine(10, 0, 0, 0, -10, 8_399_737.9), "EPSG:3857", (10, 10))  # 60 N
    assert frame.pixel_m(5, 5) == pytest.approx((5.0, 5.0), rel=0.01)


def test_an_image_without_georeference_needs_a_stated_pixel_size() -> None:
    with pytest.raises(RasterError, match="state its pixel size"):
        ground_frame(Affine.identity(), None, (10, 10))
    x, y = ground_frame(Affine.identity(), None, (10, 10), gsd_m=3.0).metres([0, 10], [0, 0])
    assert np.hypot(x[1] - x[0], y[1] - y[0]) == pytest.approx(30.0)


def test_a_wrong_projection_is_named() -> None:
    with pytest.raises(RasterError, match="cannot be used"):
        ground_frame(Affine.identity(), "EPSG:999999", (10, 10))


def test_swapped_coordinates_are_refused() -> None:
    with pytest.raises(InputError, match="order is longitude, latitude"):
        local_plane(42.0, 132.0)


def test_distance_of_the_case() -> None:
    assert great_circle_km(129.8204, 41.7816, 131.89, 43.11) == pytest.approx(226, abs=4)


@pytest.mark.parametrize(
    ("when", "elevation", "azimuth"),
    [  # almanac values for Greenwich-style checks: solstice and equinox noons and a sunrise
        (datetime(2024, 6, 20, 12, 1, 45, tzinfo=UTC), 61.96, 180.0),
        (datetime(2024, 12, 21, 11, 58, 0, tzinfo=UTC), 15.09, 180.0),
    ],
)
def test_sun_at_greenwich(when: datetime, elevation: float, azimuth: float) -> None:
    up, az = sun_position_deg(when, 0.0, 51.4779)
    assert up == pytest.approx(elevation, abs=0.05)
    assert az == pytest.approx(azimuth, abs=0.3)


def test_shadow_of_a_crane_at_dunai() -> None:
    """A 20 m crane at Dunai casts about 11 m at noon in mid-August and 26 m on 17 October (the project's facts)."""

    def longest_noon(year: int, month: int, day: int) -> float:
        highest = max(
            sun_position_deg(datetime(year, month, day, h, m, tzinfo=UTC), 132.34, 42.88)[0]
            for h in (2, 3, 4)
            for m in range(0, 60, 5)
        )
        return 20 / math.tan(math.radians(highest))

    assert longest_noon(2024, 8, 15) == pytest.approx(11, abs=1)
    assert longest_noon(2024, 10, 17) == pytest.approx(26, abs=1)


def test_light_is_named_by_the_sun() -> None:
    named = [light_at(d) for d in (0, -0.9, -7, -13, -19)]
    assert named == ["day", "civil twilight", "nautical twilight", "astronomical twilight", "night"]
