"""What is written is read again, to what each format can carry; the same values give the same bytes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyais import decode

from roadstead.ais import AisPosition, AisStatic, preset, presets, read_ais, write_csv, write_nmea
from roadstead.model import SIMULATED_MARK, InputError, NotFound

if TYPE_CHECKING:
    from pathlib import Path

T = datetime(2024, 5, 4, tzinfo=UTC)
TENTHS = st.integers(0, 1000).map(lambda n: n / 10)
STATUSES = ("under way using engine", "at anchor", "moored", "")
KEEP = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def reports(draw: st.DrawFn) -> list[AisPosition]:
    seconds = draw(st.lists(st.integers(0, 86_399), min_size=1, max_size=12, unique=True))
    return [
        AisPosition(
            mmsi=draw(st.sampled_from(["273000001", "002190064"])),
            t_utc=T + timedelta(seconds=s),
            lon_deg=round(draw(st.floats(-180, 180)), 6),
            lat_deg=round(draw(st.floats(-90, 90)), 6),
            sog_kn=draw(st.none() | TENTHS),
            cog_deg=draw(st.none() | st.integers(0, 3599).map(lambda n: n / 10)),
            heading_deg=draw(st.none() | st.integers(0, 359).map(float)),
            nav_status=draw(st.sampled_from(STATUSES)),
        )
        for s in seconds
    ]


def seen(p: AisPosition) -> tuple[object, ...]:
    return p.mmsi, p.t_utc, p.sog_kn, p.cog_deg, p.heading_deg, p.nav_status


@KEEP
@given(reports())
def test_nmea(tmp_path: Path, given_positions: list[AisPosition]) -> None:
    data = write_nmea(given_positions)
    assert data == write_nmea(reversed(given_positions))
    path = tmp_path / "a.nmea"
    path.write_bytes(data)
    read = read_ais(path)
    again = sorted((p for t in read.tracks for p in t.positions), key=lambda p: p.t_utc)
    assert read.losses == ()
    wanted = sorted(given_positions, key=lambda p: p.t_utc)
    assert [seen(p) for p in again] == [seen(p) for p in wanted]
    for p, q in zip(again, wanted, strict=True):
        assert (p.lon_deg, p.lat_deg) == pytest.approx((q.lon_deg, q.lat_deg), abs=1.1 / 600_000)


@pytest.mark.parametrize("layout", ["marinecadastre", "marinecadastre-2", "danish", "vesselfinder", "marinetraffic"])
@KEEP
@given(given_positions=reports())
def test_csv(layout: str, tmp_path: Path, given_positions: list[AisPosition]) -> None:
    data = write_csv(given_positions, preset=layout)
    assert data == write_csv(reversed(given_positions), preset=layout)
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    read = read_ais(path)
    again = sorted((p for t in read.tracks for p in t.positions), key=lambda p: p.t_utc)
    assert read.losses == ()
    wanted = sorted(given_positions, key=lambda p: p.t_utc)
    assert [(seen(p), p.lon_deg, p.lat_deg) for p in again] == [(seen(p), p.lon_deg, p.lat_deg) for p in wanted]


def ship(name: str = "NULL STAR") -> AisStatic:
    return AisStatic(
        mmsi="273000001",
        t_utc=T,
        last_utc=T + timedelta(hours=1),
        imo="9074729",
        name=name,
        callsign="XX1",
        ship_type="cargo",
        ship_type_code=70,
        to_bow_m=100.0,
        to_stern_m=20.0,
        to_port_m=5.0,
        to_starboard_m=15.0,
        draught_m=7.5,
        destination="NOWHERE",
    )


def here(hours: float = 0.0) -> AisPosition:
    return AisPosition(mmsi="273000001", t_utc=T + timedelta(hours=hours), lon_deg=1.0, lat_deg=2.0, sog_kn=0.1)


SAID = ("imo", "name", "callsign", "ship_type", "length_m", "beam_m", "draught_m")


@pytest.mark.parametrize("layout", ["nmea", "marinecadastre", "danish", "vesselfinder"])
@pytest.mark.parametrize("name", ["NULL STAR", "=2+2", 'A "QUOTED", NAME', "+PLUS"])
def test_static_data(layout: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    static, positions = ship(name), [here(), here(1.0)]
    path.write_bytes(write_nmea(positions, [static]) if layout == "nmea" else write_csv(positions, [static], layout))
    read = read_ais(path)
    (again,) = read.tracks[0].statics
    assert read.losses == ()
    assert [getattr(again, key) for key in SAID] == [getattr(static, key) for key in SAID]
    assert (again.t_utc, again.last_utc) == (static.t_utc, static.last_utc)
    if layout != "marinecadastre":
        assert (again.to_bow_m, again.to_starboard_m, again.destination) == (100.0, 15.0, "NOWHERE")


def test_no_cell_is_a_formula() -> None:
    lines = write_csv([here()], [ship("=cmd|' /C calc'!A0")], "vesselfinder").decode().splitlines()
    assert not any(cell.strip('"').startswith(("=", "+", "@")) for cell in lines[1].split(","))


def test_length_alone_survives_nmea(tmp_path: Path) -> None:
    static = AisStatic(mmsi="273000001", t_utc=T, last_utc=T, stated_length_m=90.0, stated_beam_m=14.0)
    path = tmp_path / "a.nmea"
    path.write_bytes(write_nmea([], [static]))
    (again,) = read_ais(path).tracks[0].statics
    assert (again.length_m, again.beam_m, again.to_bow_m) == (90.0, 14.0, None)


def test_the_mark_of_an_exercise_is_found_again(tmp_path: Path) -> None:
    for name, data in (
        ("a.nmea", write_nmea([here()], remark=SIMULATED_MARK)),
        ("a.csv", write_csv([here()], remark=SIMULATED_MARK)),
        ("d.csv", write_csv([here()], preset="danish", remark=SIMULATED_MARK)),
    ):
        (tmp_path / name).write_bytes(data)
        read = read_ais(tmp_path / name)
        assert read.simulated
        assert len(read.tracks) == 1
        assert read.losses == ()
    (tmp_path / "plain.csv").write_bytes(write_csv([here()]))
    assert not read_ais(tmp_path / "plain.csv").simulated


def test_milliseconds_survive(tmp_path: Path) -> None:
    p = AisPosition(mmsi="273000001", t_utc=T + timedelta(milliseconds=1250), lon_deg=1.0, lat_deg=2.0)
    for name, data in (("a.nmea", write_nmea([p])), ("a.csv", write_csv([p])), ("d.csv", write_csv([p], (), "danish"))):
        (tmp_path / name).write_bytes(data)
        assert read_ais(tmp_path / name).tracks[0].positions[0].t_utc == p.t_utc


def test_sentences_are_those_of_an_independent_decoder() -> None:
    line = write_nmea([here()]).decode().strip()
    tag, sentence = line[1:].split("\\")
    checksum = 0
    for c in tag.split("*")[0]:
        checksum ^= ord(c)
    assert tag == f"c:{int(T.timestamp())}*{checksum:02X}"
    message = decode(sentence)
    assert (message.msg_type, message.mmsi, message.speed, message.course, message.heading) == (
        1,
        273000001,
        0.1,
        360.0,
        511,
    )


def test_what_cannot_be_written_is_said() -> None:
    other = AisPosition(mmsi="273000002", t_utc=T, lon_deg=0.0, lat_deg=0.0)
    with pytest.raises(InputError, match="names no ship"):
        write_csv([here(), other], preset="global-fishing-watch")
    with pytest.raises(NotFound, match="known are"):
        write_csv([here()], preset="other")
    with pytest.raises(InputError, match="no place"):
        write_nmea([AisPosition(mmsi="273000002", t_utc=T, lon_deg=200.0, lat_deg=0.0)])


def test_every_layout_can_be_written_and_is_told_again(tmp_path: Path) -> None:
    for layout in presets():
        path = tmp_path / f"{layout.id}.csv"
        path.write_bytes(write_csv([here()], [ship()], layout.id))
        own = {"preset": layout.id, "fixed": {"mmsi": "273000001"}} if layout.id == "global-fishing-watch" else None
        read = read_ais(path, own)
        assert read.losses == ()
        assert read.tracks[0].positions[0].t_utc == T
    assert preset("danish").date_order is not None
