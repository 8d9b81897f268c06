"""How often ships of like size are there when nothing is claimed."""

from datetime import UTC, datetime, timedelta

from shapely.geometry import LineString, Point, box

from roadstead.infer import baseline
from roadstead.model import Detection, Estimate, Look, Modality, Site, TimeSpan

START = datetime(2024, 10, 8, tzinfo=UTC)
CLAIM = TimeSpan(START, START + timedelta(days=6))
SITE = Site(id="x", name="X", timezone="UTC", aoi=box(132.30, 42.85, 132.36, 42.90))


def look(days: float) -> Look:
    t = START + timedelta(days=days)
    return Look(
        scene_id=f"s{days}", site_id="x", time=TimeSpan(t, t), usable_fraction=1.0, cloud_fraction=0.0, resolved_m=10,
        sun_elevation_deg=30, modality=Modality.OPTICAL,
    )  # fmt: skip


def ship(length_m: float | None, lon: float = 132.33, sigma: float = 5) -> Detection:
    return Detection(
        id="d", scene_id="s", time=None, outline_px=(), row_px=0, col_px=0, score=0.9, method="d",
        length_m=Estimate(length_m, sigma) if length_m else None, beam_m=None, heading_deg=None,
        outline=Point(lon, 42.87).buffer(0.0003),
    )  # fmt: skip


def test_only_looks_outside_the_claims_window_and_before_it_count() -> None:
    looks = [(look(d), [ship(112)]) for d in (-400, -200, -10, 1, 20)]
    found = baseline(SITE, looks, [CLAIM], 112)
    assert (found.whole.looks, found.last_year.looks, found.same_weeks.looks) == (2, 2, 0)
    assert found.whole.with_ships == 2


def test_the_same_weeks_of_earlier_years_count_apart() -> None:
    found = baseline(SITE, [(look(d), []) for d in (-365.25 * 2, -365.25 * 2 - 60, -365.25 * 5 + 20)], [CLAIM], 112)
    assert (found.same_weeks.looks, found.last_year.looks) == (2, 0)


def test_the_weeks_of_the_year_before_count_as_both() -> None:
    found = baseline(SITE, [(look(-358), [])], [CLAIM], 112)
    assert (found.whole.looks, found.same_weeks.looks, found.last_year.looks) == (1, 1, 1)


def test_every_window_has_its_own_year_before() -> None:
    earlier = TimeSpan(START - timedelta(days=1830), START - timedelta(days=1824))
    found = baseline(SITE, [(look(-35), []), (look(-1860), []), (look(-1827), [])], [earlier, CLAIM], 112)
    assert found.last_year.looks == 2


def test_ships_of_another_size_and_unmeasured_ones_do_not_count() -> None:
    found = baseline(SITE, [(look(-5), [ship(60), ship(200), ship(None), ship(140, sigma=8)])], [CLAIM], 112)
    assert (found.whole.ships, found.unmeasured) == (1, 1)


def test_where_berths_are_drawn_only_ships_near_them_count() -> None:
    site = Site(
        id="x", name="X", timezone="UTC", aoi=SITE.aoi, berths=(LineString([(132.329, 42.87), (132.331, 42.87)]),)
    )
    found = baseline(site, [(look(-5), [ship(112), ship(112, lon=132.35)])], [CLAIM], 112)
    assert (found.at_berths, found.whole.ships) == (True, 1)


def test_the_rate_has_an_interval_that_narrows_with_looks() -> None:
    few = baseline(SITE, [(look(-d), []) for d in range(1, 4)], [CLAIM], 112).whole.rate
    many = baseline(SITE, [(look(-d), []) for d in range(1, 101)], [CLAIM], 112).whole.rate
    assert few
    assert many
    assert few.low == many.low == 0
    assert many.high < 0.05 < few.high
    assert baseline(SITE, [], [CLAIM], 112).whole.rate is None


def test_seasons_turn_around_south_of_the_equator() -> None:
    south = Site(id="x", name="X", timezone="UTC", aoi=box(18.4, -33.95, 18.5, -33.9))
    for site, name in ((SITE, "autumn"), (south, "spring")):
        assert [s for s, _ in baseline(site, [(look(-5), [])], [CLAIM], 112).seasons] == [name]


def test_without_any_claim_every_look_counts() -> None:
    found = baseline(SITE, [(look(d), [ship(112)]) for d in (-3000, 5)], [], 112)
    assert (found.whole.looks, found.last_year.looks) == (2, 0)
