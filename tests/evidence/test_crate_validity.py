"""Bundles before validators that others wrote: the RO-Crate and Process Run Crate profiles of CRS4's validator.

`roc-validator` (Apache-2.0) is told the crates' JSON-LD context from the `rocrate` package, as it would otherwise fetch
it; the context there is of a later version, which has every term of 1.1. It asks for an older `rich` than the product
runs with, which its command line uses and its library does not: pyproject.toml overrides that.
"""

from __future__ import annotations

import json
from importlib.resources import files
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from evidence_case import small_case
from rocrate_validator import models, services
from rocrate_validator.utils import document_loader
from rocrate_validator.utils.http import HttpRequester

from roadstead.evidence import bundle
from roadstead.report.exports import Profile

if TYPE_CHECKING:
    from pathlib import Path

CONTEXTS = "https://w3id.org/ro/crate/"


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """The context from a package, and nothing else from anywhere."""
    text = files("rocrate").joinpath("data/ro-crate.jsonld").read_text("utf-8")

    def held(url: str) -> Any:
        assert url.startswith(CONTEXTS), f"{url} would be fetched"
        return json.loads(text)

    def answer(_: object, url: str, *__: object, **___: object) -> SimpleNamespace:
        headers = {"Content-Type": "application/ld+json"}
        return SimpleNamespace(status_code=200, json=lambda: held(url), text=text, headers=headers)

    monkeypatch.setattr(document_loader, "_fetch_json_ld", held)
    for verb in ("get", "head"):
        monkeypatch.setattr(HttpRequester, verb, answer, raising=False)


def _issues(folder: Path, profile: str) -> list[str]:
    asked = services.ValidationSettings(
        rocrate_uri=str(folder / "data"),
        profile_identifier=profile,
        requirement_severity=models.Severity.REQUIRED,
        offline=True,
        skip_availability_check=True,
    )
    return [f"{i.check.identifier}: {i.message}" for i in services.validate(asked).get_issues()]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("profile", ["ro-crate-1.1", "process-run-crate-0.5"])
def test_a_bundle_meets_every_requirement_of_its_profiles(made: Path, profile: str) -> None:
    assert _issues(made, profile) == []


@pytest.mark.filterwarnings("ignore")
def test_bundles_for_the_public_and_of_simulated_cases_are_valid_too(verified: Path, tmp_path: Path) -> None:
    public = bundle(verified, out=tmp_path / "public", profile=Profile.PUBLIC).folder
    simulated = bundle(small_case(tmp_path, licence="", simulated=True)).folder
    assert [_issues(f, "process-run-crate-0.5") for f in (public, simulated)] == [[], []]


@pytest.mark.filterwarnings("ignore")
def test_the_validator_finds_what_is_wrong(held: Path) -> None:
    path = held / "data/ro-crate-metadata.json"
    crate = json.loads(path.read_text("utf-8"))
    root = next(e for e in crate["@graph"] if e["@id"] == "./")
    del root["datePublished"]
    path.write_text(json.dumps(crate), "utf-8")
    assert any("datePublished" in issue for issue in _issues(held, "ro-crate-1.1"))
