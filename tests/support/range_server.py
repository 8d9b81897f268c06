"""A web server on 127.0.0.1 that serves a folder by byte ranges, can misbehave, and remembers what it was asked."""

from __future__ import annotations

import re
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass
class Request:
    """One request as it came."""

    method: str
    path: str
    start: int | None
    """first byte asked for; None: the whole file"""
    headers: dict[str, str]
    sent: int = 0
    """bytes of the body that were sent"""


@dataclass
class RangeServer:
    """What is served and what was asked."""

    folder: Path
    ranges: bool = True
    """False: whole files only, as a simple server gives them"""
    status: dict[str, list[int]] = field(default_factory=dict)
    """path -> statuses to be answered with first, one a request; the last one stays"""
    redirects: dict[str, str] = field(default_factory=dict)
    """path -> address that the request is sent on to"""
    delay_s: float = 0.0
    requests: list[Request] = field(default_factory=list)
    url: str = ""

    def sent(self, name: str = "") -> int:
        """Bytes sent for paths that hold the name."""
        return sum(r.sent for r in self.requests if name in r.path)


@contextmanager
def range_server(folder: Path) -> Iterator[RangeServer]:
    """Serve a folder until the block ends."""
    state = RangeServer(folder=folder)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            _answer(self, state)

        def do_HEAD(self) -> None:
            _answer(self, state)

        def log_message(self, *_: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


def _answer(handler: BaseHTTPRequestHandler, state: RangeServer) -> None:
    path = unquote(urlsplit(handler.path).path)
    request = Request(method=handler.command, path=handler.path, start=None, headers=dict(handler.headers))
    state.requests.append(request)
    time.sleep(state.delay_s)
    planned = state.status.get(path)
    status = (planned.pop(0) if len(planned) > 1 else planned[0]) if planned else 200
    file = state.folder / path.lstrip("/")
    asked = _RANGE.fullmatch(handler.headers.get("Range", ""))
    start = request.start = int(asked[1]) if asked else None
    headers: dict[str, str] = {}
    if path in state.redirects:
        status, body, headers = 302, b"", {"Location": state.redirects[path]}
    elif status != 200 or not file.is_file():
        status, body = (status if status != 200 else 404), b"<html>refused</html>"
    else:
        whole = file.read_bytes()
        status, body = 200, whole
        headers = {"ETag": f'"{len(whole):x}-test"', "Content-Type": "image/tiff"}
        if state.ranges:
            headers["Accept-Ranges"] = "bytes"
        if state.ranges and start is not None and asked is not None:
            body = whole[start : int(asked[2]) + 1 if asked[2] else None]
            status = 206 if body else 416
            headers["Content-Range"] = f"bytes {start}-{start + len(body) - 1}/{len(whole)}"
    request.sent = _send(handler, status, headers, body)


def _send(handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes) -> int:
    try:
        handler.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            handler.send_header(name, value)
        handler.end_headers()
        if handler.command == "HEAD":
            return 0
        handler.wfile.write(body)
    except (BrokenPipeError, ConnectionResetError):
        # The client has seen enough.
        handler.close_connection = True
        return 0
    return len(body)
