"""What the pixels say of a ship's class does to the verdict on a claim about ships of that class."""

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
from roadstead.model import Call, Claim, ClaimKind, Range, TimeSpan, Weighing
from roadstead.pipeline import Gathered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.model import Detection

NOON = datetime(2024, 6, 10, 11, 30, tzinfo=UTC)
CLAIM = Claim(
    id="there", text="A landing ship lay there.", source_id="service", kind=ClaimKind.PRESENCE,
    sites=("meridian-harbour",), who=("auk",), prior=Range(0.2, 0.4), prior_reason="test",
    when=TimeSpan(datetime(2024, 6, 10, tzinfo=UTC), datetime(2024, 6, 11, tzinfo=UTC)), when_text="10 June",
)  # fmt: skip


@dataclass(frozen=True)
class World:
    case: Case
    gathered: Gathered

    def weighed(self, ratio: float) -> Weighing:
        """Every ship of about the claimed length compared with the classes of the claimed ones."""
        classes = sorted({self.case.vessel(v).class_id for v in CLAIM.who})

        def told(d: Detection) -> Detection:
            fits = d.length_m is not None and abs(d.length_m.value - 112.0) < 8
            return replace(d, class_ratios=tuple((c, ratio) for c in classes)) if fits else d

        at_sites = [replace(at, detections=tuple(map(told, at.detections))) for at in self.gathered.at_sites]
        case = replace(self.case, claims=(CLAIM,))
        return judged(case, replace(self.gathered, at_sites=at_sites), beside=False)[0].without_reports


@pytest.fixture(scope="module", autouse=True)
def few_histories() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("roadstead.infer.sampler.MAX_BATCHES", 1)
        yield


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """One day of images fine enough to tell classes, in which the ships really lay there."""
    sensor = Sensor(platform="skysat", places=("meridian-harbour",), times=(NOON, NOON + timedelta(hours=3)))
    scenario = replace(shipped_scenario(), sensors=(sensor,), cloud=0.0)
    case = write_case(scenario, tmp_path_factory.mktemp("case"))
    return World(case, sightings(scenario, happen(scenario), acquisitions(scenario)))


def test_the_claimed_class_seen_changes_the_verdict(world: World) -> None:
    size_alone, right = world.weighed(1.0), world.weighed(10.0)
    assert size_alone.call is Call.NOT_DETERMINABLE
    assert right.call is Call.SUPPORTED


def test_another_class_of_that_size_takes_the_support_away(world: World) -> None:
    size_alone, other = world.weighed(1.0), world.weighed(0.1)
    assert other.probability.high < size_alone.probability.low
    assert other.call is not Call.SUPPORTED
