"""Whatever is brought in: one sentence each, the rest of the case still weighed, the loss named in the report."""

import html
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from affine import Affine
from messy import (
    AOI,
    CASE,
    SHIP_COL,
    SHIP_ROW,
    SharpEyes,
    changed,
    line,
    point,
    polygon,
    write_case,
    write_item,
    write_marks,
    write_tiff,
)

from roadstead import IntakeFacts, Seams, add, detect, explain, verify
from roadstead.model import InputError, Modality, StorageError, parse_span
from roadstead.pipeline import Result
from roadstead.steps import FixedClock

EYES = {Modality.OPTICAL: SharpEyes(), Modality.SAR: SharpEyes()}
NOON = Seams(clock=FixedClock(datetime(2026, 1, 1, 12, tzinfo=UTC)), detectors=EYES)
FACTS = {"now": NOON.clock.now(), "added_by": "Ana"}
DAY = parse_span("2024-10-17")


def run(case: Path) -> Result:
    result = verify(case, seams=NOON)
    for sentence in result.losses:
        assert "\n" not in sentence
    return result


def shown(result: Result) -> str:
    """The words of the report."""
    return html.unescape(re.sub(r"<[^>]+>", "", result.report.read_text("utf-8")))


def found(result: Result) -> list[dict[str, Any]]:
    text = (result.report.parent / "detections.geojson").read_text("utf-8")
    return [f["properties"] for f in json.loads(text)["features"]]


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return write_case(tmp_path / "case")


def spoil(folder: Path) -> dict[str, str]:
    """Every kind of broken image beside a good one; file name -> what must be said of it."""
    good = write_tiff(folder / "good.tif").read_bytes()
    write_item(folder / "good.json", "good.tif")
    (folder / "truncated.tif").write_bytes(good[: len(good) // 2])
    (folder / "empty.tif").write_bytes(b"")
    (folder / "html.tif").write_text("<!DOCTYPE html><title>Log in</title>")
    (folder / "html.json").write_text("<!DOCTYPE html><title>Log in</title>")
    (folder / "empty.json").write_bytes(b"")
    (folder / "broken.json").write_text('{"type": "Feature", ')
    write_tiff(folder / "far.tif", transform=Affine(3, 0, 500_000, 0, -3, 4_000_000))
    write_tiff(folder / "nowhere.tif", crs=None)
    write_tiff(folder / "nodata.tif", nodata=0, fill=0)
    write_tiff(folder / "unnamed.tif", names=())
    write_tiff(folder / "flat.tif", transform=Affine(0, 0, 254_800, 0, 0, 4_744_700))
    bare = {"type": "Feature", "stac_version": "1.0.0", "id": "bare", "properties": {}, "geometry": None}
    (folder / "noassets.json").write_text(json.dumps(bare))
    (folder / "remote.json").write_text(
        json.dumps(bare | {"assets": {"a": {"href": "https://x.example/a.tif", "type": "image/tiff"}}})
    )
    return {
        "truncated.tif": "may be truncated or damaged, so fetch it again",
        "empty.tif": "is empty (0 bytes); fetch it again",
        "html.tif": "holds HTML or XML (often a login page, or a VRT)",
        "html.json": "holds HTML or XML, not JSON (often a login or error page); fetch it again",
        "empty.json": "is empty; fetch it again",
        "broken.json": "is broken JSON",
        "far": "lies at longitude 135.01, latitude 36.14, outside every area of interest of the case; add its site",
        "nowhere": "has no georeference, so what it shows is unknown; state it with 'roadstead add CASE nowhere.tif",
        "nodata": "0 % of the area can be seen in it, less than 10 %, so it counts as no look",
        "unnamed.tif": "state them in file order, like --bands blue,green,red,nir",
        "flat.tif": "has a broken georeference (pixels without a size)",
        "noassets.json": "is no STAC item (Feature, no `assets`)",
        "remote.json": "names images elsewhere (https://x.example/a.tif); only local files are read",
    }


def test_every_broken_image_is_named_once_and_the_good_one_is_used(case: Path) -> None:
    expected = spoil(case / "images")
    result = run(case)
    report = shown(result)
    for name, said in expected.items():
        (sentence,) = [s for s in result.losses if f"{name} " in f"{s} " or f"{name}:" in s]
        assert said in sentence
        assert sentence.replace(f"{case}/", "") in report
    assert len(result.losses) == len(expected)
    verdict = result.verdicts[1]
    assert verdict.coverage.scenes == ("good",)
    assert [round(d["row_px"]) for d in found(result)] == [round(SHIP_ROW)]
    told_before = explain(case).problems
    assert {n for n in expected if any(n in p for p in told_before)} == set(expected) - {"nodata"}


def test_a_truncated_image_whose_head_is_whole_is_a_loss_when_it_is_read(case: Path, tmp_path: Path) -> None:
    import rasterio.shutil  # noqa: PLC0415 - only here

    whole = write_tiff(tmp_path / "whole.tif")
    image = case / "images" / "cog.tif"
    rasterio.shutil.copy(whole, image, driver="COG", blocksize=128)
    image.write_bytes(image.read_bytes()[: image.stat().st_size // 2])
    write_item(case / "images" / "cog.json", "cog.tif")
    (sentence,) = run(case).losses
    assert sentence.startswith("cog over Roads: ")
    assert "truncated" in sentence


def test_swapped_longitude_and_latitude_are_suspected(tmp_path: Path) -> None:
    rotterdam = "[[51.95, 4.05], [51.99, 4.05], [51.99, 4.12], [51.95, 4.12]]"
    case = write_case(tmp_path / "case", changed(AOI, rotterdam))
    write_tiff(case / "images" / "a.tif", crs="EPSG:4326", transform=Affine(1e-4, 0, 4.05, 0, -1e-4, 51.99))
    (sentence,) = run(case).losses
    assert sentence.endswith("the corners of 'roads' seem to be [latitude, longitude], so swap them")


EVIL = [
    "../../x", "/etc/passwd", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a\0b", "\u202egnp.exe",
    "\x1b[2J\x1b[31mred", "\U0001f6a2 \u65e5\u672c", "n" * 5000, "{{7*7}}", "\ud800",
]  # fmt: skip


def test_names_are_shown_harmless_and_are_never_paths(tmp_path: Path) -> None:
    site = changed('name = "Roads"', 'name = "<script>site</script>\\u202e"')
    case = write_case(tmp_path / "deep" / "down" / "case", site)
    for i, name in enumerate(EVIL):
        write_tiff(case / "images" / f"e{i}.tif", ship=i == 0, seed=i)
        when = f"2024-10-17T02:15:{10 + 4 * i:02d}Z"
        write_item(
            case / "images" / f"e{i}.json", f"e{i}.tif", name, platform=name, license=name, credit=name, datetime=when
        )
    before = {p for p in tmp_path.rglob("*") if not p.is_relative_to(case)}
    result = run(case)
    assert {p for p in tmp_path.rglob("*") if not p.is_relative_to(case)} == before
    assert not [p for p in case.rglob("*") if "gnp" in p.name or p.name.startswith("nnn")]
    page = result.report.read_text("utf-8")
    assert "<script>" not in page
    assert "<img src=x" not in page
    assert not set(page) & {"\0", "\x1b", "\u202e"}
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert {json.dumps(d["scene_id"]) for d in found(result)} == {'"../../x"'}
    assert run(case).steps_done == 0


def test_a_screenshot_degrades_with_a_notice_until_its_place_and_scale_are_stated(case: Path, tmp_path: Path) -> None:
    shot = write_tiff(tmp_path / "shot.png", names=(), crs=None, driver="PNG")
    taken = add(case, [shot], IntakeFacts(**FACTS))
    assert any("pixel size is not stated" in n for n in taken.notices)
    assert any("when it was acquired is not stated" in n for n in taken.notices)
    (sentence,) = run(case).losses
    assert "has no georeference" in sentence
    assert "--site SITE --gsd METRES" in sentence
    add(case, [shot], IntakeFacts(site_id="roads", captured=DAY, **FACTS))
    (sentence,) = run(case).losses
    assert "state its pixel size in metres with --gsd" in sentence
    add(case, [shot], IntakeFacts(gsd_m=3.0, gsd_basis="scale bar", **FACTS))
    result = run(case)
    assert result.losses == ()
    (ship,) = found(result)
    assert (ship["row_px"], ship["col_px"]) == pytest.approx((SHIP_ROW, SHIP_COL), abs=2)
    assert ship["t_start"] == "2024-10-17T00:00:00Z"


@pytest.fixture
def calm(case: Path, tmp_path: Path) -> tuple[Path, str]:
    """A case with an image without ships as exhibit, and the exhibit's id."""
    write_tiff(tmp_path / "calm.tif", ship=False)
    taken = add(case, [write_item(tmp_path / "calm.json", "calm.tif")], IntakeFacts(**FACTS))
    return case, taken.added[0].id


HULL = line((132.005, 42.805), (132.0063, 42.805))


def mark(case: Path, path: Path, **facts: Any) -> None:
    assert add(case, [path], IntakeFacts(**facts, **FACTS)).added


def test_marks_on_a_held_image_go_all_the_way_without_a_detector(calm: tuple[Path, str], tmp_path: Path) -> None:
    case, image = calm
    box = polygon((132.010, 42.8100), (132.0113, 42.8100), (132.0113, 42.8102), (132.010, 42.8102))
    drawn = write_marks(tmp_path / "m.geojson", HULL, box, point(132.015, 42.803))
    mark(case, drawn, of_exhibit=image, analyst="Jane <b>Doe</b>")
    result = run(case)
    assert result.losses == ()
    marked = found(result)
    assert {d["method"] for d in marked} == {"by eye: Jane <b>Doe</b>"}
    assert {d["t_start"] for d in marked} == {"2024-10-17T02:15:00Z"}
    assert sorted(d["length_m"] or 0 for d in marked) == pytest.approx([0, 106, 106], abs=2)
    assert result.verdicts[1].coverage.usable_looks == 1
    page = result.report.read_text("utf-8")
    assert "by eye: Jane &lt;b&gt;Doe&lt;/b&gt;" in page
    assert "<b>Doe" not in page


def test_a_point_on_a_ship_that_was_also_detected_stands_for_it_and_keeps_its_size(case: Path, tmp_path: Path) -> None:
    write_tiff(tmp_path / "s.tif")
    taken = add(case, [write_item(tmp_path / "s.json", "s.tif")], IntakeFacts(**FACTS))
    # Middle of the ship: 254 800 + 3 x 218.5 m east, 4 744 700 - 3 x 252.5 m north in UTM 53 N.
    mark(case, write_marks(tmp_path / "m.geojson", point(132.00912, 42.80898)),
         of_exhibit=taken.added[0].id, analyst="Jo")  # fmt: skip
    (ship,) = found(run(case))
    assert ship["method"] == "by eye: Jo"
    assert ship["length_m"] == pytest.approx(111, abs=5)
    assert "outline and size by" in ship["notes"]


def test_marks_on_a_picture_without_georeference_stand_alone(case: Path, tmp_path: Path) -> None:
    shot = write_tiff(tmp_path / "shot.png", names=(), crs=None, driver="PNG")
    facts = IntakeFacts(site_id="roads", captured=DAY, gsd_m=3.0, gsd_basis="scale bar", **FACTS)
    image = add(case, [shot], facts).added[0].id
    mark(case, write_marks(tmp_path / "m.geojson", HULL), of_exhibit=image, analyst="Jo")
    result = run(case)
    assert [(d["method"], d["t_start"]) for d in found(result)] == [("by eye: Jo", "2024-10-17T00:00:00Z")]
    # Nobody knows how much of the area a cropped picture shows, so absence from it counts for nothing.
    assert (result.verdicts[1].coverage.looks_held, result.verdicts[1].coverage.usable_looks) == (1, 0)


def test_marks_without_their_image_are_looks_of_their_own(case: Path, tmp_path: Path) -> None:
    mark(case, write_marks(tmp_path / "m.geojson", HULL), captured=DAY, analyst="Jo")
    (ship,) = found(run(case))
    assert (ship["method"], ship["length_m"]) == ("by eye: Jo", None)


def test_a_document_of_google_earth_without_a_name_is_read(case: Path, tmp_path: Path) -> None:
    place = "<Placemark><Point><coordinates>132.01,42.805,0</coordinates></Point></Placemark>"
    (tmp_path / "m.kml").write_text(f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{place}</Document></kml>')
    mark(case, tmp_path / "m.kml", captured=DAY, analyst="Jo")
    assert [d["method"] for d in found(run(case))] == ["by eye: Jo"]


def test_marks_that_can_be_no_ship_are_named(calm: tuple[Path, str], tmp_path: Path) -> None:
    case, image = calm
    country = polygon((131, 42), (133, 42), (133, 43), (131, 43))
    drawn = write_marks(tmp_path / "m.geojson", HULL, country, point(10, 10))
    mark(case, drawn, of_exhibit=image, analyst="Jo")
    result = run(case)
    assert len(found(result)) == 1
    assert [s.split(": ", 1)[1][:40] for s in result.losses] == [
        "is 198400 m across, and no ship is longe", "lies outside every area of interest of t",
    ]  # fmt: skip


@pytest.mark.parametrize("held", [True, False])
def test_a_mark_of_what_is_done_at_the_quay_is_no_ship_more(
    calm: tuple[Path, str], tmp_path: Path, *, held: bool
) -> None:
    case, image = calm
    of = image if held else ""
    facts = {"analyst": "A. Name", "captured": DAY, "of_exhibit": of}
    mark(case, write_marks(tmp_path / "ship.geojson", HULL), **facts)
    mark(case, write_marks(tmp_path / "work.geojson", point(132.009, 42.809), activity="crane over the deck"), **facts)
    mark(case, write_marks(tmp_path / "rest.geojson", point(132.015, 42.803), activity="at anchor"), **facts)
    result = run(case)
    assert len(found(result)) == 2
    assert [a.text for a in result.gathered.activities] == ["crane over the deck", "at anchor"]
    (said,) = (w for w in result.case.warnings if "done at a quay" in w)
    assert said.startswith("1 mark(s)")
    named = write_marks(tmp_path / "named.geojson", point(132.012, 42.807), activity="crane over the deck", vessel="v1")
    mark(case, named, **facts)
    assert len(found(run(case))) == 3


@pytest.mark.parametrize(
    ("geometry", "said"),
    [
        (polygon((132.005, 42.805), (132.006, 42.806), (132.006, 42.805), (132.005, 42.806)), "crosses itself"),
        (line((132.005, 42.805), (132.005, 42.805)), "crosses itself or has no extent"),
        (point(42.8, 132.0), "no longitude and latitude; export in WGS84 (EPSG:4326), longitude first"),
        ({"type": "Point", "coordinates": ["a", None]}, "feature 1 has a broken geometry; draw it again"),
        ({"type": "Point", "coordinates": [float("nan"), 1.0]}, "feature 1 has a broken geometry; draw it again"),
    ],
)
def test_marks_that_are_nothing_are_refused(case: Path, tmp_path: Path, geometry: dict[str, Any], said: str) -> None:
    taken = add(case, [write_marks(tmp_path / "m.geojson", geometry)], IntakeFacts(**FACTS))
    assert not taken.added
    assert said in taken.refused[0].reason


@pytest.fixture
def sharp_eyes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roadstead.pipeline.images.detectors", lambda: EYES)


@pytest.mark.usefixtures("sharp_eyes")
def test_what_a_detector_wrote_never_comes_back_as_seen_by_eye(case: Path, tmp_path: Path) -> None:
    write_tiff(case / "images" / "a.tif")
    write_item(case / "images" / "a.json", "a.tif")
    run(case)
    detect([case / "images" / "a.tif"], out=tmp_path / "ships.geojson")
    own = case / "out" / "detections.geojson"
    refused = add(case, [own, tmp_path / "ships.geojson", case], IntakeFacts(analyst="me", **FACTS)).refused
    assert [r.reason.replace(str(tmp_path), "") for r in refused] == [
        "/case/out/detections.geojson lies in the case's own out/, which the program writes; name the original file",
        "ships.geojson: mark 1 was found by a detector ('sharp-eyes 1'), not marked by eye; add the image",
        "/case holds the case itself; name the images",
    ]


def test_changed_exhibits_are_left_out_and_named(calm: tuple[Path, str], tmp_path: Path) -> None:
    case, image = calm
    mark(case, write_marks(tmp_path / "m.geojson", HULL), of_exhibit=image, analyst="Jo")
    for path in (case / "exhibits").rglob("*.*"):
        path.write_bytes(path.read_bytes() + b" ")
    result = run(case)
    assert len(result.losses) == 2
    assert all("changed since intake" in s for s in result.losses)
    assert all(s in shown(result) for s in result.losses)


def test_mistakes_in_the_case_file_are_named_in_the_report(tmp_path: Path) -> None:
    case = write_case(tmp_path / "case", changed('home = "roads"', 'hoem = "roads"'))
    (case / "reported.toml").write_text("schema_version = 1\n[[sightings")
    result = run(case)
    assert [v.claim_id for v in result.verdicts] == ["some"]
    assert len(result.losses) == 3
    for sentence in result.losses:
        assert sentence.replace(f"{case}/", "") in shown(result)


@pytest.mark.parametrize(
    "text",
    [
        changed(AOI, "[[100.0, 10.0], [160.0, 10.0], [160.0, 60.0], [100.0, 60.0]]"),
        changed("traffic = [0.2, 4.0]", "traffic = [0, 0]"),
        changed("prior = [0.2, 0.8]", "prior = [0, 1]"),
        changed('when = "2024-10-17"', 'when = "2024-10-17T02:15:00Z"'),
        CASE.split("[[claims]]")[0],
        CASE + '[[sites]]\nid = "dunai"\n' * 2,
    ],
    ids=["enormous-area", "no-traffic", "whole-prior", "instant", "no-claims", "site-twice"],
)
def test_odd_but_possible_cases_are_weighed(tmp_path: Path, text: str) -> None:
    case = write_case(tmp_path / "case", text)
    write_tiff(case / "images" / "a.tif")
    write_item(case / "images" / "a.json", "a.tif")
    result = run(case)
    assert len(result.verdicts) == text.count("[[claims]]")
    for verdict in json.loads(result.verdicts_file.read_text("utf-8")):
        assert 0 <= verdict["probability"][0] <= verdict["probability"][1] <= 1


@pytest.mark.parametrize(
    "blocked", ["out", "ledger", "out/report.html/x", "ledger/runs.sqlite/x", "ledger/log.jsonl/x", "exhibits.jsonl/x"]
)
def test_a_folder_that_cannot_be_written_is_named_with_a_remedy(case: Path, blocked: str) -> None:
    path = case / blocked
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("in the way")
    with pytest.raises(StorageError, match=r"^[^\n]*check (its )?permissions[^\n]*$") as refused:
        verify(case, seams=NOON)
    assert blocked.removesuffix("/x") in str(refused.value)
    assert refused.value.exit_code == 2


def test_a_cache_that_cannot_be_written_costs_only_time(case: Path) -> None:
    (case / ".cache").write_text("in the way")
    first = run(case)
    assert (first.losses, first.steps_found) == ((), 0)
    assert run(case).report.read_bytes() == first.report.read_bytes()


def test_damaged_caches_and_logs_are_made_again(case: Path) -> None:
    first = run(case).verdicts_file.read_bytes()
    for path in (case / ".cache").rglob("*.json"):
        path.write_text("{")
    (case / "ledger" / "assumptions.jsonl").write_text('garbage\n{"schema_version":1}\n[1]\n')
    again = run(case)
    assert (again.steps_found, again.verdicts_file.read_bytes()) == (0, first)


def test_a_damaged_ledger_of_exhibits_stops_the_run_with_its_line(case: Path) -> None:
    (case / "exhibits.jsonl").write_text("garbage\n{}\n")
    with pytest.raises(InputError, match=r"exhibits\.jsonl:1: damaged line .* restore the ledger"):
        verify(case, seams=NOON)


@pytest.mark.parametrize("name", ["images_that_are_not", "x" * 5000])
def test_an_absent_folder_of_images_is_named(tmp_path: Path, name: str) -> None:
    (sentence,) = run(write_case(tmp_path / "case", changed('["images"]', f'["{name}"]'))).losses
    assert sentence.endswith("is no folder; correct the path under which images are kept")


@pytest.mark.usefixtures("sharp_eyes")
def test_detect_names_each_image_it_cannot_use_and_counts_no_ship_twice(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    good, other = write_tiff(tmp_path / "a" / "s.tif"), write_tiff(tmp_path / "b" / "s.tif", seed=4)
    copy = tmp_path / "copy.tif"
    copy.write_bytes(good.read_bytes())
    bad = [write_tiff(tmp_path / "nodata.tif", nodata=0, fill=0), write_tiff(tmp_path / "bare.tif", crs=None)]
    off = write_tiff(tmp_path / "off.tif", crs="EPSG:4326", transform=Affine(0.1, 0, 500, 0, -0.1, 400))
    seen = detect([good, other, copy, *bad, off])
    assert len({d.id for d in seen.detections}) == len(seen.detections) == 2
    said = dict(zip(("copy", "nodata", "bare", "off"), seen.failures, strict=True))
    assert "holds the same bytes as" in said["copy"]
    assert said["nodata"].endswith("nodata.tif holds no valid pixel, only nodata; fetch another image")
    assert said["bare"].startswith(str(tmp_path / "bare.tif"))
    assert "--gsd" in said["bare"]
    assert said["off"].startswith(str(tmp_path / "off.tif"))


@pytest.mark.usefixtures("sharp_eyes")
def test_a_table_of_ships_computes_nothing_in_a_spreadsheet(tmp_path: Path) -> None:
    image = write_tiff(tmp_path / "=cmd.tif")
    detect([image], out=tmp_path / "ships.csv")
    assert "\n'=cmd#1,'=cmd," in (tmp_path / "ships.csv").read_text()


def test_nothing_is_written_where_no_image_could_be_used(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(b"")
    assert detect([tmp_path / "a.tif"], out=tmp_path / "ships.geojson").failures
    assert not (tmp_path / "ships.geojson").exists()
