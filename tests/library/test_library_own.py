"""A case's own library: files are taken in as they are, checked before, and never stand in for a shipped entry."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from roadstead.library import add_entry, classes, forms, hulls, own_library
from roadstead.library._files import DATA, MAX_BYTES
from roadstead.model import CaseError, InputError, Range

if TYPE_CHECKING:
    from pathlib import Path


def changed(tmp_path: Path, name: str, *pairs: tuple[str, str]) -> Path:
    """A copy of a shipped file with other words."""
    text = (DATA / f"{name}.toml").read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


MY_CLASS = ("classes/tug", ('id = "tug"', 'id = "ice-tug"'), ("[24, 36]", "[24, 44]"))
MY_FORM = ("forms/tug", ('id = "tug"', 'id = "ice-tug-yellow"'), ('class_id = "tug"', 'class_id = "ice-tug"'))
MY_HULL = ("hulls/maria", ('id = "maria"', 'id = "sibir"'), ('class_id = "general-cargo"', 'class_id = "ice-tug"'))


def test_class_form_and_hull_are_added_and_read_with_the_shipped_ones(tmp_path: Path) -> None:
    own = tmp_path / "library"
    made = [add_entry(changed(tmp_path, name, *pairs), own) for name, *pairs in (MY_CLASS, MY_FORM, MY_HULL)]
    assert [(a.folder, a.path.relative_to(own).as_posix()) for a in made] == [
        ("classes", "classes/ice-tug.toml"),
        ("forms", "forms/ice-tug-yellow.toml"),
        ("hulls", "hulls/sibir.toml"),
    ]
    assert classes(own)["ice-tug"].length_m == Range(24, 44)
    assert list(classes(own)) == sorted({*classes(), "ice-tug"})
    assert forms(own)["ice-tug-yellow"].class_id == "ice-tug"
    assert hulls(own)["sibir"].class_id == "ice-tug"
    assert "ice-tug" not in classes()
    assert "ice-tug-yellow" not in forms()


def test_a_file_added_later_in_the_same_run_is_seen(tmp_path: Path) -> None:
    own = tmp_path / "library"
    before = set(classes(own))
    add_entry(changed(tmp_path, MY_CLASS[0], *MY_CLASS[1:]), own)
    assert set(classes(own)) - before == {"ice-tug"}


def test_the_same_bytes_twice_change_nothing_and_others_are_refused(tmp_path: Path) -> None:
    own = tmp_path / "library"
    mine = changed(tmp_path, MY_CLASS[0], *MY_CLASS[1:])
    assert not add_entry(mine, own).was_there
    assert add_entry(mine, own).was_there
    kept = (own / "classes" / "ice-tug.toml").read_bytes()
    other = changed(tmp_path, MY_CLASS[0], *MY_CLASS[1:], ("Harbour tug", "Ice tug"))
    with pytest.raises(InputError, match="is there already with another content"):
        add_entry(other, own)
    assert (own / "classes" / "ice-tug.toml").read_bytes() == kept


@pytest.mark.parametrize("name", ["classes/tug", "forms/tug", "hulls/maria"])
def test_a_shipped_id_is_never_taken(tmp_path: Path, name: str) -> None:
    own = tmp_path / "library"
    with pytest.raises(CaseError, match=r"id: .* is an id of the library already; give yours another id"):
        add_entry(changed(tmp_path, name), own)
    assert not own.exists()
    folder = own / name.split("/", maxsplit=1)[0]
    folder.mkdir(parents=True)
    (folder / "x.toml").write_bytes((DATA / f"{name}.toml").read_bytes())
    with pytest.raises(CaseError, match="is shipped with Roadstead; give yours another id"):
        {"classes": classes, "forms": forms, "hulls": hulls}[folder.name](own)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is neither a class"),
        ("[[[", "is no TOML file"),
        ("a = " + "[" * 5000, "is no TOML file"),
        ('title = "note"\n', "is neither a class"),
        ('class_id = "tug"\nid = "../../x"\nname = "X"\n', "id: "),
        ("# " + "x" * MAX_BYTES, "is larger than 1 MiB"),
        ("superstructure = 1\n", "mine.toml: "),
    ],
    ids=["empty", "broken", "deep", "other", "path", "huge", "bare"],
)
def test_what_is_no_entry_is_refused_in_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CaseError, match=re.escape(says)) as caught:
        add_entry(path, tmp_path / "library")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "library").exists()


def test_a_form_that_does_not_fit_its_class_is_refused(tmp_path: Path) -> None:
    mine = changed(
        tmp_path, "forms/tug", ('id = "tug"', 'id = "long-tug"'), ("length_m = [24, 36]", "length_m = [24, 60]")
    )
    with pytest.raises(CaseError, match="length_m: 24-60 m is outside the 24-36 m of class 'tug'"):
        add_entry(mine, tmp_path / "library")


def test_a_missing_file_and_a_folder_that_is_no_case_are_named(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="cannot be read"):
        add_entry(tmp_path / "none.toml", tmp_path / "library")
    with pytest.raises(InputError, match=r"is no case: it holds no case\.toml"):
        own_library(tmp_path)
