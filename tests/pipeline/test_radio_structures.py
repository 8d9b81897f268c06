"""A case with AIS files and many dates: whose AIS fits, who was not received, and what never moved."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from report_page import Page
from roads_case import LAT, LON, NOON, ais_file, image, verified

from roadstead.case import new_case
from roadstead.pipeline import explain


@pytest.fixture
def case(tmp_path: Path) -> Path:
    new_case(tmp_path / "c")
    return tmp_path / "c"


def properties(case: Path) -> dict:
    (feature,) = json.loads((case / "out" / "detections.geojson").read_text("utf-8"))["features"]
    return feature["properties"]


def test_the_ship_that_sent_is_named_in_the_detections(case: Path) -> None:
    ais_file(case, ("273000001", LON, LAT), ("273000002", LON + 0.05, LAT))
    result = verified(case, image(NOON))
    assert not result.losses
    said = properties(case)
    assert (said["ais"], said["ais_mmsi"], said["ais_name"]) == ("matched", "273000001", "VESSEL 1")
    assert said["ais_likelihood_ratio"] > 100
    assert "VESSEL 1 (MMSI 273000001) fits" in said["ais_why"]
    report = result.report.read_text("utf-8")
    assert "VESSEL 1 (MMSI 273000001) fits" in report
    assert "times likelier than an unrelated ship" in report
    assert "this fit is weighed in no verdict" in report
    (at,) = json.loads((case / "out" / "ais.json").read_text("utf-8"))["at_sites"]
    assert [u["mmsi"] for u in at["undetected"]] == ["273000002"]
    assert result.ais.at_sites[0].facts[0].mmsi == "273000001"


def test_a_ship_without_ais_among_others_is_silent_and_the_verdict_stays(case: Path) -> None:
    verified(case, image(NOON))
    without = json.loads((case / "out" / "verdicts.json").read_text("utf-8"))
    assert "ais" not in properties(case)
    ais_file(case, ("273000003", LON + 0.03, LAT), ("273000004", LON + 0.05, LAT))
    verified(case, image(NOON))
    assert properties(case)["ais"] == "silent"
    assert "2 ships were received" in properties(case)["ais_why"]
    report = (case / "out" / "report.html").read_text("utf-8")
    assert "no AIS that we hold fits, while 2 ships were received" in report
    assert "this fit is weighed" not in report
    assert json.loads((case / "out" / "verdicts.json").read_text("utf-8")) == without


def test_no_ais_is_compared_with_an_image_whose_time_is_a_day(case: Path) -> None:
    ais_file(case, ("273000001", LON, LAT))
    result = verified(case, image(NOON, known_to=timedelta(hours=20)))
    assert any("its time is not known to 10 minutes" in s for s in result.losses)
    assert not result.ais.at_sites
    assert "not compared with AIS: the image's time" in Page(result.report.read_text("utf-8")).text("vessels")


def test_what_is_no_ais_is_named_and_the_rest_is_read(case: Path) -> None:
    ais_file(case, ("273000001", LON, LAT))
    (case / "ais" / "junk.csv").write_bytes(b"\x00\xff not a table")
    result = verified(case, image(NOON))
    assert any("junk.csv" in s for s in result.losses)
    assert properties(case)["ais"] == "matched"
    assert "log.csv (AIS)" in explain(case).reads


def test_what_is_no_ais_is_named_though_no_image_has_an_exact_hour(case: Path) -> None:
    ais_file(case, ("273000001", LON, LAT))
    (case / "ais" / "empty.csv").write_bytes(b"")
    (case / "ais" / "other.csv").write_text("ship,when,where\nA,noon,sea\n")
    result = verified(case, image(NOON, known_to=timedelta(hours=20)))
    told = [s for s in result.losses if s.startswith(("empty.csv: is empty", "other.csv:1: has no header of a known"))]
    assert len(told) == 2
    assert not result.ais.at_sites
    assert not [s for s in result.losses if "log.csv" in s]
    assert set(told) <= set(explain(case).problems)


def test_ais_is_read_once_while_nothing_changes(case: Path) -> None:
    ais_file(case, ("273000001", LON, LAT))
    first, again = verified(case, image(NOON)), verified(case, image(NOON))
    assert again.steps_done == 0
    assert again.ais == first.ais
    ais_file(case, ("273000002", LON, LAT))
    assert verified(case, image(NOON)).ais.at_sites[0].facts[0].mmsi == "273000002"


def test_what_lies_there_at_every_date_joins_the_rejected(case: Path) -> None:
    verified(case, image(NOON), image(NOON - timedelta(days=3)))
    assert len(json.loads((case / "out" / "detections.geojson").read_text("utf-8"))["features"]) == 2
    verified(case, *(image(NOON - timedelta(days=30 * k)) for k in range(6)))
    kept = json.loads((case / "out" / "detections.geojson").read_text("utf-8"))["features"]
    rejected = json.loads((case / "out" / "rejected.geojson").read_text("utf-8"))["features"]
    assert not kept
    assert len(rejected) == 6
    assert all("never moves" in f["properties"]["reason"] for f in rejected)
    lon, lat = rejected[0]["geometry"]["coordinates"]
    assert (lon, lat) == (pytest.approx(LON, abs=1e-4), pytest.approx(LAT, abs=1e-4))
