"""What a bundle holds, and that the same case gives the same bytes."""

from __future__ import annotations

import filecmp
import json
import shutil
import warnings
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import bagit
import pytest
import rasterio
from evidence_case import ANALYST, KEY, NOW, SIGNED, small_case
from rocrate.rocrate import ROCrate

from roadstead.evidence import audit, bundle
from roadstead.evidence.inputs import input_files
from roadstead.model import InputError
from roadstead.pipeline import Seams, verify
from roadstead.report.exports import Profile, Redactor, Rules
from roadstead.steps import FixedClock

if TYPE_CHECKING:
    from pathlib import Path


def test_a_bundle_of_a_verified_case_holds(made: Path) -> None:
    found = audit(made)
    assert found.faults == []
    said = " ".join(found.facts)
    assert "2 of 2 verdict(s) derived again from measurements" in said
    assert "2 of 2 verdict(s) derived again from pixels" in said
    assert "untimestamped" in said


def test_bagit_itself_finds_the_bag_valid(made: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        bag = bagit.Bag(str(made))
        assert bag.validate()
    assert bag.info["External-Identifier"] == "small"


def test_the_crate_describes_every_payload_file(made: Path) -> None:
    found = ROCrate(made / "data")
    listed = {e.id for e in found.data_entities}
    held = {p.relative_to(made / "data").as_posix() for p in (made / "data").rglob("*") if p.is_file()}
    assert {name.replace("%40", "@") for name in listed} == held - {"ro-crate-metadata.json"}
    graph = json.loads((made / "data/ro-crate-metadata.json").read_text("utf-8"))["@graph"]
    image = next(e for e in graph if e["@id"].endswith("radar.tif"))
    licence = next(e for e in graph if e["@id"] == image["license"]["@id"])
    assert licence["name"] == "CC-BY-SA-4.0"
    assert "share-alike" in next(e for e in graph if e["@id"] == "#licences")["description"]


def test_twice_gives_the_same_bytes_even_after_another_run(case: Path, tmp_path: Path) -> None:
    first = bundle(case, out=tmp_path / "first")
    verify(case)
    second = bundle(case, out=tmp_path / "second")
    assert first.manifest_sha256 == second.manifest_sha256
    _same(tmp_path / "first", tmp_path / "second")


def test_the_place_of_the_case_on_the_disk_is_in_no_byte(case: Path, verified: Path, tmp_path: Path) -> None:
    bundle(case, out=tmp_path / "here")
    bundle(verified, out=tmp_path / "there")
    _same(tmp_path / "here", tmp_path / "there")


def test_what_is_there_already_is_left_as_it_is(case: Path) -> None:
    first = bundle(case)
    again = bundle(case)
    assert (first.unchanged, again.unchanged) == (False, True)


def test_a_case_that_changed_since_its_verdicts_is_refused(case: Path) -> None:
    text = (case / "case.toml").read_text("utf-8").replace("at_least = 2", "at_least = 1")
    (case / "case.toml").write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"other assumptions.*roadstead verify"):
        bundle(case)


def test_verdicts_written_by_hand_are_refused(case: Path) -> None:
    path = case / "out/verdicts.json"
    path.write_text(path.read_text("utf-8").replace('"contradicted"', '"supported"'), "utf-8")
    with pytest.raises(InputError, match="not those of the case as it is"):
        bundle(case)


def test_a_case_never_verified_is_told_so(case: Path) -> None:
    shutil.rmtree(case / "out")
    with pytest.raises(InputError, match="was not verified"):
        bundle(case)


def test_a_folder_that_is_no_bundle_is_not_replaced(case: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/diary.txt").write_text("dear diary", "utf-8")
    with pytest.raises(InputError, match="is no bundle"):
        bundle(case, out=tmp_path / "mine")
    assert (tmp_path / "mine/diary.txt").read_text("utf-8") == "dear diary"


def test_pixels_whose_licence_forbids_copies_are_hashed_only(tmp_path: Path) -> None:
    case = small_case(tmp_path, licence="commercial; terms of the order apply")
    made = bundle(case)
    assert not list(made.folder.rglob("*.tif"))
    files = json.loads((made.folder / "data/inputs.json").read_text("utf-8"))["files"]
    image = next(f for f in files if f["path"].endswith("radar.tif"))
    assert not image["copied"]
    assert len(image["sha256"]) == 64
    assert "commercial" in image["why_not"]
    found = audit(made.folder)
    assert found.faults == []
    assert any("no pixels are in the bundle" in f for f in found.facts)


def test_a_simulated_case_is_marked_in_crate_readme_and_bag(tmp_path: Path) -> None:
    made = bundle(small_case(tmp_path, licence="", simulated=True)).folder
    assert "Roadstead-Simulated: true" in (made / "bag-info.txt").read_text("utf-8")
    for name in ("data/README.txt", "data/ro-crate-metadata.json", "data/results/verdicts.json"):
        assert "simulated" in (made / name).read_text("utf-8").lower()
    assert list(made.rglob("radar.tif")), "simulated pixels are nobody's but ours"


def test_provenance_names_steps_inputs_and_program(made: Path) -> None:
    graph = json.loads((made / "data/provenance.jsonld").read_text("utf-8"))["@graph"]
    kinds = {str(e["@type"]) for e in graph}
    assert {"prov:Activity", "prov:Entity"} <= kinds
    steps = [e for e in graph if e["@type"] == "prov:Activity"]
    assert {e["name"].partition(":")[0] for e in steps} >= {"find", "assess", "stamp"}
    assert all(e["endedAtTime"] == "2026-01-02T03:04:05Z" for e in steps)
    find = next(e for e in steps if e["name"].startswith("find: radar-1"))
    assert any("radar" in u for u in find["used"])


def test_the_collection_log_says_who_brought_what_from_where(made: Path) -> None:
    lines = [json.loads(x) for x in (made / "data/collection.jsonl").read_text("utf-8").splitlines()]
    image = next(x for x in lines if x.get("original_name") == "radar.tif")
    assert (image["who"], image["url"]) == (ANALYST, "https://files.example.org/a.tif")
    assert all(len(h) == 64 for x in lines for h in x["files"].values())
    decided = [json.loads(x) for x in (made / "data/decisions.jsonl").read_text("utf-8").splitlines()]
    assert {"prior", "weight of a report", "ship marked by eye"} <= {d["what"] for d in decided}


def test_the_public_bundle_names_nobody_and_no_marked_source(case: Path, tmp_path: Path) -> None:
    (case / "redaction.toml").write_text('schema_version = 1\nsources = {informer = "drop"}\ntimes = "day"\n', "utf-8")
    made = bundle(case, out=tmp_path / "public", profile=Profile.PUBLIC)
    for word in (ANALYST, "Analystova", "Ivan", "informer", "my window", "from the pier", str(tmp_path), "03:04:05"):
        for written in (word, word.lower(), word.upper()):
            assert _holding(made.folder, written) == [], written
    assert made.removed["names"] > 0
    log = json.loads((made.folder / "data/redactions.json").read_text("utf-8"))
    assert log["removed"] == made.removed
    found = audit(made.folder)
    assert found.faults == []
    assert any("derived again from pixels" in f for f in found.facts)


def test_a_dropped_source_leaves_no_trace_of_what_it_says(case: Path, tmp_path: Path) -> None:
    for name in ("case.toml", "reported.toml"):
        path = case / name
        text = path.read_text("utf-8").replace("told by Ivan the Informer", "he rents the flat over the chandler")
        path.write_text(text.replace("Ivan the Informer stood there", "he drives the crane on quay four"), "utf-8")
    verify(case, seams=Seams(clock=FixedClock(NOW)))
    (case / "redaction.toml").write_text('schema_version = 1\nsources = {informer = "drop"}\n', "utf-8")
    made = bundle(case, out=tmp_path / "public", profile=Profile.PUBLIC)
    for word in ("chandler", "crane", "my window", "nobody-there", "from-the-pier", '"at_most": 0'):
        assert _holding(made.folder, word) == [], word
    verdicts = json.loads((made.folder / "data/results/verdicts.json").read_text("utf-8"))
    assert [v["claim"] for v in verdicts] == ["two-ships"]
    assert not [g for v in verdicts for g in v["ledger"]["groups"] if g["kind"] == "reports"]
    assert audit(made.folder).faults == []


def test_a_withheld_word_in_the_path_of_a_copied_file_is_withheld_there_too(case: Path, tmp_path: Path) -> None:
    (case / "redaction.toml").write_text('schema_version = 1\nnames = ["radar", "small"]\n', "utf-8")
    made = bundle(case, out=tmp_path / "public", profile=Profile.PUBLIC).folder
    names = [p.relative_to(made).as_posix() for p in made.rglob("*")]
    assert not [n for n in names if "radar" in n]
    assert [n for n in names if n.endswith(".tif")]
    assert "small" not in (made / "bag-info.txt").read_text("utf-8")
    assert audit(made).faults == []


def test_an_image_that_names_a_person_is_hashed_only_for_the_public(case: Path) -> None:
    image = next(case.rglob("radar.tif"))
    before = image.read_bytes()
    with rasterio.open(image, "r+") as held:
        held.update_tags(TIFFTAG_ARTIST=ANALYST)
    assert image.read_bytes() != before
    found = {f.path: f for f, _ in input_files(_results(case), _redactor(Profile.PUBLIC))}
    file = next(f for name, f in found.items() if name.endswith("radar.tif"))
    assert not file.copied
    assert "Artist" in file.why_not
    found = {f.path: f for f, _ in input_files(_results(case), _redactor(Profile.FULL))}
    assert next(f for name, f in found.items() if name.endswith("radar.tif")).copied


def _results(case: Path) -> Any:
    """As much of results as inputs are listed from."""
    scene = SimpleNamespace(path=next(case.rglob("radar.tif")), cloud_mask=None, licence="CC0-1.0", credit="",
                            simulated=False)  # fmt: skip
    return SimpleNamespace(case=SimpleNamespace(folder=case), gathered=SimpleNamespace(scenes={"radar-1": scene}))


def _redactor(profile: Profile) -> Redactor:
    return Redactor(profile=profile, rules=Rules(), names={})


def test_a_coarsened_source_keeps_its_report_by_the_day(case: Path, tmp_path: Path) -> None:
    (case / "redaction.toml").write_text('schema_version = 1\nsources = {informer = "coarsen"}\n', "utf-8")
    made = bundle(case, out=tmp_path / "public", profile=Profile.PUBLIC).folder
    held = json.loads((made / "data/case.json").read_text("utf-8"))["case"]["reported"]
    assert [(r["time"]["start"][:10], r["time"]["start"][11:16]) for r in held] == [("2024-05-01", "00:00")]
    assert audit(made).faults == []


def test_a_source_to_withhold_that_is_not_there_is_a_mistake(case: Path) -> None:
    (case / "redaction.toml").write_text('schema_version = 1\nsources = {nobody = "drop"}\n', "utf-8")
    with pytest.raises(InputError, match="no such source"):
        bundle(case, profile=Profile.PUBLIC)


@pytest.mark.parametrize("profile", list(Profile))
def test_no_key_and_no_signed_address_leaves(tmp_path: Path, profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    case = small_case(tmp_path, url=SIGNED)
    monkeypatch.setenv("PL_API_KEY", "my-own-planet-key-1234")
    (case / "exhibits.jsonl").write_text(
        (case / "exhibits.jsonl")
        .read_text("utf-8")
        .replace('"publisher":""', f'"publisher":"{KEY} my-own-planet-key-1234"'),
        "utf-8",
    )
    made = bundle(case, out=tmp_path / "out", profile=profile).folder
    for secret in (KEY, "Sup3rS3cretS1gnature", "my-own-planet-key-1234"):
        assert _holding(made, secret) == []
    assert audit(made).faults == []


def test_nobody_is_contacted_unless_asked(case: Path, tmp_path: Path) -> None:
    # The network is blocked in all tests: a call would raise.
    assert "untimestamped" in bundle(case, out=tmp_path / "out", seams=Seams()).timestamps[0]


def _holding(folder: Path, word: str) -> list[str]:
    files = (p for p in folder.rglob("*") if p.is_file())
    return [
        p.name for p in files if word.encode() in p.read_bytes() or json.dumps(word)[1:-1].encode() in p.read_bytes()
    ]


def _same(a: Path, b: Path) -> None:
    names = sorted(p.relative_to(a).as_posix() for p in a.rglob("*") if p.is_file())
    assert names == sorted(p.relative_to(b).as_posix() for p in b.rglob("*") if p.is_file())
    assert filecmp.cmpfiles(a, b, names, shallow=False)[0] == names


def test_what_ais_said_of_an_earlier_run_goes_with_the_ais(case: Path, tmp_path: Path) -> None:
    stale, own = case / "out/ais.json", case / "out/notes.txt"
    stale.write_text('{"at_sites": ["heard once"]}', "utf-8")
    own.write_text("mine", "utf-8")
    verify(case, seams=Seams(clock=FixedClock(NOW)))
    assert not stale.exists()
    assert own.read_text("utf-8") == "mine"
    stale.write_text('{"at_sites": ["heard once"]}', "utf-8")
    made = bundle(case, out=tmp_path / "bundle").folder
    assert not (made / "data/results/ais.json").exists(), "nothing is copied from the files of the last run"
