"""Quays of a case: which are looked at, once only, and how analysts' marks join them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from berths import NOON, QUAY, image, onto_earth, vessel
from shapely.geometry import LineString, box

from roadstead.case import load_case
from roadstead.imagery import MemoryReader
from roadstead.model import ActivityKind, Look, Modality, Sighting, Site, TimeSpan
from roadstead.pipeline.find import SceneAtSite
from roadstead.pipeline.quay import berth_views, by_analysts
from roadstead.pipeline.quay_figure import berth_png
from roadstead.steps import StepCache

SITE = Site(id="here", name="Here", timezone="UTC", aoi=onto_earth(box(-110, -40, 110, 60)), berths=(QUAY,))
SHOWN = image(crane=True, trucks=3)
CASE = replace(load_case(Path(__file__).resolve().parents[2] / "cases" / "dunai-2024"), sites=(SITE,))
READER = MemoryReader({SHOWN.scene.id: SHOWN.pixels})


def at_site(resolved_m: float = 0.5) -> SceneAtSite:
    look = Look(
        scene_id=SHOWN.scene.id, site_id="here", time=SHOWN.scene.time, usable_fraction=1.0, cloud_fraction=0.0,
        resolved_m=resolved_m, sun_elevation_deg=60.0, modality=Modality.OPTICAL,
    )  # fmt: skip
    return SceneAtSite(look=look, detections=(replace(vessel(), scene_id=SHOWN.scene.id),))


def views(at: SceneAtSite, cache: StepCache, site: Site = SITE):  # noqa: ANN201 - of what is tested
    return berth_views(replace(CASE, sites=(site,)), [at], {SHOWN.scene.id: SHOWN.scene}, READER, cache)


def test_a_vessel_at_a_quay_is_looked_at_once(tmp_path: Path) -> None:
    first, second = StepCache(tmp_path), StepCache(tmp_path)
    (one,), (again,) = views(at_site(), first), views(at_site(), second)
    assert one == again
    assert (second.done, second.found) == (0, 1)
    assert {a.kind for a in one.activities} >= {ActivityKind.CRANE_OUT, ActivityKind.VEHICLES}
    assert one.berth == 1
    json.dumps([a.gate for a in one.activities])


def test_coarse_images_give_one_view_that_says_what_cannot_be_seen() -> None:
    cache = StepCache(None)
    (one,) = views(at_site(3.0), cache)
    assert one.activities == ()
    assert all("cannot be seen at 3 m" in w for w in one.gate)
    assert cache.done == 0


def compared_with(*before: timedelta) -> str:
    """Id of the image with which the quay is compared, where others were taken so long before."""
    others = [image(ship=False, t_utc=NOON - b) for b in before]
    frames = [replace(o.scene, id=f"before-{b}") for o, b in zip(others, before, strict=True)]
    looks = [replace(at_site().look, scene_id=f.id, time=f.time) for f in frames]
    reader = MemoryReader(
        {SHOWN.scene.id: SHOWN.pixels, **{f.id: o.pixels for f, o in zip(frames, others, strict=True)}}
    )
    at_sites = [at_site(), *(SceneAtSite(look=look, detections=()) for look in looks)]
    scenes = {s.id: s for s in (SHOWN.scene, *frames)}
    (one,) = berth_views(CASE, at_sites, scenes, reader, StepCache(None))
    return one.reference_id


def test_goods_are_compared_with_the_nearest_image_of_another_time_never_with_a_frame_of_the_same_pass() -> None:
    assert compared_with(timedelta(seconds=40)) == ""
    days = (timedelta(seconds=40), timedelta(days=9), timedelta(days=12))
    assert compared_with(*days) == f"before-{days[1]}"


def test_a_site_without_quays_is_left_alone() -> None:
    assert views(at_site(), StepCache(None), replace(SITE, berths=())) == ()


def test_a_quay_off_the_image_is_said_to_be_so() -> None:
    far = vessel(onto_earth(box(1000, 2, 1110, 17)))
    at = replace(at_site(), detections=(replace(far, scene_id=SHOWN.scene.id),))
    beyond = onto_earth(LineString([(900, 0), (1200, 0)]))
    (one,) = views(at, StepCache(None), replace(SITE, berths=(QUAY, beyond)))
    assert one.berth == 2
    assert one.activities == ()
    assert "Nothing was looked for" in one.notes[0]


def test_the_figure_shows_pixels_and_marks() -> None:
    (one,) = views(at_site(), StepCache(None))
    picture = berth_png(one, SHOWN.scene, vessel(), READER)
    assert picture is not None
    assert picture.startswith(b"\x89PNG")
    assert picture == berth_png(one, SHOWN.scene, vessel(), READER)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("crane over the deck", ActivityKind.CRANE_OUT), ("crane stowed", ActivityKind.CRANE_STOWED),
        ("two trucks beside her", ActivityKind.VEHICLES), ("men on the ramp", ActivityKind.MARKED),
    ],
)  # fmt: skip
def test_marks_keep_name_time_and_words(words: str, kind: ActivityKind) -> None:
    mark = Sighting(id="m", site_id="here", time=TimeSpan(NOON, NOON), activity=words, text="A. Name")
    (seen,) = by_analysts([mark, replace(mark, id="n", activity="")])
    assert (seen.kind, seen.by, seen.text, seen.time, seen.method) == (kind, "A. Name", words, mark.time, "analyst")
