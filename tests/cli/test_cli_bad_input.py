"""The command line in careless and hostile hands: one sentence, the right exit code, JSON and nothing else."""

import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from messy import (
    AOI,
    CASE,
    SHIP_COL,
    SHIP_ROW,
    SharpEyes,
    changed,
    line,
    write_case,
    write_item,
    write_marks,
    write_tiff,
)
from rasterio.enums import ColorInterp

from roadstead.cli.guard import guarded
from roadstead.model import Modality
from roadstead.pipeline import verify

Cli = Callable[..., tuple[int, str, str]]
# A run in the background starts with Ctrl-C ignored; a user at a terminal has it.
_LISTEN = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
PROGRAM = [sys.executable, "-c", f"{_LISTEN}from roadstead.cli import main; main()"]


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return write_case(tmp_path / "case")


@pytest.fixture
def sharp_eyes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roadstead.pipeline.images.detectors", lambda: {Modality.OPTICAL: SharpEyes()})


def test_the_template_is_verified_as_it_is_and_never_overwritten(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "\u00fc \U0001f6a2 <b>"
    assert cli("new", folder)[0] == 0
    before = (folder / "case.toml").read_bytes()
    code, out, err = cli("verify", folder)
    assert (code, err) == (0, "")
    assert "not determinable" in out
    code, out, err = cli("new", folder)
    assert (code, out) == (2, "")
    assert err == f"roadstead: {folder}/case.toml exists already; nothing was changed. Name another folder\n"
    assert (folder / "case.toml").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("verify", "nowhere"), "nowhere: no such folder; a case is a folder that holds case.toml"),
        (("explain", "."), ".: holds no case.toml; 'roadstead new DIR' writes a commented one"),
        (("add", "nowhere", "x.png"), "nowhere: no such folder"),
        (("add", ".", "x.png"), ".: holds no case.toml"),
        (("new", "file"), "file is a file; name a folder"),
        (("new", "file/below"), "file/below/case.toml: cannot be written (Not a directory)"),
        (("detect", "a.tif", "--out", "x.txt"), "x.txt: the ending '.txt' is not known; write .geojson or .csv"),
        (("detect", "a.tif", "--out", "x"), "x: has no ending; write .geojson or .csv"),
        (("detect", "a.tif", "--bands", "red,purple"), "--bands: 'purple' is not known; allowed: blue, green, red"),
        (("detect", "a.tif", "--bands", "red,red"), "--bands: 'red' stands twice; a role names one band"),
        (
            ("detect", "a.tif", "--sar-unit", "watts"),
            "--sar-unit: 'watts' is not known; allowed: amplitude, linear, db",
        ),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_exit_code_2(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("x")
    code, out, err = cli(*words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"roadstead: {said}")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--site", "raods"), "case c has no site 'raods'; it has roads"),
        (("--of", "raods"), "--of: the case holds no exhibit 'raods'; held: none"),
        (("--captured", "soon"), "'soon' is no date or time; write 2024, 2024-10, 2024-10-17 or 2024-10-17T03:15Z"),
        (("--captured", "2024", "--timezone", "Mars"), "time zone 'Mars' is not an IANA name"),
        (
            ("--date-basis", "guess"),
            "--date-basis: 'guess' is not known; allowed: metadata, caption, inferred, unknown",
        ),
    ],
)
def test_facts_that_cannot_be_are_refused_before_anything_is_taken(
    cli: Cli, case: Path, words: tuple[str, ...], said: str
) -> None:
    shot = write_tiff(case / "shot.png", names=(), crs=None, driver="PNG")
    code, _, err = cli("add", case, shot, *words)
    assert code == 2
    assert err.startswith(f"roadstead: {said}")
    assert not (case / "exhibits.jsonl").exists()


@pytest.mark.parametrize("gsd", ["-3", "nan", "0", "1e-9", "inf"])
def test_impossible_pixel_sizes_are_refused(cli: Cli, case: Path, gsd: str) -> None:
    shot = write_tiff(case / "shot.png", names=(), crs=None, driver="PNG")
    code, _, err = cli("add", case, shot, "--gsd", gsd)
    assert code == 2
    assert "is impossible; state metres per pixel from 0.01 to 10000, like --gsd 10" in err


def test_the_same_file_twice_is_one_exhibit(cli: Cli, case: Path) -> None:
    shot = write_tiff(case / "shot.png", names=(), crs=None, driver="PNG")
    assert cli("add", case, shot)[1].startswith("added ")
    code, out, _ = cli("add", case, shot, shot)
    assert (code, out.count("the same bytes were added before")) == (0, 1)


def test_json_is_one_document_also_when_something_is_lost(cli: Cli, case: Path) -> None:
    good = write_tiff(case / "images" / "a.tif")
    bad = case / "images" / "b.tif"
    bad.write_bytes(b"")
    (case / "case.toml").write_text(changed('home = "roads"', 'hoem = "roads"'))
    expected = {"verify": 2, "explain": 0, "add": 2, "detect": 2}
    for command, wanted in expected.items():
        paths = {"add": (case, good, bad), "detect": (good, bad)}.get(command, (case,))
        code, out, err = cli(command, *paths, "--json")
        assert code == wanted
        assert json.loads(out)
        assert ("left out: " in err) == (command != "explain")
    assert len(json.loads(cli("explain", case, "--json")[1])["problems"]) == 3


def test_json_is_ascii_where_the_terminal_has_no_other_letters(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (case / "case.toml").write_text(
        changed('text = "It lay there."', 'text = "\u0414\u0443\u043d\u0430\u0439 \U0001f6a2"')
    )
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    monkeypatch.setattr(sys, "argv", ["roadstead", "verify", str(case), "--json"])
    assert guarded() == 0
    narrow.flush()
    assert json.loads(narrow.buffer.getvalue())[0]["text"] == "\u0414\u0443\u043d\u0430\u0439 \U0001f6a2"  # type: ignore[attr-defined]


@pytest.mark.usefixtures("sharp_eyes")
def test_one_broken_image_of_several_costs_only_itself(cli: Cli, tmp_path: Path) -> None:
    good = write_tiff(tmp_path / "good.tif")
    broken = tmp_path / "broken.tif"
    broken.write_bytes(good.read_bytes()[:1000])
    code, out, err = cli("detect", broken, tmp_path / "absent.tif", good, "--json")
    (ship,) = json.loads(out)
    assert (ship["row_px"], ship["col_px"]) == pytest.approx((SHIP_ROW, SHIP_COL), abs=1)
    assert code == 2
    assert [row.split(": ")[0] for row in err.splitlines()] == ["left out"] * 2


def test_bands_that_nothing_states_are_asked_for(cli: Cli, tmp_path: Path) -> None:
    code, out, err = cli("detect", write_tiff(tmp_path / "a.tif", names=()), "--out", tmp_path / "o.geojson", "--json")
    assert (code, json.loads(out)) == (2, [])
    assert "says what its 4 bands are; state them in file order, like --bands blue,green,red,nir" in err
    assert not (tmp_path / "o.geojson").exists()


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7])
def test_the_bands_that_are_given_as_an_example_may_be_given(cli: Cli, tmp_path: Path, count: int) -> None:
    image = tmp_path / "a.tif"
    shape = {"driver": "GTiff", "width": 8, "height": 8, "count": count, "dtype": "uint8"}
    with rasterio.open(image, "w", **shape, crs="EPSG:32631", transform=Affine(10, 0, 5e5, 0, -10, 4.5e6)) as out:
        out.write(np.ones((count, 8, 8), np.uint8))
        out.colorinterp = [ColorInterp.undefined] * count
    _, _, err = cli("detect", image)
    assert ("its band is" if count == 1 else f"its {count} bands are") in err
    roles = err.split("--bands ")[1].split()[0]
    assert "--bands" not in cli("detect", image, "--bands", roles)[2]


@pytest.mark.usefixtures("sharp_eyes")
def test_a_table_that_is_piped_keeps_ids_whole_and_every_file_written_is_named(cli: Cli, tmp_path: Path) -> None:
    name = "S2A_MSIL2A_20240616T103107_N0510_R108_T31TDF_20240616T170000"
    image = write_tiff(tmp_path / f"{name}.tif")
    code, out, _ = cli("detect", image, "--out", tmp_path / "o.csv", "--masks", tmp_path / "seas")
    assert code == 0
    assert f"{name}#1" in out
    assert str(tmp_path / "o.csv") in out
    assert (tmp_path / "o.rejected.geojson").is_file()
    for written in ("o.rejected.geojson", "seas"):
        assert str(tmp_path / written) in out


@pytest.mark.parametrize("member", ["../../evil.tif", "/tmp/evil.tif", "..\\evil.tif", "a/../../evil.tif"])  # noqa: S108 - a hostile name in a zip, no path of ours
def test_an_archive_that_reaches_out_of_its_folder_is_refused(cli: Cli, case: Path, member: str) -> None:
    with zipfile.ZipFile(case / "order.zip", "w") as archive:
        archive.writestr(member, "x")
    code, _, err = cli("add", case, case / "order.zip")
    assert code == 2
    assert "has a path that leaves the folder; nothing of it was taken" in err
    assert not list(case.parent.rglob("evil*"))


def test_an_item_in_an_archive_brings_no_file_of_this_machine(cli: Cli, case: Path, tmp_path: Path) -> None:
    private = write_tiff(tmp_path / "private.tif")
    item = write_item(tmp_path / "i.json", str(private)).read_bytes()
    with zipfile.ZipFile(case / "order.zip", "w") as archive:
        archive.writestr("i.json", item)
    code, _, err = cli("add", case, case / "order.zip")
    assert code == 2
    assert "outside itself" in err
    assert not list((case / "exhibits").rglob("*.tif"))


def test_names_act_neither_on_the_terminal_nor_on_the_disk(cli: Cli, case: Path, tmp_path: Path) -> None:
    folder = tmp_path / "evil"
    folder.mkdir()
    names = [
        "\x1b[2Jred.tif",
        "\u202egnp.tif",
        "[bold red]x.tif",
        ":ship:.tif",
        "n" * 240 + ".tif",
        "-rf.tif",
        "a\nb.tif",
    ]
    for i, name in enumerate(names):
        write_tiff(folder / name, seed=i)
    broken = folder / os.fsdecode(b"\xff\xfe.tif")
    broken.write_bytes(write_tiff(tmp_path / "a.tif").read_bytes())
    code, out, err = cli("add", case, folder, "--by", "\x1b[31mAna", "--credit", "\udcff")
    assert code == 2
    assert err == f"left out: {folder}/<U+DCFF><U+DCFE>.tif has a name that is no UTF-8; rename it\n"
    code, more, err = cli("verify", case)
    assert (code, err) == (0, "")
    for command in ("explain", "verify"):
        assert json.loads(cli(command, case, "--json")[1])
    assert not {c for c in out + more if c in "\x1b\u202e" or "\ud800" <= c <= "\udfff"}
    assert "[bold red]x.tif" in out
    assert ":ship:.tif" in out
    kept = [p.name for p in (case / "exhibits").rglob("*.tif")]
    assert sorted(kept) == sorted([
        "-u001b-[2Jred.tif", "-u202e-gnp.tif", "[bold red]x.tif", ":ship:.tif", names[4], "-rf.tif", "a-u000a-b.tif",
    ])  # fmt: skip


def test_marks_of_an_image_reach_the_report(cli: Cli, case: Path, tmp_path: Path) -> None:
    write_tiff(tmp_path / "calm.tif", ship=False)
    image = cli("add", case, write_item(tmp_path / "calm.json", "calm.tif"))[1].split()[1]
    drawn = write_marks(tmp_path / "m.geojson", line((132.005, 42.805), (132.0063, 42.805)))
    out = cli("add", case, drawn)[1]
    assert "who looked is not stated; add --analyst NAME" in out
    assert "the image that was looked at is not stated; add --of EXHIBIT" in out
    assert cli("add", case, drawn, "--of", image, "--analyst", "Jo")[0] == 0
    assert cli("verify", case)[::2] == (0, "")
    features = json.loads((case / "out" / "detections.geojson").read_text("utf-8"))["features"]
    assert "by eye: Jo" in {f["properties"]["method"] for f in features}
    assert "by eye: Jo" in (case / "out" / "report.html").read_text("utf-8")


def test_a_fault_of_ours_is_said_to_be_ours(cli: Cli, case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_case: Path) -> None:
        raise ZeroDivisionError("float division by zero")

    monkeypatch.setattr("roadstead.cli.explain.explain_case", broken)
    code, out, err = cli("explain", case)
    assert (code, out) == (1, "")
    assert err == (
        "roadstead: This is our fault, not yours: ZeroDivisionError: float division by zero. "
        "Run again with ROADSTEAD_TRACEBACK=1 and send us what it prints.\n"
    )


def many_claims() -> str:
    """A case of which each claim takes about a second."""
    head, _, claim = CASE.rpartition("[[claims]]")
    long = changed('when = "2024-10-17"', 'when = { start = "2024-01-01", end = "2024-04-30" }', claim)
    return head + "".join(f"[[claims]]{changed('some', f'some-{i}', long)}" for i in range(3))


def test_ctrl_c_stops_with_one_sentence_and_the_next_run_goes_on(tmp_path: Path) -> None:
    case = write_case(tmp_path / "case", changed(AOI, AOI, many_claims()))
    log = case / "ledger" / "log.jsonl"
    process = subprocess.Popen(  # noqa: S603 - our own program
        [*PROGRAM, "verify", str(case)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        if log.exists() and '"event":"step"' in log.read_text("utf-8"):
            process.send_signal(signal.SIGINT)
            break
        time.sleep(0.02)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err == "roadstead: Stopped. What was done is kept; run the same command again to go on.\n"
    assert json.loads(log.read_text("utf-8").splitlines()[-1])["outcome"] == "stopped"
    assert not list(case.rglob(".writing-*"))
    again = verify(case)
    assert again.steps_found >= 1
    assert len(again.verdicts) == 4


def test_a_reader_who_leaves_early_is_no_error(case: Path) -> None:
    process = subprocess.Popen(  # noqa: S603 - our own program
        [*PROGRAM, "explain", str(case)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(timeout=60) in (0, 1)
