"""Pixel level: every acquisition as files of a simulated scene; the truth of each goes to another folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.model import Modality
from roadstead.simulate import SceneSpec, make_scene, null_island
from roadstead.steps import stream

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from roadstead.exercise.acquire import Acquisition
    from roadstead.exercise.scenario import Scenario
    from roadstead.exercise.truth import Truth


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
    """Make every scene that is not there yet.

    Args:
        scenario: the exercise.
        truth: its true history.
        images: what was acquired.
        folders: where scenes go, and where their truth goes.
        progress: called with (item, done, total).
    """
    scenes, truths = folders
    truths.mkdir(parents=True, exist_ok=True)
    for i, image in enumerate(images):
        progress(image.id, i, len(images))
        kept = truths / f"{image.id}.truth.geojson"
        if kept.exists():
            continue
        made = make_scene(scene_spec(scenario, truth, image), scenes / image.id)
        # Last of all: a scene whose truth has been put away is complete.
        made.truth.replace(kept)
    progress("", len(images), len(images))
