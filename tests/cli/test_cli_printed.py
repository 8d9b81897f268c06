"""What the terminal says: places to go on with, claims that no image tests, looks that change nothing, quoted names."""

from __future__ import annotations

import shlex
import tomllib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import report_contents as made

from roadstead.cli import beside, detect, verify
from roadstead.model import Availability, ClaimKind, MissingLook, Modality, TimeSpan
from roadstead.pipeline import Detected

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Cli = Callable[..., tuple[int, str, str]]


def detected(*, placed: bool) -> Detected:
    found = made.contents().found[0]
    one = found.detection if placed else replace(found.detection, outline=None)
    return Detected(detections=(one,), failures=(), scenes=(found.scene,), limits=())


def test_detect_prints_what_identify_asks_for(capsys: pytest.CaptureFixture[str]) -> None:
    held = detected(placed=True)
    detect._print(held, None)
    said = capsys.readouterr().out
    one = held.detections[0]
    assert one.outline is not None
    assert f"{one.outline.centroid.x:.5f},{one.outline.centroid.y:.5f}" in said
    assert one.id[:20] in said
    assert "from north" not in said


def test_without_a_georeference_the_axis_is_said_to_count_from_the_top(capsys: pytest.CaptureFixture[str]) -> None:
    detect._print(detected(placed=False), None)
    said = capsys.readouterr().out
    assert "the axis counts from the image's top, not from north" in said
    assert " - " in said


def test_a_statement_is_not_testable_rather_than_not_determinable() -> None:
    contents = made.contents()
    kinds = {c.id: c.kind for c in contents.case.claims}
    for v in contents.verdicts:
        testable = kinds[v.claim_id] is not ClaimKind.STATEMENT
        cell = verify._cell(v.without_reports, testable=testable)
        assert ("not testable by images of ships" in cell) is not testable
        assert (v.without_reports.call.value in cell) is testable
        assert v.without_reports.probability.percent in cell


@pytest.mark.parametrize(("p_called", "none"), [(0.0, True), (0.004, True), (0.3, False)])
def test_looks_that_would_change_no_verdict_are_said_to(
    capsys: pytest.CaptureFixture[str], p_called: float, *, none: bool
) -> None:
    contents = made.contents()
    look = MissingLook(
        site_id="dunai", time=TimeSpan(made.MADE, made.MADE + timedelta(hours=1)), platform="sentinel-1a",
        modality=Modality.SAR, availability=Availability.HYPOTHETICAL, p_detect=0.8, chance=0.5, bits=0.01,
        p_called=p_called,
    )  # fmt: skip
    verdicts = [replace(contents.verdicts[0], missing=(look,))]
    beside.print_missing(contents.case, verdicts)
    said = capsys.readouterr().out
    assert ("None of these looks alone would change a verdict" in said) is none
    assert ("30 %" in said) is not none
    assert " 0 %" not in said


def test_a_new_case_is_named_as_a_shell_takes_it(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "hafen fall ü"
    code, out, _ = cli("new", folder)
    assert code == 0
    words = shlex.split(out.split("then: ")[1])
    assert words == ["roadstead", "verify", str(folder)]
    text = (folder / "case.toml").read_text("utf-8")
    assert "`roadstead verify 'hafen fall ü'`" in text
    assert tomllib.loads(text)["id"] == "hafen-fall"
