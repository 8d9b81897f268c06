"""`figures`: a comparison sheet of each ship past the class gate, with caption, credit and alt text, the same twice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from close_scene import landing_ship
from PIL import Image

from roadstead.evidence import Print, figures, offered
from roadstead.pipeline import Seams, verify
from roadstead.steps import FixedClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEAMS = Seams(clock=FixedClock(datetime(2026, 1, 1, 12, tzinfo=UTC)))
CASE = """
schema_version = 1
id = "roads"
title = "Roads"
seed = 1
simulated = true
images = ["images"]
window = { start = "2024-06-10", end = "2024-06-11" }
[[sites]]
id = "roads"
name = "Roads"
timezone = "Etc/GMT"
anchorage = true
aoi = [[1.4986, 0.2986], [1.5014, 0.2986], [1.5014, 0.3014], [1.4986, 0.3014]]
[[vessels]]
id = "one"
class = "alligator"
[[sources]]
id = "a"
name = "A"
origin = "a"
reliability = "C"
credibility = "3"
[[claims]]
id = "there"
source = "a"
text = "It lay in the roads."
kind = "presence"
who = ["one"]
site = "roads"
when = "2024-06-10"
prior = [0.2, 0.8]
prior_reason = "test"
"""


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A verified case with one landing ship on open water, at 0.8 m."""
    folder = tmp_path_factory.mktemp("case")
    landing_ship(folder / "images")
    (folder / "case.toml").write_text(CASE, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("roadstead.infer.sampler.MAX_BATCHES", 1)
        patch.setattr("roadstead.infer.sampler.MAX_TRAFFIC_BATCHES", 1)
        verify(folder, seams=SEAMS)
        yield folder


def test_a_ship_past_the_class_gate_gets_a_sheet_with_caption_credit_and_alt_text(case: Path, tmp_path: Path) -> None:
    figures(case, out=tmp_path / "a", seams=SEAMS)
    figures(case, out=tmp_path / "b", seams=SEAMS)
    name = "simulated-vessel-1-classes"
    parts = {p.name.removeprefix(name): p for p in (tmp_path / "a").glob(f"{name}*")}
    assert set(parts) == {".svg", ".png", ".caption.txt", ".credit.txt", ".alt.txt"}
    for part in parts.values():
        assert part.read_bytes() == (tmp_path / "b" / part.name).read_bytes(), part.name
    with Image.open(parts[".png"]) as picture:
        assert picture.size[0] == 3300, "11 inches at 300 dots"
    caption = parts[".caption.txt"].read_text("utf-8")
    assert "resolved pixels" in caption
    assert "are cut at 10 and 1/10" in caption
    assert "Drawn strips are no images." in caption
    assert "identified" not in caption
    assert "simulated" in parts[".credit.txt"].read_text("utf-8").lower()
    alt = parts[".alt.txt"].read_text("utf-8")
    assert "Alligator" in alt
    assert "under the same sun" in alt
    svg = parts[".svg"].read_text("utf-8")
    assert svg.startswith("<?xml")
    assert "<script" not in svg


def test_a_sheet_is_asked_for_by_its_ship_and_keeps_its_own_width(case: Path, tmp_path: Path) -> None:
    ship = next(o.key for o in offered(case, seams=SEAMS) if o.name == "simulated-vessel-1")
    made = figures(case, Print(names=(ship,), formats=("pdf",), width_mm=60.0), out=tmp_path, seams=SEAMS)
    assert {p.name for p in made.files if p.suffix == ".pdf"} == {
        "simulated-vessel-1.pdf", "simulated-vessel-1-classes.pdf"
    }  # fmt: skip
    assert made.notes == ("simulated-vessel-1-classes keeps its own width of 279 mm, at which its words can be read",)
    assert "opernicus" not in "".join(p.read_text("utf-8") for p in made.files if p.suffix == ".txt")
