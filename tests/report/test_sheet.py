"""The comparison sheet says no more than was looked at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from roadstead.identify import DeckStrip, Gate, Profiles
from roadstead.report import Chip, Sheet, SheetCandidate, sheet_png
from roadstead.report.sheet import _drawn, sheet_alt, sheet_pdf, sheet_svg

STRIP = DeckStrip(
    brightness=np.tile(np.linspace(0, 1, 128, dtype=np.float32), (61, 1)), step_m=1.0, length_m=128.0, beam_m=16.0,
    heading_deg=30.0, water=(0.1, 0.01),
)  # fmt: skip
PROFILES = Profiles(
    lanes=np.ones((5, 32), np.float32), edges=np.ones(32, np.float32), shadow_m=np.full(32, 4.0, np.float32)
)
NO_SHADOW = replace(PROFILES, shadow_m=np.zeros(32, np.float32))
BARE = Sheet(
    title="s#1, 2024-06-10 09:40 UTC",
    chip=Chip(
        rgb=np.zeros((40, 40, 3), np.uint8), metres_per_pixel=1.0, north_deg=0.0,
        outline=((5, 5), (15, 5), (15, 9), (5, 9)), stretch="none",
    ),
    strip=STRIP, profiles=NO_SHADOW,
    gate=Gate(beam_pixels=4.0, may_recognise=False, may_identify=False, words="Size only."),
    evidence=None, candidates=(), simulated=False, credit="A. Credit",
)  # fmt: skip


def shown(sheet: Sheet) -> list[str]:
    """Titles and labels of the drawing."""
    figure = _drawn(sheet)
    return [text for a in figure.axes for text in (a.get_title(loc="left"), a.get_xlabel()) if text]


def compared(profiles: Profiles) -> Sheet:
    candidate = SheetCandidate(name="Alligator", strip=STRIP, profiles=profiles, ratio=8.0)
    return replace(BARE, profiles=profiles, candidates=(candidate,), compared=((4, 4), (16, 4), (16, 10), (4, 10)))


def test_without_a_comparison_no_end_is_called_the_bow_and_no_shadow_is_shown() -> None:
    said = shown(BARE)
    assert "this ship, bow not told from stern" in said
    assert "share of the length from one end, which may be the stern" in said
    assert "shadow, m" not in said
    assert "outline as measured" in said


@pytest.mark.parametrize(("profiles", "there"), [(PROFILES, True), (NO_SHADOW, False)])
def test_a_shadow_that_was_not_looked_for_is_not_shown_as_none(profiles: Profiles, *, there: bool) -> None:
    said = shown(compared(profiles))
    assert ("shadow, m" in said) is there
    assert "share of the length from the bow" in said
    assert "outline as measured; dashed: hull as compared" in said


def test_the_same_sheet_gives_the_same_bytes_and_its_alt_text_names_the_candidates() -> None:
    sheet = compared(PROFILES)
    assert sheet_png(sheet) == sheet_png(sheet)
    assert sheet_svg(sheet) == sheet_svg(sheet)
    assert "Alligator, 8.0 times as likely" in sheet_alt(sheet)
    assert "(none)" in sheet_alt(BARE)


def test_a_sheet_says_how_long_and_where_north_is_or_that_it_does_not_know() -> None:
    words = [t.get_text() for a in _drawn(BARE).axes for t in a.texts]
    assert "10 m" in words
    assert "N" in words
    unknown = replace(BARE, chip=replace(BARE.chip, metres_per_pixel=0.0, north_deg=float("nan")))
    words = [t.get_text() for a in _drawn(unknown).axes for t in a.texts]
    assert "north unknown" in words
    assert any(w.startswith("no scale") for w in words)


def test_a_sheet_as_pdf_is_the_same_twice() -> None:
    data = sheet_pdf(BARE)
    assert data.startswith(b"%PDF")
    assert data == sheet_pdf(BARE)
