"""`roadstead photo`: what is written, and what is said of odd pictures."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from side_views import saved, side_view, words

from roadstead.identify.photo import read_photograph
from roadstead.model import InputError, RasterError
from roadstead.pipeline.photographs import next_to_try

Cli = Callable[..., tuple[int, str, str]]


def test_a_photograph_becomes_a_figure_a_profile_and_numbers(tmp_path: Path, cli: Cli) -> None:
    view = side_view("alligator-one-crane", 75.0)
    exif = Image.Exif()
    exif[0x0132] = "2024:10:12 08:15:00"
    exif[0x010F] = "SecretCamera"
    file = saved(view, tmp_path / "ship.jpg", exif=exif, quality=95)
    shadow = {"shadow": {"fraction": np.linspace(0.01, 0.99, 40).tolist(), "value": np.arange(40.0).tolist()}}
    (tmp_path / "above.json").write_text(json.dumps(shadow))
    code, out, err = cli("photo", str(file), "--waterline", words(view.waterline), "--out", str(tmp_path / "out"),
        "--overhead", str(tmp_path / "above.json"),
    )  # fmt: skip
    assert code == 0, err
    assert "alligator" in out
    assert "none of these" in out
    assert "calibrated on renders" in out
    assert "2024-10-12 08:15:00: metadata, can be altered" in err
    names = {"photo.json", "profile.csv", "photo.svg", "photo.png"}
    assert {p.name for p in (tmp_path / "out").iterdir()} == names
    kept = json.loads((tmp_path / "out" / "photo.json").read_text())
    assert kept["evidence"]["ratios"][0][0] == "alligator"
    assert [one["kind"] for one in kept["evidence"]["along"]] == ["shadow"]
    assert all(b"SecretCamera" not in (tmp_path / "out" / name).read_bytes() for name in names)
    rows = np.genfromtxt(tmp_path / "out" / "profile.csv", delimiter=",", names=True)
    assert 0 <= rows["fraction_from_bow"].min() < rows["fraction_from_bow"].max() <= 1


def test_the_same_picture_gives_the_same_bytes(tmp_path: Path, cli: Cli) -> None:
    view = side_view("destroyer", 90.0)
    file = saved(view, tmp_path / "ship.png")
    for out in ("a", "b"):
        cli("photo", str(file), "--waterline", words(view.waterline), "--out", str(tmp_path / out))
    for name in ("photo.json", "profile.csv", "photo.svg", "photo.png"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_cut_ship_gets_a_profile_and_no_class(tmp_path: Path, cli: Cli) -> None:
    view = side_view("alligator-one-crane", 90.0)
    x1, y1, x2, y2 = view.waterline
    wide = round((x1 + x2) / 2)
    Image.fromarray(view.rgb[:, :wide]).save(tmp_path / "half.png")
    code, _, err = cli("photo", str(tmp_path / "half.png"), "--waterline", words((x1, y1, wide, y2)), "--out",
        str(tmp_path / "out"),
    )  # fmt: skip
    assert code == 2
    assert "visible part only" in err
    assert "a photograph that shows the whole ship is needed" in err
    assert json.loads((tmp_path / "out" / "photo.json").read_text())["evidence"] is None
    assert (tmp_path / "out" / "profile.csv").read_text().startswith("share_of_visible_width_from_left")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--waterline", "1,2,3"), "--waterline: '1,2,3' is no line"),
        (("--waterline", "a,b,c,d"), "give four numbers"),
        (("--length-m", "9000"), "--length-m 9000 is no length of a ship"),
        (("--overhead", "no.json"), "holds no profiles"),
        (("--mask", "no.png"), "is not there"),
    ],
)
def test_options_that_cannot_be_meant(arguments: tuple[str, ...], says: str, tmp_path: Path, cli: Cli) -> None:
    file = saved(side_view("destroyer", 90.0), tmp_path / "ship.png")
    code, _, err = cli("photo", file, *arguments, "--out", tmp_path / "out")
    assert code == 2
    assert says in err.replace("\n", " ")


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_turned_picture_is_set_upright(tmp_path: Path, orientation: int) -> None:
    view = side_view("destroyer", 90.0)
    turns = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(view.rgb).transpose(turns[orientation]).save(tmp_path / "t.jpg", exif=exif, quality=95)
    photo = read_photograph(tmp_path / "t.jpg")
    assert photo.file_px == (600, 330)
    assert np.abs(photo.rgb - view.rgb / 255).mean() < 0.02
    assert any("upright" in note for note in photo.notes)


def test_sixteen_bits_and_greys_are_read(tmp_path: Path) -> None:
    grey = side_view("destroyer", 90.0).rgb.mean(axis=2)
    Image.fromarray((grey * 40).astype(np.uint16)).save(tmp_path / "deep.png")
    Image.fromarray(grey.astype(np.uint8)).save(tmp_path / "grey.png")
    deep, flat = read_photograph(tmp_path / "deep.png"), read_photograph(tmp_path / "grey.png")
    assert any("uint16" in note for note in deep.notes)
    assert any("no colours" in note for note in flat.notes)
    assert 0.9 < np.percentile(deep.rgb, 99.9) <= 1
    assert np.corrcoef(deep.rgb.ravel(), flat.rgb.ravel())[0, 1] > 0.99


def test_a_very_wide_picture_is_reduced(tmp_path: Path) -> None:
    Image.fromarray(np.full((300, 20_000), 90, np.uint8)).save(tmp_path / "wide.png")
    photo = read_photograph(tmp_path / "wide.png")
    assert photo.rgb.shape == (24, 1600, 3)
    assert photo.step == 12.5


def test_pictures_that_are_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "words.jpg").write_text("not a picture")
    Image.fromarray(np.zeros((10, 20, 3), np.uint8)).save(tmp_path / "tiny.png")
    whole = saved(side_view("destroyer", 90.0), tmp_path / "whole.jpg").read_bytes()
    (tmp_path / "half.jpg").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RasterError, match="is no image we read"):
        read_photograph(tmp_path / "words.jpg")
    with pytest.raises(InputError, match="20 x 10 pixels"):
        read_photograph(tmp_path / "tiny.png")
    with pytest.raises(RasterError, match="half"):
        read_photograph(tmp_path / "half.jpg")


def test_without_a_result_the_next_thing_to_try_is_named(tmp_path: Path, cli: Cli) -> None:
    noise = np.random.default_rng(1).integers(90, 110, (200, 300, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    code, _, err = cli("photo", str(tmp_path / "noise.png"), "--out", str(tmp_path / "out"))
    assert code == 2
    assert "--waterline X1,Y1,X2,Y2" in err


@pytest.mark.parametrize(
    ("cut", "says"), [((False, False), "--waterline X1,Y1,X2,Y2"), ((True, False), "shows the whole ship")]
)
def test_what_is_tried_next_depends_on_what_is_seen(cut: tuple[bool, bool], says: str) -> None:
    assert says in next_to_try(cut)
