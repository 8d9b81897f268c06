"""What never moves is no ship; what swings, leaves or lies there for days may be one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shapely.geometry import Polygon, box

from roadstead.detection import SearchedImage, static_structures
from roadstead.model import Detection, Estimate, TimeSpan

START = datetime(2024, 1, 3, 5, tzinfo=UTC)
LON, LAT = -118.2, 33.7
ROADS = box(LON - 0.1, LAT - 0.1, LON + 0.1, LAT + 0.1)


def thing(
    name: str, *, east_m: float = 0, length_m: float = 80, axis_deg: float = 40, alongside: bool = False
) -> Detection:
    lon = LON + east_m / 92_600
    outline = Polygon([(lon + dx, LAT + dy) for dx, dy in ((-1e-4, -1e-4), (1e-4, -1e-4), (1e-4, 1e-4), (-1e-4, 1e-4))])
    return Detection(
        id=name, scene_id=name, time=None, outline_px=(), outline=outline, row_px=0, col_px=0, score=0.9,
        length_m=Estimate(length_m, 6), beam_m=None, heading_deg=Estimate(axis_deg, 3), method="sar-cfar 3",
        alongside=alongside,
    )  # fmt: skip


def image(day: float, *found: Detection) -> SearchedImage:
    t = START + timedelta(days=day)
    return SearchedImage(time=TimeSpan(t, t), shown=ROADS, resolved_m=10.0, detections=found)


def test_a_platform_is_told_from_the_ship_beside_it() -> None:
    images = [
        image(12 * k, thing(f"platform-{k}", east_m=3 * k), thing(f"ship-{k}", east_m=600 + 90 * k)) for k in range(3)
    ]
    found = static_structures(images)
    assert sorted(found) == ["platform-0", "platform-1", "platform-2"]
    assert "on 3 of 3 dates from 2024-01-03 to 2024-01-27" in found["platform-0"]


def test_a_ship_at_one_anchor_for_five_days_stays_a_ship() -> None:
    assert not static_structures([image(0, thing("a")), image(5, thing("b"))])
    assert set(static_structures([image(0, thing("a")), image(9, thing("b"))])) == {"a", "b"}


def test_what_swings_or_has_another_size_is_not_the_same_thing() -> None:
    assert not static_structures([image(0, thing("a")), image(12, thing("b", axis_deg=90))])
    assert not static_structures([image(0, thing("a")), image(12, thing("b", length_m=140))])
    assert static_structures([image(0, thing("a", axis_deg=1)), image(12, thing("b", axis_deg=179))])


def test_what_was_missing_from_many_images_is_no_structure() -> None:
    seen = [image(12 * k, thing(f"s{k}")) for k in range(3)]
    assert static_structures(seen)
    assert not static_structures([*seen, image(50), image(62), image(74)])


def test_an_image_that_does_not_show_the_place_tells_nothing() -> None:
    seen = [image(12 * k, thing(f"s{k}")) for k in range(3)]
    elsewhere = [replace(image(40 + k), shown=box(0, 0, 1, 1)) for k in range(5)]
    assert len(static_structures([*seen, *elsewhere])) == 3


def test_a_ship_that_comes_back_to_her_own_berth_stays_a_ship() -> None:
    home = [image(12 * k, thing(f"s{k}", alongside=True)) for k in range(5)]
    assert not static_structures(home)
    forever = [image(30 * k, thing(f"s{k}", alongside=True)) for k in range(6)]
    assert len(static_structures(forever)) == 6
    assert not static_structures([*forever, image(190)])


def test_images_of_unknown_day_and_two_of_one_day_are_no_two_dates() -> None:
    vague = TimeSpan(START, START + timedelta(days=365))
    assert not static_structures([image(0, thing("a")), replace(image(0, thing("b")), time=vague)])
    assert not static_structures([image(0, thing("a")), image(0.01, thing("b"))])
