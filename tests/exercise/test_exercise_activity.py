"""What a crane beside a ship, seen on several days, does to the verdict on a claim about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from roadstead.case import Case
from roadstead.exercise import acquisitions, happen, shipped_scenario, sightings
from roadstead.exercise.case_files import write_case
from roadstead.exercise.run import judged
from roadstead.exercise.scenario import Sensor
from roadstead.model import (
    Activity,
    ActivityKind,
    BerthView,
    Call,
    Claim,
    ClaimKind,
    ElementName,
    Range,
    Sighting,
    Status,
    TimeSpan,
    Verdict,
)
from roadstead.pipeline import Gathered

if TYPE_CHECKING:
    from collections.abc import Iterator


NOON = datetime(2024, 6, 10, 11, 30, tzinfo=UTC)
CLAIM = Claim(
    id="crane", text="A crane worked on the landing ships.", source_id="service", kind=ClaimKind.ACTIVITY,
    sites=("meridian-harbour",), who=("auk", "booby", "cormorant"),
    when=TimeSpan(datetime(2024, 6, 10, tzinfo=UTC), datetime(2024, 6, 13, tzinfo=UTC)), when_text="10 to 12 June",
    activity="crane over the deck", prior=Range(0.4, 0.6), prior_reason="test",
)  # fmt: skip


@dataclass(frozen=True)
class World:
    case: Case
    gathered: Gathered

    def verdict(self, views: tuple[BerthView, ...], claim: Claim = CLAIM, marked: tuple[Sighting, ...] = ()) -> Verdict:
        case = replace(self.case, claims=(claim,))
        return judged(case, replace(self.gathered, berth_views=list(views), marked=list(marked)), beside=False)[0]

    def seen(self, kind: ActivityKind, probability: float = 10 / 11, length_m: float = 112.0) -> tuple[BerthView, ...]:
        """The same seen beside a vessel of about that length in every image that shows one."""
        out = []
        for at in self.gathered.at_sites:
            beside = [d for d in at.detections if d.length_m and abs(d.length_m.value - length_m) < 8 and d.score > 0.5]
            if beside and at.look.time:
                activity = Activity(
                    id=at.look.scene_id, site_id=at.look.site_id, scene_id=at.look.scene_id, detection_id=beside[0].id,
                    time=at.look.time, kind=kind, probability=probability, method="pixels", by="quay 1",
                )  # fmt: skip
                out.append(_view(activity))
        return tuple(out)


def _view(activity: Activity) -> BerthView:
    return BerthView(
        scene_id=activity.scene_id, site_id=activity.site_id, berth=1, detection_id=activity.detection_id,
        time=activity.time, resolved_m=0.8, gate=(), activities=(activity,),
    )  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def few_histories() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("roadstead.infer.sampler.MAX_BATCHES", 1)
        yield


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    times = tuple(NOON + timedelta(hours=h) for h in (0, 3, 24, 27, 48, 51))
    sensor = Sensor(platform="skysat", places=("meridian-harbour",), times=times)
    scenario = replace(shipped_scenario(), sensors=(sensor,), cloud=0.0)
    case = write_case(scenario, tmp_path_factory.mktemp("case"))
    return World(case, sightings(scenario, happen(scenario), acquisitions(scenario)))


def test_a_crane_seen_on_three_days_changes_the_verdict(world: World) -> None:
    bare, out = world.verdict(()), world.verdict(world.seen(ActivityKind.CRANE_OUT))
    assert bare.without_reports.call is Call.NOT_DETERMINABLE
    assert out.without_reports.call is Call.SUPPORTED
    what = next(e for e in out.elements if e.name is ElementName.WHAT)
    assert what.status is Status.CONSISTENT
    assert "unloading" in what.why


def test_a_stowed_crane_speaks_against_it_but_never_loudly(world: World) -> None:
    bare, stowed = (
        v.without_reports for v in (world.verdict(()), world.verdict(world.seen(ActivityKind.CRANE_STOWED)))
    )
    assert stowed.probability.low < bare.probability.low
    assert stowed.call is Call.NOT_DETERMINABLE


def test_presence_alone_and_a_crane_beside_another_ship_prove_nothing(world: World) -> None:
    bare = world.verdict(()).without_reports
    beside_another = world.verdict(world.seen(ActivityKind.CRANE_OUT, length_m=173.0)).without_reports
    assert beside_another.probability == bare.probability
    assert bare.call is not Call.SUPPORTED


@pytest.mark.parametrize("words", ["crane loading ammunition", "crane unloading", "troops embark under a crane"])
def test_no_direction_and_no_cargo_is_ever_supported(world: World, words: str) -> None:
    v = world.verdict(world.seen(ActivityKind.CRANE_OUT), replace(CLAIM, activity=words))
    assert v.without_reports.call is Call.NOT_DETERMINABLE


def test_an_analyst_is_named_with_time_and_words(world: World) -> None:
    mark = Sighting(
        id="m1", site_id="meridian-harbour", time=TimeSpan(NOON, NOON), activity="crane over the deck", text="A. Name",
        vessel_ids=("auk",),
    )  # fmt: skip
    v = world.verdict((), marked=(mark,))
    what = next(e for e in v.elements if e.name is ElementName.WHAT)
    assert what.status is Status.SEEN
    assert "A. Name" in what.why
    assert "2024-06-10T11:30:00Z" in what.why
    assert v.without_reports.probability.low > world.verdict(()).without_reports.probability.low
