"""`roadstead library`: list, show, check, add."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from messy import write_case

from roadstead.library._files import DATA

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return write_case(tmp_path / "case")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    text = (DATA / "classes" / "tug.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text.replace('id = "tug"', 'id = "ice-tug"'), encoding="utf-8")
    return path


def test_list_shows_size_layout_and_how_much_is_sourced(cli: Cli) -> None:
    code, out, err = cli("library", "list")
    assert (code, err) == (0, "")
    row = next(line.split() for line in out.splitlines() if line.strip().startswith("ropucha-i "))
    assert row[:6] == ["ropucha-i", "landing", "ship", "112.5", "15", "aft"]
    assert "0 of 14" in " ".join(row)


def test_list_is_filtered_by_kind_and_length(cli: Cli) -> None:
    found = json.loads(cli("library", "list", "--kind", "landing ship", "--length", "113", "--json")[1])
    assert {c["id"] for c in found} == {"alligator", "ropucha-i", "ropucha-ii", "go-jun-bong"}
    ropucha = next(c for c in found if c["id"] == "ropucha-i")
    assert ropucha["hulls"] == ["admiral-nevelskoy", "oslyabya"]
    assert ropucha["statements"] == {"sourced": 14, "unsourced": 0}
    code, _, err = cli("library", "list", "--kind", "submarine")
    assert code == 2
    assert "kinds are bulk carrier, cargo ship" in err
    assert cli("library", "list", "--length", "nan")[0] == 2


def test_show_prints_statements_hulls_and_landmarks(cli: Cli) -> None:
    code, out, _ = cli("library", "show", "ropucha-ii")
    assert code == 0
    for words in ("several hundred, possibly up to 400", "Hulls: peresvet (077)", "sliding hatch", "0.15-0.43"):
        assert words in out
    assert "pennant: 066" in cli("library", "show", "oslyabya")[1]
    code, _, err = cli("library", "show", "ropucha")
    assert code == 2
    assert "did you mean" in err
    assert json.loads(cli("library", "show", "dokdo", "--json")[1]).keys() == {"class", "hull", "form", "forms"}


def test_show_draws_the_forms_of_a_class_or_of_a_hulls_class(cli: Cli, tmp_path: Path) -> None:
    for name in ("serna", "tug"):
        picture = tmp_path / f"{name}.png"
        code, out, _ = cli("library", "show", name, "--out", picture, "--sun-elevation", "20")
        assert code == 0
        assert "SIMULATED" in out
        assert picture.read_bytes().startswith(b"\x89PNG")
    code, _, err = cli("library", "show", "tug", "--out", tmp_path / "tug.jpg")
    assert code == 2
    assert "let it end in .png" in err
    assert cli("library", "show", "tug", "--out", tmp_path / "x.png", "--sun-elevation", "200")[0] == 2
    assert not (tmp_path / "x.png").exists()


def test_add_puts_a_class_into_the_case_where_list_show_and_check_find_it(cli: Cli, case: Path, mine: Path) -> None:
    code, out, _ = cli("library", "add", mine, "--case", case)
    assert code == 0
    assert out.startswith("Wrote ")
    assert (case / "library" / "classes" / "ice-tug.toml").read_bytes() == mine.read_bytes()
    assert "nothing was changed" in cli("library", "add", mine, "--case", case)[1]
    ids = {c["id"] for c in json.loads(cli("library", "list", "--case", case, "--json")[1])}
    assert "ice-tug" in ids
    assert cli("library", "show", "ice-tug", "--case", case)[0] == 0
    assert cli("library", "show", "ice-tug")[0] == 2
    code, out, _ = cli("library", "check", "--case", case)
    assert code == 0
    assert "class ice-tug cannot be drawn" in out
    code, _, err = cli("library", "show", "ice-tug", "--case", case, "--out", case / "x.png")
    assert code == 2
    assert "no form shows this class" in err


def test_check_says_what_is_unsourced_and_fails_on_a_mistake(cli: Cli, tmp_path: Path) -> None:
    code, out, _ = cli("library", "check")
    assert code == 0
    assert "classes/general-cargo" in out
    assert "5 of 6 unsourced" in out
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "bad.toml").write_text("id = 3\n", encoding="utf-8")
    code, out, _ = cli("library", "check", tmp_path)
    assert code == 2
    assert "wrong:" in out
    assert "bad.toml" in out
    assert cli("library", "check", tmp_path / "none")[0] == 2
    assert len(json.loads(cli("library", "check", tmp_path, "--json")[1])["problems"]) == 1


def test_names_of_others_do_nothing_to_the_terminal(cli: Cli, case: Path, mine: Path) -> None:
    mine.write_text(mine.read_text("utf-8").replace("Harbour tug", "Tug [red]\\u202e"), encoding="utf-8")
    assert cli("library", "add", mine, "--case", case)[0] == 0
    out = cli("library", "show", "ice-tug", "--case", case)[1]
    assert "Tug [red]<U+202E>" in out


def test_add_outside_a_case_is_refused(cli: Cli, tmp_path: Path, mine: Path) -> None:
    code, _, err = cli("library", "add", mine, "--case", tmp_path)
    assert code == 2
    assert "is no case" in err
