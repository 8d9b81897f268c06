"""Reading AIS files: layouts, sentinel values, times, encodings, and everything that goes wrong."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zipfile
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyais import encode_dict
from shapely.geometry import box

from roadstead.ais import AisRead, column_map, presets, read_ais
from roadstead.ais._gather import Gatherer
from roadstead.ais._losses import Losses
from roadstead.ais._table import read_sheet
from roadstead.model import InputError, TimeSpan
from roadstead.steps import from_plain, to_plain

if TYPE_CHECKING:
    from pathlib import Path

T = datetime(2024, 5, 4, 3, 2, 1, tzinfo=UTC)
SAMPLES = {
    "marinecadastre": (
        "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,Cargo,"
        "TransceiverClass\n2190064,2024-05-04T03:02:01,1.5,-2.25,12.3,45.6,511.0,NULL STAR,IMO9074729,XX1,70,5,120,20,"
        "7.5,70,A\n"
    ),
    "marinecadastre-2": (
        "mmsi,base_date_time,longitude,latitude,sog,cog,heading,vessel_name,imo,call_sign,vessel_type,status,length,"
        "width,draft,cargo,transceiver\n2190064,2024-05-04 03:02:01,-2.25,1.5,12.3,45.6,,NULL STAR,IMO9074729,XX1,70,5,"
        "120,20,7.5,70,A\n"
    ),
    "danish": (
        "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,IMO,Callsign,Name,"
        "Ship type,Cargo type,Width,Length,Type of position fixing device,Draught,Destination,ETA,Data source type,"
        "A,B,C,D\n04/05/2024 03:02:01,Class A,2190064,1.5,-2.25,Moored,,12.3,45.6,,9074729,XX1,NULL STAR,Cargo,,20,120,"
        "GPS,7.5,NOWHERE,,AIS,100,20,15,5\n"
    ),
    "marinetraffic": (
        "MMSI,STATUS,SPEED,LON,LAT,COURSE,HEADING,TIMESTAMP,SHIP_ID\n"
        "2190064,5,123,-2.25,1.5,45.6,511,2024-05-04T03:02:01,77\n"
    ),
    "vesselfinder": (
        "MMSI,TIMESTAMP,LATITUDE,LONGITUDE,COURSE,SPEED,HEADING,NAVSTAT,IMO,NAME,CALLSIGN,TYPE,A,B,C,D,DRAUGHT,"
        "DESTINATION\n2190064,2024-05-04 03:02:01 UTC,1.5,-2.25,45.6,12.3,511,5,9074729,NULL STAR,XX1,70,100,20,5,15,"
        "7.5,NOWHERE\n"
    ),
    "global-fishing-watch-ssvid": (
        "ssvid,timestamp,lat,lon,speed,course,heading\n2190064,2024-05-04 03:02:01 UTC,1.5,-2.25,12.3,45.6,\n"
    ),
}


def put(folder: Path, text: str | bytes, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def only(read: AisRead) -> AisRead:
    assert len(read.tracks) == 1, read.losses
    return read


@pytest.mark.parametrize("layout", sorted(SAMPLES))
def test_known_layouts_are_told_by_their_header(layout: str, tmp_path: Path) -> None:
    read = only(read_ais(put(tmp_path, SAMPLES[layout])))
    (track,) = read.tracks
    (p,) = track.positions
    assert read.losses == ()
    assert (track.mmsi, p.t_utc, p.lon_deg, p.lat_deg) == ("002190064", T, -2.25, 1.5)
    assert (p.sog_kn, p.cog_deg, p.heading_deg) == (12.3, 45.6, None)
    assert (p.file, p.line) == ("a.csv", 2)
    if "ssvid" not in layout:
        assert p.nav_status == "moored"


@pytest.mark.parametrize("layout", ["marinecadastre", "marinecadastre-2", "danish", "vesselfinder"])
def test_static_data_of_layouts(layout: str, tmp_path: Path) -> None:
    (static,) = read_ais(put(tmp_path, SAMPLES[layout])).tracks[0].statics
    assert (static.name, static.callsign, static.imo, static.imo_valid) == ("NULL STAR", "XX1", "9074729", True)
    assert (static.length_m, static.beam_m, static.draught_m) == (120.0, 20.0, 7.5)
    assert static.ship_type.casefold() == "cargo"
    if layout in {"danish", "vesselfinder"}:
        sides = (static.to_bow_m, static.to_stern_m, static.to_port_m, static.to_starboard_m)
        assert sides == (100.0, 20.0, 5.0, 15.0)
        assert static.destination == "NOWHERE"
    else:
        assert static.to_bow_m is None


@pytest.mark.parametrize("header", ["mmsi,timestamp,lat,lon,sog,cog", "MMSI;Timestamp;Latitude;Longitude;SOG;COG"])
def test_columns_named_plainly_are_read(header: str, tmp_path: Path) -> None:
    row = "2190064,2024-05-04T03:02:01Z,1.5,-2.25,12.3,45.6"
    text = f"{header}\n{row if ',' in header else row.replace(',', ';')}\n"
    read = only(read_ais(put(tmp_path, text)))
    (p,) = read.tracks[0].positions
    assert read.losses == ()
    assert (p.t_utc, p.lon_deg, p.lat_deg, p.sog_kn, p.cog_deg) == (T, -2.25, 1.5, 12.3, 45.6)


def test_a_publishers_layout_goes_before_one_that_is_nobodys(tmp_path: Path) -> None:
    head = "lon,lat,timestamp,speed,course,seg_id,mmsi"
    (track,) = read_ais(put(tmp_path, f"{head}\n-2.25,1.5,2024-05-04T03:02:01Z,12.3,45.6,s-1,2190064\n")).tracks
    assert track.positions[0].sog_kn == 12.3  # which a plain header calls sog


def test_a_header_of_no_known_layout_is_told_with_names_that_are_read(tmp_path: Path) -> None:
    rows = "2190064,2024-05-04T03:02:01Z,1.5,-2.25\n"
    (loss,) = read_ais(put(tmp_path, f"ship,when,y,x\n{rows}")).losses
    assert "name its columns mmsi, timestamp, lat, lon" in loss
    assert read_ais(put(tmp_path, f"mmsi,timestamp,lat,lon\n{rows}")).losses == ()


def test_every_shipped_layout_says_what_it_rests_on() -> None:
    assert len(presets()) >= 7
    assert {p.basis for p in presets()} <= {"documentation", "general knowledge"}
    assert all(p.source for p in presets())


def test_a_layout_without_ships_asks_for_the_mmsi(tmp_path: Path) -> None:
    path = put(tmp_path, "lon,lat,timestamp,speed,course,seg_id\n-2.25,1.5,2024-05-04T03:02:01.000Z,12.3,45.6,s-1\n")
    (loss,) = read_ais(path).losses
    assert "no column holds mmsi" in loss
    assert "fixed" in loss
    (track,) = read_ais(path, {"preset": "global-fishing-watch", "fixed": {"mmsi": "273000001"}}).tracks
    assert (track.mmsi, track.positions[0].t_utc) == ("273000001", T)


def test_values_that_mean_not_available_are_none(tmp_path: Path) -> None:
    header, row = SAMPLES["vesselfinder"].splitlines()
    rows = [
        row.replace("45.6,12.3,511", "360,102.3,511").replace("9074729", "0").replace("100,20,5,15,7.5", "0,0,0,0,0"),
        row.replace("03:02:01", "03:03:01").replace("1.5,-2.25", "91,181"),
    ]
    read = only(read_ais(put(tmp_path, "\n".join([header, *rows]))))
    (p,) = read.tracks[0].positions
    s = read.tracks[0].statics[0]
    assert (p.cog_deg, p.sog_kn, p.heading_deg) == (None, None, None)
    assert (s.imo, s.imo_valid, s.length_m, s.beam_m, s.draught_m, s.to_bow_m) == (None, None, None, None, None, None)
    assert read.losses == ("a.csv:3: reports carry no position; nothing to do: the ship sent none",)


def test_length_and_beam_without_the_antennas_place(tmp_path: Path) -> None:
    text = SAMPLES["vesselfinder"].replace("100,20,5,15", "0,120,0,20")
    (static,) = read_ais(put(tmp_path, text)).tracks[0].statics
    assert (static.to_bow_m, static.to_stern_m) == (None, None)
    assert (static.length_m, static.beam_m) == (120.0, 20.0)


def test_dates_in_unstated_order_are_refused(tmp_path: Path) -> None:
    text = SAMPLES["vesselfinder"].replace("2024-05-04 03:02:01 UTC", "04/05/2024 03:02:01")
    read = read_ais(put(tmp_path, text))
    assert not read.tracks
    assert "day-month or month-day" in read.losses[0]
    assert "'04/05/2024 03:02:01'" in read.losses[0]
    for order, month in (("day-month-year", 5), ("month-day-year", 4)):
        stated = read_ais(tmp_path, {"preset": "vesselfinder", "date_order": order})
        assert stated.tracks[0].positions[0].t_utc.month == month


def test_time_zones_and_the_hour_that_comes_twice(tmp_path: Path) -> None:
    own = {
        "columns": {"mmsi": "id", "date": "day", "clock": "hour", "lon_deg": "x", "lat_deg": "y"},
        "time_zone": "Europe/Berlin",
    }
    rows = "id;day;hour;x;y\n211000001;2024-07-01;12:00:00;10,5;54,25\n211000001;2024-10-27;02:30:00;10,5;54,25\n"
    read = only(read_ais(put(tmp_path, rows), own))
    (p,) = read.tracks[0].positions
    assert p.t_utc == datetime(2024, 7, 1, 10, tzinfo=UTC)
    assert (p.lon_deg, p.lat_deg) == (10.5, 54.25)
    assert "ambiguous" in read.losses[0]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_encodings(encoding: str, tmp_path: Path) -> None:
    text = SAMPLES["danish"].replace("NULL STAR", "SØØRN")
    read = only(read_ais(put(tmp_path, text.encode(encoding))))
    assert read.tracks[0].name == "SØØRN"
    assert read.losses == ()


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_delimiters_and_a_title_above_the_header(delimiter: str, tmp_path: Path) -> None:
    text = "Export of somebody\n\n" + SAMPLES["vesselfinder"].replace(",", delimiter)
    assert only(read_ais(put(tmp_path, text))).tracks[0].positions[0].line == 4


def test_gzip_zip_and_spreadsheet_give_the_same(tmp_path: Path) -> None:
    text = SAMPLES["vesselfinder"]
    plain = read_ais(put(tmp_path, text)).tracks[0].positions[0]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("in.csv", text)
    book = openpyxl.Workbook()
    for line in text.splitlines():
        book.active.append(line.split(","))
    book.active["B2"] = T.replace(tzinfo=None)
    book.active["A2"] = 2190064
    book.save(tmp_path / "a.xlsx")
    for path in (
        put(tmp_path, gzip.compress(text.encode()), "a.csv.gz"),
        put(tmp_path, packed.getvalue(), "a.zip"),
        tmp_path / "a.xlsx",
    ):
        read = only(read_ais(path))
        p = read.tracks[0].positions[0]
        assert (p.mmsi, p.t_utc, p.lon_deg, p.sog_kn) == (plain.mmsi, plain.t_utc, plain.lon_deg, plain.sog_kn)
        assert read.losses == ()


def nmea(**changes: object) -> str:
    fields = {"type": 1, "mmsi": "002190064", "lon": -2.25, "lat": 1.5, "speed": 12.3, "course": 45.6, "heading": 511}
    return encode_dict(fields | changes, talker_id="AI", sentence_type="VDM")[0]


UNIX = int(T.timestamp())
LAYOUTS = {
    "tag block": f"\\s:here,c:{UNIX}*00\\{{}}",
    "tag block in milliseconds": f"\\c:{UNIX}000*00\\{{}}",
    "seconds before": f"{UNIX},{{}}",
    "seconds and a blank": f"{UNIX} {{}}",
    "ISO before": "2024-05-04T03:02:01Z,{}",
    "ISO with a blank": "2024-05-04 03:02:01 {}",
    "brackets": "[2024-05-04T03:02:01+00:00] {}",
    "seconds behind": f"{{}},s22683,d-097,r003669945,{UNIX}",
    "Gatehouse": "$PGHP,1,2024,5,4,3,2,1,0,338,2,,1,09*17\n{}",
}


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_times_beside_sentences(layout: str, tmp_path: Path) -> None:
    read = only(read_ais(put(tmp_path, LAYOUTS[layout].format(nmea()) + "\n", "log.nmea")))
    (p,) = read.tracks[0].positions
    assert (p.t_utc, p.mmsi, p.sog_kn, p.heading_deg) == (T, "002190064", 12.3, None)
    assert (p.lon_deg, p.lat_deg) == pytest.approx((-2.25, 1.5), abs=2e-6)
    assert read.losses == ()


def test_sentences_without_time_are_a_named_loss(tmp_path: Path) -> None:
    read = read_ais(put(tmp_path, nmea() + "\n" + nmea(speed=3.0) + "\n", "log.nmea"))
    assert not read.tracks
    assert "no date and hour (2 of them" in read.losses[0]
    assert "only the second" in read.losses[0]


def test_multipart_messages_mixed_and_torn(tmp_path: Path) -> None:
    fields = {"type": 5, "mmsi": "273000001", "shipname": "ONE", "to_bow": 9, "to_stern": 8, "to_port": 2}
    one = encode_dict(fields, talker_id="AI", sentence_type="VDM", seq_id=1)
    two = encode_dict(fields | {"shipname": "TWO", "mmsi": "273000002"}, talker_id="AI", sentence_type="VDM", seq_id=2)
    torn = encode_dict(fields | {"shipname": "TORN"}, talker_id="AI", sentence_type="VDM", seq_id=3)
    stamp = f"\\c:{UNIX}*00\\"
    lines = [stamp + one[0], stamp + two[0], torn[0], two[1], one[1]]
    read = read_ais(put(tmp_path, "\n".join(lines), "log.nmea"))
    assert [(t.mmsi, t.name) for t in read.tracks] == [("273000001", "ONE"), ("273000002", "TWO")]
    assert read.losses == ("log.nmea: multipart messages are incomplete; see the original log",)


def test_the_halves_of_message_24_are_joined(tmp_path: Path) -> None:
    a = encode_dict({"type": 24, "partno": 0, "mmsi": "211000001", "shipname": "HALF"}, sentence_type="VDM")[0]
    part_b = {"type": 24, "partno": 1, "mmsi": "211000001", "callsign": "XY", "ship_type": 37}
    b = encode_dict(part_b | {"to_bow": 8, "to_stern": 4, "to_port": 2, "to_starboard": 1}, sentence_type="VDM")[0]
    read = read_ais(put(tmp_path, f"{UNIX},{a}\n{UNIX + 1},{b}\n", "log.nmea"))
    last = read.tracks[0].statics[-1]
    assert (last.name, last.callsign, last.length_m, last.ship_type) == ("HALF", "XY", 12.0, "pleasure craft")


def test_wrong_checksums_are_not_read(tmp_path: Path) -> None:
    bad = nmea().replace("*", "0*")[:-2] + "00"
    read = read_ais(put(tmp_path, f"{UNIX},{nmea()}\n{UNIX},{bad}\n", "log.nmea"))
    assert len(read.tracks[0].positions) == 1
    assert "log.nmea:2: sentences" in read.losses[0]


def test_coarse_long_range_reports_say_so(tmp_path: Path) -> None:
    fields = {"type": 27, "mmsi": "273000001", "lon": -2.25, "lat": 1.5, "speed": 63, "course": 511}
    text = f"{UNIX},{encode_dict(fields, sentence_type='VDM')[0]}\n"
    (p,) = read_ais(put(tmp_path, text, "log.nmea")).tracks[0].positions
    assert p.sigma_m > 50
    assert (p.sog_kn, p.cog_deg) == (None, None)


def test_limits_keep_what_is_asked_for(tmp_path: Path) -> None:
    header, row = SAMPLES["vesselfinder"].splitlines()
    later = T + timedelta(hours=2)
    rows = [
        row,
        row.replace("03:02:01", f"{later:%H:%M:%S}"),
        row.replace("2190064", "273000001"),
        row.replace("-2.25", "5.0").replace("03:02", "03:04"),
    ]
    path = put(tmp_path, "\n".join([header, *rows]))
    inside = read_ais(path, area=box(-3, 1, -2, 2))
    assert sorted(len(t.positions) for t in inside.tracks) == [1, 2]
    early = read_ais(path, span=TimeSpan(T, T + timedelta(hours=1)))
    assert sum(len(t.positions) for t in early.tracks) == 3
    assert [t.mmsi for t in read_ais(path, mmsis=["273000001"]).tracks] == ["273000001"]
    few = read_ais(path, most_positions=1)
    assert sum(len(t.positions) for t in few.tracks) == 1
    assert "beyond the first 1 are not kept (3 of them" in few.losses[0]


def test_the_same_report_twice_stands_once(tmp_path: Path) -> None:
    put(tmp_path, SAMPLES["vesselfinder"], "a.csv")
    put(tmp_path, SAMPLES["vesselfinder"], "b.csv")
    (track,) = read_ais(tmp_path).tracks
    assert len(track.positions) == 1
    assert len(track.statics) == 1


def test_layouts_mixed_in_a_folder(tmp_path: Path) -> None:
    for name, text in SAMPLES.items():
        put(tmp_path, text.replace("2190064", f"27300000{len(name) % 10}"), f"{name}.csv")
    put(tmp_path, f"{UNIX},{nmea()}\n", "sub.log")
    put(tmp_path, "<!DOCTYPE html><html><body>Sign in</body></html>", "page.csv")
    read = read_ais(tmp_path)
    assert sum(len(t.positions) for t in read.tracks) >= 5
    assert read.losses == ("page.csv: is a web page or XML, no AIS data; save the CSV or NMEA itself",)


BAD = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\n", "is empty"),
    "html": (b"<html>no</html>", "web page"),
    "json": (b'[{"a": 1}]', "JSON"),
    "binary": (bytes(range(256)) * 20, "binary"),
    "zstd": (b"\x28\xb5\x2f\xfd" + b"abc" * 20, "Zstandard"),
    "columns": (b"a,b,c\n1,2,3\n", "no header of a known layout"),
    "zip": (b"PK\x03\x04" + b"x" * 100, "cannot be read"),
    "header only": (SAMPLES["danish"].splitlines()[0].encode(), "no position report"),
    "NaN": (SAMPLES["vesselfinder"].replace("1.5,-2.25", "nan,NaN").encode(), "carry no position"),
    "infinite": (SAMPLES["vesselfinder"].replace("1.5,-2.25", "inf,1").encode(), "lat_deg is no number"),
    "swapped": (SAMPLES["vesselfinder"].replace("1.5,-2.25", "-122.5,37.5").encode(), "seem swapped"),
    "spreadsheet": (SAMPLES["vesselfinder"].replace("\n2190064", "\n2.19E+08").encode(), "nine digits"),
    "formula": (SAMPLES["vesselfinder"].replace("\n2190064", "\n=1+1").encode(), "formulas, which are not computed"),
    "epoch": (SAMPLES["vesselfinder"].replace("2024-05-04", "1970-01-01").encode(), "no readable time"),
    "short row": (SAMPLES["vesselfinder"].splitlines()[0].encode() + b"\n2190064,2024\n", "cut short"),
    "torn gzip": (gzip.compress(SAMPLES["danish"].encode() * 50)[:-20], "breaks off"),
}


@pytest.mark.parametrize("what", sorted(BAD))
def test_bad_input_is_one_sentence_and_the_rest_is_read(what: str, tmp_path: Path) -> None:
    content, sentence = BAD[what]
    put(tmp_path, content, "bad.csv")
    put(tmp_path, SAMPLES["vesselfinder"].replace("2190064", "273999999"), "good.csv")
    read = read_ais(tmp_path)
    mine = [loss for loss in read.losses if loss.startswith("bad.csv")]
    assert any(sentence in loss for loss in mine), read.losses
    assert len(mine) <= 2
    assert len(mine) == len(read.losses)
    assert "Traceback" not in "".join(mine)
    assert "273999999" in {t.mmsi for t in read.tracks}


def test_a_missing_file_is_a_loss(tmp_path: Path) -> None:
    (loss,) = read_ais(tmp_path / "none.csv").losses
    assert loss.startswith("none.csv: cannot be read")


def test_digits_guarded_for_a_spreadsheet_are_read_and_other_formulas_are_not(tmp_path: Path) -> None:
    text = SAMPLES["vesselfinder"].replace("\n2190064", '\n="002190064"').replace("NULL STAR", '=HYPERLINK("x")')
    (track,) = read_ais(put(tmp_path, text)).tracks
    assert track.mmsi == "002190064"
    assert track.name == ""


def test_a_stray_quotation_mark_spoils_no_other_line(tmp_path: Path) -> None:
    header, row = SAMPLES["vesselfinder"].splitlines()
    rows = [row.replace("NULL STAR", 'NULL "STAR'), row.replace("03:02:01", "03:05:01")]
    (track,) = read_ais(put(tmp_path, "\n".join([header, *rows]))).tracks
    assert len(track.positions) == 2


def test_a_formula_without_quotes_is_no_text(tmp_path: Path) -> None:
    header, row = SAMPLES["vesselfinder"].splitlines()
    rows = [row.replace("NULL STAR", "=A5"), row.replace("2190064", "=A5").replace("03:02:01", "03:05:01")]
    read = read_ais(put(tmp_path, "\n".join([header, *rows])))
    (track,) = read.tracks
    assert (track.mmsi, track.name) == ("002190064", "")
    assert [p.t_utc for p in track.positions] == [T]
    assert "formulas" in read.losses[0]


def test_a_line_break_inside_a_quoted_name_splits_no_row(tmp_path: Path) -> None:
    header, row = SAMPLES["vesselfinder"].splitlines()
    rows = [row.replace("NULL STAR", '"NULL\nSTAR"'), row.replace("03:02:01", "03:05:01")]
    read = read_ais(put(tmp_path, "\n".join([header, *rows])))
    assert read.losses == ()
    (track,) = read.tracks
    assert [(p.line, p.lon_deg) for p in track.positions] == [(2, -2.25), (4, -2.25)]
    assert track.name == "NULL STAR"


def test_a_quotation_mark_that_never_closes_spoils_its_own_line_only(tmp_path: Path) -> None:
    header, row = SAMPLES["vesselfinder"].splitlines()
    rows = [
        row.replace("NULL STAR", '"NULL STAR'),
        *(row.replace("03:02:01", f"03:0{k}:01").replace("NULL STAR", '"NULL STAR"') for k in range(3, 8)),
    ]
    read = read_ais(put(tmp_path, "\n".join([header, *rows])))
    assert [p.line for p in read.tracks[0].positions] == [3, 4, 5, 6, 7]
    assert len(read.losses) == 1
    assert read.losses[0].startswith("a.csv:2: rows are cut short")


def test_a_row_cut_inside_a_coordinate_is_a_loss_and_no_jump(tmp_path: Path) -> None:
    header = (
        "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,Cargo"
    )
    rows = [
        "367000001,2024-05-04T03:02:01,33.7,-118.25,0.1,45.6,511,NULL STAR,,,70,5,120,20,7.5,70",
        "367000001,2024-05-04T03:03:01,33.7,-118.",
    ]
    read = read_ais(put(tmp_path, "\n".join([header, *rows])))
    assert [p.lon_deg for p in read.tracks[0].positions] == [-118.25]
    assert read.tracks[0].flags == ()
    assert read.losses == (
        "a.csv:3: rows are cut short '367000001 2024-05-04T03:03:01 33.7 -118.'; export the file again",
    )


def test_unnamed_columns_at_the_end_cut_no_row(tmp_path: Path) -> None:
    header, row = SAMPLES["global-fishing-watch-ssvid"].splitlines()
    read = only(read_ais(put(tmp_path, f"{header},,\n{row}\n")))
    assert read.losses == ()


def test_a_latitude_that_is_no_number_is_said_once_and_truly(tmp_path: Path) -> None:
    read = read_ais(put(tmp_path, SAMPLES["vesselfinder"].replace(",1.5,", ",abc,")))
    assert read.losses == ("a.csv:2: lat_deg is no number 'abc'; see the original record",)


@pytest.mark.parametrize("mmsis", [["2190064"], [2190064], {"002190064"}, ("2190064.0",)])
def test_ships_may_be_asked_for_as_numbers_or_texts(mmsis: list[str | int], tmp_path: Path) -> None:
    only(read_ais(put(tmp_path, SAMPLES["vesselfinder"]), mmsis=mmsis))


@pytest.mark.parametrize("mmsis", ["002190064", 2190064, ["NULL STAR"], [1234567890]])
def test_what_names_no_ships_is_refused(mmsis: object, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="mmsis"):
        read_ais(put(tmp_path, SAMPLES["vesselfinder"]), mmsis=mmsis)  # type: ignore[arg-type]  # that is the test


def test_a_limit_that_leaves_nothing_is_said(tmp_path: Path) -> None:
    path = put(tmp_path, SAMPLES["vesselfinder"])
    (ship,) = read_ais(path, mmsis=["273000001"]).losses
    assert ship.startswith("a.csv: none of 1 reports that were read is of ship 273000001;")
    (place,) = read_ais(path, area=box(10, 10, 11, 11)).losses
    assert "is inside the area" in place
    (time,) = read_ais(path, span=TimeSpan(T + timedelta(days=1), T + timedelta(days=2))).losses
    assert "from 2024-05-05T03:02:01Z to 2024-05-06T03:02:01Z" in time


def test_much_garbage_gives_few_sentences_and_little_memory(tmp_path: Path) -> None:
    junk = ("x1;,!z" * 4 + "\n") * 30_000 + "y" * 1_000_000 + "\n"
    put(tmp_path, SAMPLES["vesselfinder"] + junk, "a.csv")
    put(tmp_path, f"{UNIX},{nmea()}\n" + junk, "b.nmea")
    tracemalloc.start()
    read = read_ais(tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(read.losses) <= 6
    assert max(map(len, read.losses)) < 300
    assert sum(len(t.positions) for t in read.tracks) == 2
    assert peak < 5_000_000


@pytest.mark.parametrize(
    ("own", "sentence"),
    [
        ({"columns": {"mmsi": "a"}}, "lon_deg"),
        ({"columns": {"mmsi": "a", "lon_deg": "b", "lat_deg": "c"}}, "t_utc"),
        ({"columns": {"speed": "a"}}, "'speed' is no field"),
        ({"preset": "danish", "time_zone": "Mars/Base"}, "IANA"),
        ({"preset": "danes"}, "known are marinecadastre"),
        ({"preset": "danish", "scale": {"sog_kn": 0}}, "scale.sog_kn = 0 is no factor"),
        ({"preset": "danish", "scale": {"sog_kn": float("nan")}}, "scale.sog_kn = nan is no factor"),
        (5, "column map: 5 is none"),
        ({"preset": "danish", "date_order": "random"}, "date_order"),
        ("nowhere.toml", "neither a readable column map nor a known layout"),
    ],
)
def test_a_wrong_column_map_is_said(own: object, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        column_map(own)


def test_a_column_map_from_a_file(tmp_path: Path) -> None:
    path = put(tmp_path, 'preset = "vesselfinder"\n[columns]\nsog_kn = "FAST"\n[scale]\nsog_kn = 0.1\n', "map.toml")
    text = SAMPLES["vesselfinder"].replace("SPEED", "FAST").replace("12.3", "123")
    assert read_ais(put(tmp_path, text), path).tracks[0].positions[0].sog_kn == 12.3


def test_speeds_that_cannot_be_tenths_are_not_scaled(tmp_path: Path) -> None:
    path = put(tmp_path, SAMPLES["marinetraffic"].replace(",123,", ",12.3,"))
    read = read_ais(path)
    assert read.tracks[0].positions[0].sog_kn is None
    assert "has decimals" in read.losses[0]
    stated = read_ais(path, {"preset": "marinetraffic", "scale": {"sog_kn": 1.0}})
    assert stated.tracks[0].positions[0].sog_kn == 12.3


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text("0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVW`abcdefghijklmnopqrstuvw", max_size=80), st.integers(0, 5))
def test_any_payload_under_a_right_checksum_is_read_or_named(tmp_path: Path, payload: str, fill: int) -> None:
    body = f"AIVDM,1,1,,A,{payload},{fill}"
    checksum = 0
    for c in body:
        checksum ^= ord(c)
    read = read_ais(put(tmp_path, f"{UNIX},!{body}*{checksum:02X}\n", "log.nmea"))
    assert len(read.losses) <= 1
    for track in read.tracks:
        assert len(track.mmsi) == 9


CELLS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.datetimes() | st.times()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELLS, max_size=20), max_size=5), st.sampled_from(sorted(SAMPLES)))
def test_any_cells_under_a_known_header_are_read_or_named(rows: list[list[object]], layout: str) -> None:
    into = Gatherer(Losses(), 100)
    header = tuple(SAMPLES[layout].splitlines()[0].split(","))
    read_sheet("a.xlsx", enumerate([header, *map(tuple, rows)], 1), None, into)
    assert into.rows == 1 + len(rows)
    assert len(into.losses.sentences()) <= 20


def test_what_was_read_goes_to_plain_data_and_back(tmp_path: Path) -> None:
    read = read_ais(put(tmp_path, SAMPLES["danish"]))
    assert from_plain(to_plain(read), AisRead) == read
