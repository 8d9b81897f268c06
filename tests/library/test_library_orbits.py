"""Orbits in the library: which satellites have one, and that the shipped elements belong to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from roadstead.geo import RepeatCycle, Side, read_elements
from roadstead.library import mission, missions, read_missions, shipped_elements
from roadstead.library._files import DATA

if TYPE_CHECKING:
    from pathlib import Path


def test_eight_satellites_fly_on_known_tracks() -> None:
    known = {m.id: m.orbit for m in missions() if m.orbit is not None}
    assert sorted(known) == [
        *("landsat-8", "landsat-9", "sentinel-1a", "sentinel-1b", "sentinel-1c"),
        *("sentinel-2a", "sentinel-2b", "sentinel-2c"),
    ]
    for name, orbit in known.items():
        radar = name.startswith("sentinel-1")
        assert orbit.repeat is not None
        assert orbit.swath.daylight_only is not radar
        assert orbit.swath.side is (Side.RIGHT if radar else Side.BOTH)
        found = mission(name)
        assert found is not None
        assert found.start <= orbit.track_start, "no track before the launch"
        assert found.end is None or orbit.track_end == found.end
    assert known["sentinel-1a"].repeat == RepeatCycle(days=12, orbits=175)
    assert known["sentinel-2b"].repeat == RepeatCycle(days=10, orbits=143)
    assert known["landsat-9"].repeat == RepeatCycle(days=16, orbits=233)
    assert len({orbit.norad_id for orbit in known.values()}) == 8


def test_tasked_satellites_have_no_predictable_passes() -> None:
    assert not [m.id for m in missions() if m.orbit is not None and m.acquisition != "systematic"]


def test_the_shipped_elements_are_the_given_ones(shared: Path) -> None:
    given = (shared / "data" / "orbits" / "sentinel.tle").read_text("ascii")
    assert (DATA / "sentinel.tle").read_text("ascii") == given
    names = [e.name for e in shipped_elements()]
    assert names == ["SENTINEL-1A", "SENTINEL-2A", "SENTINEL-2B"]
    assert read_elements(given, "x")[1] == ()
    for elements in shipped_elements():
        found = mission(elements.name)
        assert found is not None
        assert found.orbit is not None
        assert found.orbit.norad_id == elements.norad_id


def entry(**changed: str) -> str:
    """The shipped entry of Sentinel-1A with some keys replaced."""
    text = (DATA / "missions.toml").read_text("utf-8")
    start = text.index('[[missions]]\nid = "sentinel-1a"')
    lines = text[start : text.index("[[missions]]", start + 5)].splitlines()
    return "\n".join(changed.get(line.split(" = ")[0], line) for line in lines) + "\n"


def test_users_write_the_same_entries(tmp_path: Path) -> None:
    path = tmp_path / "satellites.toml"
    path.write_text(entry() + entry(id='id = "mine"', repeat_days=""), encoding="utf-8")
    (found,), losses = read_missions(path, "orbits/satellites.toml")
    assert found == mission("sentinel-1a")
    assert losses == ("orbits/satellites.toml: missions.1.orbit: give both repeat_days and repeat_orbits, or neither",)


@pytest.mark.parametrize(
    ("key", "line", "says"),
    [
        ("swath", 'swath = { side = "up", off_nadir_max_deg = 3 }', "orbit.swath.side: Input should be 'left'"),
        ("swath", 'swath = { side = "left" }', "orbit.swath: give either incidence_deg = [low, high] or off_nadir"),
        (
            "swath",
            'swath = { side = "left", incidence_deg = [46, 29] }',
            "incidence_deg [46.0, 29.0] must be [low, high]",
        ),
        (
            "inclination_deg",
            "inclination_deg = 981.8",
            "orbit.inclination_deg: Input should be less than or equal to 180",
        ),
        ("norad_id", "norad_id = 0", "orbit.norad_id: Input should be greater than 0"),
        ("node_local_h", "node_local_h = 24.5", "orbit.node_local_h: Input should be less than 24"),
        ("track_start", "track_start = 2030-01-01\ntrack_end = 2020-01-01", "lies before track_start"),
        ("repeat_days", "repeat_day = 12", "orbit: unknown key 'repeat_day'; allowed are norad_id"),
    ],
)
def test_a_mistake_in_an_orbit_is_named(tmp_path: Path, key: str, line: str, says: str) -> None:
    path = tmp_path / "satellites.toml"
    path.write_text(entry(**{key: line}), encoding="utf-8")
    found, (loss,) = read_missions(path, "orbits/satellites.toml")
    assert found == ()
    assert loss.startswith("orbits/satellites.toml: missions.0.orbit")
    assert says in loss


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    assert read_missions(tmp_path / "none.toml", "orbits/satellites.toml")[1][0].startswith(
        "orbits/satellites.toml: cannot be read (No such file"
    )
