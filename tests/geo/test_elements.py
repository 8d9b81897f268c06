"""Reading orbital elements: what is right agrees with the reference reader, what is wrong is named and passed over."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sgp4.api import Satrec
from skyfield.api import EarthSatellite, load
from skyfield.framelib import itrs

from roadstead.geo import ElementSet, RepeatCycle, closure_km, earth_fixed, node_local_time_h, read_elements
from roadstead.library import shipped_elements
from roadstead.model import InputError

S1A = (
    "1 39634U 14016A   25129.48193779  .00000222  00000+0  56871-4 0  9990",
    "2 39634  98.1800 137.8668 0001386  90.8293 269.3066 14.59199646591170",
)
S2A = (
    "1 40697U 15028A   24187.21454778  .00000211  00000-0  96982-4 0  9994",
    "2 40697  98.5684 261.2278 0001234  95.4779 264.6545 14.30817758471926",
)
OMM = {
    "OBJECT_NAME": "SENTINEL-1A",
    "OBJECT_ID": "2014-016A",
    "EPOCH": "2025-05-09T11:33:59.425056",
    "MEAN_MOTION": 14.59199646,
    "ECCENTRICITY": 0.0001386,
    "INCLINATION": 98.18,
    "RA_OF_ASC_NODE": 137.8668,
    "ARG_OF_PERICENTER": 90.8293,
    "MEAN_ANOMALY": 269.3066,
    "NORAD_CAT_ID": 39634,
    "BSTAR": 0.56871e-4,
    "MEAN_MOTION_DOT": 2.22e-6,
    "MEAN_MOTION_DDOT": 0,
}


def read(text: str) -> tuple[tuple[ElementSet, ...], tuple[str, ...]]:
    return read_elements(text, "orbits/mine.tle")


def test_two_and_three_lines_mean_the_same() -> None:
    bare, losses = read("\n".join(S1A))
    named, more = read("\n".join(["0 SENTINEL-1A", *S1A, "SENTINEL-2A", *S2A]))
    assert losses == more == ()
    assert [e.name for e in (*bare, *named)] == ["", "SENTINEL-1A", "SENTINEL-2A"]
    assert replace(bare[0], name="", where="") == replace(named[0], name="", where="")
    assert named[1].where == "orbits/mine.tle:5"
    assert named[0].epoch == datetime(2025, 5, 9, 11, 33, 59, 425056, tzinfo=UTC)


@pytest.mark.parametrize("lines", [S1A, S2A])
def test_places_agree_with_the_reference_reader_and_skyfield(lines: tuple[str, str]) -> None:
    """Below 40 m over a whole cycle: what polar motion and UT1 leave over."""
    (elements,), _ = read("\n".join(lines))
    tau_s = np.linspace(-6, 6, 49) * 86400
    r, v = earth_fixed(elements, tau_s)
    peer = EarthSatellite(*lines, ts=load.timescale(builtin=True))
    expected, moving = peer.at(peer.epoch.ts.tt_jd(peer.epoch.tt + tau_s / 86400)).frame_xyz_and_velocity(itrs)
    assert np.abs(r - expected.km.T).max() < 0.04
    assert np.abs(v - moving.km_per_s.T).max() < 1e-4


def test_omm_says_the_same_as_the_lines() -> None:
    (elements,), _ = read("SENTINEL-1A\n" + "\n".join(S1A))
    as_text = {k: str(v) for k, v in OMM.items()} | {"EPOCH": "2025-05-09T11:33:59.425056Z", "TIME_SYSTEM": "UTC"}
    for text in (json.dumps([OMM]), json.dumps(OMM), json.dumps([as_text], indent=2), "\ufeff" + json.dumps(OMM)):
        (found,), losses = read(text)
        assert losses == ()
        assert replace(found, where="") == replace(elements, where="")


@pytest.mark.parametrize(("field", "number"), [("39634", 39634), ("A0001", 100_001), ("Z9999", 339_999), ("    5", 5)])
def test_catalogue_numbers_of_all_kinds(field: str, number: int) -> None:
    lines = [summed(f"{line[:2]}{field}{line[7:]}") for line in S1A]
    (elements,), losses = read("\n".join(lines))
    assert losses == ()
    assert elements.norad_id == number == Satrec.twoline2rv(*lines).satnum


def summed(line: str) -> str:
    return line[:-1] + str(sum(int(c) if c.isdigit() else c == "-" for c in line[:-1]) % 10)


def test_mixed_line_ends_comments_blanks_and_indents_do_not_matter() -> None:
    text = f"\ufeff# saved by hand\r\nSENTINEL-1A  \r{S1A[0]}\n\n  {S1A[1]}  \r\n\r\nSENTINEL-2A\n{S2A[0]}\r\n{S2A[1]}"
    found, losses = read(text)
    assert losses == ()
    assert [e.name for e in found] == ["SENTINEL-1A", "SENTINEL-2A"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "orbits/mine.tle: holds no element set; give TLE lines or OMM JSON"),
        (" \r\n\n", "orbits/mine.tle: holds no element set"),
        ("<!DOCTYPE html><p>403</p>", "orbits/mine.tle: is a web page or XML, no element sets"),
        ("[{", "orbits/mine.tle:1: begins like JSON but is broken"),
        ('{"EPOCH": ' + "9" * 5000 + "}", "begins like JSON but is broken"),
        ("[3]", "entry 1: is no object with OMM keys"),
        ("[]", "holds no element set"),
        (S1A[0] + "\n", "mine.tle:1: element line 1 stands without its line 2"),
        (S1A[1] + "\n", "mine.tle:1: element line 2 stands without its line 1"),
        (f"{S1A[0]}\n{S2A[1]}", "lines of two satellites, 39634 and 40697"),
        (f"{S1A[0][:-3]}\n{S1A[1]}", "element line 1 has 66 characters instead of 69"),
        (f"{S1A[0]}\n{S1A[1]}77", "element line 2 has 71 characters instead of 69"),
        (f"{S1A[0]}\n{S1A[1][:-1]}1", "checksum of line 2 is 1, its digits give 0"),
        (f"{S1A[0]}\n{S1A[1].replace('98.1800', '98.18OO')}", "element line 2 is garbled"),
        (f"{summed(S1A[0].replace('25129', '25999'))}\n{S1A[1]}", "day 999.482 of the year is none"),
        (f"{S1A[0]}\n{summed(S1A[1].replace('137.8668', '637.8668'))}", "raan_deg 637.867 lies outside 0 to 360"),
        (f"{S1A[0]}\n{summed(S1A[1].replace(' 98.1800', '198.1800'))}", "inclination_deg 198.18 lies outside 0 to 180"),
        (
            f"{S1A[0]}\n{summed(S1A[1].replace('14.59199646', '44.59199646'))}",
            "mean_motion_rev_day 44.592 lies outside",
        ),
        (json.dumps(OMM | {"INCLINATION": "steep"}), "INCLINATION 'steep' is no number"),
        (json.dumps(OMM | {"INCLINATION": math.nan}), "inclination_deg nan lies outside"),
        (json.dumps({k: v for k, v in OMM.items() if k != "MEAN_MOTION"}), "MEAN_MOTION is missing"),
        (json.dumps(OMM | {"EPOCH": "yesterday"}), "EPOCH 'yesterday' is no ISO time"),
        (json.dumps(OMM | {"EPOCH": "9999-12-31T23:59:59"}), "epoch 9999-12-31 lies outside 1957 to 2100"),
        (json.dumps(OMM | {"NORAD_CAT_ID": -3}), "NORAD_CAT_ID -3 is no catalogue number"),
        (json.dumps(OMM | {"REF_FRAME": "EME2000"}), "REF_FRAME 'EME2000' is not TEME"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_and_the_rest_is_read(text: str, says: str) -> None:
    found, losses = read(text)
    assert found == ()
    (loss,) = losses
    assert loss.startswith("orbits/mine.tle")
    assert says in loss
    assert "\n" not in loss
    if text.startswith(("1 ", "2 ")):
        good = "\n".join(["SENTINEL-2A", *S2A])
        for both in (f"{good}\n{text}", f"{text}\n{good}"):
            found, losses = read(both)
            assert [e.name for e in found] == ["SENTINEL-2A"]
            assert len(losses) == 1


def test_a_broken_entry_leaves_the_other_entries() -> None:
    found, losses = read(json.dumps([OMM | {"EPOCH": None}, OMM, 7]))
    assert [e.where for e in found] == ["orbits/mine.tle, entry 2"]
    assert len(losses) == 2


def test_a_file_of_rubbish_gives_a_few_sentences() -> None:
    found, losses = read("rubbish\n" * 10_000)
    assert found == ()
    assert len(losses) == 9
    assert losses[-1] == "orbits/mine.tle: and 9992 more entries that cannot be read"


@given(st.text(max_size=400), st.integers(0, 139), st.characters())
def test_no_text_breaks_the_reader(text: str, at: int, letter: str) -> None:
    whole = "\n".join(S1A)
    for mangled in (text, whole[:at] + letter + whole[at + 1 :], whole[:at] + text + whole[at:]):
        found, losses = read(mangled)
        assert found or losses
        assert all("\n" not in loss for loss in losses)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda x: st.lists(x) | st.dictionaries(st.sampled_from(sorted(OMM)), x),
    )
)
def test_no_json_breaks_the_reader(data: Any) -> None:
    read(json.dumps(data))
    read(json.dumps([OMM | data] if isinstance(data, dict) else [data]))


def test_what_the_shipped_sets_say_of_their_orbits() -> None:
    """Nodes at 18:00 and 22:30 local time, and tracks that close: what the missions' pages say."""
    hours = {e.name: node_local_time_h(e) for e in shipped_elements()}
    assert hours["SENTINEL-1A"] == pytest.approx(18.0, abs=0.05)
    assert hours["SENTINEL-2A"] == pytest.approx(22.5, abs=0.05)
    assert hours["SENTINEL-2B"] == pytest.approx(22.5, abs=0.05)
    cycles = {"SENTINEL-1A": RepeatCycle(days=12, orbits=175)}
    for e in shipped_elements():
        right = closure_km(e, cycles.get(e.name, RepeatCycle(days=10, orbits=143)))
        assert right < 15, e.name
        assert closure_km(e, RepeatCycle(days=11, orbits=160)) > 500


def test_elements_out_of_bounds_cannot_be_made() -> None:
    with pytest.raises(InputError, match=r"eccentricity 1\.2 lies outside"):
        replace(shipped_elements()[0], eccentricity=1.2)


def test_a_decayed_satellite_has_no_place() -> None:
    falling = replace(shipped_elements()[0], mean_motion_rev_day=16.4, bstar=0.01)
    r, _ = earth_fixed(falling, np.array([0.0, 30 * 86400.0]))
    assert np.isfinite(r[0]).all()
    assert np.isnan(r[1]).all()
