"""Scenarios: what is read, what is refused, what really happens, and what is true of claims."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely.geometry import Point

from roadstead.ais import read_ais
from roadstead.catalogues import kept_answers
from roadstead.exercise import (
    Family,
    acquisitions,
    happen,
    holds,
    paired,
    random_scenario,
    read_scenario,
    run_exercise,
    scenario_toml,
    shipped_scenario,
    sightings,
)
from roadstead.exercise.berths import basin
from roadstead.exercise.case_files import write_case
from roadstead.exercise.listed import write_catalogue
from roadstead.exercise.radio import write_ais
from roadstead.exercise.toml import toml_text
from roadstead.exercise.truth import true_histories
from roadstead.infer import UNDER_WAY, grid_for
from roadstead.model import CaseError, InputError, TimeSpan
from roadstead.simulate import null_island

SHIPPED = shipped_scenario()
TRUTH = happen(SHIPPED)
T10 = datetime(2024, 6, 10, 10, tzinfo=UTC)
NIGHT = datetime(2024, 6, 11, 1, tzinfo=UTC)


def test_what_is_written_reads_the_same(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(scenario_toml(SHIPPED), "utf-8")
    assert read_scenario(tmp_path / "s.toml") == SHIPPED
    assert "roadstead:simulated" in (tmp_path / "s.toml").read_text("utf-8").splitlines()[0]


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        ({"places": [{"id": "atlantis"}]}, "places.0.id", "no place of the Null Islands"),
        ({"seed": -1}, "seed", "greater than or equal to 0"),
        ({"sede": 1}, "sede", "no key of a scenario"),
        ({"start": datetime(2024, 6, 3)}, "start", "needs a zone"),  # noqa: DTZ001 - the mistake under test
        ({"end": datetime(2025, 6, 3, tzinfo=UTC)}, "end", "within 92 days"),
        ({"sensors": [{"platform": "spyglass"}]}, "sensors.0.platform", "no satellite of the library"),
        ({"sensors": [{"platform": "planetscope"}]}, "sensors.0.platform", "give `hour_utc` or `times`"),
        ({"sensors": [{"platform": "skysat", "times": [NIGHT]}]}, "sensors.0.times", "the sun is down"),
        ({"gaps": [{"platform": "planetscop", "start": T10, "end": NIGHT}]}, "gaps.0.platform", "no sensor here"),
        ({"voyages": [{"vessel": "auk", "to": "mars", "depart": T10}]}, "voyages.0.to", "no place of the scenario"),
        ({"voyages": [{"vessel": "auk", "to": "farhaven"}]}, "voyages.0.depart", "is missing"),
        ({"works": [{"vessel": "auk", "kind": "crane", "start": T10, "end": T10}]}, "works.0.end", "before it starts"),
    ],
)
def test_a_broken_entry_gives_one_sentence_with_its_key(
    tmp_path: Path, change: dict[str, Any], key: str, said: str
) -> None:
    from roadstead.exercise.scenario import scenario_of  # noqa: PLC0415 - the reader behind the file

    data = tomllib.loads(scenario_toml(SHIPPED)) | change
    with pytest.raises(CaseError) as caught:
        scenario_of(data, tmp_path / "s.toml")
    assert key in str(caught.value)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_toml_and_no_file_are_said(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text("seed = ", "utf-8")
    with pytest.raises(CaseError, match="no valid TOML"):
        read_scenario(tmp_path / "s.toml")
    with pytest.raises(CaseError, match="cannot be read"):
        read_scenario(tmp_path / "none.toml")


def test_a_voyage_before_the_last_one_ended_is_refused(tmp_path: Path) -> None:
    from roadstead.exercise.scenario import scenario_of  # noqa: PLC0415 - as above

    data = tomllib.loads(scenario_toml(SHIPPED))
    data["voyages"][1]["depart"] = datetime(2024, 6, 7, 20, tzinfo=UTC)
    with pytest.raises(InputError, match="auk cannot leave for meridian-harbour"):
        happen(scenario_of(data, tmp_path / "s.toml"))


def test_a_mistake_in_a_claim_is_named(tmp_path: Path) -> None:
    from roadstead.exercise.scenario import scenario_of  # noqa: PLC0415 - as above

    data = tomllib.loads(scenario_toml(SHIPPED))
    data["claims"][0]["destinations"] = ["nowhere"]
    with pytest.raises(InputError, match="nowhere"):
        write_case(scenario_of(data, tmp_path / "s.toml"), tmp_path / "case")


def test_a_mistake_leaves_no_folder_and_names_no_file_that_nobody_wrote(tmp_path: Path) -> None:
    data = tomllib.loads(scenario_toml(SHIPPED))
    data["claims"][0]["destinations"] = ["nowhere"]
    with pytest.raises(InputError) as caught:
        run_exercise(_with(**data), tmp_path / "made", pixels=False)
    assert "case.toml" not in str(caught.value)
    assert "claims" in str(caught.value)
    assert not (tmp_path / "made").exists()
    data = tomllib.loads(scenario_toml(SHIPPED))
    data["claims"][0]["when"] = "2024-09-01"
    with pytest.raises(InputError, match=r"landing.*outside the exercise"):
        run_exercise(_with(**data), tmp_path / "made", pixels=False)
    data = tomllib.loads(scenario_toml(SHIPPED))
    data["vessels"][0] |= {"length_m": 400}
    with pytest.raises(CaseError, match="400 m is no length of a ropucha-i"):
        _with(**data)
    with pytest.raises(InputError, match=r"umbra.*--sightings-only"):
        run_exercise(_with(sensors=[{"platform": "umbra", "times": [T10]}], gaps=[]), tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_tables_of_any_keys_and_values_come_back() -> None:
    odd = {"a b": {"c d": time(7, 30), 'quo"te': 1}, "list": [{"x y": "z"}]}
    assert tomllib.loads(toml_text(odd)) == odd


def test_radar_looks_at_the_angles_of_its_swath_and_by_night_too() -> None:
    sensors = [{"platform": "sentinel-1a", "times": [NIGHT]}, {"platform": "umbra", "hour_utc": 22}]
    images = acquisitions(_with(sensors=sensors, gaps=[]))
    assert {i.platform for i in images} == {"sentinel-1a", "umbra"}
    assert all(29 <= i.incidence_deg <= 46 for i in images if i.platform == "sentinel-1a")
    assert all(i.off_nadir_deg < i.incidence_deg for i in images)


def test_the_catalogue_lists_what_was_taken_and_leaves_out_what_is_said_to_be_missing(tmp_path: Path) -> None:
    lacking = tomllib.loads(scenario_toml(SHIPPED))["gaps"][0]
    day = TimeSpan(lacking["start"], lacking["end"])
    for listed in (True, False):
        scenario = _with(gaps=[lacking | {"listed": listed}])
        write_catalogue(scenario, tmp_path)
        kept = kept_answers(tmp_path)
        assert len(kept.answers) == 1
        assert kept.losses == ()
        there = [k for p in SHIPPED.places for k in kept.search(null_island(p.id).aoi, day)]
        assert bool([k for k in there if k.platform == "planetscope"]) is listed
        assert not any(i.platform == "planetscope" and day.start <= i.t_utc < day.end for i in acquisitions(scenario))


def test_false_detections_look_like_ships_in_all_but_their_score() -> None:
    seen = sightings(SHIPPED, TRUTH, acquisitions(SHIPPED))
    pairs = [p for at in seen.at_sites for p in paired(TRUTH, at)]
    false = [p.detection for p in pairs if p.detection and not p.ship]
    true = [(p.detection, p.ship) for p in pairs if p.detection and p.ship]
    assert false
    assert all(d.heading_deg is not None and d.alongside is not None for d in false)
    off = [(d.heading_deg.value - s.heading_deg + 90) % 180 - 90 for d, s in true if d.heading_deg]
    assert 2 < np.std(off) < 9
    assert all(d.outline and not d.outline.centroid.equals(Point(s.lon_deg, s.lat_deg)) for d, s in true)


def test_ships_are_where_the_scenario_sends_them() -> None:
    harbour = null_island("meridian-harbour")
    there = {s.vessel_id: s for s in TRUTH.ships_at(harbour, T10)}
    assert {"auk", "booby", "cormorant"} <= set(there)
    assert "dunlin" not in there
    assert there["auk"].alongside
    assert there["auk"].crane_out
    assert there["auk"].trucks == 0  # only at night
    at_night = {s.vessel_id: s for s in TRUTH.ships_at(harbour, T10 + timedelta(hours=13))}
    assert at_night["auk"].trucks > 0
    assert not at_night["auk"].crane_out


def test_ships_lie_in_the_water_and_not_on_each_other() -> None:
    for place in SHIPPED.places:
        here, island = basin(place.id), null_island(place.id)
        ships = TRUTH.ships_at(island, T10)
        hulls = list(TRUTH.stays_at(place.id, T10))
        assert len(hulls) <= len(ships)
        for stay in hulls:
            assert island.aoi.contains(Point(stay.lon_deg, stay.lat_deg))
            x, y = here.plane.transform(stay.lon_deg, stay.lat_deg)
            assert not here.solid.contains(Point(x, y))
            for other in hulls:
                if other.ship_id != stay.ship_id:
                    ox, oy = here.plane.transform(other.lon_deg, other.lat_deg)
                    assert np.hypot(x - ox, y - oy) > 10


def test_a_ship_alongside_touches_a_quay() -> None:
    here = basin("meridian-harbour")
    auk = next(s for s in TRUTH.stays_at("meridian-harbour", T10) if s.ship_id == "auk")
    x, y = here.plane.transform(auk.lon_deg, auk.lat_deg)
    assert min(q.distance(Point(x, y)) for q in here.quays) < 15


def test_a_passage_takes_as_long_as_its_speed_says() -> None:
    leg = next(p for p in TRUTH.passages if p.ship_id == "auk")
    hours = leg.span.hours()
    (x0, y0), (x1, y1) = leg.way[1], leg.way[-2]
    assert 60 * np.hypot(x1 - x0, y1 - y0) / hours == pytest.approx(15, rel=0.02), "between the places"
    assert leg.speed_kn == pytest.approx(15, rel=0.1), "with the way in and out of the harbours"


def test_ships_begin_and_end_their_passages_at_their_berths() -> None:
    lying = {(s.ship_id, s.span.start): (s.lon_deg, s.lat_deg) for s in TRUTH.stays}
    reached = [(p, lying[p.ship_id, p.span.end]) for p in TRUTH.passages if (p.ship_id, p.span.end) in lying]
    assert len(reached) > 20
    for leg, berth in reached:
        assert leg.at(leg.span.end) == pytest.approx(berth)


def test_other_ships_come_and_go_too() -> None:
    ours = {v.id for v in SHIPPED.vessels}
    assert sum(p.ship_id not in ours for p in TRUTH.passages) > 10
    under_way = [s for p in SHIPPED.places for h in range(0, 336, 3)
                 for s in TRUTH.ships_at(null_island(p.id), SHIPPED.start + timedelta(hours=h))
                 if s.speed_kn and s.vessel_id not in ours]  # fmt: skip
    assert under_way


def test_no_two_ships_bear_one_number(tmp_path: Path) -> None:
    busy = [{"id": p.id, "traffic": 12.0, "stay_hours": 12} for p in SHIPPED.places]
    truth = happen(_with(places=busy, voyages=[], works=[], ais=[]))
    assert len(truth.ships) > 500
    assert len({s.mmsi for s in truth.ships}) == len(truth.ships) == len({s.id for s in truth.ships})
    scenario = _with(end=SHIPPED.start + timedelta(days=8), voyages=[], works=[], gaps=[], claims=[], reports=[])
    nmea, _ = write_ais(scenario, happen(scenario), tmp_path)
    last = max(p.t_utc for t in read_ais([nmea]).tracks for p in t.positions)
    assert last < scenario.end


def test_traffic_has_the_stated_mean() -> None:
    place = next(p for p in SHIPPED.places if p.id == "meridian-harbour")
    counts = []
    for seed in range(12):
        scenario = _with(seed=seed, voyages=[], works=[], ais=[], claims=[], reports=[])
        truth = happen(scenario)
        hours = [SHIPPED.start + timedelta(hours=12 * k) for k in range(28)]
        counts += [len(truth.stays_at(place.id, t)) for t in hours]
    assert np.mean(counts) == pytest.approx(place.traffic, rel=0.2)


def _with(**change: Any) -> Any:
    from roadstead.exercise.scenario import scenario_of  # noqa: PLC0415 - as above

    return scenario_of(tomllib.loads(scenario_toml(SHIPPED)) | change, Path("s.toml"))


def test_the_true_history_is_the_truth_on_a_grid() -> None:
    grid = grid_for(SHIPPED.span, 0.0)
    sites = tuple(p.id for p in SHIPPED.places)
    histories = true_histories(TRUTH, grid, sites, ("auk",))
    at = round(grid.hours(T10) / grid.step_h)
    assert histories.place[0, 0, at] == sites.index("meridian-harbour")
    sailing = round(grid.hours(datetime(2024, 6, 9, 18, tzinfo=UTC)) / grid.step_h)
    assert histories.place[0, 0, sailing] == UNDER_WAY
    others = histories.traffic[0, sites.index("meridian-harbour"), at]
    assert others == len(TRUTH.stays_at("meridian-harbour", T10)) - 1


def test_the_shipped_claims_have_their_truth(tmp_path: Path) -> None:
    case = write_case(SHIPPED, tmp_path / "case")
    assert {c.id: holds(c, TRUTH, case) for c in case.claims} == {
        "landing": True, "soldiers": True, "dunlin-too": False,
    }  # fmt: skip


def test_images_come_from_real_orbits_within_gaps_and_sensors() -> None:
    images = acquisitions(SHIPPED)
    assert 35 <= len(images) <= 45
    assert {i.platform for i in images} == {"sentinel-1a", "sentinel-2a", "sentinel-2b", "planetscope", "skysat"}
    assert not any(i.platform == "planetscope" and i.t_utc.day == 12 for i in images)
    month = acquisitions(_with(end=SHIPPED.start + timedelta(days=30), sensors=[{"platform": "sentinel-1a"}], gaps=[]))
    passes = sorted(i.t_utc for i in month if i.place_id == "meridian-harbour")
    assert any(abs((b - a) / timedelta(days=12) - 1) < 0.001 for a in passes for b in passes)


@pytest.mark.parametrize("number", range(0, 40, 5))
@pytest.mark.parametrize("family", list(Family))
def test_each_family_is_what_it_says(tmp_path: Path, family: Family, number: int) -> None:
    scenario = random_scenario(11, number, family)
    truth, case = happen(scenario), write_case(scenario, tmp_path)
    moved, cargo = (holds(case.claim(c), truth, case) for c in ("movement", "cargo"))
    who = case.claim("movement").who
    if family is Family.AS_CLAIMED:
        assert moved
        assert cargo
    elif family is Family.OTHER_CARGO:
        assert moved
        assert not cargo
        assert not any(p.persons for p in truth.passages)
        assert not truth.activities
    elif family is Family.DETAIL_WRONG:
        assert not moved
        assert any(p for p in truth.passages)
    elif family is Family.NOTHING:
        assert not {p.ship_id for p in truth.passages} & {v.id for v in scenario.vessels}
        assert not moved
    assert truth.family == family.value
    assert set(who) <= {s.id for s in truth.ships}
    assert "family" not in (tmp_path / "case.toml").read_text("utf-8")


def test_random_exercises_can_all_be_made() -> None:
    for seed, number in ((0, 1), (1, 56), (6, 16), (7, 11), (5, 101), (7, 156)):
        scenario = random_scenario(seed, number, Family.DETAIL_WRONG)
        ours = {v.id: v for v in scenario.vessels}
        sailing = {y.vessel for y in scenario.voyages}
        stay_behind = [ours[w] for w in scenario.claims[0]["who"] if w not in sailing]
        assert all(v.starts_at in ("", v.home) for v in stay_behind)


def test_second_sources_report_rightly_more_often_than_not() -> None:
    right, wrong = 0, 0
    for number in range(80):
        scenario = random_scenario(3, number, list(Family)[number % 5])
        for report in scenario.reports:
            day = datetime.fromisoformat(report["when"]).replace(tzinfo=UTC)
            stays = [s for s in happen(scenario).stays if s.ship_id == report["vessels"][0]]
            there = any(
                s.place_id == report["site"] and s.span.overlaps(TimeSpan(day, day + timedelta(days=1))) for s in stays
            )
            right, wrong = right + there, wrong + (not there)
    assert right > 3
    assert wrong > 3


def test_the_claim_does_not_depend_on_the_truth() -> None:
    claims = {str(random_scenario(4, 7, family).claims) for family in Family}
    assert len(claims) == 1
