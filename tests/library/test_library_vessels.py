"""Classes and hulls: ranges hold every statement, identifiers are checked."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import pytest

from roadstead.library import classes, hull, hulls, valid_imo, vessel_class
from roadstead.library._files import DATA
from roadstead.library.vessels import load_classes, load_hulls
from roadstead.model import CaseError, Hull, NotFound, Range

if TYPE_CHECKING:
    from pathlib import Path


def test_the_landing_ships_and_merchant_ships_are_there() -> None:
    fleet = ("alligator", "ropucha-i", "ropucha-ii")
    pennants = {
        ship.pennant: (ship.name, ship.class_id, ship.built) for ship in hulls().values() if ship.class_id in fleet
    }
    assert pennants == {
        "081": ("Nikolay Vilkov", "alligator", "1974"),
        "066": ("Oslyabya", "ropucha-i", "1981"),
        "055": ("Admiral Nevelskoy", "ropucha-i", "1982"),
        "077": ("Peresvet", "ropucha-ii", "1991"),
    }
    assert set(hulls()) >= {"angara", "maria", "maia-1", "lady-r"}
    assert all(ship.class_id in classes() for ship in hulls().values())


@pytest.mark.parametrize("path", sorted((DATA / "classes").glob("*.toml")), ids=lambda path: path.stem)
def test_a_range_holds_every_statement_and_no_more(path: Path) -> None:
    entry = tomllib.loads(path.read_text(encoding="utf-8"))
    found = vessel_class(path.stem)
    for field in ("length_m", "beam_m", "draught_m", "speed_kn", "troops", "cargo_t"):
        said = [statement["value"] for statement in entry.get(field, {}).get("said", [])]
        span = getattr(found, field)
        if not said:
            assert span is None
            continue
        assert span == Range(min(low for low, _ in said), max(high for _, high in said))
        assert all(source for source in found.said[field].values())


def test_conflicting_sources_are_kept_in_their_own_words() -> None:
    troops = vessel_class("alligator").said["troops"]
    assert troops["300-425"].startswith("en.wikipedia.org")
    assert troops["313 or 440, depending on the modification"] == "globalsecurity.org 1171-design"
    assert vessel_class("alligator").troops == Range(300, 440)


def test_length_and_coarse_layout_do_not_tell_the_landing_ships_apart() -> None:
    ropucha, alligator = vessel_class("ropucha-i"), vessel_class("alligator")
    assert abs(ropucha.length_m.mid - alligator.length_m.mid) < 1
    assert ropucha.superstructure == alligator.superstructure == "aft"
    assert "sliding hatch over the bow" in ropucha.layout
    assert "four holds" in alligator.layout


def test_what_no_source_gives_is_marked_or_left_out() -> None:
    assert any(line == "imo: 9161003 (unsourced (general knowledge))" for line in hull("lady-r").sources)
    assert hull("angara").length_m is None
    assert hull("maia-1").length_m == Range(138, 138)
    assert set(vessel_class("ro-ro-cargo").said["length_m"].values()) == {"unsourced (general knowledge)"}


@pytest.mark.parametrize("ship", hulls().values(), ids=lambda ship: ship.id)
def test_every_figure_of_a_hull_names_its_source(ship: Hull) -> None:
    for line in ship.sources:
        assert re.fullmatch(r"\w+: .+ \(.+\)", line), line


@pytest.mark.parametrize(
    ("number", "valid"), [("9358010", True), ("9074729", True), ("9358011", False), ("935801", False)]
)
def test_imo_check_digit(number: str, *, valid: bool) -> None:
    assert valid_imo(number) is valid


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('text = "9358010"', 'text = "9358019"', r"maia-1\.toml: imo: '9358019' is no IMO number: seven digits"),
        (
            'class_id = "general-cargo"',
            'class_id = "cargo"',
            r"class_id: 'cargo' is no vessel class; allowed are .*, alligator,",
        ),
        ("value = [138, 138]", "value = [138, 13.8]", r"length_m\.said\.0: value .* must be \[low, high\]"),
        (
            "[[imo.said]]",
            '[[mmsi.said]]\ntext = "1234"\nsource = "x"\n\n[[imo.said]]',
            r"mmsi: '1234' is no MMSI: nine digits",
        ),
        ("[[imo.said]]", '[[imo.said]]\ntext = "9074729"\nsource = "x"\n\n[[imo.said]]', r"imo: sources disagree"),
        ("[[length_m.said]]", "[[lenght_m.said]]", r"unknown key 'lenght_m'; allowed are id, name, class_id"),
    ],
)
def test_a_broken_hull_names_file_key_and_what_is_allowed(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = (DATA / "hulls" / "maia-1.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "maia-1.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CaseError, match=says):
        load_hulls(tmp_path)


def test_a_class_without_a_statement_is_refused(tmp_path: Path) -> None:
    text = (DATA / "classes" / "general-cargo.toml").read_text(encoding="utf-8")
    (tmp_path / "x.toml").write_text(text.replace("[[beam_m.said]]", "[[beam.said]]", 1), encoding="utf-8")
    with pytest.raises(CaseError, match=r"x\.toml: unknown key 'beam'; allowed are .*beam_m"):
        load_classes(tmp_path)


def test_a_wrong_id_offers_the_right_one() -> None:
    with pytest.raises(NotFound, match="did you mean ropucha-i"):
        vessel_class("ropucha")
    with pytest.raises(NotFound, match="did you mean nikolay-vilkov"):
        hull("nikolai-vilkov")


def test_a_mark_of_a_hull_that_stands_twice_is_named(tmp_path: Path) -> None:
    text = (DATA / "hulls" / "marshal-shaposhnikov.toml").read_text("utf-8")
    mark = text[text.index("[[marks]]") :]
    (tmp_path / "own.toml").write_text(f"{text}\n{mark}", "utf-8")
    with pytest.raises(CaseError, match="stands twice"):
        load_hulls(tmp_path)
