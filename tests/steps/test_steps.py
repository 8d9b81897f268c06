import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from fakes import CountingStep
from shapely.geometry import Polygon

from roadstead.model import Estimate, Site, StorageError, TimeSpan
from roadstead.steps import (
    FixedClock,
    RunLedger,
    StepCache,
    append_line,
    canonical_json,
    from_plain,
    read_lines,
    sha256_of,
    stream,
    to_plain,
    write_atomic,
)

NOON = datetime(2024, 10, 17, 2, 0, tzinfo=UTC)
SITE = Site(id="a", name="A", timezone="UTC", aoi=Polygon([(0, 0), (1, 0), (1, 1)]))


def test_values_survive_the_round_trip() -> None:
    for value in (SITE, Estimate(112.5, 3.0), TimeSpan(NOON, NOON)):
        assert from_plain(json.loads(canonical_json(value)), type(value)) == value


def test_a_step_is_computed_once_and_again_when_anything_changes(tmp_path: Path) -> None:
    cache, step = StepCache(tmp_path), CountingStep()
    for _ in range(3):
        assert cache.run(step, {"x": 1}, Estimate) == Estimate(1.0, 0.5)
    assert step.calls == 1
    newer = CountingStep(version=2)
    cache.run(newer, {"x": 1}, Estimate)
    cache.run(step, {"x": 2}, Estimate)
    assert (step.calls, newer.calls, cache.done, cache.found) == (2, 1, 3, 2)


@pytest.mark.parametrize(
    "damage", ["", "{", '{"schema_version":1}', '{"schema_version":1,"value":{"value":"x"}}', "\x00"]
)
def test_a_damaged_result_is_computed_again(tmp_path: Path, damage: str) -> None:
    cache = StepCache(tmp_path)
    cache.run(CountingStep(), {}, Estimate)
    stored = next(tmp_path.rglob("*.json"))
    stored.write_text(damage)
    assert cache.run(CountingStep(), {}, Estimate) == Estimate(1.0, 0.5)
    assert cache.done == 2


def test_the_ledger_tells_what_was_found_done(tmp_path: Path) -> None:
    for _ in range(2):
        ledger = RunLedger(tmp_path / "runs.sqlite", FixedClock(NOON), program="1", assumptions="abc")
        StepCache(tmp_path / "cache", ledger).run(CountingStep(), {}, Estimate, item="scene")
        ledger.close("done")
    rows = sqlite3.connect(tmp_path / "runs.sqlite").execute("SELECT run, name, item, cached FROM step").fetchall()
    assert rows == [(1, "measure", "scene", 0), (2, "measure", "scene", 1)]
    events = [line["event"] for line in read_lines(tmp_path / "log.jsonl")]
    assert events == ["start", "step", "end"] * 2


def test_a_torn_line_is_passed_over_and_the_next_one_kept(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    append_line(log, {"n": 1})
    with log.open("ab") as f:
        f.write(b'{"n": 2, "torn')
    append_line(log, {"n": 3})
    assert [line["n"] for line in read_lines(log)] == [1, 3]


def test_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        write_atomic(tmp_path / "file" / "below.txt", "x")


def test_streams_are_their_own_and_repeatable() -> None:
    a, b = stream(1, "infer", "claim"), stream(1, "infer", "claim")
    assert np.array_equal(a.random(8), b.random(8))
    others = [stream(1, "infer", "other"), stream(2, "infer", "claim"), stream(1, "inferclaim")]
    first = stream(1, "infer", "claim").random()
    assert all(o.random() != first for o in others)


def test_equal_values_hash_equal_whatever_the_order() -> None:
    assert sha256_of({"a": 1, "b": [SITE]}) == sha256_of({"b": [SITE], "a": 1})
    assert to_plain(Path("x/y")) == "x/y"
