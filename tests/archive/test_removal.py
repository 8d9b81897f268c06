"""Taking exhibits out again."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from roadstead.archive import IntakeFacts, Removal, add, exhibit_scenes, exhibits, remove
from roadstead.model import InputError, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def case(tmp_path: Path, facts: IntakeFacts, image: Callable[..., Path]) -> Path:
    """Two pictures."""
    folder = tmp_path / "case"
    folder.mkdir()
    shots = [image(tmp_path / f"{name}.png", count=3, driver="PNG", crs=None, seed=n) for n, name in enumerate("ab")]
    assert len(add(folder, shots, facts).added) == 2
    return folder


@pytest.fixture
def mistaken(facts: IntakeFacts) -> Removal:
    return Removal(reason="wrong harbour", by="A. Name", now=facts.now)


def test_an_exhibit_taken_out_counts_for_nothing_and_the_ledger_keeps_who_and_why(
    case: Path, mistaken: Removal
) -> None:
    first, second = exhibits(case)
    before = (case / "exhibits.jsonl").read_bytes()
    removed = remove(case, first.id, mistaken)
    assert removed.exhibit == first
    assert exhibits(case) == (second,)
    held = exhibit_scenes(case)
    assert ([s.id for s in held.scenes], held.losses) == ([second.id], ())
    after = (case / "exhibits.jsonl").read_bytes()
    assert after.startswith(before)
    line = json.loads(after[len(before) :])
    assert (line["removed"], line["why_removed"], line["recorded_by"]) == (True, "wrong harbour", "A. Name")
    assert line["files"] == {first.path: first.sha256}
    assert removed.kept_at == case / ".removed" / first.id
    assert (removed.kept_at / "a.png").is_file()
    assert not (case / "exhibits" / first.id).exists()


def test_added_once_more_it_is_back(case: Path, facts: IntakeFacts, mistaken: Removal) -> None:
    first, second = exhibits(case)
    for number in ("", "-2"):
        kept = remove(case, first.id, mistaken).kept_at
        assert kept == case / ".removed" / f"{first.id}{number}"
        assert [e.id for e in add(case, [kept / "a.png"], facts).added] == [first.id]
        assert [e.id for e in exhibits(case)] == [first.id, second.id]
        assert not exhibit_scenes(case).losses


def test_its_files_are_deleted_on_demand(case: Path, mistaken: Removal) -> None:
    first = exhibits(case)[0]
    assert remove(case, first.id, replace(mistaken, delete=True)).kept_at is None
    assert not (case / ".removed").exists()
    assert not (case / "exhibits" / first.id).exists()


def test_a_removal_that_was_broken_off_is_finished_by_the_next(case: Path, mistaken: Removal) -> None:
    first = exhibits(case)[0]
    ledger = (case / "exhibits.jsonl").read_bytes()
    remove(case, first.id, mistaken)
    (case / "exhibits.jsonl").write_bytes(ledger)
    assert remove(case, first.id, mistaken).kept_at == case / ".removed" / first.id
    assert first not in exhibits(case)


def test_marks_drawn_on_it_are_named(case: Path, facts: IntakeFacts, mistaken: Removal, tmp_path: Path) -> None:
    marks = tmp_path / "m.geojson"
    marks.write_text('{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[132.35,42.9]}}')
    first = exhibits(case)[0]
    (drawn,) = add(case, [marks], replace(facts, of_exhibit=first.id, analyst="A. Name")).added
    assert remove(case, first.id, mistaken).orphans == (drawn.id,)


def test_nothing_is_taken_out_without_a_reason_or_by_a_wrong_id(case: Path, mistaken: Removal) -> None:
    held = exhibits(case)
    with pytest.raises(InputError, match="--reason"):
        remove(case, held[0].id, replace(mistaken, reason=" "))
    with pytest.raises(NotFound, match=held[1].id):
        remove(case, "other", mistaken)
    assert exhibits(case) == held
