"""AIS and detections: shifted ships are found again, doubtful ones are not decided, silence is never explained."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from pyproj import Geod
from shapely.geometry import Polygon

from roadstead.ais import AisPosition, AisStatic, Track, doppler_shift_m, shown_at
from roadstead.identify import AisState, RadarView, expected_in, match_ais, undetected
from roadstead.model import Detection, Estimate, TimeSpan

NOON = datetime(2024, 10, 17, 12, tzinfo=UTC)
AT = TimeSpan(NOON, NOON)
LON, LAT = 131.9, 42.8
VIEW = RadarView(satellite_azimuth_deg=100.0, incidence_deg=38.0)
GEOD = Geod(ellps="WGS84")
AREA_KM2 = 200.0


def off(east_m: float, north_m: float) -> tuple[float, float]:
    lon, lat, _ = GEOD.fwd(LON, LAT, np.degrees(np.arctan2(east_m, north_m)), np.hypot(east_m, north_m))
    return float(lon), float(lat)


def track(
    mmsi: str,
    at: tuple[float, float],
    *,
    minutes: float = 5,
    length_m: float | None = 112,
    speed_kn: float = 0.0,
    course_deg: float = 30.0,
) -> Track:
    """Reports before and after noon of a ship that is at `at` at noon."""
    going_m = speed_kn * 1852 / 60 * minutes
    positions = []
    for sign in (-1, 1):
        lon, lat, _ = GEOD.fwd(*at, course_deg if sign > 0 else course_deg + 180, going_m)
        positions.append(
            AisPosition(
                mmsi=mmsi, t_utc=NOON + sign * timedelta(minutes=minutes), lon_deg=lon, lat_deg=lat, sog_kn=speed_kn,
                cog_deg=course_deg, heading_deg=course_deg,
            )
        )  # fmt: skip
    half = length_m / 2 if length_m else None
    said = AisStatic(
        mmsi=mmsi, t_utc=NOON, last_utc=NOON, name=f"SHIP {mmsi[-1]}", to_bow_m=half, to_stern_m=half,
        to_port_m=8, to_starboard_m=8,
    )  # fmt: skip
    return Track(mmsi=mmsi, positions=tuple(positions), statics=(said,))


def ship(name: str, at: tuple[float, float], length_m: float = 112, axis_deg: float = 30) -> Detection:
    lon, lat = at
    outline = Polygon(
        [(lon - 1e-4, lat - 1e-4), (lon + 1e-4, lat - 1e-4), (lon + 1e-4, lat + 1e-4), (lon - 1e-4, lat + 1e-4)]
    )
    return Detection(
        id=name, scene_id="s", time=AT, outline_px=(), outline=outline, row_px=0, col_px=0, score=0.9,
        length_m=Estimate(length_m, 8), beam_m=None, heading_deg=Estimate(axis_deg, 4), method="test",
    )  # fmt: skip


FAR = [track(f"30000000{k}", off(9000 + 500 * k, 0)) for k in range(3)]


def test_a_ship_that_lies_where_it_sent_is_matched() -> None:
    tracks = [track("273000001", off(0, 0)), *FAR]
    (fact,) = match_ais([ship("a", off(25, 10))], expected_in(tracks, AT), tracks, NOON, AREA_KM2)
    assert (fact.state, fact.mmsi, fact.name) == (AisState.MATCHED, "273000001", "SHIP 1")
    assert fact.distance_m == pytest.approx(27, abs=1)
    assert fact.likelihood_ratio > 100


def test_a_moving_ship_is_looked_for_where_the_radar_shows_it() -> None:
    tracks = [track("273000001", off(0, 0), speed_kn=12, course_deg=100, minutes=0.5)]
    shift = doppler_shift_m(12, 100, satellite_azimuth_deg=100, incidence_deg=38)
    assert shift > 400
    shown = ship("a", shown_at(*off(0, 0), shift, 100.0), axis_deg=100)
    unshifted = ship("b", off(0, 0), axis_deg=100)
    expected = expected_in(tracks, AT, radar=True, view=VIEW)
    facts = match_ais([shown, unshifted], expected, tracks, NOON, AREA_KM2)
    assert [f.state for f in facts] == [AisState.MATCHED, AisState.UNMATCHED]
    assert facts[0].distance_m < 5
    assert facts[0].shift_m == pytest.approx(shift, abs=5)
    optical = match_ais([shown, unshifted], expected_in(tracks, AT), tracks, NOON, AREA_KM2)
    assert [f.mmsi for f in optical] == ["", "273000001"]


def test_a_radar_of_unknown_view_widens_instead_of_shifting() -> None:
    tracks = [track("273000001", off(0, 0), speed_kn=12, course_deg=100, minutes=0.5)]
    (known,) = expected_in(tracks, AT, radar=True, view=VIEW)
    (unknown,) = expected_in(tracks, AT, radar=True)
    assert unknown.shift_m == 0
    assert unknown.sigma_m > 5 * known.sigma_m


def test_sigma_grows_with_the_gap_between_reports() -> None:
    sigmas = [expected_in([track("273000001", off(0, 0), minutes=m, speed_kn=8)], AT)[0].sigma_m for m in (1, 10, 60)]
    assert sigmas == sorted(sigmas)
    assert sigmas[-1] > 10 * sigmas[0]


def test_a_ship_that_lies_before_and_after_lay_there_meanwhile() -> None:
    (lying,) = expected_in([track("273000001", off(0, 0), minutes=60)], AT)
    (sailing,) = expected_in([track("273000001", off(0, 0), minutes=60, speed_kn=6)], AT)
    assert lying.sigma_m < 30
    assert sailing.sigma_m > 500


def test_length_tells_two_ships_at_one_place_apart() -> None:
    tracks = [track("273000001", off(0, 0), length_m=60), track("273000002", off(60, 0), length_m=180)]
    found = [ship("long", off(20, 0), 180), ship("short", off(40, 0), 60)]
    facts = match_ais(found, expected_in(tracks, AT), tracks, NOON, AREA_KM2)
    assert [f.mmsi for f in facts] == ["273000002", "273000001"]


def test_one_ship_is_matched_once_and_the_rival_is_named() -> None:
    tracks = [track("273000001", off(0, 0)), *FAR]
    near, farther = ship("near", off(5, 0)), ship("farther", off(60, 0))
    facts = match_ais([farther, near], expected_in(tracks, AT), tracks, NOON, AREA_KM2)
    assert [f.state for f in facts] == [AisState.UNMATCHED, AisState.MATCHED]
    assert facts[0].also == ("273000001",)
    assert "fits another detection better" in facts[0].sentence


def test_silence_needs_others_that_were_received() -> None:
    alone = ship("a", off(0, 0))
    (silent,) = match_ais([alone], expected_in(FAR, AT), FAR, NOON, AREA_KM2)
    assert silent.state is AisState.SILENT
    assert "3 ships were received within 20 km and 30 min" in silent.sentence
    assert "why this one was not is not known" in silent.sentence
    for heard in ([], FAR[:1], [track("300000009", off(40_000, 0)), track("300000008", off(41_000, 0))]):
        (fact,) = match_ais([alone], expected_in(heard, AT), heard, NOON, AREA_KM2)
        assert fact.state is AisState.UNMATCHED
        assert "nothing follows" in fact.sentence


def test_nothing_is_decided_between_twenty_ships_in_a_small_basin() -> None:
    tracks = [track("273000001", off(0, 0), minutes=10, speed_kn=6, length_m=None), *FAR]
    found = [ship(f"d{k}", off(60 * k, 40)) for k in range(20)]
    facts = match_ais(found, expected_in(tracks, AT), tracks, NOON, area_km2=1.0)
    assert AisState.MATCHED not in {f.state for f in facts}


def test_a_ship_that_sent_and_was_not_found_is_told() -> None:
    tracks = [track("273000001", off(0, 0)), track("273000002", off(3000, 0))]
    expected = expected_in(tracks, AT)
    facts = match_ais([ship("a", off(5, 5))], expected, tracks, NOON, AREA_KM2)
    (missed,) = undetected(expected, facts, ["273000001", "273000002"])
    assert missed.mmsi == "273000002"
    assert "no detection fits" in missed.sentence
    assert not undetected(expected, facts, ["273000001"])


def test_matching_does_not_depend_on_the_order_of_tracks() -> None:
    tracks = [track(f"27300000{k}", off(150 * k, 30 * k), length_m=80 + 20 * k) for k in range(6)]
    found = [ship(f"d{k}", off(150 * k + 20, 30 * k), 80 + 20 * k) for k in range(6)]
    facts = [match_ais(found, expected_in(order, AT), order, NOON, AREA_KM2) for order in (tracks, tracks[::-1])]
    assert facts[0] == facts[1]
    assert [f.mmsi for f in facts[0]] == [t.mmsi for t in tracks]


def test_reports_that_end_before_the_image_put_no_ship_into_it() -> None:
    early = track("273000001", off(0, 0))
    later = TimeSpan(NOON + timedelta(minutes=10), NOON + timedelta(minutes=10))
    assert not expected_in([early], later)
