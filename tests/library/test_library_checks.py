"""The library holds what it promises, and a check names what is wrong without stopping at the first mistake."""

from __future__ import annotations

import re
import shutil
import tomllib
from typing import TYPE_CHECKING

import pytest

from roadstead.library import check, classes, form, forms, hull, hulls, tally, vessel_class
from roadstead.library._files import DATA
from roadstead.model import InputError

if TYPE_CHECKING:
    from pathlib import Path

REGION = {
    "alligator", "ropucha-i", "ropucha-ii", "ivan-gren", "osumi", "type-071", "type-072a", "type-072ii",
    "go-jun-bong", "cheon-wang-bong", "dokdo", "lst-542",
}  # fmt: skip
NO_SOURCED_SIZE = {"ro-ro-cargo": {"length_m", "beam_m"}, "general-cargo": {"beam_m"}, "tug-with-barge": {"length_m"}}
"""fields for which no source was found; nothing else may rest on general knowledge alone"""


def test_the_shipped_library_has_no_mistake_and_every_class_a_form() -> None:
    found = check()
    assert found.problems == ()
    assert found.formless == ()
    assert found.files == len(classes()) + len(forms()) + len(hulls())


def test_there_are_twenty_classes_with_landing_ships_of_the_region_and_what_could_be_mistaken_for_them() -> None:
    known = classes()
    assert len(known) >= 20
    assert set(known) >= REGION
    assert {known[name].kind for name in REGION} == {"landing ship"}
    kinds = {entry.kind for entry in known.values()}
    assert kinds >= {
        "warship", "patrol ship", "cargo ship", "bulk carrier", "tanker", "ferry", "ro-ro ship", "container ship",
        "fishing vessel", "research ship", "tug", "tug and barge", "landing craft",
    }  # fmt: skip
    assert all(entry.layout and entry.superstructure for entry in known.values())
    # look-alikes: other kinds within 5 % of a Ropucha's length and 3 m of its beam
    like = [c for c in known.values() if c.length_m.low <= 118 and c.length_m.high >= 107 and c.beam_m.low <= 18]
    assert len({c.kind for c in like}) >= 5


@pytest.mark.parametrize("class_id", sorted(classes()))
def test_length_and_beam_rest_on_a_named_source(class_id: str) -> None:
    said = vessel_class(class_id).said
    bare = {key for key in ("length_m", "beam_m") if all("unsourced" in source for source in said[key].values())}
    assert bare == NO_SOURCED_SIZE.get(class_id, set())


@pytest.mark.parametrize("path", sorted(DATA.rglob("*.toml")), ids=lambda path: path.stem)
def test_no_source_is_a_place_on_somebodys_machine(path: Path) -> None:
    assert not re.search(r"(?<![\w.])/(work|tmp|home|root|mnt)\b|localhost|file:", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sorted(p for f in ("classes", "forms", "hulls") for p in (DATA / f).glob("*.toml")))
def test_a_file_is_called_by_its_id(path: Path) -> None:
    assert tomllib.loads(path.read_text(encoding="utf-8"))["id"] == path.stem


def test_statements_without_a_source_are_counted() -> None:
    assert tally(vessel_class("ropucha-i")).unsourced == 0
    counted = tally(vessel_class("general-cargo"))
    assert (counted.sourced, counted.unsourced, counted.words) == (1, 5, "5 of 6 unsourced")
    assert tally(hull("lady-r")).unsourced == 2
    assert tally(form("ropucha-ii")).unsourced == 1


def own_folder(tmp_path: Path, name: str, old: str, new: str) -> Path:
    """A library folder with one changed copy of a shipped file, under another id."""
    source = DATA / f"{name}.toml"
    folder = tmp_path / name.split("/", maxsplit=1)[0]
    folder.mkdir(parents=True, exist_ok=True)
    text = re.sub(r'^id = "', 'id = "my-', source.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
    assert old in text
    (folder / f"my-{source.stem}.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("forms/ropucha-i", "length_m = [112.5, 112.5]", "length_m = [140, 150]", r"my-ropucha-i.*: 140-150 m is"),
        ("forms/alligator-one-crane", "at = 0.5, offset = 0.0", "at = 0.01, offset = 0.45", "'deck crane' stands"),
        (
            "forms/ropucha-i",
            "span = [0.635, 0.685], width = 0.12, offset = 0.42",
            "span = [0.0, 0.05], width = 0.12, offset = 0.42",
            r"'boats' lies inside the hull with 0% of its area",
        ),
        ("forms/ropucha-i", 'tone = "navy-grey"', 'tone = "pink"', r"'pink' is no material"),
        ("forms/ropucha-i", "at = 0.6", "at = nan", r"posts\.\d+\.at"),
        ("forms/ropucha-i", "[0.06, 9.0]", "[0.96, 9.0]", "must rise from 0"),
        ("classes/ropucha-i", "value = [18.0, 18.0]", "value = [18.0, inf]", r"speed_kn\.said\.0: value .* finite"),
        ("classes/ropucha-i", "[superstructure]", "[superstructures]", "unknown key 'superstructures'"),
        ("classes/ropucha-i", 'kind = "landing ship"', "", r"kind: Field required"),
        ("hulls/oslyabya", 'class_id = "ropucha-i"', 'class_id = "ropucha-iii"', "'ropucha-iii' is no vessel class"),
        ("hulls/oslyabya", "[[pennant.said]]", "[[pennant.said]", r"my-oslyabya\.toml: is no TOML file"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_and_key(tmp_path: Path, name: str, old: str, new: str, says: str) -> None:
    found = check(own_folder(tmp_path, name, old, new))
    assert len(found.problems) == 1
    assert re.search(says, found.problems[0]), found.problems[0]


def test_a_check_goes_on_after_a_mistake_and_sees_taken_ids(tmp_path: Path) -> None:
    own = own_folder(tmp_path, "hulls/oslyabya", "[[pennant.said]]", "[[pennant.said]")
    own = own_folder(tmp_path, "classes/ropucha-i", 'kind = "landing ship"', "")
    shutil.copy(DATA / "forms" / "tug.toml", tmp_path / "tug.toml")
    (tmp_path / "forms").mkdir()
    shutil.copy(tmp_path / "tug.toml", tmp_path / "forms" / "tug.toml")
    problems = check(own).problems
    assert len(problems) == 3
    assert "'tug' is the id of another file too" in "".join(problems)


def test_an_own_class_without_a_form_is_told(tmp_path: Path) -> None:
    found = check(own_folder(tmp_path, "classes/tug", "[24, 36]", "[24, 35]"))
    assert found.formless == ("my-tug",)
    assert "classes/my-tug" in found.tallies


def test_a_folder_that_is_no_library_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no classes/, forms/, hulls/"):
        check(tmp_path)
