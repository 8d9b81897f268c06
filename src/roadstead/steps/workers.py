"""Many items through one `concurrent.futures` executor: in this process, local processes, or a Dask cluster.

Whichever runs, each item's outcome is the same value; outcomes come as they are done, with the item's number, so that
they can be kept at once and put in order by the caller. One item that fails is told, and the rest is done.

A worker that dies takes the calls of its pool with it, and nothing says which of them was to blame. So only as many
calls are handed out as can run at once; those that were lost are done again one after the other in fresh workers, and
the one whose worker dies again is named.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from roadstead.model import InputError, RoadsteadError
from roadstead.steps.cluster import dask_cluster
from roadstead.steps.local import InProcess, in_worker, local_processes
from roadstead.steps.versions import numeric_versions

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

T = TypeVar("T")
R = TypeVar("R")
MOST_WORKERS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """Where work is done.

    Raises:
        InputError: the number is out of range, or both are asked for.
    """

    count: int = 1
    """local processes at once; 1: in this process"""
    cluster: str = ""
    """address of a Dask scheduler, `tcp://host:8786`; empty: none"""

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MOST_WORKERS:
            raise InputError(f"--workers {self.count}: give a number from 1 to {MOST_WORKERS}")
        if self.cluster and self.count > 1:
            raise InputError("--workers and --cluster name two places for one piece of work; give one of the two")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why one item came to nothing."""

    sentence: str
    defect: bool
    """True: the fault is ours, or a worker's; False: the input's"""


@dataclass(frozen=True, slots=True)
class _Call(Generic[T, R]):
    """What a worker does with an item; refuses libraries other than ours, which might give other numbers."""

    work: Callable[[T], R]
    versions: Mapping[str, str]

    def __call__(self, item: T) -> R | Failure:
        try:
            _check_versions(self.versions)
            return self.work(item)
        except RoadsteadError as error:
            return Failure(sentence=str(error), defect=False)
        except MemoryError as error:
            return Failure(
                sentence=f"the memory does not suffice ({error}); give a smaller area, or fewer workers", defect=True
            )
        except Exception as error:  # noqa: BLE001 - one item that fails must not take the others with it
            if os.environ.get("ROADSTEAD_TRACEBACK"):
                traceback.print_exc()
            return Failure(sentence=f"our fault, not yours: {type(error).__name__}: {error}", defect=True)


_Lost = list[tuple[int, T, str]]


def each(work: Callable[[T], R], items: Iterable[T], workers: Workers) -> Iterator[tuple[int, R | Failure]]:
    """Do a piece of work on every item; yields the item's number and its result, or why there is none, as they come.

    Args:
        work: a function, or an object of a module, that can be pickled where others than this process run it.
        items: taken as workers become free.
        workers: where.

    Raises:
        InputError: the cluster cannot be used.
    """
    numbered = enumerate(items)
    first = list(islice(numbered, 2))
    # One item is done sooner here than a process starts.
    place = workers if len(first) > 1 or workers.cluster else Workers()
    waiting: Iterator[tuple[int, T]] = chain(first, numbered)
    call = _Call(work, numeric_versions())
    more = bool(first)
    while more:
        with _executor(place) as (executor, width):
            lost = yield from _round(executor, width, call, waiting)
        yield from _again(place, call, lost)
        more = bool(lost)


def _again(place: Workers, call: _Call[T, R], lost: _Lost[T]) -> Iterator[tuple[int, R | Failure]]:
    """What a broken pool lost, one item at a time in fresh workers; an item that is lost twice is named."""
    waiting = iter([(number, item) for number, item, _ in sorted(lost, key=lambda each: each[0])])
    left = len(lost)
    while left:
        with _executor(Workers(count=1, cluster=place.cluster), apart=True) as (executor, _):
            lost_again = yield from _round(executor, 1, call, waiting)
        for number, _, why in lost_again:
            yield number, Failure(sentence=f"its worker ended twice before it was done ({why})", defect=True)
        left = len(lost_again)


def _round(
    executor: Executor, width: int, call: _Call[T, R], waiting: Iterator[tuple[int, T]]
) -> Generator[tuple[int, R | Failure], None, _Lost[T]]:
    """Hand out items until none waits or a worker dies; returns what was lost, with the reason."""
    running: dict[Future[Any], tuple[int, T]] = {}
    lost: _Lost[T] = []
    while True:
        while not lost and len(running) < width and (taken := next(waiting, None)) is not None:
            try:
                running[executor.submit(in_worker, call, taken[1])] = taken
            except BrokenExecutor as error:
                lost.append((*taken, _why(error)))
        if not running:
            return lost
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in sorted(done, key=lambda f: running[f][0]):
            number, item = running.pop(future)
            try:
                outcome = future.result()
            except Exception as error:  # noqa: BLE001 - the call itself never raises: this is the executor's
                lost.append((number, item, _why(error)))
            else:
                yield number, outcome


def _why(error: Exception) -> str:
    first = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


@contextmanager
def _executor(workers: Workers, *, apart: bool = False) -> Iterator[tuple[Executor, int]]:
    """The executor of a place, and how many calls to have under way.

    Args:
        workers: the place.
        apart: True: not in this process, since the work may end its worker.
    """
    if workers.cluster:
        with dask_cluster(workers.cluster) as (executor, width):
            yield executor, width
    elif workers.count > 1 or apart:
        with local_processes(workers.count) as executor:
            yield executor, workers.count
    else:
        yield InProcess(), 1


def _check_versions(expected: Mapping[str, str]) -> None:
    own = numeric_versions()
    for name, version in expected.items():
        if own.get(name) != version:
            raise InputError(
                f"a worker has {name} {own.get(name)}, and we have {version}: results could differ; install the same "
                "versions on the cluster"
            )
