"""Many items give the same outcomes wherever they are done, and nothing that a worker takes with it is lost."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from chores import Deadly, square

from roadstead.model import Estimate, InputError
from roadstead.steps import Failure, StepCache, Workers, each
from roadstead.steps import workers as workers_module


@pytest.mark.parametrize("workers", [Workers(), Workers(count=2)])
def test_an_item_that_fails_is_told_and_the_rest_is_done(workers: Workers) -> None:
    outcomes = dict(each(square, range(12), workers))
    told = {n: outcomes.pop(n) for n in (7, 9)}
    assert outcomes == {n: n * n for n in range(12) if n not in {7, 9}}
    assert told[7] == Failure(sentence="seven is not squared; give another number", defect=False)
    assert isinstance(told[9], Failure)
    assert told[9].defect
    assert "our fault, not yours: IndexError" in told[9].sentence


def test_what_a_dead_worker_held_is_done_again_and_only_the_deadly_item_is_named(tmp_path: Path) -> None:
    outcomes = dict(each(Deadly(tmp_path), range(9), Workers(count=2)))
    deadly = outcomes.pop(5)
    assert outcomes == {n: n for n in range(9) if n != 5}
    assert isinstance(deadly, Failure)
    assert "its worker ended twice before it was done" in deadly.sentence


def test_items_are_taken_only_as_workers_become_free() -> None:
    taken = []

    def items() -> Iterator[int]:
        for n in range(10):
            taken.append(n)
            yield n

    outcomes = each(square, items(), Workers())
    next(outcomes)
    assert taken == [0, 1]


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"count": 0}, "from 1 to 256"), ({"count": 2, "cluster": "tcp://127.0.0.1:1"}, "give one of the two")],
)
def test_impossible_workers_are_refused(asked: dict, said: str) -> None:
    with pytest.raises(InputError, match=said):
        Workers(**asked)


def test_other_versions_on_a_worker_are_refused() -> None:
    call = workers_module._Call(square, {"numpy": "1.0"})
    outcome = call(2)
    assert isinstance(outcome, Failure)
    assert "a worker has numpy" in outcome.sentence


@pytest.mark.enable_socket
def test_a_cluster_that_does_not_answer_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="dask.distributed is not installed")
    monkeypatch.setattr("roadstead.steps.cluster.CONNECT_S", 1)
    with pytest.raises(InputError, match=r"--cluster tcp://127.0.0.1:9: no Dask scheduler answers there"):
        list(each(square, range(3), Workers(cluster="tcp://127.0.0.1:9")))


def test_without_dask_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"roadstead\[cluster\]"):
        list(each(square, range(3), Workers(cluster="tcp://127.0.0.1:9")))


class Half:
    """A `Step` that fails on odd values."""

    name, version = "half", 1

    def __init__(self) -> None:
        self.calls: list[int] = []

    def inputs(self, value: int) -> int:
        return value

    def run(self, value: int) -> Estimate:
        self.calls.append(value)
        if value % 2:
            raise InputError(f"{value} is odd")
        return Estimate(value / 2, 0.5)


def test_results_are_kept_as_they_come_and_failures_are_tried_again(tmp_path: Path) -> None:
    step, cache = Half(), StepCache(tmp_path)
    run = {"kind": Estimate, "workers": Workers()}
    outcomes = cache.run_each(step, [4, 5, 6], items=["a", "b", "c"], **run)
    assert next(outcomes) == (0, Estimate(2.0, 0.5))
    outcomes.close()
    again = dict(StepCache(tmp_path).run_each(step, [6, 4, 5], items=["c", "a", "b"], **run))
    assert again[0] == Estimate(3.0, 0.5)
    assert again[1] == Estimate(2.0, 0.5)
    assert isinstance(again[2], Failure)
    assert step.calls == [4, 6, 5]
