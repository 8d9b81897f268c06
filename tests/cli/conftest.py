"""The command line in this process."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from roadstead.cli.guard import guarded

Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Runs the program; returns (exit code, stdout, stderr). No traceback may reach the user."""

    def run(*words: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["roadstead", *map(str, words)])
        code = guarded()
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out, said.err

    return run
