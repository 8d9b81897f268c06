"""The one job of a workbench: verifying the case again, with what it is doing for whoever waits."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from roadstead.workbench.schemas import JobOut

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from roadstead.model import Clock

PAUSE_S = 1.0
"""between a decision and the start, so that several decisions in a row are computed once"""


class Job:
    """Runs at most one verification at a time; asked for again while it runs, it runs once more.

    Args:
        folder: the case folder.
        clock: says since when it runs.
        done: called after each success.
    """

    def __init__(self, folder: Path, clock: Clock, done: Callable[[], None]) -> None:
        self._folder, self._clock, self._done = folder, clock, done
        self._lock = threading.Lock()
        self._state = JobOut(state="idle")
        self._again = threading.Event()
        self._closing = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> JobOut:
        """What it is doing."""
        with self._lock:
            return self._state

    def start(self) -> None:
        """Verify as soon as possible, once more if it is just running."""
        with self._lock:
            self._again.set()
            if self._thread is not None and self._thread.is_alive():
                return
            self._state = JobOut(state="running", step="waiting", since=self._clock.now())
            self._thread = threading.Thread(target=self._work, name="verify", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop what is running."""
        self._closing.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _work(self) -> None:
        while not self._closing.wait(PAUSE_S):
            with self._lock:
                if not self._again.is_set():
                    self._thread = None
                    return
                self._again.clear()
            self._once()

    def _once(self) -> None:
        self._say(JobOut(state="running", step="reading the case", since=self._clock.now()))
        error = ""
        command = [sys.executable, "-m", "roadstead.workbench.refresh", str(self._folder)]
        with subprocess.Popen(  # noqa: S603 - our own program and the folder that the user named
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.PIPE, text=True
        ) as process:
            self._process = process
            for line in process.stdout or ():
                error = self._told(line) or error
        if process.returncode == 0:
            self._done()
            self._say(JobOut(state="idle"))
        else:
            self._say(
                JobOut(state="failed", error=error or "the verification stopped; run 'roadstead verify' to see why")
            )

    def _told(self, line: str) -> str:
        """Take over a line of progress; returns an error that it holds."""
        try:
            said = json.loads(line)
        except ValueError:
            return ""
        if "error" in said:
            return str(said["error"])
        self._say(self.state.model_copy(update={k: said[k] for k in ("step", "done", "total")}))
        return ""

    def _say(self, state: JobOut) -> None:
        with self._lock:
            self._state = state
