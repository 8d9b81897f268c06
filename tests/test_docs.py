"""The documents name nothing that is not there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_picture_and_page_that_is_linked_exists(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text("utf-8"))
    local = [k for k in links if "://" not in k]
    assert [k for k in local if not (page.parent / k).exists()] == []


def test_every_command_is_in_the_reference() -> None:
    from roadstead.cli.app import app  # noqa: PLC0415 - typer is wanted by this test only

    told = (ROOT / "docs" / "reference.md").read_text("utf-8")
    merged = [g.typer_instance for g in app.registered_groups if g.typer_instance and not g.name]
    commands = [c for part in (app, *merged) for c in part.registered_commands]
    names = [(c.name or c.callback.__name__).replace("_", "-") for c in commands if c.callback]
    assert [n for n in names if f"`{n} " not in told] == []
