"""Editions: frozen, numbered, compared; what is published stays as it was."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from evidence_case import ANALYST, NOW, small_case

from roadstead.evidence import Kind, bundle, diff, editions, export, publish, read_editions
from roadstead.model import InputError, NotFound
from roadstead.pipeline import Seams, verify
from roadstead.report.exports import Profile
from roadstead.steps import FixedClock

if TYPE_CHECKING:
    from pathlib import Path

LATER = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are laid out in tests of the PDF itself; an edition stands without one where libraries are missing."""
    monkeypatch.setattr(editions, "try_pdf", lambda _: (None, "no PDF was made: not here"))


@pytest.fixture(scope="module")
def verified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_case(tmp_path_factory.mktemp("editions"))


@pytest.fixture
def case(verified: Path, tmp_path: Path) -> Path:
    return shutil.copytree(verified, tmp_path / "case")


def _corrected(case: Path, old: str = "prior = [0.2, 0.6]", new: str = "prior = [0.0005, 0.001]") -> None:
    toml = (case / "case.toml").read_text("utf-8")
    assert old in toml
    (case / "case.toml").write_text(toml.replace(old, new, 1), "utf-8")
    verify(case, seams=Seams(clock=FixedClock(LATER)))


def test_an_edition_is_numbered_dated_by_the_ledger_and_hashed(case: Path) -> None:
    made = publish(case, "first")
    assert made.folder.name == "001"
    assert made.record.at == "2026-01-02T03:04:05Z"
    assert datetime.fromisoformat(made.record.at) == NOW
    assert made.record.files.keys() == {p.name for p in made.folder.iterdir()} - {"edition.json"}
    assert made.record.notes == ("no PDF was made: not here",)
    assert read_editions(case) == (made.record,)
    page = (made.folder / "report.html").read_text("utf-8")
    assert "Edition 1, 2026-01-02" in page
    assert "Editions and corrections" not in page


def test_nothing_new_is_no_edition(case: Path) -> None:
    publish(case, "first")
    with pytest.raises(InputError, match="nothing changed since edition 1"):
        publish(case, "again")
    assert [p.name for p in (case / "editions").iterdir()] == ["001"]


def test_a_correction_stands_in_the_next_edition_and_the_first_is_left_alone(case: Path) -> None:
    first = publish(case, "first")
    kept = {p.name: p.read_bytes() for p in first.folder.iterdir()}
    _corrected(case)
    second = publish(case, "The prior was too high.")
    assert second.record.number == 2
    assert {p.name: p.read_bytes() for p in first.folder.iterdir()} == kept
    page = (second.folder / "report.html").read_text("utf-8")
    head = page[: page.index('id="findings"')]
    assert "Editions and corrections" in head
    assert "The prior was too high." in head
    assert "prior of two-ships" in head


def test_diff_tells_claims_numbers_and_what_may_be_why(case: Path) -> None:
    publish(case, "first")
    _corrected(case, "at_least = 2", "at_least = 3")
    publish(case, "He said three.")
    found = diff(case, 1, 2).differences
    assert [(d.kind, d.id) for d in found] == [(Kind.VERDICT, "two-ships"), (Kind.CLAIM, "two-ships")]
    old, new = (json.loads((case / "editions" / n / "verdicts.json").read_text("utf-8"))[0] for n in ("001", "002"))
    assert old["verdict"] == "supported" != new["verdict"]
    said = found[0].sentence
    assert f"verdict supported \u2192 {new['verdict']}" in said
    assert f"{new['probability'][0]:g}\u2013{new['probability'][1]:g}" in said
    assert said.endswith("Since then the claim is stated otherwise.")
    assert found[1].sentence == "claim two-ships: at_least 2 \u2192 3"
    assert diff(case, 1, 1).differences == ()


def test_a_changed_prior_is_named_as_what_a_changed_number_rests_on(case: Path) -> None:
    publish(case, "first")
    _corrected(case)
    publish(case, "second")
    found = diff(case, 1, 2).differences
    assert [(d.kind, d.id) for d in found] == [(Kind.VERDICT, "two-ships"), (Kind.ASSUMPTION, "prior of two-ships")]
    assert "1 assumption(s) changed (prior of two-ships)" in found[0].sentence


def test_new_evidence_is_named(case: Path) -> None:
    publish(case, "first")
    state = json.loads((case / "editions" / "001" / "state.json").read_text("utf-8"))
    fewer = state | {"evidence": dict(list(state["evidence"].items())[1:])}
    found = editions.differences_of(fewer, state)
    assert [(d.kind, d.sentence) for d in found] == [(Kind.EVIDENCE, f"{next(iter(state['evidence']))} is new")]


@pytest.mark.parametrize("name", ["report.html", "verdicts.json", "state.json", "edition.json"])
def test_an_altered_edition_is_found(case: Path, name: str) -> None:
    publish(case, "first")
    _corrected(case)
    publish(case, "second")
    victim = case / "editions" / "001" / name
    victim.chmod(0o644)
    victim.write_bytes(victim.read_bytes().replace(b"first", b"worst", 1) + b" ")
    with pytest.raises(InputError, match=f"{name}: was altered"):
        diff(case, 1, 2)


def test_a_removed_edition_is_missed(case: Path) -> None:
    publish(case, "first")
    _corrected(case)
    publish(case, "second")
    shutil.rmtree(case / "editions" / "001")
    with pytest.raises(InputError, match="edition 1 is missing"):
        read_editions(case)


def test_the_time_may_be_given_but_never_runs_backwards(case: Path) -> None:
    assert publish(case, "first", at=LATER).record.at == "2026-02-01T00:00:00Z"
    _corrected(case)
    with pytest.raises(InputError, match="lies before edition 1"):
        publish(case, "second", at=NOW)


def test_a_public_edition_names_no_analyst(case: Path) -> None:
    made = publish(case, f"checked by {ANALYST}", profile=Profile.PUBLIC)
    assert made.record.profile == "public"
    for path in made.folder.iterdir():
        assert ANALYST not in path.read_text("utf-8"), path.name


def test_a_public_edition_after_a_full_one_does_not_tell_what_it_withholds(case: Path) -> None:
    publish(case, "first")
    (case / "redaction.toml").write_text('[sources]\ninformer = "drop"\n', "utf-8")
    second = publish(case, "for the public", profile=Profile.PUBLIC)
    _corrected(case)
    third = publish(case, "corrected", profile=Profile.PUBLIC)
    assert any("two-ships" in c for c in third.record.changes)
    for folder in (second.folder, third.folder):
        for path in folder.iterdir():
            text = path.read_text("utf-8")
            for word in ("my window", "Ivan", "informer", "nobody-there", "from-the-pier"):
                assert word not in text, (path.name, word)


def test_an_earlier_public_edition_is_retold_by_the_rules_of_today(case: Path) -> None:
    publish(case, "first", profile=Profile.PUBLIC)
    _corrected(case, "I saw it from my window", "I saw it from the kitchen")
    assert any("my window" in c for c in publish(case, "second", profile=Profile.PUBLIC).record.changes)
    (case / "redaction.toml").write_text('[sources]\ninformer = "coarsen"\n', "utf-8")
    page = (publish(case, "third", profile=Profile.PUBLIC).folder / "report.html").read_text("utf-8")
    assert "my window" not in page
    assert "kitchen" not in page


def test_withholding_more_is_a_reason_to_publish_anew(case: Path) -> None:
    publish(case, "first", profile=Profile.PUBLIC)
    (case / "redaction.toml").write_text('names = ["The Desk"]\n', "utf-8")
    made = publish(case, "a name taken out", profile=Profile.PUBLIC)
    assert "The Desk" not in (made.folder / "report.html").read_text("utf-8")
    with pytest.raises(InputError, match="nothing changed"):
        publish(case, "again", profile=Profile.PUBLIC)


def test_an_edition_is_no_input_of_the_case(case: Path, tmp_path: Path) -> None:
    publish(case, "first")
    made = bundle(case, out=tmp_path / "bundle").folder
    assert not [p for p in made.rglob("*") if "editions" in p.parts]


def test_an_unknown_edition_and_an_empty_reason_are_refused(case: Path) -> None:
    with pytest.raises(NotFound, match="has no edition 3"):
        diff(case, 3, 4)
    with pytest.raises(InputError, match="--reason is empty"):
        publish(case, "  ")


def test_an_embargo_is_stamped_on_every_output_and_keeps_an_edition_back(case: Path, tmp_path: Path) -> None:
    _corrected(case, "seed = 7", "seed = 7\nembargo_until = 2026-03-01T09:00:00+03:00")
    said = "Embargo: not to be published before 2026-03-01\u00a006:00\u00a0UTC."
    with pytest.raises(InputError, match="under embargo until 2026-03-01T06:00:00Z"):
        publish(case, "too early", seams=Seams(clock=FixedClock(LATER)))
    assert not (case / "editions").exists()
    assert said in (case / "out" / "report.html").read_text("utf-8")
    assert {v["embargo_until"] for v in json.loads((case / "out" / "verdicts.json").read_text("utf-8"))} == {
        "2026-03-01T06:00:00Z"
    }
    export(case, ("kml",), out=tmp_path / "out")
    (kml,) = (tmp_path / "out").glob("*.kml")
    assert said in kml.read_text("utf-8")
    after = Seams(clock=FixedClock(datetime(2026, 3, 1, 6, tzinfo=UTC)))
    assert said in (publish(case, "in time", seams=after).folder / "report.html").read_text("utf-8")


def test_an_embargo_without_a_zone_is_refused(case: Path) -> None:
    with pytest.raises(InputError, match="states no zone"):
        _corrected(case, "seed = 7", "seed = 7\nembargo_until = 2026-03-01T09:00:00")
