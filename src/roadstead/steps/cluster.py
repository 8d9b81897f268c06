"""The executor of a Dask cluster, by the address of its scheduler."""

from __future__ import annotations

from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from roadstead.model import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

CONNECT_S = 10
"""how long the scheduler may take to answer"""
WORKER_S = 30
"""how long a cluster that is just starting may take to have its first worker"""


@contextmanager
def dask_cluster(address: str) -> Iterator[tuple[Executor, int]]:
    """The cluster's `concurrent.futures` executor, and how many calls it runs at once.

    Its workers need this package, and the images under the same paths. They are not ours and go on when we leave; what
    we had asked for is withdrawn.

    Args:
        address: of the scheduler, `tcp://host:8786`.

    Raises:
        InputError: dask.distributed is not installed, or no scheduler or no worker answers.
    """
    try:
        distributed = import_module("distributed")
    except ImportError as error:
        raise InputError(
            f"--cluster {address} needs dask.distributed; install it with: pip install 'roadstead[cluster]'"
        ) from error
    try:
        client = distributed.Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(
            f"--cluster {address}: no Dask scheduler answers there within {CONNECT_S} s; start one with "
            "'dask scheduler', or give its address like tcp://host:8786"
        ) from error
    try:
        yield _executor(client, address)
    finally:
        client.close(timeout=5)


def _executor(client: Any, address: str) -> tuple[Executor, int]:
    try:
        client.wait_for_workers(1, timeout=WORKER_S)
    except TimeoutError as error:
        raise InputError(
            f"--cluster {address}: the scheduler has no worker; start one with 'dask worker {address}'"
        ) from error
    threads = sum(client.nthreads().values())
    return client.get_executor(pure=False), threads
