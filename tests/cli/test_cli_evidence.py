"""`bundle`, `audit` and `export` on the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from evidence_case import small_case

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def verified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_case(tmp_path_factory.mktemp("cli-evidence"))


def test_a_bundle_is_made_audited_and_a_changed_one_is_refused(
    cli: Callable[..., tuple[int, str, str]], verified: Path, tmp_path: Path
) -> None:
    target = tmp_path / "bundle"
    code, said, _ = cli("bundle", verified, "--out", target)
    assert code == 0
    assert "untimestamped" in said
    assert "share-alike" in said
    assert cli("audit", target)[0] == 0
    (target / "data/README.txt").write_text("other", "utf-8")
    code, said, _ = cli("audit", target)
    assert code == 2
    assert "data/README.txt" in said
    code, said, _ = cli("audit", target, "--json")
    assert (code, json.loads(said)["holds"]) == (2, False)


def test_files_are_exported_with_their_credits(
    cli: Callable[..., tuple[int, str, str]], verified: Path, tmp_path: Path
) -> None:
    code, said, _ = cli(
        "export", verified, "--format", "csv", "--format", "kml", "--out", tmp_path, "--profile", "public"
    )
    assert code == 0
    assert "Test Space Agency 2024 (CC-BY-SA-4.0)" in said
    assert "share-alike" in said
    assert (tmp_path / "detections.csv").is_file()
    assert not (tmp_path / "case.gpkg").exists()


def test_figures_are_listed_and_made_by_name(
    cli: Callable[..., tuple[int, str, str]], verified: Path, tmp_path: Path
) -> None:
    code, said, _ = cli("figures", verified, "--list", "--json")
    offered = json.loads(said)
    assert code == 0
    assert {"TIMELINE", "MAP", "COVERAGE", "roads", "two-ships"} <= {o["name"] for o in offered}
    code, said, _ = cli("figures", verified, "--list")
    assert code == 0
    assert "site-roads" in said
    assert "only by its name" in said
    words = ("roads", "--format", "svg", "--width-mm", "88", "--out", tmp_path)
    code, said, _ = cli("figures", verified, *words)
    assert code == 0
    assert 'width="88mm"' in (tmp_path / "site-roads.svg").read_text("utf-8")
    assert not (tmp_path / "map-1.svg").exists()


def test_a_report_for_an_editor_is_one_page(
    cli: Callable[..., tuple[int, str, str]], verified: Path, tmp_path: Path
) -> None:
    code, said, _ = cli("report", verified, "--profile", "editor", "--out", tmp_path)
    assert code == 0
    assert "editor.html" in said
    assert [p.name for p in tmp_path.iterdir() if not p.name.startswith(".")] == ["editor.html"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("audit", "{tmp}"), "is no evidence bundle"),
        (("audit", "{tmp}/nowhere"), "is no evidence bundle"),
        (("bundle", "{tmp}"), "case.toml"),
        (("export", "{case}", "--format", "shp"), "--format shp"),
        (("bundle", "{case}", "--profile", "secret"), "secret"),
        (("figures", "{case}", "nowhere"), "nowhere: is no figure"),
        (("figures", "{case}", "--width-mm", "20"), "--width-mm 20"),
    ],
)
def test_mistakes_end_in_a_sentence(
    cli: Callable[..., tuple[int, str, str]], verified: Path, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    code, _, said = cli(*(w.format(tmp=tmp_path, case=verified) for w in words))
    assert code == 2
    assert sentence in said
