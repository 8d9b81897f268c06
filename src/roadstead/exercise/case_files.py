"""The case folder of an exercise: what an investigator would hold, and nothing of the truth."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from shapely import make_valid

from roadstead.case import load_case
from roadstead.exercise.toml import toml_text
from roadstead.library import forms
from roadstead.model import CaseError, InputError, iso
from roadstead.simulate import null_island
from roadstead.steps import write_atomic

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from roadstead.case import Case
    from roadstead.exercise.scenario import Harbour, Scenario, Vessel

LENGTH_WITHIN_M = 1.5
"""either way of the stated length"""
SPEED_FROM = 0.7
"""slowest passage as a share of the usual speed"""
ESCORT = "warship"
"""kind of form whose class a case does not state: who reports an escort does not name its class"""
SUMMARY = "SIMULATED: an exercise at the Null Islands, which do not exist. Nothing in this case happened."


def write_case(scenario: Scenario, folder: Path) -> Case:
    """Write case.toml and reported.toml of a scenario and read them back.

    Args:
        scenario: the exercise.
        folder: the case folder, made where it is not there.

    Raises:
        InputError: the scenario's claims, sources, reports or hypotheses hold a mistake.
        StorageError: the folder cannot be written.
    """
    tables: dict[str, Any] = {
        "schema_version": 1,
        "id": scenario.id,
        "title": f"[simulated] {scenario.title}",
        "summary": SUMMARY,
        "seed": scenario.seed,
        "timezone": "Etc/GMT",
        "images": [],
        "simulated": True,
    }
    if scenario.routine:
        tables["routine"] = scenario.routine
    tables["sites"] = [_site(p) for p in scenario.places]
    tables["vessels"] = [_vessel(v) for v in scenario.vessels if v.in_case]
    tables["sources"] = list(scenario.sources)
    tables["claims"] = list(scenario.claims)
    tables["hypotheses"] = list(scenario.hypotheses)
    reported = {"schema_version": 1, "sightings": list(scenario.reports)}
    texts = {
        "case.toml": toml_text({k: v for k, v in tables.items() if v != []} | {"images": []}),
        "reported.toml": toml_text({k: v for k, v in reported.items() if v != []}),
    }
    _check(scenario, texts)
    _refuse_a_real_case(folder)
    for name, text in texts.items():
        write_atomic(folder / name, text)
    return load_case(folder)


def _refuse_a_real_case(folder: Path) -> None:
    """An exercise may be run again in its folder, but never over a case that somebody wrote."""
    held = folder / "case.toml"
    if held.is_file() and "simulated = true" not in held.read_text("utf-8", errors="replace"):
        raise InputError(f"{folder} holds a case that is no exercise; name another folder with --out")


def _check(scenario: Scenario, texts: dict[str, str]) -> None:
    """Read the files from another folder first, so that a mistake leaves nothing half made."""
    with TemporaryDirectory(prefix="roadstead-exercise-") as place:
        for name, text in texts.items():
            write_atomic(Path(place) / name, text)
        try:
            case = load_case(Path(place))
        except CaseError as error:
            raise InputError(_mistaken(scenario, str(error))) from error
    if case.mistakes:
        raise InputError(_mistaken(scenario, case.mistakes[0]))
    for claim in case.claims:
        if not claim.when.overlaps(scenario.span):
            raise InputError(
                f"scenario {scenario.id}: claim {claim.id!r} lies outside the exercise, {iso(scenario.start)} to "
                f"{iso(scenario.end)}; correct its `when`"
            )


def _mistaken(scenario: Scenario, mistake: str) -> str:
    """A mistake in tables that the case reader checks, without place in a file that the user never wrote."""
    said = re.sub(r"^.*?(case|reported)\.toml(:\d+)?: ", "", mistake)
    return f"scenario {scenario.id}: in what it hands to the case, {said}"


def _site(place: Harbour) -> dict[str, Any]:
    island = null_island(place.id)
    low, high = place.stated_traffic or (place.traffic / 2, place.traffic * 2)
    return {
        "id": place.id,
        "name": island.name,
        "timezone": island.timezone,
        "aoi": [[round(x, 6), round(y, 6)] for x, y in _ring(island.aoi)],
        "berths": [[[round(x, 6), round(y, 6)] for x, y in q.coords] for q in island.quays],
        "anchorage": island.anchorage,
        "country": "Null Islands",
        "notes": "fictional",
        "traffic": [low, max(high, 0.1)],
        "traffic_stay_hours": list(place.stated_stay_hours or (place.stay_hours / 2, place.stay_hours * 2)),
        "traffic_reason": "stated by the exercise",
    }


def _ring(area: BaseGeometry) -> list[tuple[float, float]]:
    """Corners of an area without its last one, which repeats the first."""
    whole = make_valid(area)
    polygon = max(getattr(whole, "geoms", [whole]), key=lambda part: part.area)
    return [(float(x), float(y)) for x, y, *_ in polygon.exterior.coords][:-1]


def _vessel(vessel: Vessel) -> dict[str, Any]:
    form = forms()[vessel.form]
    entry = {
        "id": vessel.id,
        "name": vessel.name,
        "length_m": [vessel.length_m - LENGTH_WITHIN_M, vessel.length_m + LENGTH_WITHIN_M],
        "speed_kn": [round(SPEED_FROM * vessel.speed_kn, 1), vessel.speed_kn],
        "home": vessel.home,
        "calls_at": [c for c in vessel.calls_at if c != vessel.home],
    }
    return entry | ({"class": form.class_id} if form.class_id and form.kind != ESCORT else {})
