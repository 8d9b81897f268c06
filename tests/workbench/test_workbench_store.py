"""Decisions are kept: in order, unchanged, through kills."""

from __future__ import annotations

import http.client
import json
import random
import sqlite3
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from forked_servers import Nursery
from review_case import FIRST

from roadstead.archive import DecisionMade, held_decisions
from roadstead.model import InputError, StorageError
from roadstead.steps import SystemClock
from roadstead.workbench import DecisionStore

if TYPE_CHECKING:
    from pathlib import Path

KILLS = 50


def note(number: int, **more: object) -> DecisionMade:
    return DecisionMade(id=f"note-{number:06}", kind="note", text=f"number {number}", **more)


def test_what_is_kept_is_read_back_in_order_and_written_beside_the_case(tmp_path: Path) -> None:
    store = DecisionStore(tmp_path, SystemClock())
    for number in range(3):
        store.add(note(number), "Ann")
    store.close()
    assert [d.text for d in DecisionStore(tmp_path, SystemClock()).all()] == ["number 0", "number 1", "number 2"]
    held = held_decisions(tmp_path)
    assert [(d.number, d.analyst, d.text) for d in held.decisions] == [(n + 1, "Ann", f"number {n}") for n in range(3)]
    assert not held.losses


def test_the_same_decision_sent_twice_counts_once_and_its_id_serves_no_other(tmp_path: Path) -> None:
    store = DecisionStore(tmp_path, SystemClock())
    assert store.add(note(1), "Ann") == store.add(note(1), "Ann")
    with pytest.raises(InputError, match="another decision carries the id"):
        store.add(note(1), "Bob")
    assert len(store.all()) == 1


def test_rows_can_be_neither_changed_nor_deleted(tmp_path: Path) -> None:
    store = DecisionStore(tmp_path, SystemClock())
    store.add(note(1), "Ann")
    other = sqlite3.connect(tmp_path / "review.sqlite")
    for change in ("UPDATE decision SET analyst = 'Bob'", "DELETE FROM decision"):
        with pytest.raises(sqlite3.IntegrityError, match="append only"):
            other.execute(change)
    other.close()


def test_a_row_that_was_changed_by_other_means_is_found(tmp_path: Path) -> None:
    store = DecisionStore(tmp_path, SystemClock())
    store.add(note(1), "Ann")
    store.add(note(2), "Ann")
    store.close()
    with sqlite3.connect(tmp_path / "review.sqlite") as other:
        other.execute("DROP TRIGGER never_changed")
        other.execute("UPDATE decision SET line = replace(line, 'number 1', 'number 7') WHERE number = 1")
    other.close()
    with pytest.raises(StorageError, match="row 1 was changed"):
        DecisionStore(tmp_path, SystemClock())


def test_only_ones_own_decision_can_be_undone_and_only_once(tmp_path: Path) -> None:
    store = DecisionStore(tmp_path, SystemClock())
    store.add(note(1), "Ann")
    undo = [DecisionMade(id=f"undo-{n:06}", kind="undo", withdraws="note-000001") for n in range(3)]
    with pytest.raises(InputError, match="no decision note-000001 of yours"):
        store.add(undo[0], "Bob")
    store.add(undo[1], "Ann")
    with pytest.raises(InputError, match="undone already"):
        store.add(undo[2], "Ann")


@pytest.mark.parametrize(
    ("made", "lacks"),
    [
        ({"kind": "reject", "scene_id": "s", "outline_px": [[1, 1]]}, "needs its reason"),
        ({"kind": "accept", "scene_id": "s"}, "outline in the scene's pixels"),
        ({"kind": "draw", "scene_id": "s"}, "needs a place"),
        ({"kind": "draw", "outline": [[1, 1]]}, "needs the scene"),
        ({"kind": "draw", "scene_id": "s", "outline": [[0, 0], [1, 1], [1, 0], [0, 1]]}, "crosses itself"),
        ({"kind": "undo"}, "names the decision"),
    ],
)
def test_a_decision_that_lacks_something_is_refused_with_what_it_lacks(
    made: dict[str, object], lacks: str, tmp_path: Path
) -> None:
    store = DecisionStore(tmp_path, SystemClock())
    with pytest.raises(InputError, match=lacks):
        store.add(DecisionMade.model_validate({"id": "decision-1", **made}), "Ann")
    assert not store.all()


def test_a_file_that_is_no_store_is_named(tmp_path: Path) -> None:
    (tmp_path / "review.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(StorageError, match=r"review\.sqlite"):
        DecisionStore(tmp_path, SystemClock())


def test_a_damaged_line_is_named_and_a_torn_last_one_passed_over(tmp_path: Path) -> None:
    store = DecisionStore(tmp_path, SystemClock())
    store.add(note(1), "Ann")
    store.close()
    path = tmp_path / "decisions.jsonl"
    good = path.read_text("utf-8")
    path.write_text(good + json.dumps({"id": "x"}) + "\n" + good[:40], "utf-8")
    held = held_decisions(tmp_path)
    assert len(held.decisions) == 1
    assert len(held.losses) == 1
    assert "decisions.jsonl:2" in held.losses[0]


def test_two_stores_of_one_case_lose_nothing(tmp_path: Path) -> None:
    stores = [DecisionStore(tmp_path, SystemClock()) for _ in range(2)]

    def work(which: int) -> None:
        for number in range(20):
            stores[which].add(note(1000 * which + number), f"analyst {which}")

    threads = [threading.Thread(target=work, args=(which,)) for which in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stores[0].all()) == len(stores[1].all()) == len(held_decisions(tmp_path).decisions) == 40


@pytest.mark.enable_socket
@pytest.mark.timeout(1200)  # fifty servers: half a minute, on a busy machine far more
def test_fifty_kills_lose_no_decision_that_was_acknowledged(case: Path) -> None:
    draw = random.Random(9)  # noqa: S311 - when to kill is no secret
    nursery, sent, acknowledged = Nursery(case), 0, set()
    server = nursery.start()
    try:
        for _ in range(KILLS):
            gone, before, killer = False, draw.randrange(4), None
            while not gone:
                if not before:
                    killer = threading.Timer(draw.uniform(0.0, 0.03), server.kill)
                    killer.start()
                before -= 1
                sent += 1
                made = {"id": f"kill-{sent:06}", "kind": "note", "scene_id": FIRST, "text": f"number {sent}"}
                try:
                    status, answer = server.ask("POST", "/api/decisions", made)
                except (OSError, http.client.HTTPException):
                    gone = True
                else:
                    assert status == 201, answer
                    acknowledged.add(made["id"])
            assert killer
            killer.join()
            server = nursery.start()
        kept = [d["line"]["id"] for d in server.ask("GET", "/api/decisions")[1]["decisions"]]
        assert acknowledged <= set(kept)
        assert len(kept) == len(set(kept))
    finally:
        server.kill()
        nursery.close()
    assert acknowledged <= {d.id for d in held_decisions(case).decisions}
    assert len(acknowledged) > KILLS


def test_a_verification_ends_with_the_server_that_began_it(case: Path) -> None:
    command = [sys.executable, "-m", "roadstead.workbench.refresh", str(case)]
    for alive, code in ((True, 0), (False, 1)):
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:  # noqa: S603 - ours
            assert process.stdin
            if not alive:
                process.stdin.close()
            assert process.wait(timeout=300) == code


def test_a_case_that_came_without_its_store_keeps_its_decisions(tmp_path: Path) -> None:
    first = DecisionStore(tmp_path, SystemClock())
    for number in range(3):
        first.add(note(number), "Ann")
    before = first.all()
    first.close()
    for name in ("review.sqlite", "review.sqlite-wal", "review.sqlite-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    again = DecisionStore(tmp_path, SystemClock())
    assert again.all() == before
    again.add(note(4), "Ann")
    assert len(held_decisions(tmp_path).decisions) == 4


def test_lines_written_by_hand_are_taken_into_the_store(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    line = DecisionStore(elsewhere, SystemClock()).add(note(1), "Ann").model_copy(update={"sha256": ""})
    (tmp_path / "decisions.jsonl").write_text(line.model_dump_json() + "\n", "utf-8")
    (taken,) = DecisionStore(tmp_path, SystemClock()).all()
    assert (taken.text, bool(taken.sha256)) == ("number 1", True)


@pytest.mark.parametrize("change", [("number 0", "number 9"), ('"number":2', '"number":7'), ("{", "")])
def test_lines_that_contradict_the_store_are_never_written_over(tmp_path: Path, change: tuple[str, str]) -> None:
    store = DecisionStore(tmp_path, SystemClock())
    for number in range(2):
        store.add(note(number), "Ann")
    store.close()
    lines = tmp_path / "decisions.jsonl"
    changed = lines.read_text("utf-8").replace(*change)
    lines.write_text(changed, "utf-8")
    with pytest.raises(StorageError, match="nothing was changed"):
        DecisionStore(tmp_path, SystemClock())
    assert lines.read_text("utf-8") == changed
