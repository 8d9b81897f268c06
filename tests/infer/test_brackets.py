from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from roadstead.infer import brackets_from_looks, brackets_from_reports
from roadstead.model import Look, Modality, Sighting, TimeSpan

START = datetime(2024, 10, 1, tzinfo=UTC)


def look(hour: int, site: str = "dunai") -> Look:
    t = START + timedelta(hours=hour)
    return Look(
        scene_id=f"s{hour:04d}", site_id=site, time=TimeSpan(t, t), usable_fraction=1, cloud_fraction=None,
        resolved_m=10,
        sun_elevation_deg=None, modality=Modality.SAR,
    )  # fmt: skip


def brackets(counts: list[int]) -> list:
    looks = [look(6 * i) for i in range(len(counts))]
    found = {(k.scene_id, k.site_id): c for k, c in zip(looks, counts, strict=True)}
    return brackets_from_looks(looks, found)


def test_a_call_is_bracketed_by_looks_without() -> None:
    (call,) = brackets([0, 1, 2, 0])
    hours = [
        (t.start - START) / timedelta(hours=1)
        for t in (call.last_without, call.first_with, call.last_with, call.first_without)
    ]
    assert hours == [0, 6, 12, 18]
    assert call.min_vessels == 2
    assert call.ours


def test_a_call_at_the_edge_is_open() -> None:
    (call,) = brackets([1, 1])
    assert call.last_without is None
    assert call.first_without is None


def test_an_empty_look_between_makes_two_calls() -> None:
    assert [c.min_vessels for c in brackets([1, 0, 3])] == [1, 3]


@given(st.lists(st.integers(0, 3), max_size=12))
def test_every_look_with_vessels_lies_in_exactly_one_call(counts: list[int]) -> None:
    calls = brackets(counts)
    assert sum(len(c.basis) for c in calls) == sum(c > 0 for c in counts)


def test_sites_are_kept_apart_and_reports_are_marked_as_such() -> None:
    looks = [look(0), look(6, "vladivostok")]
    found = {("s0000", "dunai"): 1, ("s0006", "vladivostok"): 1}
    assert [c.site_id for c in brackets_from_looks(looks, found)] == ["dunai", "vladivostok"]
    t = TimeSpan(START, START)
    (reported,) = brackets_from_reports([Sighting(id="r", site_id="dunai", time=t, count=2, source_id="cns")])
    assert not reported.ours
    assert (reported.min_vessels, reported.basis) == (2, ("cns",))
