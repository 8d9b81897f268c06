"""One case, verified once; each test works on a copy."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from evidence_case import small_case

from roadstead.evidence import bundle

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def verified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_case(tmp_path_factory.mktemp("evidence"))


@pytest.fixture
def case(verified: Path, tmp_path: Path) -> Path:
    return shutil.copytree(verified, tmp_path / "case")


@pytest.fixture(scope="session")
def made(verified: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundle(verified, out=tmp_path_factory.mktemp("made") / "bundle").folder


@pytest.fixture
def held(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "bundle")
