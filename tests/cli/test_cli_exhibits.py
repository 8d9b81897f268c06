"""`roadstead remove`, and what a run says of exhibits that are no longer what was added."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from evidence_case import small_case

Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def verified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_case(tmp_path_factory.mktemp("exhibits"))


@pytest.fixture
def case(verified: Path, tmp_path: Path) -> Path:
    return shutil.copytree(verified, tmp_path / "case")


def test_a_removed_exhibit_is_out_of_the_verdicts_and_in_the_collection_log(cli: Cli, case: Path) -> None:
    image = next(p.name for p in (case / "exhibits").iterdir() if p.name.endswith("-radar"))
    code, out, err = cli("remove", case, image, "--reason", "wrong harbour", "--by", "Noa Remover")
    assert (code, err) == (0, "")
    assert f"removed  {image}  scene" in out
    code, out, err = cli("verify", case)
    assert code == 0
    looks = {s for v in json.loads((case / "out" / "verdicts.json").read_text()) for s in v["ships"]["scenes"]}
    assert "radar-1" not in looks
    assert cli("bundle", case)[0] == 0
    assert cli("audit", case / "out" / "bundle")[0] == 0
    log = [json.loads(x) for x in (case / "out" / "bundle" / "data" / "collection.jsonl").read_text().splitlines()]
    told = [(x["event"], x["who"], x.get("why")) for x in log if x.get("id") == image]
    assert told == [("exhibit", "Zoë Analystova", None), ("exhibit removed", "Noa Remover", "wrong harbour")]
    assert not [p for p in (case / "out" / "bundle").rglob("*") if p.name.startswith("radar")]


def test_verify_names_what_was_made_from_earlier_results(cli: Cli, case: Path) -> None:
    for words in (("report", "--profile", "public"), ("report",), ("bundle",), ("export", "--format", "csv")):
        assert cli(words[0], case, *words[1:])[0] == 0
    assert cli("figures", case, "--format", "svg")[0] == 0
    assert "older than these results" not in cli("verify", case)[2]
    image = next(p.name for p in (case / "exhibits").iterdir() if p.name.endswith("-radar"))
    assert cli("remove", case, image, "--reason", "wrong harbour", "--by", "Noa")[0] == 0
    made = "out/bundle, out/export, out/figures, out/report, out/report-public"
    assert f"older than these results: {made}; make them again or delete them" in cli("verify", case)[2]
    assert cli("report", case)[0] == 0
    assert cli("figures", case, "map", "--format", "svg")[0] == 0  # others stay beside it
    shutil.rmtree(case / "out" / "bundle")
    code, out, err = cli("verify", case, "--json")
    assert code == 0
    assert "older than these results: out/export, out/figures, out/report-public;" in err
    assert json.loads(out)


def test_a_name_given_to_a_file_that_is_held_is_not_passed_over_without_a_word(
    cli: Cli, case: Path, tmp_path: Path
) -> None:
    (tmp_path / "note.txt").write_text("told by phone")
    cli("add", case, tmp_path / "note.txt", "--by", "A. Name")
    assert "brought in by" not in cli("add", case, tmp_path / "note.txt")[1]
    assert "was brought in by A. Name, which stays" in cli("add", case, tmp_path / "note.txt", "--by", "B. Name")[1]


def test_the_public_does_not_learn_who_drew_marks_that_were_removed(cli: Cli, case: Path) -> None:
    marks = next(p.name for p in (case / "exhibits").iterdir() if p.name.endswith("-marks"))
    assert cli("remove", case, marks, "--reason", "by Noa Remover", "--by", "Noa Remover")[0] == 0
    cli("verify", case)
    assert cli("bundle", case, "--profile", "public")[0] == 0
    text = (case / "out" / "bundle-public" / "data" / "collection.jsonl").read_text()
    assert "exhibit removed" in text
    assert "Noa" not in text
    assert "Zo" not in text


def test_an_unknown_exhibit_is_told_with_those_that_are_held(cli: Cli, case: Path) -> None:
    code, out, err = cli("remove", case, "radar", "--reason", "x")
    assert (code, out) == (2, "")
    assert err.startswith("roadstead: the case holds no exhibit 'radar'; held: ")


def test_an_altered_exhibit_is_named_and_no_run_ends_as_if_all_were_well(cli: Cli, case: Path, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("told by phone")
    assert cli("add", case, tmp_path / "note.txt", "--by", "A. Name")[0] == 0
    note = next((case / "exhibits").glob("*-note/note.txt"))
    image = next((case / "exhibits").glob("*-radar/radar.tif"))
    whole = image.read_bytes()
    note.write_text("told by letter")
    image.unlink()
    code, out, err = cli("verify", case)
    assert code == 2
    assert "Verdicts:" in out
    lost, changed = (line for line in err.splitlines() if line.startswith("altered"))
    assert lost.startswith(f"altered: exhibit {image.parent.name}: exhibits/{image.parent.name}/radar.tif is missing: ")
    assert f"{note.parent.name}/note.txt changed since intake (SHA-256 {note.parent.name[:12]}..., now " in changed
    assert "roadstead remove CASE" in err
    assert "2 exhibit(s) are not what was added" in err
    code, out, err = cli("bundle", case)
    assert code == 2
    assert "altered: " in err
    code, out, err = cli("audit", case / "out" / "bundle")
    assert code == 2
    assert f"exhibits: exhibits/{image.parent.name}/radar.tif: was lost after it was added to the case" in out
    assert f"exhibits: exhibits/{note.parent.name}/note.txt: was altered after it was added to the case" in out
    image.write_bytes(whole)
    assert cli("remove", case, note.parent.name, "--reason", "altered by mistake")[0] == 0
    code, _, err = cli("verify", case)
    assert (code, "altered" in err) == (0, False)
    assert "older than these results: out/bundle;" in err
    assert cli("bundle", case)[0] == 0
    assert cli("audit", case / "out" / "bundle")[0] == 0
