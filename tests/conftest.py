"""Fixtures shared by all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real images beside the checkout; the test is skipped where it is absent."""
    if not (SHARED / "data" / "README.md").is_file():
        pytest.skip("the real images in ../shared/data are not on this machine")
    return SHARED
