"""Taking exhibits in."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pypdfium2
import pytest

from roadstead.archive import Removal, add, exhibit_scenes, exhibits, remove
from roadstead.archive import zips as zips_module
from roadstead.model import BandRole, DateBasis, ExhibitKind, IntakeError, parse_span

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from roadstead.archive import IntakeFacts

BROWSER = "2024-10-10-00:00_2024-10-10-23:59_Sentinel-2_L2A_True_color.png"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    folder.mkdir()
    return folder


def _reasons(report: object) -> str:
    return "\n".join(r.reason for r in report.refused)  # type: ignore[attr-defined]


def test_a_scene_comes_in_with_its_item_untouched(
    tmp_path: Path, case: Path, facts: IntakeFacts, image: Callable[..., Path], item: Callable[..., Path]
) -> None:
    source = image(tmp_path / "in" / "images" / "My Scene (1).tif", count=3, dtype="uint16")
    path = item(tmp_path / "in" / "items" / "s.json", "../images/My Scene (1).tif", bands=("red", "green", "blue"))
    report = add(case, [path], facts)
    assert not report.refused
    (exhibit,) = report.added
    assert exhibit.id == f"{hashlib.sha256(source.read_bytes()).hexdigest()[:12]}-my-scene-1"
    assert (case / exhibit.path).read_bytes() == source.read_bytes()
    assert (case / exhibit.metadata_path).read_bytes() == path.read_bytes()
    assert exhibit.kind is ExhibitKind.SCENE
    assert exhibit.date_basis is DateBasis.METADATA
    assert exhibits(case) == (exhibit,)
    (scene,) = exhibit_scenes(case).scenes
    assert (scene.id, scene.sha256, scene.path) == ("s", exhibit.sha256, case / exhibit.path)
    lines = (case / "exhibits.jsonl").read_text().splitlines()
    assert [json.loads(x)["schema_version"] for x in lines] == [1]


def test_the_same_bytes_twice_are_one_exhibit(
    tmp_path: Path, case: Path, facts: IntakeFacts, image: Callable[..., Path]
) -> None:
    first = image(tmp_path / "a.png", count=3, driver="PNG", crs=None)
    second = tmp_path / "renamed.png"
    second.write_bytes(first.read_bytes())
    assert len(add(case, [first, second], facts).added) == 1
    ledger = (case / "exhibits.jsonl").read_bytes()
    report = add(case, [second], facts)
    assert not report.added
    assert [e.original_name for e in report.already] == ["a.png"]
    assert (case / "exhibits.jsonl").read_bytes() == ledger


def test_another_name_stated_for_a_file_that_is_held_is_answered(
    tmp_path: Path, case: Path, facts: IntakeFacts, image: Callable[..., Path]
) -> None:
    path = image(tmp_path / "a.png", count=3, driver="PNG", crs=None)
    (held,) = add(case, [path], replace(facts, added_by="A. First")).added
    other = replace(facts, added_by="B. Second")
    assert not [n for n in add(case, [path], other).notices if "B. Second" in n]  # a login's name, stated by nobody
    (notice,) = [n for n in add(case, [path], replace(other, by_stated=True)).notices if "B. Second" in n]
    assert "was brought in by A. First, which stays; B. Second is not recorded" in notice
    (notice,) = [n for n in add(case, [path], replace(other, by_stated=True, gsd_m=2.0)).notices if "B. Sec" in n]
    assert "B. Second is recorded as who stated the rest" in notice
    assert json.loads((case / "exhibits.jsonl").read_text().splitlines()[-1])["recorded_by"] == "B. Second"
    remove(case, held.id, Removal(reason="wrong name", by="B. Second", now=facts.now))
    add(case, [path], replace(other, by_stated=True))
    assert [e.added_by for e in exhibits(case)] == ["B. Second"]


def test_a_pixel_size_stated_later_is_recorded(
    tmp_path: Path, case: Path, facts: IntakeFacts, image: Callable[..., Path]
) -> None:
    path = image(tmp_path / "shot.png", count=3, driver="PNG", crs=None)
    report = add(case, [path], facts)
    assert any("nothing can be measured in it; add --gsd M --gsd-basis TEXT" in n for n in report.notices)
    later = add(case, [path], replace(facts, gsd_m=0.5, gsd_basis="quay of 300 m is 600 px long"))
    assert not any("nothing can be measured" in n for n in later.notices)
    (exhibit,) = exhibits(case)
    assert (exhibit.gsd_m, exhibit.gsd_basis) == (0.5, "quay of 300 m is 600 px long")
    assert len((case / "exhibits.jsonl").read_text().splitlines()) == 2
    (scene,) = exhibit_scenes(case).scenes
    assert (scene.id, scene.gsd_m) == (exhibit.id, 0.5)


def test_metadata_that_come_later_join_the_image(
    tmp_path: Path, case: Path, facts: IntakeFacts, image: Callable[..., Path], item: Callable[..., Path]
) -> None:
    path = image(tmp_path / "in" / "s.tif", count=3, dtype="uint16")
    stated = replace(facts, bands=(BandRole.RED, BandRole.GREEN, BandRole.BLUE), publisher="a newspaper")
    (bare,) = add(case, [path], stated).added
    assert bare.captured is None
    entry = item(tmp_path / "in" / "s.json", "s.tif", bands=("red", "green", "blue"))
    (known,) = add(case, [entry], facts).already
    assert (known.id, known.publisher) == (bare.id, "a newspaper")
    assert known.captured is not None
    assert known.date_basis is DateBasis.METADATA
    assert exhibit_scenes(case).scenes[0].time == known.captured


def test_what_the_user_states_is_recorded(
    tmp_path: Path, case: Path, facts: IntakeFacts, image: Callable[..., Path]
) -> None:
    path = image(tmp_path / "figure.jpg", count=3, driver="JPEG", crs=None)
    stated = replace(
        facts,
        url="https://example.org/report",
        publisher="Example",
        captured=parse_span("2024-10-12"),
        cropped=True,
        annotated=True,
        site_id="chongjin",
    )
    report = add(case, [path], stated)
    (exhibit,) = report.added
    assert (exhibit.url, exhibit.cropped, exhibit.annotated, exhibit.resampled) == (stated.url, True, True, False)
    assert (exhibit.site_id, exhibit.date_basis) == ("chongjin", DateBasis.UNKNOWN)
    assert any("--date-basis" in n for n in report.notices)
    (scene,) = exhibit_scenes(case).scenes
    assert (scene.time, scene.cropped, scene.annotated) == (stated.captured, True, True)


def test_a_browser_export_keeps_its_inferred_date(
    tmp_path: Path, case: Path, facts: IntakeFacts, image: Callable[..., Path]
) -> None:
    (exhibit,) = add(case, [image(tmp_path / BROWSER, count=3, driver="PNG", crs=None)], facts).added
    assert (exhibit.date_basis, str(exhibit.captured), exhibit.resampled) == (
        DateBasis.INFERRED,
        "2024-10-10 (day)",
        True,
    )
    (scene,) = exhibit_scenes(case).scenes
    assert (scene.date_basis, scene.platform, scene.credit) == (
        DateBasis.INFERRED,
        "sentinel-2",
        "Contains modified Copernicus Sentinel data 2024",
    )


def test_a_time_stated_by_the_user_does_not_inherit_a_basis(
    tmp_path: Path, case: Path, facts: IntakeFacts, image: Callable[..., Path]
) -> None:
    stated = replace(facts, captured=parse_span("2024-10-09"))
    (exhibit,) = add(case, [image(tmp_path / BROWSER, count=3, driver="PNG", crs=None)], stated).added
    assert (exhibit.captured, exhibit.date_basis) == (stated.captured, DateBasis.UNKNOWN)


def test_a_planet_order_comes_in_as_folder_and_as_zip(
    tmp_path: Path, case: Path, facts: IntakeFacts, order: Callable[..., Path]
) -> None:
    order(tmp_path / "order" / "PSScene")
    archive = tmp_path / "order.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for path in sorted((tmp_path / "order").rglob("*.*")):
            out.write(path, path.relative_to(tmp_path / "order"))
    report = add(case, [archive], facts)
    assert not report.refused
    (exhibit,) = report.added
    names = sorted(p.name for p in (case / exhibit.path).parent.iterdir())
    assert [n.split("24b7")[1] for n in names] == ["_3B_AnalyticMS_SR_clip.tif", "_3B_udm2_clip.tif", "_metadata.json"]
    assert exhibit.platform == "planetscope"
    assert add(case, [tmp_path / "order"], facts).already == (exhibit,)
    assert "order.zip sha256" in (case / "exhibits.jsonl").read_text()
    assert [p.name for p in (case / "exhibits").iterdir()] == [exhibit.id]
    assert exhibit_scenes(case).scenes[0].id == "20241010_015101_12_24b7"


def test_pages_of_a_pdf_become_images_beside_it(tmp_path: Path, case: Path, facts: IntakeFacts) -> None:
    document = pypdfium2.PdfDocument.new()
    document.new_page(144, 72)
    document.new_page(72, 72)
    path = tmp_path / "panel report.pdf"
    document.save(path)
    document.close()
    report = add(case, [path], replace(facts, gsd_m=1.5, gsd_basis="scale bar"))
    (exhibit,) = report.added
    assert (case / exhibit.path).read_bytes() == path.read_bytes()
    held = exhibit_scenes(case)
    assert not held.losses
    assert [s.id for s in held.scenes] == [f"{exhibit.id}-p001", f"{exhibit.id}-p002"]
    assert {s.gsd_m for s in held.scenes} == {1.5}
    held.scenes[1].path.write_bytes(b"other")
    assert "changed since intake" in exhibit_scenes(case).losses[0]


def test_bad_files_are_refused_one_by_one_and_the_rest_is_taken(
    tmp_path: Path, case: Path, facts: IntakeFacts, image: Callable[..., Path]
) -> None:
    whole = image(tmp_path / "whole.tif", count=3, size=256)
    cut = tmp_path / "cut.tif"
    cut.write_bytes(whole.read_bytes()[:-5000])
    torn = image(tmp_path / "torn.jpg", count=3, driver="JPEG", crs=None, size=256)
    torn.write_bytes(torn.read_bytes()[:-3000])
    shot = image(tmp_path / "half.png", count=3, driver="PNG", crs=None, size=256)
    shot.write_bytes(shot.read_bytes()[:-3000])
    (tmp_path / "empty.png").touch()
    (tmp_path / "login.json").write_text("<html>please log in</html>")
    (tmp_path / "fake.pdf").write_text("no pdf")
    (tmp_path / "pages.json").write_text('{"type": "FeatureCollection", "features": [{"type":"Feature","assets":{}}]}')
    names = ["absent.tif", "cut.tif", "torn.jpg", "half.png", "empty.png", "login.json", "fake.pdf", "pages.json"]
    report = add(case, [tmp_path / n for n in (*names, "whole.tif")], facts)
    assert [e.original_name for e in report.added] == ["whole.tif"]
    assert [r.path.rsplit("/", 1)[1] for r in report.refused] == names
    words = [
        "not there",
        "a block of pixels ends",
        "truncated",
        "truncated",
        "0 bytes",
        "HTML",
        "cannot be opened",
        "many items",
    ]
    for word, refusal in zip(words, report.refused, strict=True):
        assert word in refusal.reason, refusal
        assert "\n" not in refusal.reason
    assert [p.name for p in (case / "exhibits").iterdir()] == [report.added[0].id]


def test_unknown_bands_are_refused_with_the_remedy(
    tmp_path: Path, case: Path, facts: IntakeFacts, image: Callable[..., Path]
) -> None:
    path = image(tmp_path / "x.tif", count=2, dtype="uint16")
    assert "--bands" in _reasons(add(case, [path], facts))
    assert add(case, [path], replace(facts, bands=(BandRole.RED, BandRole.NIR))).added


def test_a_case_that_cannot_be_written_is_a_refusal(
    tmp_path: Path, case: Path, facts: IntakeFacts, image: Callable[..., Path]
) -> None:
    (case / "exhibits").write_text("a file where the folder should be")
    report = add(case, [image(tmp_path / "x.png", count=3, driver="PNG", crs=None)], facts)
    assert "permissions" in _reasons(report)


def test_a_changed_byte_is_found(tmp_path: Path, case: Path, facts: IntakeFacts, order: Callable[..., Path]) -> None:
    order(tmp_path / "o")
    (exhibit,) = add(case, [tmp_path / "o"], facts).added
    for name in (exhibit.path, exhibit.metadata_path):
        path = case / name
        original = path.read_bytes()
        path.write_bytes(original[:-1] + bytes([original[-1] ^ 1]))
        held = exhibit_scenes(case)
        assert not held.scenes
        assert "changed since intake" in held.losses[0]
        path.write_bytes(original)
    assert len(exhibit_scenes(case).scenes) == 1


def test_a_torn_last_line_is_passed_over_and_overwritten(
    tmp_path: Path, case: Path, facts: IntakeFacts, image: Callable[..., Path]
) -> None:
    add(case, [image(tmp_path / "a.png", count=3, driver="PNG", crs=None)], facts)
    ledger = case / "exhibits.jsonl"
    whole = ledger.read_bytes()
    ledger.write_bytes(whole + b'{"schema_version": 1, "exhibit": {"url": "' + b"x" * 5000)
    assert len(exhibits(case)) == 1
    add(case, [image(tmp_path / "b.png", count=3, driver="PNG", crs=None, seed=2)], facts)
    assert [e.original_name for e in exhibits(case)] == ["a.png", "b.png"]
    assert ledger.read_bytes().endswith(b"\n")
    ledger.write_bytes(b"{}\n" + whole)
    with pytest.raises(IntakeError, match=r"exhibits\.jsonl:1: damaged"):
        exhibits(case)


def test_a_ledger_that_names_files_outside_is_refused(
    tmp_path: Path, case: Path, facts: IntakeFacts, image: Callable[..., Path]
) -> None:
    (exhibit,) = add(case, [image(tmp_path / "a.png", count=3, driver="PNG", crs=None)], facts).added
    ledger = case / "exhibits.jsonl"
    ledger.write_text(ledger.read_text().replace(exhibit.path, "../../etc/passwd"))
    with pytest.raises(IntakeError, match="outside the case"):
        exhibits(case)


def _archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in members.items():
            out.writestr(name, content)
    return path


@pytest.mark.parametrize("name", ["../evil.tif", "/abs.tif", "a/../../evil.tif", "C:\\evil.tif", "..\\evil.tif"])
def test_zip_members_stay_inside(tmp_path: Path, case: Path, facts: IntakeFacts, name: str) -> None:
    report = add(case, [_archive(tmp_path / "x.zip", {"ok.txt": b"x", name: b"x"})], facts)
    assert "leaves the folder" in _reasons(report)
    assert "evil" in _reasons(report) or "abs" in _reasons(report)
    assert not list(tmp_path.rglob("evil*"))


def test_zip_links_bombs_and_crowds_are_refused(
    tmp_path: Path, case: Path, facts: IntakeFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = zipfile.ZipInfo("link.tif")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as out:
        out.writestr(link, "/etc/passwd")
    bomb = _archive(tmp_path / "bomb.zip", {"big.tif": b"\0" * (101 * 2**20)})
    monkeypatch.setattr(zips_module, "MAX_MEMBERS", 3)
    crowd = _archive(tmp_path / "crowd.zip", {f"{i}.txt": b"x" for i in range(4)})
    (tmp_path / "no.zip").write_bytes(b"not a zip")
    report = add(case, [tmp_path / "link.zip", bomb, crowd, tmp_path / "no.zip"], facts)
    for word, refusal in zip(("'link.tif'", "'big.tif'", "4 members", "no zip"), report.refused, strict=True):
        assert word in refusal.reason
    assert not list((case / "exhibits").iterdir())


def test_an_item_in_a_zip_cannot_bring_a_file_of_this_machine(
    tmp_path: Path, case: Path, facts: IntakeFacts, image: Callable[..., Path], item: Callable[..., Path]
) -> None:
    private = image(tmp_path / "private.tif", count=3)
    path = item(tmp_path / "s.json", str(private), bands=("red", "green", "blue"))
    report = add(case, [_archive(tmp_path / "x.zip", {"s.json": path.read_bytes()})], facts)
    assert "outside itself" in _reasons(report)
    assert not report.added


def test_other_files_named_directly_are_notes(tmp_path: Path, case: Path, facts: IntakeFacts) -> None:
    path = tmp_path / "ais.csv"
    path.write_text("mmsi,time\n")
    (exhibit,) = add(case, [path], facts).added
    assert exhibit.kind is ExhibitKind.NOTE
    assert not exhibit_scenes(case).scenes
