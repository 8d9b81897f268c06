"""The API: what it gives, what it refuses, and that nothing thrown at it breaks it."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
from review_case import FAINT, FIRST, SECOND, lonlat
from workbench_client import PORT, Client

from roadstead.steps import SystemClock
from roadstead.workbench import Desk, create_app

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.workbench import Doors

pytestmark = [
    pytest.mark.filterwarnings("ignore:The dataset has no Overviews"),
    pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning"),
]
SCRIPT = '<img src=x onerror="alert(1)">.geojson'


def scene_of(ann: Client, name: str) -> dict:
    return next(s for s in ann.get("scenes").json() if s["id"] == name)


def judged(ann: Client, kind: str, detection: dict, **more: object) -> dict:
    body = {
        "id": uuid.uuid4().hex, "kind": kind, "scene_id": detection["scene_id"], "detection_id": detection["id"],
        "outline_px": detection["outline_px"], **more,
    }  # fmt: skip
    answer = ann.post("decisions", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_the_page_is_told_of_the_case_its_scenes_and_what_was_found(ann: Client) -> None:
    case = ann.get("case").json()
    assert (case["title"], case["analyst"], case["simulated"]) == ("Null Roads", "Ann", True)
    assert [s["id"] for s in ann.get("scenes").json()] == [FIRST, SECOND]
    assert len(ann.get("detections").json()) == 3
    assert {v["claim"] for v in ann.get("claims").json()["verdicts"]} == {"three-ships", "nobody"}
    assert ann.get("timeline").json()[0]["nights"]


def test_no_path_of_this_machine_is_told(ann: Client, case: Path) -> None:
    paths = ("case", "scenes", "looks", "timeline", "calls", "detections", "rejected", "decisions", "claims", "state")
    for path in paths:
        assert str(case.parent) not in ann.get(path).text


def test_a_tile_shows_the_scene_and_ships_stand_out(ann: Client) -> None:
    scene = scene_of(ann, FIRST)
    lon, lat = lonlat(122, 159)
    zoom = 14
    x = int((lon + 180) / 360 * 2**zoom)
    y = int((1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * 2**zoom)
    answer = ann.get(f"scenes/{scene['key']}/tiles/{zoom}/{x}/{y}.png?bands=1")
    assert answer.headers["content-type"] == "image/png"
    with rasterio.open(io.BytesIO(answer.content)) as picture:
        values, seen = picture.read(1), picture.read(picture.count) > 0
    assert values.max() > 240
    assert np.median(values[seen]) < 140


def test_what_is_drawn_is_measured_and_larger_things_are_no_ship(ann: Client) -> None:
    key, (row, col) = scene_of(ann, FIRST)["key"], FAINT
    found = ann.post("measure", {"scene": key, "outline": [lonlat(row, col), lonlat(row, col + 18)]}).json()
    assert found["length_m"]["value"] == pytest.approx(180, abs=3)
    assert "beam was not measured" in found["pixels_say"]
    far = ann.post("measure", {"scene": key, "outline": [lonlat(10, 10), lonlat(10, 200)]})
    assert far.status_code == 422
    assert "no ship is longer than 600 m" in far.json()["detail"]


def test_a_decision_is_given_back_with_who_and_when(ann: Client) -> None:
    made = judged(ann, "reject", ann.get("detections").json()[0], text="a wave")
    assert (made["line"]["analyst"], made["line"]["number"], made["about"]) == ("Ann", 1, f"{FIRST}#1")
    assert ann.get("decisions").json()["decisions"] == [made]
    assert ann.get("state").json()["stale"]


def test_a_blind_review_hides_others_until_ones_own_is_made(
    case: Path, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(case, SystemClock(), blind=True)
    monkeypatch.setattr(desk.job, "start", lambda: None)
    app = create_app(desk, doors)
    ann, bob = Client(app, doors, "Ann"), Client(app, doors, "Bob")
    first, *others = ann.get("detections").json()
    judged(ann, "reject", first, text="a wave")
    assert bob.get("decisions").json() == {"decisions": [], "hidden": 1}
    assert bob.get("claims").json()["why_not"]
    judged(bob, "accept", first)
    assert [d["line"]["analyst"] for d in bob.get("decisions").json()["decisions"]] == ["Ann", "Bob"]
    for other in others:
        judged(bob, "accept", other)
    assert bob.get("claims").json()["verdicts"]
    desk.close()


def test_a_blind_timeline_does_not_tell_what_another_made_of_a_look(case: Path, doors: Doors) -> None:
    kept = case / ".cache" / "workbench.json"
    snapshot = json.loads(kept.read_text("utf-8"))
    (look,) = [m for row in snapshot["rows"] for m in row["moments"] if m["scene_id"] == SECOND]
    assert look["state"] == "looked at, ships found"
    look |= {"state": "looked at, nothing found", "ships": 0}  # as after a rejection by somebody else
    kept.write_text(json.dumps(snapshot), "utf-8")
    desk = Desk(case, SystemClock(), blind=True)
    ann = Client(create_app(desk, doors), doors, "Ann")
    told = [m for row in ann.get("timeline").json() for m in row["moments"] if m["scene_id"] == SECOND]
    assert [(m["state"], m["ships"]) for m in told] == [("looked at, ships found", 1)]
    desk.close()


@pytest.mark.parametrize("host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", f"127.0.0.1:{PORT + 1}", ""])
def test_another_name_of_this_computer_is_not_answered(ann: Client, host: str) -> None:
    assert ann.web.get("/api/case", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": f"http://127.0.0.1:{PORT + 1}"},
        {"Origin": f"https://127.0.0.1:{PORT}"},
        {"Origin": f"http://127.0.0.1:{PORT}", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_another_page_can_change_nothing(ann: Client, headers: dict[str, str]) -> None:
    made = {"id": "decision-1", "kind": "note", "text": "forged"}
    assert ann.web.post("/api/decisions", json=made, headers=headers).status_code == 403
    assert not ann.get("decisions").json()["decisions"]


def test_without_a_session_nothing_is_told_and_a_link_serves_once(doors: Doors, desk: Desk) -> None:
    link = doors.link("Bob")
    stranger = Client(create_app(desk, doors), doors, "Bob").web
    stranger.cookies.clear()
    assert [stranger.get(p).status_code for p in ("/", "/api/case", "/page/main.js", "/openapi.json")] == [401] * 4
    assert stranger.get(link).status_code == 200
    stranger.cookies.clear()
    assert stranger.get(link).status_code == 403
    assert stranger.get("/enter/guess").status_code == 403


def test_the_cookie_is_strict_and_the_page_may_load_nothing_from_elsewhere(ann: Client, doors: Doors) -> None:
    cookie = ann.web.get(doors.link("Bob")).headers["set-cookie"].lower()
    assert "samesite=strict" in cookie
    assert "httponly" in cookie
    policy = ann.web.get("/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize(
    "path",
    [
        "/page/../app.py",
        "/page/..%2Fapp.py",
        "/page/%2e%2e/app.py",
        "/page/....//app.py",
        "/page/%2Fetc%2Fpasswd",
        "/api/scenes/..%2F..%2Fcase.toml/picture.png?bands=1",
        "/api/scenes/%2Fetc%2Fpasswd/tiles/1/1/1.png?bands=1",
        "/page/main.js%00.py",
    ],
)
def test_no_path_leads_out_of_the_page_and_the_case(ann: Client, path: str) -> None:
    answer = ann.web.get(path)
    assert answer.status_code in {404, 422}
    assert "root:" not in answer.text
    assert "import" not in answer.text


def test_an_upload_over_the_limit_is_refused_whatever_its_header_says(ann: Client) -> None:
    headers = {"Origin": ann.origin}
    large = b"x" * (2**20 + 1)
    assert ann.web.post("/api/exhibits?name=a.tif", content=large, headers=headers).status_code == 413
    streamed = ann.web.post("/api/exhibits?name=a.tif", content=iter([large[: 2**19]] * 4), headers=headers)
    assert streamed.status_code == 413


def test_a_file_with_a_script_for_a_name_comes_in_under_a_plain_one(ann: Client, case: Path) -> None:
    place = {"type": "Point", "coordinates": [0.02, 0.02]}
    feature = {"type": "Feature", "geometry": place, "properties": {"time": "2024-05-01T06:00:00Z", "name": "<script>"}}
    marks = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    headers = {"Origin": ann.origin}
    answer = ann.web.post("/api/exhibits", params={"name": f"../../{SCRIPT}"}, content=marks, headers=headers)
    assert answer.status_code == 200, answer.text
    (added,) = answer.json()["added"]
    assert not set("<>\"'/") & set(added)
    assert "onerror" in added
    assert not list(case.parent.glob("*.geojson"))


def test_a_name_longer_than_a_file_system_takes_is_cut_and_keeps_its_ending(ann: Client) -> None:
    headers = {"Origin": ann.origin}
    answer = ann.web.post("/api/exhibits", params={"name": "\u6f22" * 190 + ".txt"}, content=b"a note", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["added"]


def test_a_length_that_is_no_number_is_refused(ann: Client) -> None:
    headers = {"Origin": ann.origin, "Content-Length": "\u00b2".encode("latin-1")}
    assert ann.web.post("/api/job", content=b"{}", headers=headers).status_code == 413


def test_a_snapshot_of_others_opens_no_address_and_no_description(case: Path, doors: Doors) -> None:
    kept = case / ".cache" / "workbench.json"
    snapshot = json.loads(kept.read_text("utf-8"))
    (case / "other.vrt").write_text('<VRTDataset rasterXSize="1" rasterYSize="1"/>', "utf-8")
    paths = iter(["/vsicurl/http://127.0.0.1:9/a.tif", str(case / "other.vrt")])
    for held in snapshot["held"].values():
        held["path"] = next(paths)
    kept.write_text(json.dumps(snapshot), "utf-8")
    desk = Desk(case, SystemClock())
    ann = Client(create_app(desk, doors), doors, "Ann")
    said = [ann.get(f"scenes/{s['key']}/tiles/12/2048/2047.png?bands=1").json()["detail"] for s in snapshot["scenes"]]
    assert "is no file" in said[0]
    assert "holds HTML or XML" in said[1]
    assert str(case.parent) not in "".join(said)
    desk.close()


@pytest.mark.parametrize("kind", ["coco", "cvat"])
def test_labels_go_out_and_come_back_where_they_were(ann: Client, kind: str) -> None:
    judged(ann, "reject", ann.get("detections").json()[2], text="a buoy")
    data = ann.get(f"labels?kind={kind}").content
    answer = ann.web.post("/api/labels", content=data, headers={"Origin": ann.origin})
    assert answer.status_code == 200, answer.text
    drawn = [d for d in answer.json() if d["line"]["kind"] == "draw"]
    assert len(drawn) == 2
    for d, was in zip(drawn, ann.get("detections").json(), strict=False):
        assert d["measured"]["length_m"]["value"] == pytest.approx(was["length_m"]["value"], abs=1)
        assert d["line"]["scene_id"] == FIRST


def test_labels_say_what_was_reviewed_and_training_takes_only_that(ann: Client) -> None:
    first, second, _third = ann.get("detections").json()
    judged(ann, "accept", first)
    judged(ann, "reject", second, text="a wave")
    labels = ann.get("labels?kind=geojson").json()["features"]
    assert [f["properties"]["reviewed"] for f in labels] == [True, True, False]
    assert [f["properties"]["class"] for f in labels] == ["vessel", "no vessel", "vessel"]
    held = zipfile.ZipFile(io.BytesIO(ann.get("labels?kind=training").content))
    assert held.namelist() == [f"{FIRST}.vessels.geojson"]
    assert len(json.loads(held.read(held.namelist()[0]))["features"]) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"[]", b"<annotations>", b'{"images": [], "annotations": []}', b"\x00\xff" * 50,
        b'<!DOCTYPE x [<!ENTITY a "b">]><annotations>&a;</annotations>',
        '<!DOCTYPE x [<!ENTITY a "b">]><annotations><image name="roads-01"><box xtl="1" ytl="1" xbr="9" '
        'ybr="9"/></image></annotations>'.encode("utf-16-le"),
        b'{"images": [{"id": 1, "file_name": "roads-01"}], "annotations": [{"image_id": 1, "bbox": [0, 0, 1e999, 1]}]}',
        b'{"images": [{"id": 1, "file_name": "roads-01"}], "annotations": [{"image_id": 1, "bbox": [9e8, 9e8, 1, 1]}]}',
    ],
)  # fmt: skip
def test_labels_that_are_none_are_refused_with_a_sentence(ann: Client, data: bytes) -> None:
    answer = ann.web.post("/api/labels", content=data, headers={"Origin": ann.origin})
    assert answer.status_code == 422
    assert len(answer.json()["detail"]) > 20


def test_a_case_that_was_never_verified_says_that_it_is_being_read(case: Path, doors: Doors) -> None:
    (case / ".cache" / "workbench.json").unlink()
    desk = Desk(case, SystemClock())
    ann = Client(create_app(desk, doors), doors, "Ann")
    assert ann.get("case").json()["made_at"] is None
    assert ann.get("scenes").status_code == 404
    assert "first time" in ann.get("scenes").json()["detail"]
    desk.close()
