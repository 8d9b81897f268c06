"""Who may ask: this computer's own browser, with a link of this start, from our own page.

- DNS rebinding: a request must name one of our own hosts in `Host`.
- Cross-site request forgery: the session's cookie is SameSite=Strict, what changes anything must come with our own
  `Origin`, and `Sec-Fetch-Site`, where a browser sends it, must not say another site.
- A link serves once; it stands for one analyst, whose name no page can change.
- Nothing is loaded from elsewhere, and no script runs but ours (content security policy).
"""

from __future__ import annotations

import hmac
import json
import secrets
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import Message, Receive, Scope, Send

SAFE = frozenset({"GET", "HEAD"})
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
        "worker-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), usb=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
ENTER = "/enter/"
TOKEN_BYTES = 32


@dataclass(slots=True)
class Doors:
    """Links that were given out, and the sessions they became."""

    port: int
    _links: dict[str, str] = field(default_factory=dict)
    """token -> analyst; taken out when used"""
    _sessions: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def cookie(self) -> str:
        """Name of the session's cookie; cookies know no ports, so the name does."""
        return f"roadstead_{self.port}"

    @property
    def origins(self) -> tuple[str, ...]:
        """Our own origins."""
        return tuple(f"http://{host}" for host in self.hosts)

    @property
    def hosts(self) -> tuple[str, ...]:
        """What a `Host` header may say."""
        return tuple(f"{name}:{self.port}" for name in ("127.0.0.1", "localhost", "[::1]"))

    def link(self, analyst: str) -> str:
        """A path that opens one session for an analyst, once."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with self._lock:
            self._links[token] = analyst
        return f"{ENTER}{token}"

    def enter(self, token: str) -> str | None:
        """The session that a link opens; None where it is not ours or was used."""
        with self._lock:
            found = next((t for t in self._links if hmac.compare_digest(t.encode(), token.encode())), None)
            if found is None:
                return None
            session = secrets.token_urlsafe(TOKEN_BYTES)
            self._sessions[session] = self._links.pop(found)
            return session

    def analyst(self, session: str) -> str | None:
        """Whose session it is; None where it is none of ours."""
        with self._lock:
            found = [a for s, a in self._sessions.items() if hmac.compare_digest(s.encode(), session.encode())]
        return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Guard:
    """Refuses every request that does not come from our own page in a session of ours, before anything is read."""

    app: ASGIApp
    doors: Doors
    most_bytes: int
    """of a request's body"""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        refused = self._refused(scope)
        guarded = _with_headers(send)
        if refused:
            await _refuse(guarded, *refused)
            return
        await self.app(scope, _limited(receive, self.most_bytes), guarded)

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        headers = scope["headers"]
        if _all(headers, b"host") not in [[h] for h in self.doors.hosts]:
            return 421, "this server answers only to its own name; open the link that 'roadstead workbench' printed"
        origin, site = _all(headers, b"origin"), _all(headers, b"sec-fetch-site")
        if origin and (len(origin) > 1 or origin[0] not in self.doors.origins):
            return 403, "the request comes from another page"
        if scope["method"] not in SAFE and not origin:
            return 403, "the request does not say from which page it comes"
        if site and site[0] not in {"same-origin", "none"} and not scope["path"].startswith(ENTER):
            return 403, "the request comes from another site"
        length = _all(headers, b"content-length")
        if length and (not (length[0].isascii() and length[0].isdigit()) or int(length[0]) > self.most_bytes):
            return 413, f"more than {self.most_bytes // 2**20} MiB; add large files with 'roadstead add'"
        return self._without_session(scope)

    def _without_session(self, scope: Scope) -> tuple[int, str] | None:
        if scope["path"].startswith(ENTER):
            return None
        analyst = self.doors.analyst(_cookie(scope["headers"], self.doors.cookie))
        if analyst is None:
            return 401, "no session; open the link that 'roadstead workbench' printed, each link serves once"
        scope.setdefault("state", {})["analyst"] = analyst
        return None


def _all(headers: Sequence[tuple[bytes, bytes]], name: bytes) -> list[str]:
    return [v.decode("latin-1") for k, v in headers if k.lower() == name]


def _cookie(headers: Sequence[tuple[bytes, bytes]], name: str) -> str:
    for line in _all(headers, b"cookie"):
        for part in line.split(";"):
            key, _, value = part.strip().partition("=")
            if key == name:
                return value
    return ""


def _limited(receive: Receive, most_bytes: int) -> Receive:
    """The body, cut off where it is longer than it may be, whatever its headers said."""
    seen = 0

    async def take() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most_bytes:
            return {"type": "http.disconnect"}
        return message

    return take


def _with_headers(send: Send) -> Send:
    async def give(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = [(k.encode(), v.encode()) for k, v in HEADERS.items()]
            if not any(k.lower() == b"cache-control" for k, _ in message["headers"]):
                own.append((b"cache-control", b"no-store"))
            message = {**message, "headers": [*message["headers"], *own]}
        await send(message)

    return give


async def _refuse(send: Send, status: int, why: str) -> None:
    body: bytes = json.dumps({"detail": why}).encode()
    start: dict[str, Any] = {"type": "http.response.start", "status": status}
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({**start, "headers": headers})
    await send({"type": "http.response.body", "body": body})
