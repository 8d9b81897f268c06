"""Matrix products on one thread of processor."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")


def one_blas_thread(work: Callable[P, R]) -> Callable[P, R]:
    """Decorator: matrix products inside run on one thread, whatever the machine has.

    Ours are many and small. Threads of the library wait for one another by spinning, which with two workers on two
    cores takes four times the time of the work itself; and how a product is split among threads changes its last bits.
    """

    @wraps(work)
    def alone(*args: P.args, **kwargs: P.kwargs) -> R:
        from threadpoolctl import threadpool_limits  # noqa: PLC0415 - looks for the libraries that are loaded by then

        with threadpool_limits(limits=1, user_api="blas"):
            return work(*args, **kwargs)

    return alone
