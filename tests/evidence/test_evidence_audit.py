"""Whatever is changed in a bundle is found and named; hostile bundles are findings, never tracebacks."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from roadstead.evidence import Stage, audit, bundle, check_bag
from roadstead.evidence.bag import seal, write_manifests
from roadstead.model import InputError
from roadstead.report.exports import Profile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FLIPS = 1000


def test_a_thousand_flipped_bits_are_found_each_with_its_file(held: Path) -> None:
    files = sorted(p for p in held.rglob("*") if p.is_file())
    rng = np.random.default_rng(1)
    # Every file in turn, small ones as often as large ones: manifests and tags are hit some thirty times each.
    for n in range(FLIPS):
        path = files[n % len(files)]
        data = path.read_bytes()
        bit = int(rng.integers(8 * len(data)))
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << (bit % 8)
        path.write_bytes(flipped)
        named = {d.file for d in check_bag(held)}
        path.write_bytes(data)
        assert path.relative_to(held).as_posix() in named, (path.name, bit)
    assert check_bag(held) == []


def test_a_flip_anywhere_names_no_innocent_file(held: Path) -> None:
    path = held / "tagmanifest-sha256.txt"
    text = path.read_text("ascii")
    path.write_text(("1" if text[0] == "0" else "0") + text[1:], "ascii")
    assert {d.file for d in check_bag(held)} == {"tagmanifest-sha256.txt"}


def test_missing_added_and_changed_files_are_told_apart(held: Path) -> None:
    (held / "data/results/verdicts.json").unlink()
    (held / "data/new.txt").write_text("new", "utf-8")
    (held / "data/README.txt").write_text("other", "utf-8")
    (held / "note.txt").write_text("beside", "utf-8")
    found = {d.file: d.sentence for d in check_bag(held)}
    assert "missing" in found["data/results/verdicts.json"]
    assert "added" in found["data/new.txt"]
    assert "added" in found["note.txt"]
    assert "changed" in found["data/README.txt"]


def test_a_verdict_forged_with_all_hashes_made_anew_is_found(held: Path) -> None:
    _edit(held, "data/results/verdicts.json", lambda vs: vs[1].update(verdict="supported", probability=[0.9, 0.95]))
    found = audit(held)
    assert {f.file for f in found.faults} == {"data/results/verdicts.json"}
    said = " ".join(f.sentence for f in found.faults)
    assert "nobody-there" in said
    assert "recorded as 'supported', derived as 'contradicted'" in said


def test_a_probability_off_by_two_hundredths_is_found(held: Path) -> None:
    def shift(verdicts: list[dict[str, object]]) -> None:
        verdicts[0]["probability"] = [0.965, 0.99]

    _edit(held, "data/results/verdicts.json", shift)
    assert any("probability recorded as [0.965, 0.99]" in f.sentence for f in audit(held).faults)


def test_a_verdict_that_redaction_excuses_is_no_licence_to_forge_it(case: Path, tmp_path: Path) -> None:
    (case / "redaction.toml").write_text('schema_version = 1\nsources = {informer = "drop"}\n', "utf-8")
    made = bundle(case, out=tmp_path / "public", profile=Profile.PUBLIC).folder

    def excuse(document: dict[str, object]) -> None:
        document["not_derivable_from_this_bundle"] = [
            "claim two-ships: with reports probability recorded as [0.5, 0.6], derived as [0.9, 0.99]"
        ]

    _edit(made, "data/redactions.json", excuse)
    _edit(made, "data/results/verdicts.json", lambda vs: vs[0]["with_reports"].update(probability=[0.1, 0.2]))
    assert any("recorded as [0.1, 0.2]" in f.sentence for f in audit(made).faults)


@pytest.mark.parametrize(
    ("forge", "where"),
    [
        (lambda v: v.update(words="Proven: two ships."), "words"),
        (lambda v: v["with_reports"].update(words="Proven: two ships."), "with reports words"),
        (lambda v: v["elements"][0].update(why="A ship was seen."), "elements"),
        (lambda v: v["coverage"].update(statement="Seen at all times."), "coverage statement"),
        (lambda v: v["hypotheses"][0].update(text="Nothing else could be."), "hypotheses"),
    ],
)
def test_words_forged_with_all_hashes_made_anew_are_found(
    held: Path, forge: Callable[[Any], object], where: str
) -> None:
    _edit(held, "data/results/verdicts.json", lambda vs: forge(vs[0]))
    said = [f.sentence for f in audit(held).faults if f.stage is Stage.MEASUREMENTS]
    assert len([s for s in said if s.startswith(f"claim two-ships: {where}")]) == 1, said


def test_a_report_forged_with_all_hashes_made_anew_is_found(held: Path) -> None:
    path = held / "data/results/report.html"
    page = path.read_text("utf-8")
    assert not [f for f in audit(held).faults if f.stage is Stage.REPORT]
    call = json.loads((held / "data/results/verdicts.json").read_text("utf-8"))[0]["verdict"]
    other = "contradicted" if call == "supported" else "supported"
    path.write_text(page.replace(f">{call}</b>", f">{other}</b>", 1), "utf-8")
    _rehash(held)
    (fault,) = audit(held).faults
    assert (fault.file, fault.stage) == ("data/results/report.html", Stage.REPORT)
    assert "row of the table of verdicts is not what verdicts.json has" in fault.sentence
    path.write_bytes(b"\xff\xfe no text")
    _rehash(held)
    assert {f.file for f in audit(held).faults} == {"data/results/report.html"}


def test_a_measurement_invented_is_found_in_the_pixels(held: Path) -> None:
    def invent(document: dict[str, dict[str, list[dict[str, list[dict[str, object]]]]]]) -> None:
        detections = document["gathered"]["at_sites"][0]["detections"]
        detections.append(detections[0] | {"id": "radar-1#9", "row_px": 30.0, "col_px": 30.0})

    _edit(held, "data/measurements.json", invent)
    found = audit(held)
    assert any("radar-1#9 is not found again in its pixels" in f.sentence for f in found.faults)
    assert any("radar-1#9 is in measurements.json only" in f.sentence for f in found.faults)


def test_assumptions_changed_afterwards_are_found(held: Path) -> None:
    path = held / "data/case/case.toml"
    path.write_text(path.read_text("utf-8").replace("traffic = [0.2, 3]", "traffic = [0.1, 3]"), "utf-8")
    _rehash(held)
    said = [f.sentence for f in audit(held).faults]
    assert any("rests on other assumptions" in s for s in said)


def test_it_works_from_a_read_only_folder_elsewhere(held: Path, tmp_path: Path) -> None:
    there = shutil.copytree(held, tmp_path / "far away" / "naïve bundle")
    for path in (*there.rglob("*"), there):
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = sorted((p.as_posix(), p.stat().st_mtime_ns) for p in there.rglob("*"))
    try:
        assert audit(there).faults == []
        assert sorted((p.as_posix(), p.stat().st_mtime_ns) for p in there.rglob("*")) == before
    finally:
        for path in (there, *there.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)


def test_a_folder_that_is_no_bundle_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no evidence bundle"):
        audit(tmp_path)


@pytest.mark.parametrize("name", ["../../outside.txt", "/etc/passwd", "data/../../outside.txt", "data\\..\\x"])
def test_a_manifest_that_points_outside_is_a_finding(held: Path, name: str) -> None:
    path = held / "manifest-sha256.txt"
    path.write_text(path.read_text("utf-8") + f"{hashlib.sha256(b'').hexdigest()}  {name}\n", "utf-8")
    _reseal(held)
    assert any(d.file == "manifest-sha256.txt" and "outside" in d.sentence for d in check_bag(held))


def test_a_line_given_twice_is_a_finding(held: Path) -> None:
    path = held / "manifest-sha256.txt"
    text = path.read_text("utf-8")
    path.write_text(text + text.splitlines()[0] + "\n", "utf-8")
    _reseal(held)
    assert any("again" in d.sentence for d in check_bag(held))


def test_links_are_named_and_not_followed(held: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text("[]", "utf-8")
    (held / "data/results/verdicts.json").unlink()
    (held / "data/results/verdicts.json").symlink_to(secret)
    (held / "data/loop").symlink_to(held)
    found = audit(held)
    assert {"data/results/verdicts.json", "data/loop"} <= {f.file for f in found.faults if "link" in f.sentence}
    assert any("nothing further" in f for f in found.facts)


def test_a_pipe_does_not_hang_the_audit(held: Path) -> None:
    os.mkfifo(held / "data/pipe")
    assert any(d.file == "data/pipe" and "no plain file" in d.sentence for d in check_bag(held))


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[" * 100_000, b"null", b'{"schema_version": 1}', b"[1]"])
@pytest.mark.parametrize(
    "name",
    ["data/case.json", "data/measurements.json", "data/results/verdicts.json", "data/results/detections.geojson",
     "data/redactions.json", "data/code/environment.json", "timestamps/status.json", "manifest-sha256.txt",
     "data/case/case.toml"],
)  # fmt: skip
def test_broken_files_are_findings(held: Path, name: str, content: bytes) -> None:
    (held / name).write_bytes(content)
    _rehash(held) if name.startswith("data/") else _reseal(held)
    found = audit(held)
    if name not in {"data/code/environment.json", "data/redactions.json"} or content == b"":
        assert found.faults


def test_measurements_that_name_pixels_outside_are_refused(held: Path) -> None:
    def escape(document: dict[str, dict[str, dict[str, dict[str, object]]]]) -> None:
        document["gathered"]["scenes"]["radar-1"]["path"] = "data/../../../etc/passwd"

    _edit(held, "data/measurements.json", escape)
    assert any("outside the bundle" in f.sentence for f in audit(held).faults)


def _edit(root: Path, name: str, change: object) -> None:
    value = json.loads((root / name).read_text("utf-8"))
    change(value)  # type: ignore[operator]
    (root / name).write_text(json.dumps(value), "utf-8")
    _rehash(root)


def _rehash(root: Path) -> None:
    """Make all manifests anew, as a forger would."""
    write_manifests(root, {})
    seal(root)


def _reseal(root: Path) -> None:
    seal(root)
