"""The doors that load names when first used hand out what they promise, whatever was imported before."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import roadstead
import roadstead.pipeline


def test_every_name_is_there_and_none_is_a_module() -> None:
    for door in (roadstead, roadstead.pipeline):
        for name in door.__all__:
            assert not isinstance(getattr(door, name), ModuleType), name


def test_who_detects_does_not_wait_for_what_weighs_and_reports() -> None:
    code = "import sys; from roadstead.pipeline import detect; print([m for m in sys.modules if 'roadstead' in m])"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own interpreter
    assert "roadstead.detection" in loaded
    assert "roadstead.assess" not in loaded
    assert "roadstead.report" not in loaded
