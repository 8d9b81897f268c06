"""Folders written anew: of an earlier run nothing stays, of the user everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.evidence.fresh import LIST, fresh

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def _write(target: Path, files: Mapping[str, str | bytes]) -> None:
    with fresh(target) as making:
        making.put_all(files)


def _names(target: Path) -> set[str]:
    return {p.relative_to(target).as_posix() for p in target.rglob("*") if p.is_file()} - {LIST}


def test_what_an_earlier_run_left_goes_and_the_users_own_stays(tmp_path: Path) -> None:
    target = tmp_path / "report"
    _write(target, {"report.html": "Anna", "report.pdf": b"Anna", "stac/a.json": "Anna"})
    (target / "notes.txt").write_text("mine")
    _write(target, {"report.html": "analyst 1"})
    assert _names(target) == {"report.html", "notes.txt"}
    assert (target / "report.html").read_text() == "analyst 1"
    assert not list(tmp_path.glob(".writing-*"))


def test_a_file_that_the_user_changed_since_stays(tmp_path: Path) -> None:
    _write(tmp_path / "out", {"claim-1.svg": "made"})
    (tmp_path / "out/claim-1.svg").write_text("drawn over by hand")
    _write(tmp_path / "out", {"claim-2.svg": "made"})
    assert _names(tmp_path / "out") == {"claim-1.svg", "claim-2.svg"}


def test_a_forged_list_removes_nothing_elsewhere(tmp_path: Path) -> None:
    import hashlib  # noqa: PLC0415 - here only

    (tmp_path / "mine.txt").write_text("mine")
    digest = hashlib.sha256(b"mine").hexdigest()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / LIST).write_text(f'{{"files": {{"../mine.txt": "{digest}"}}}}')
    _write(tmp_path / "out", {"a.txt": "x"})
    assert (tmp_path / "mine.txt").is_file()
