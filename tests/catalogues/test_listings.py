"""One acquisition is one listing, however many products, catalogues and pages name it."""

import gzip
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from shapely.affinity import translate
from shapely.geometry import Point, box, mapping, shape
from shapely.geometry.base import BaseGeometry
from stac_server import item

from roadstead.catalogues import KeptAnswers, RawAnswer, keep, keep_answer, kept_answers
from roadstead.catalogues.keep import KeptProvider
from roadstead.catalogues.question import RawPage
from roadstead.model import AnswerState, CatalogueAnswer, Listing, Modality, TimeSpan, parse_span, span_between

AOI = box(132.0, 42.8, 132.02, 42.815)
TILE = box(131.5, 42.3, 132.5, 43.3)
YEAR = parse_span("2024")
S2 = ("sentinel-2a", "sentinel-2b", "sentinel-2c")


def kept(
    folder: Path,
    pages: Iterable[Any],
    *,
    catalogue: str = "earth-search",
    area: BaseGeometry = AOI,
    span: TimeSpan = YEAR,
    asked_at: str = "2025-02-01T00:00:00+00:00",
    state: AnswerState = AnswerState.COMPLETE,
    missions: tuple[str, ...] = S2,
) -> KeptAnswers:
    """Keep pages as an answer, and read the case again."""
    provider = KeptProvider(
        id=catalogue, name=catalogue.title(), kind="stac-api", url="https://example.org", licence="own licence",
        credit="own credit {year}", collections={},
    )  # fmt: skip
    answer = CatalogueAnswer(
        catalogue=catalogue, name=provider.name, asked_at=datetime.fromisoformat(asked_at), area=area, span=span,
        missions=missions, state=state, sentence=f"{provider.name} answered.", products=0,
    )  # fmt: skip
    raw = tuple(RawPage(method="POST", url="https://example.org/a/search", body={}, text=json.dumps(p)) for p in pages)
    keep_answer(folder, RawAnswer(answer=answer, provider=provider, pages=raw))
    return kept_answers(folder)


def listed(folder: Path, *items: dict[str, Any], aoi: BaseGeometry = AOI, span: TimeSpan = YEAR) -> list[Listing]:
    return kept(folder, [{"type": "FeatureCollection", "features": list(items)}]).search(aoi, span)


def recorded(shared: Path, name: str) -> Any:
    return json.loads((shared / "data" / "stac" / name).read_text())


def test_three_levels_of_one_acquisition_on_two_pages_are_one_listing(shared: Path, tmp_path: Path) -> None:
    pages = [recorded(shared, f"earth-search-page-{n}.json") for n in (1, 2)]
    tile = next(f for p in pages for f in p["features"] if f["id"] == "S2B_24MVV_20250731_0_L2A")
    aoi = shape(tile["geometry"]).representative_point().buffer(0.001)
    answers = kept(tmp_path, pages)
    assert answers.losses == ()
    (listing,) = answers.search(aoi, parse_span("2025-07-31"))
    assert listing.products == (
        "earth-search/sentinel-2-c1-l2a/S2B_T24MVV_20250731T130245_L2A",
        "earth-search/sentinel-2-l1c/S2B_24MVV_20250731_0_L1C",
        "earth-search/sentinel-2-l2a/S2B_24MVV_20250731_0_L2A",
    )
    assert (listing.platform, listing.modality, listing.systematic) == ("sentinel-2b", Modality.OPTICAL, True)
    assert listing.time.start == datetime(2025, 7, 31, 13, 3, 25, 899000, tzinfo=UTC)
    assert listing.time.start == listing.time.end
    assert "Copernicus" in listing.credit
    assert listing.footprint is not None
    assert listing.footprint.covers(aoi)


def test_neighbouring_tiles_of_one_pass_are_one_listing_of_a_place_on_their_border(
    shared: Path, tmp_path: Path
) -> None:
    pages = [recorded(shared, f"earth-search-page-{n}.json") for n in (1, 2)]
    features = {f["id"]: shape(f["geometry"]) for p in pages for f in p["features"]}
    both = features["S2B_24MVV_20250731_0_L2A"].intersection(features["S2B_24MWV_20250731_0_L2A"].buffer(0.05))
    aoi = both.representative_point().buffer(0.1)
    (listing,) = kept(tmp_path, pages).search(aoi, parse_span("2025-07-31"))
    assert len(listing.products) == 6
    assert (listing.time.end - listing.time.start).total_seconds() == pytest.approx(1.578)


def test_the_footprint_counts_and_not_its_bounding_box(shared: Path, tmp_path: Path) -> None:
    page = recorded(shared, "earth-search-two.json")
    answers = kept(tmp_path, [page])
    landsat = next(f for f in page["features"] if f["id"].startswith("LC08"))
    west, south, _, _ = landsat["bbox"]
    in_corner = Point(west + 0.01, south + 0.01).buffer(0.001)
    day = parse_span("2023-10-08")
    assert [k.platform for k in answers.search(shape(landsat["geometry"]).representative_point(), day)] == ["landsat-8"]
    assert answers.search(in_corner, day) == []
    both = answers.search(Point(-105.1019, 40.1672), day)
    assert [k.platform for k in both] == ["landsat-8", "sentinel-2a"]


def test_an_empty_page_lists_nothing_and_loses_nothing(shared: Path, tmp_path: Path) -> None:
    answers = kept(tmp_path, [recorded(shared, "earth-search-empty.json")])
    assert (answers.search(AOI, YEAR), answers.losses, len(answers.answers)) == ([], (), 1)


def test_slices_of_one_radar_pass_and_its_raw_product_are_one_listing(shared: Path, tmp_path: Path) -> None:
    items = recorded(shared, "sentinel-1-rtc-pc.json")
    assert items[0]["properties"]["start_datetime"][10] == " "
    for one in items[1:2]:
        del one["properties"]["datetime"]
    outlines = [shape(i["geometry"]) for i in items]
    aoi = outlines[0].buffer(0.02).intersection(outlines[1]).representative_point().buffer(0.05)
    generic = item(
        "S1A_SLC", "2024-04-19T04:58:52Z", outlines[1], collection="slc", constellation="sentinel-1"
    )  # fmt: skip
    kept(tmp_path, [items])
    (listing,) = kept(tmp_path, [generic], catalogue="copernicus").search(aoi, YEAR)
    assert listing.platform == "sentinel-1a"
    assert listing.modality is Modality.SAR
    assert listing.catalogues == ("copernicus", "earth-search")
    assert len(listing.products) == 3
    away = outlines[3].difference(outlines[2].buffer(0.1)).representative_point()
    assert len(kept_answers(tmp_path).search(away, YEAR)) == 1


def test_umbra_without_datetime_is_listed_at_its_interval_and_is_tasked(shared: Path, tmp_path: Path) -> None:
    items = recorded(shared, "umbra-sar.json")
    place = shape(items[0]["geometry"]).representative_point()
    answers = kept(tmp_path, [items], catalogue="umbra-open-data", missions=("umbra",))
    assert answers.losses == ()
    (listing,) = answers.search(place, parse_span("2024-09-10"))
    assert (listing.platform, listing.modality, listing.systematic) == ("umbra", Modality.SAR, False)
    assert listing.time.start == datetime(2024, 9, 10, 3, 32, 23, tzinfo=UTC)
    assert 9 < listing.time.duration.total_seconds() < 10
    assert listing.footprint is not None
    assert not listing.footprint.has_z


@pytest.mark.parametrize(
    ("file", "platform", "t"),
    [
        ("planet-psscene.json", "planetscope", "2017-08-31T17:27:54.960530+00:00"),
        ("planet-skysat.json", "skysat", "2017-08-31T19:54:26.532800+00:00"),
    ],
)
def test_old_planet_items_are_listed(shared: Path, tmp_path: Path, file: str, platform: str, t: str) -> None:
    found = recorded(shared, file)
    place = shape(found["geometry"]).representative_point()
    (listing,) = kept(tmp_path, [found], catalogue="planet").search(place, parse_span("2017-08"))
    assert (listing.platform, listing.time.start.isoformat(), listing.systematic) == (platform, t, False)
    assert listing.credit == "© 2017 Planet Labs PBC"
    assert listing.licence == "own licence"


def test_tasked_shots_six_seconds_apart_are_two_and_three_seconds_apart_one(tmp_path: Path) -> None:
    def shot(second: int, platform: str = "Umbra-08") -> dict[str, Any]:
        t = f"2024-09-10T03:32:{second:02}Z"
        return item(f"u{second}-{platform}", t, TILE, collection="umbra-sar", platform=platform)

    found = listed(tmp_path, shot(10), shot(13), shot(20), shot(20, "Umbra-09"))
    assert [len(k.products) for k in found] == [2, 1, 1]


def test_satellites_of_one_constellation_stay_apart_and_passes_too(tmp_path: Path) -> None:
    found = listed(
        tmp_path,
        item("a", "2024-10-10T02:10:00Z", TILE, platform="sentinel-2a"),
        item("b", "2024-10-10T02:10:30Z", TILE, platform="sentinel-2b"),
        item("c", "2024-10-10T02:12:00Z", TILE, platform="sentinel-2a"),
    )
    assert [(k.platform, k.id) for k in found] == [("sentinel-2a", "a"), ("sentinel-2b", "b"), ("sentinel-2a", "c")]


def test_a_catalogue_that_gives_the_start_of_the_datatake_lists_the_same_acquisition(tmp_path: Path) -> None:
    start, tile = "2024-10-10T02:05:39.024Z", "2024-10-10T02:17:31Z"
    coarse = item(
        "S2B_MSIL2A_20241010T020539_R017", start, TILE, platform="Sentinel-2B",
        **{"s2:datatake_id": "GS2B_20241010T020539_039671_N05.11"},
    )  # fmt: skip
    (alone,) = listed(tmp_path / "pc", coarse)
    assert alone.time.start <= datetime(2024, 10, 10, 2, 17, 31, tzinfo=UTC) <= alone.time.end
    (listing,) = listed(tmp_path / "both", coarse, item("exact", tile, TILE, platform="sentinel-2b"))
    assert len(listing.products) == 2
    assert listing.time.start == listing.time.end == datetime(2024, 10, 10, 2, 17, 31, tzinfo=UTC)


def test_items_that_cannot_be_read_are_named_and_end_completeness(tmp_path: Path) -> None:
    good = item("good", "2024-10-10T02:10:00Z", TILE, platform="sentinel-2a")
    bad = [
        item("timeless", None, TILE),
        {**good, "id": "placeless", "geometry": None},
        {**good, "id": "torn", "geometry": {"type": "Polygon", "coordinates": [[[1, 2], ["x", 3]]]}},
        {**good, "id": "torn-2", "geometry": {"type": "Polygon", "coordinates": "nowhere"}},
        {**good, "id": "far", "geometry": mapping(box(10, 95, 11, 99))},
        {**good, "id": "bare", "properties": None},
        "a string",
    ]
    answers = kept(tmp_path, [{"features": [good, *bad]}])
    assert [k.id for k in answers.search(AOI, YEAR)] == ["good"]
    assert len(answers.losses) == 6
    assert any(
        "2 items of its answers cannot be read (a broken footprint; the first is torn)" in s for s in answers.losses
    )
    assert any("1 item of its answers cannot be read (no time; it is timeless)" in s for s in answers.losses)
    (answer,) = answers.answers
    assert answer.state is AnswerState.PARTIAL
    assert "7 items of it cannot be read" in answer.sentence
    assert answers.covers("sentinel-2a", AOI, datetime(2024, 6, 1, tzinfo=UTC)) == ()


def test_a_footprint_over_the_180th_meridian_meets_what_it_covers_and_nothing_between(tmp_path: Path) -> None:
    over = box(179, 60, 181, 61)
    wrong_way = {"type": "Polygon", "coordinates": [[[179, 60], [-179, 60], [-179, 61], [179, 61], [179, 60]]]}
    for i, geometry in enumerate((mapping(over), wrong_way, mapping(translate(over, -360)))):
        one = {**item("x", "2024-10-10T02:10:00Z", over, platform="sentinel-2a"), "geometry": geometry}
        answers = kept(tmp_path / str(i), [one])
        assert len(answers.search(Point(179.5, 60.5), YEAR)) == 1
        assert len(answers.search(Point(-179.5, 60.5), YEAR)) == 1
        assert answers.search(Point(10, 60.5), YEAR) == []


def test_covered_is_what_was_asked_completely_and_had_time_to_arrive(tmp_path: Path) -> None:
    answers = kept(
        tmp_path,
        [{"features": []}],
        span=span_between("2024-10-01", "2024-10-31"),
        asked_at="2024-10-20T00:00:00+00:00",
    )
    t = datetime(2024, 10, 10, tzinfo=UTC)
    assert answers.covers("sentinel-2a", AOI, t) == ("Earth-Search",)
    assert answers.covers("sentinel-2a", AOI.buffer(-0.001), t) == ("Earth-Search",)
    assert answers.covers("sentinel-1a", AOI, t) == ()
    assert answers.covers("sentinel-2a", AOI.buffer(0.1), t) == ()
    assert answers.covers("sentinel-2a", AOI, datetime(2024, 9, 30, tzinfo=UTC)) == ()
    assert answers.covers("sentinel-2a", AOI, datetime(2024, 10, 18, tzinfo=UTC)) == ()
    later = kept(tmp_path, [], asked_at="2025-01-01T00:00:00+00:00", state=AnswerState.PARTIAL)
    assert later.covers("sentinel-2a", AOI, datetime(2024, 10, 18, tzinfo=UTC)) == ()
    latest = kept(tmp_path, [], asked_at="2025-01-02T00:00:00+00:00")
    assert latest.covers("sentinel-2a", AOI, datetime(2024, 10, 18, tzinfo=UTC)) == ("Earth-Search",)
    assert [a.asked_at.isoformat()[:10] for a in latest.answers] == ["2024-10-20", "2025-01-01", "2025-01-02"]


def test_raw_items_come_with_absolute_links_and_in_their_latest_form(tmp_path: Path) -> None:
    first = item("x", "2024-10-10T02:10:00Z", TILE, platform="sentinel-2a")
    second = {**first, "properties": {**first["properties"], "updated": "yes"}}
    kept(tmp_path, [{"features": [first]}], asked_at="2025-01-01T00:00:00+00:00")
    answers = kept(tmp_path, [{"features": [second]}], asked_at="2025-01-02T00:00:00+00:00")
    ((provider, raw),) = answers.items(AOI, YEAR)
    assert (provider, raw["properties"]["updated"]) == ("earth-search", "yes")
    assert raw["assets"]["visual"]["href"] == "https://example.org/a/x.tif"
    assert answers.items(AOI, parse_span("2023")) == ()


def test_a_broken_file_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    kept(tmp_path, [item("x", "2024-10-10T02:10:00Z", TILE, platform="sentinel-2a")])
    for name, content in (("torn", b"\x1f\x8b half"), ("json", b"{}"), ("empty", b"")):
        (tmp_path / "catalogues" / f"{name}.json.gz").write_bytes(content)
    answers = kept_answers(tmp_path)
    assert len(answers.search(AOI, YEAR)) == 1
    assert len(answers.losses) == 3
    assert all("cannot be read as a kept answer" in s for s in answers.losses)


def test_a_small_file_that_unpacks_to_a_large_one_is_a_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(tmp_path, [item("x", "2024-10-10T02:10:00Z", TILE, platform="sentinel-2a")])
    (path,) = (tmp_path / "catalogues").iterdir()
    size = len(gzip.decompress(path.read_bytes()))
    monkeypatch.setattr(keep, "MAX_BYTES", size)
    path.with_name("bomb.json.gz").write_bytes(gzip.compress(b" " * (size + 1) + b"{}"))
    answers = kept_answers(tmp_path)
    assert len(answers.search(AOI, YEAR)) == 1
    (loss,) = answers.losses
    assert "bomb.json.gz: cannot be read as a kept answer (unpacked it is larger than" in loss


def test_the_same_answers_read_the_same_whatever_their_order(tmp_path: Path) -> None:
    items = [item(f"i{n}", f"2024-10-1{n}T02:10:00Z", TILE, platform="sentinel-2a") for n in range(4)]
    one = listed(tmp_path / "a", *items)
    other = listed(tmp_path / "b", *reversed(items))
    assert one == other
    assert [k.id for k in one] == ["i0", "i1", "i2", "i3"]


@pytest.mark.parametrize("t", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1957-01-01T00:00:00Z"])
def test_a_time_that_means_unknown_costs_one_item_and_never_the_case(tmp_path: Path, t: str) -> None:
    good = item("good", "2024-10-10T02:10:00Z", TILE, platform="sentinel-2a")
    lasting = {"start_datetime": t, "end_datetime": t}
    odd = [item("at", t, TILE, platform="sentinel-2a"), item("from", None, TILE, platform="umbra-08", **lasting)]
    answers = kept(tmp_path, [{"features": [good, *odd]}])
    assert [k.id for k in answers.search(AOI, YEAR)] == ["good"]
    (loss,) = answers.losses
    assert "2 items of its answers cannot be read (a time that is none, or lies outside 1957 to 2200" in loss
    assert answers.answers[0].state is AnswerState.PARTIAL


def test_what_nobody_foresaw_in_an_item_costs_that_item(tmp_path: Path) -> None:
    good = item("good", "2024-10-10T02:10:00Z", TILE, platform="sentinel-2a")
    no_date = item("S2A_MSIL2A_20249999T999999_X", "2024-10-10T02:10:01Z", TILE, platform="sentinel-2a")
    strange = {**good, "id": "strange", "geometry": {"type": "GeometryCollection", "geometries": [{"type": "Point"}]}}
    answers = kept(tmp_path, [{"features": [good, no_date, strange]}])
    assert [len(k.products) for k in answers.search(AOI, YEAR)] == [2]
    assert len(answers.losses) == 1
    assert "strange" in answers.losses[0]


@pytest.mark.parametrize("change", [{"asked_at": "2025-01-01T00:00:00"}, {"span": ["2024-01-02", "2024-01-01"]}])
def test_a_kept_file_with_impossible_times_is_named(tmp_path: Path, change: dict[str, Any]) -> None:
    kept(tmp_path, [item("x", "2024-10-10T02:10:00Z", TILE, platform="sentinel-2a")])
    (path,) = (tmp_path / "catalogues").iterdir()
    document = json.loads(gzip.decompress(path.read_bytes()))
    path.with_name("second.json.gz").write_bytes(gzip.compress(json.dumps({**document, **change}).encode()))
    answers = kept_answers(tmp_path)
    assert len(answers.search(AOI, YEAR)) == 1
    (loss,) = answers.losses
    assert "second.json.gz: cannot be read as a kept answer" in loss


def test_ids_may_be_numbers_and_items_without_one_are_missed(tmp_path: Path) -> None:
    def numbered(number: object, day: int) -> dict[str, Any]:
        return {**item("x", f"2024-10-{day}T02:10:00Z", TILE, platform="sentinel-2a"), "id": number}

    answers = kept(tmp_path / "whole", [{"features": [numbered(7, 10), numbered(8, 12), numbered(0, 14)]}])
    assert [k.id for k in answers.search(AOI, YEAR)] == ["7", "8", "0"]
    assert answers.answers[0].state is AnswerState.COMPLETE
    lacking = [numbered(None, 10), numbered("", 12), numbered([14], 14), numbered("there", 16)]
    answers = kept(tmp_path / "lacking", [{"features": lacking}])
    assert [k.id for k in answers.search(AOI, YEAR)] == ["there"]
    assert answers.answers[0].state is AnswerState.PARTIAL
    assert "3 items of its answers cannot be read (no id" in answers.losses[0]


def test_endless_names_are_cut_and_stay_apart(tmp_path: Path) -> None:
    long = "x" * 100_000
    found = listed(
        tmp_path,
        item(f"{long}1", "2024-10-10T02:10:00Z", TILE, platform=f"{long}a"),
        item(f"{long}2", "2024-10-10T02:10:00Z", TILE, platform=f"{long}b"),
        item("short", "2024-10-12T02:10:00Z", TILE, attribution=long, constellation=long),
    )
    assert len(found) == 3
    assert all(len(k.id) <= 200 and len(k.platform) <= 200 and len(k.credit) <= 1000 for k in found)
    assert max(len(name) for k in found for name in k.products) < 300
