"""A case's own classes stand beside the shipped ones; a broken one is told and costs nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from messy import write_case

from roadstead.case import load_case
from roadstead.evidence.inputs import WRITTEN_BY_US
from roadstead.library import classes
from roadstead.library._files import DATA
from roadstead.pipeline.contents import _classes

if TYPE_CHECKING:
    from pathlib import Path


def test_a_cases_own_classes_are_compared_and_a_broken_one_is_told(tmp_path: Path) -> None:
    case = load_case(write_case(tmp_path / "case"))
    assert _classes(case) == (classes(), ())
    folder = case.folder / "library" / "classes"
    folder.mkdir(parents=True)
    text = (DATA / "classes" / "tug.toml").read_text("utf-8").replace('id = "tug"', 'id = "ice-tug"')
    (folder / "ice-tug.toml").write_text(text, "utf-8")
    known, mistakes = _classes(case)
    assert set(known) - set(classes()) == {"ice-tug"}
    assert mistakes == ()
    (folder / "ice-tug.toml").write_text(text.replace("value", "valu", 1), "utf-8")
    known, mistakes = _classes(case)
    assert known == classes()
    assert len(mistakes) == 1
    assert "ice-tug.toml" in mistakes[0]
    assert "shipped classes only" in mistakes[0]


def test_own_entries_go_into_the_evidence_bundle_as_the_cases_own_record() -> None:
    assert WRITTEN_BY_US.fullmatch("library/classes/ice-tug.toml")
    assert not WRITTEN_BY_US.fullmatch("library/photographs/ship.jpg")
