from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from review_case import review_case
from workbench_client import PORT, Client

from roadstead.steps import SystemClock
from roadstead.workbench import Desk, Doors, create_app
from roadstead.workbench.refresh import refresh

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def verified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The case to review, verified once."""
    case = review_case(tmp_path_factory.mktemp("review"))
    assert refresh(case) == 0
    return case


@pytest.fixture
def case(verified: Path, tmp_path: Path) -> Path:
    """A copy to decide on."""
    copy = tmp_path / "case"
    shutil.copytree(verified, copy)
    return copy


@pytest.fixture
def desk(case: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk that does not verify by itself."""
    found = Desk(case, SystemClock())
    monkeypatch.setattr(found.job, "start", lambda: None)
    yield found
    found.close()


@pytest.fixture
def doors() -> Doors:
    return Doors(port=PORT)


@pytest.fixture
def ann(desk: Desk, doors: Doors) -> Client:
    return Client(create_app(desk, doors, most_bytes=2**20), doors, "Ann")
