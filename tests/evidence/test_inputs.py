"""Which inputs are copied: every stated licence allows it, and no small file is unpacked into a large one."""

from __future__ import annotations

import gzip
import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from roadstead.evidence import inputs
from roadstead.evidence.inputs import InputFile, input_files
from roadstead.report.exports import Profile, Redactor, Rules

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = 4096


def _found(case: Path, *scenes: Any, profile: Profile = Profile.FULL) -> dict[str, InputFile]:
    results: Any = SimpleNamespace(
        case=SimpleNamespace(folder=case), gathered=SimpleNamespace(scenes=dict(enumerate(scenes)))
    )
    return {f.path: f for f, _ in input_files(results, Redactor(profile=profile, rules=Rules(), names={}))}


def _scene(path: Path, licence: str, mask: Path | None = None) -> Any:
    return SimpleNamespace(path=path, cloud_mask=mask, licence=licence, credit=licence[:4], simulated=False)


@pytest.mark.parametrize(
    ("one", "other", "copied"),
    [
        ("CC-BY-4.0", "CC0-1.0", True),
        ("CC-BY-4.0", "commercial", False),
        ("commercial", "CC-BY-4.0", False),
        ("CC-BY-4.0", "", False),
    ],
)
def test_a_file_under_two_licences_is_copied_only_where_both_allow_it(
    tmp_path: Path, one: str, other: str, copied: bool
) -> None:
    for name in ("a.tif", "b.tif", "mask.tif", "c.tif"):
        (tmp_path / name).write_bytes(name.encode())
    exhibit = {"exhibit": {"kind": "image", "licence": other}, "files": {"c.tif": "0" * 64}}
    (tmp_path / "exhibits.jsonl").write_text(json.dumps(exhibit) + "\n", "utf-8")
    mask = tmp_path / "mask.tif"
    found = _found(
        tmp_path, _scene(tmp_path / "a.tif", one, mask), _scene(tmp_path / "b.tif", other, mask),
        _scene(tmp_path / "c.tif", one),
    )  # fmt: skip
    for name in ("mask.tif", "c.tif"):
        assert found[name].copied is copied, name
        assert one in found[name].licence
    assert not [w for w in (one, other) if w and w not in found["mask.tif"].licence], "both are named"


@pytest.mark.parametrize("profile", list(Profile))
def test_a_packed_answer_is_unpacked_within_a_limit(
    tmp_path: Path, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "MAX_TEXT_BYTES", LIMIT)
    (tmp_path / "catalogues").mkdir()
    signed = b'{"href": "https://files.example.org/a.tif?sig=Sup3rS3cretS1gnature"}'
    for name, text in (("plain", b"{}"), ("signed", signed), ("bomb", b"0" * (LIMIT + 1) + signed)):
        (tmp_path / f"catalogues/{name}.json.gz").write_bytes(gzip.compress(text))
    assert all(p.stat().st_size < LIMIT for p in tmp_path.rglob("*.gz"))
    found = _found(tmp_path, profile=profile)
    assert found["catalogues/plain.json.gz"].copied
    assert "key or a signed address" in found["catalogues/signed.json.gz"].why_not
    assert "too much to be searched for keys" in found["catalogues/bomb.json.gz"].why_not
    assert not found["catalogues/bomb.json.gz"].copied


def test_what_is_unpacked_is_never_held_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit holds while reading, not after."""
    monkeypatch.setattr(inputs, "MAX_TEXT_BYTES", LIMIT)
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"0" * 2**21))
    asked: list[int] = []
    usual = gzip.GzipFile.read
    monkeypatch.setattr(gzip.GzipFile, "read", lambda self, size=-1: asked.append(size) or usual(self, size))
    assert inputs._content(path) is None
    assert asked == [LIMIT + 1]
