"""Executors of this machine: in this process, or in fresh local processes that end when this one does."""

from __future__ import annotations

import os
import signal
import sys
import threading
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection
    from types import FrameType

R = TypeVar("R")
GRACE_S = 1.0
"""time that a stopped worker has to put its temporary files away"""
_AT_WORK = threading.Event()


class _Leave(BaseException):
    """Unwinds what a worker is doing, so that temporary files go."""


class InProcess(Executor):
    """Runs each call at once, here; Ctrl-C goes straight through."""

    def submit(self, fn: Callable[..., R], /, *args: Any, **kwargs: Any) -> Future[R]:
        """The call's outcome as a future that is done."""
        future: Future[R] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - a future holds whatever was raised
            future.set_exception(error)
        return future


_ENDS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def local_processes(count: int) -> Iterator[Executor]:
    """An executor of fresh processes; however this process ends, they end too.

    Each worker listens on a pipe whose other end only this process holds: the system closes it when this process ends,
    were it killed. Forked workers would inherit threads of libraries in the middle of their work, so they are spawned.

    Args:
        count: how many at once.
    """
    context = get_context("spawn")
    ears, line = context.Pipe(duplex=False)
    pool = _Pool(count, mp_context=context, initializer=_follow, initargs=(ears,))
    try:
        yield pool
        pool.shutdown()
    finally:
        line.close()
        pool.stop()
        ears.close()


class _Pool(ProcessPoolExecutor):
    """Processes that Ctrl-C does not reach, from their first instruction on, and that can be stopped while starting."""

    def submit(self, fn: Callable[..., R], /, *args: Any, **kwargs: Any) -> Future[R]:
        """As of any executor; new processes inherit that this thread does not take Ctrl-C just now."""
        with _undisturbed():
            return super().submit(fn, *args, **kwargs)

    def stop(self) -> None:
        """End all processes now, whatever they do; nothing to do after an orderly shutdown."""
        # A process that is still importing does not listen yet. Python 3.14 calls this terminate_workers.
        for process in list((getattr(self, "_processes", None) or {}).values()):
            with suppress(ValueError, OSError):
                process.terminate()
        self.shutdown(cancel_futures=True)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Put Ctrl-C and a plain kill off: a worker half started would end in a traceback.

    New processes inherit that this thread takes neither; of this process other threads may take them, so that the
    handlers, which Python runs in the main thread, wait too.
    """
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    handlers = {n: signal.signal(n, lambda number, _frame: came.append(number)) for n in _ENDS}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for end, handler in handlers.items():
            signal.signal(end, handler if handler is not None else signal.SIG_DFL)
        for number in came[:1]:
            signal.raise_signal(number)


def in_worker(fn: Callable[..., R], *args: Any) -> R:
    """Run a call so that the end of the worker unwinds it first; what `local_processes` is given to do."""
    try:
        _AT_WORK.set()
        return fn(*args)
    except _Leave:
        os._exit(1)
    finally:
        _AT_WORK.clear()


def _follow(ears: Connection) -> None:
    """Of a new worker: leave Ctrl-C to the main process, and go when that goes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    if hasattr(signal, "pthread_sigmask"):
        # What starts a worker puts signals off, and a worker inherits that.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    threading.Thread(target=_listen, args=(ears,), daemon=True).start()


def _listen(ears: Connection) -> None:
    with suppress(EOFError, OSError):
        ears.recv_bytes()
    _end_soon()
    os.kill(os.getpid(), signal.SIGTERM)


def _leave(_number: int, _frame: FrameType | None) -> None:
    _end_soon()
    if not _AT_WORK.is_set():
        os._exit(1)
    raise _Leave


def _end_soon() -> None:
    """A call in compiled code does not notice signals; it is not waited for."""
    sys.stderr.flush()
    timer = threading.Timer(GRACE_S, os._exit, (1,))
    timer.daemon = True
    timer.start()
