"""Servers of one workbench, forked from a process that has loaded everything, so that killing fifty takes seconds.

Run as a program: `CASE`. Each line on its input starts a server; it answers with the process's number and its link.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Server:
    """A running server and a session in it."""

    pid: int
    port: int
    cookie: str

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """One request in this session; raises OSError or HTTPException where the server is gone."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Cookie": self.cookie, "Origin": f"http://127.0.0.1:{self.port}", "Content-Type": "application/json"}
        with closing(link):
            link.request(method, path, body=None if body is None else json.dumps(body), headers=headers)
            answer = link.getresponse()
            return answer.status, json.loads(answer.read())

    def kill(self) -> None:
        """kill -9."""
        os.kill(self.pid, signal.SIGKILL)


class Nursery:
    """Starts servers of a case."""

    def __init__(self, case: Path) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - this very file
            [sys.executable, __file__, str(case)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self) -> Server:
        """A new server with a session in it."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        pid, link = self._process.stdout.readline().split()
        place = urlsplit(link)
        assert place.port
        return Server(pid=int(pid), port=place.port, cookie=_enter(place.port, place.path))

    def close(self) -> None:
        """End it; servers that still run must be killed before."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(timeout=20)
        self._process.stdout.close()


def _enter(port: int, path: str) -> str:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with closing(link):
        link.request("GET", path)
        answer = link.getresponse()
        answer.read()
        return str(answer.headers["set-cookie"]).split(";")[0]


def _main(case: Path) -> None:
    from roadstead.workbench import serve  # noqa: PLC0415 - only in the process that forks

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        if os.fork() == 0:
            serve(case, ["Ann"], lambda _, link: print(os.getpid(), link, flush=True))  # noqa: T201 - that is the answer
            os._exit(0)


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
