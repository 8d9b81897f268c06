"""Pixel level: every acquisition as files of a simulated scene; the truth of each goes to another folder."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from roadstead.model import InputError, Modality
from roadstead.simulate import CLEAR, SceneSpec, make_scene, null_island, sensor_of
from roadstead.steps import sha256_of, stream, write_atomic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from roadstead.exercise.acquire import Acquisition
    from roadstead.exercise.scenario import Scenario
    from roadstead.exercise.truth import Truth


_MADE = ".made-of"
"""suffix of the file that holds the hash of what a finished scene was made of"""
SCENE_VERSION = 2
"""raised whenever a scene of the same specification may come out otherwise"""


def check_drawable(scenario: Scenario) -> None:
    """Raise InputError for a scenario with a satellite whose images cannot be simulated."""
    for i, sensor in enumerate(scenario.sensors):
        try:
            sensor_of(sensor.platform)
        except InputError as error:
            raise InputError(f"scenario {scenario.id}: sensors.{i}: {error}; or use --sightings-only") from error


def scene_spec(scenario: Scenario, truth: Truth, image: Acquisition) -> SceneSpec:
    """What the scene of an acquisition is made from."""
    place = null_island(image.place_id)
    return SceneSpec(
        id=image.id,
        platform=image.platform,
        t_utc=image.t_utc,
        place=place,
        ships=truth.ships_at(place, image.t_utc),
        weather=image.weather,
        seed=int(stream(scenario.seed, "exercise", "scene", image.id).integers(2**31)),
        off_nadir_deg=image.off_nadir_deg,
        satellite_azimuth_deg=image.satellite_azimuth_deg,
        incidence_deg=image.incidence_deg if image.modality is Modality.SAR else 38.0,
        ascending=image.ascending,
        swath_edge=round(1 - image.swath_fraction, 3),
    )


def write_scenes(
    scenario: Scenario,
    truth: Truth,
    images: Sequence[Acquisition],
    folders: tuple[Path, Path],
    progress: Callable[[str, int, int], None],
) -> None:
    """Make every scene that is not there yet as it is to be; remove those of an earlier state of the exercise.

    Args:
        scenario: the exercise.
        truth: its true history.
        images: what was acquired.
        folders: where scenes go, and where their truth goes.
        progress: called with (item, done, total).
    """
    scenes, truths = folders
    truths.mkdir(parents=True, exist_ok=True)
    wanted = {image.id for image in images}
    for mark in sorted(truths.glob(f"*{_MADE}")):
        if (ident := mark.name.removesuffix(_MADE)) not in wanted:
            _remove(scenes / ident, truths, ident)
    for i, image in enumerate(images):
        progress(image.id, i, len(images))
        spec = scene_spec(scenario, truth, image)
        made_of, mark = sha256_of({"spec": spec, "version": SCENE_VERSION}), truths / f"{image.id}{_MADE}"
        whole = (truths / f"{image.id}.truth.geojson").exists() and mark.exists()
        if whole and mark.read_text("utf-8").strip() == made_of:
            continue
        _remove(scenes / image.id, truths, image.id)
        make_scene(spec, scenes / image.id, truth_folder=truths)
        # Last of all: only a scene that is complete has this mark.
        write_atomic(mark, made_of + "\n")
    progress("", len(images), len(images))


def skies_over(truths: Path) -> dict[tuple[str, str], str]:
    """What stands over a ship in an optical image, by (scene id, ship id); ships under a clear sky are left out."""
    out = {}
    for path in sorted(truths.glob("*.truth.geojson")):
        told = json.loads(path.read_text("utf-8"))
        for feature in told["features"]:
            facts = feature["properties"]
            if facts.get("sky", CLEAR) != CLEAR:
                out[told["properties"]["scene_id"], facts["vessel_id"]] = facts["sky"]
    return out


def _remove(scene: Path, truths: Path, ident: str) -> None:
    """Take a scene away, its mark first, so that a kill leaves nothing that counts as complete."""
    (truths / f"{ident}{_MADE}").unlink(missing_ok=True)
    (truths / f"{ident}.truth.geojson").unlink(missing_ok=True)
    if scene.is_dir():
        shutil.rmtree(scene)
