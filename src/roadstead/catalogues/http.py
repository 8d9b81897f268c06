"""Talking to catalogues: time-outs, patience with busy servers, bounds on what they may send.

The transport of pystac-client is kept, and its reading replaced: answers are held as the raw text that came, a slow
or endless body is cut off. A question that names an area never follows a redirect to another host, and what names none
follows it only to a neighbour under the same registered name.
"""

from __future__ import annotations

import json
import time
import zlib
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import requests
from pystac_client.stac_api_io import StacApiIO
from urllib3 import Retry
from urllib3.exceptions import HTTPError, NameResolutionError, ReadTimeoutError

from roadstead.catalogues.hosts import USUAL_PORTS, same_host, same_site
from roadstead.model import CatalogueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from urllib3.response import BaseHTTPResponse

    from roadstead.catalogues.question import Limits

_BUSY = (429, 500, 502, 503, 504)
_MOVED = (301, 302, 303, 307, 308)
_REDIRECTS = 5
_CHUNK = 1 << 16


class Absent(CatalogueError):  # noqa: N818 - reads as the state it names
    """The host answered that there is nothing at this address."""


class Wire(StacApiIO):
    """The transport to one catalogue.

    Args:
        home: address of the catalogue; areas and keys are sent to its host alone.
        limits: see `Limits`.
        key: sent as the user name of HTTP basic authentication; empty for none.
        key_name: environment variable of the key, for messages.
    """

    def __init__(self, home: str, limits: Limits, *, key: str = "", key_name: str = "") -> None:
        retry = Retry(
            total=limits.retries,
            connect=0,
            read=min(1, limits.retries),
            redirect=False,
            status_forcelist=_BUSY,
            allowed_methods=None,
            backoff_factor=limits.backoff_s,
            raise_on_status=False,
            retry_after_max=limits.retry_after_max_s,
        )
        super().__init__(max_retries=retry, timeout=(limits.connect_s, limits.read_s))
        self.session.headers["Accept-Encoding"] = "gzip"
        self._documents: dict[str, Any] = {}
        self.home, self.limits = home, limits
        self._auth, self._key_name = (key, "") if key else None, key_name

    def request(
        self,
        href: str,
        method: str | None = None,
        headers: dict[str, str] | None = None,
        parameters: dict[str, Any] | None = None,
    ) -> str:
        """Text of an answer; parameters, which name an area, go to the home host alone; raises as `json` does."""
        return self._fetch(href, (method or "GET").upper(), headers, parameters, tells=bool(parameters))

    def json(
        self, href: str, method: str = "GET", parameters: dict[str, Any] | None = None, *, tells: bool = False
    ) -> tuple[Any, str]:
        """A JSON answer and its raw text.

        Args:
            href: address.
            method: GET or POST.
            parameters: query of a GET, JSON body of a POST.
            tells: whether address or parameters name an area, so that only the home host may have them.

        Raises:
            CatalogueError: why nothing can be read, as the end of a sentence that begins with the catalogue's name.
        """
        text = self._fetch(href, method, None, parameters, tells=tells)
        return parsed(text), text

    def document(self, href: str, *, absent_ok: bool = False) -> Any:
        """A document that names no area (landing page, collection), read once for all questions.

        Args:
            href: address.
            absent_ok: give None where the host says that there is none (404), instead of raising.

        Raises:
            CatalogueError: as `json`.
        """
        if href not in self._documents:
            try:
                self._documents[href] = self.json(href)[0]
            except Absent:
                if not absent_ok:
                    raise
                self._documents[href] = None
        return self._documents[href]

    def _fetch(
        self, href: str, method: str, headers: dict[str, str] | None, parameters: dict[str, Any] | None, *, tells: bool
    ) -> str:
        for _ in range(_REDIRECTS):
            href = self._protected(href)
            self._check(href, tells=tells)
            response = self._send(href, method, headers, parameters)
            with response:
                if response.status_code not in _MOVED or "location" not in response.headers:
                    return self._text(response)
                href = urljoin(href, response.headers["location"])
                # The address to which it sends us on holds the query of a GET already.
                parameters = parameters if method != "GET" else None
        raise CatalogueError(f"sends us on from page to page without end ({_short(href)})")

    def _protected(self, href: str) -> str:
        """The address over https where the catalogue is reached so: behind a proxy, many write http in their links."""
        secure = href.replace("http://", "https://", 1) if href.startswith("http://") else href
        return secure if self.home.startswith("https://") and same_host(self.home, secure) else href

    def _check(self, href: str, *, tells: bool) -> None:
        if urlsplit(href).scheme not in USUAL_PORTS:
            raise CatalogueError(f"sends us to {_short(href)}, which is no http or https address")
        near = same_host if tells else same_site
        if not near(self.home, href):
            what, learn = ("the question", "learn the area") if tells else ("us", "be asked")
            raise CatalogueError(
                f"sends {what} on to {urlsplit(href).netloc or href!r}, a host that was not named before asking; "
                f"put that address into catalogues/providers.toml of the case if it may {learn}"
            )

    def _send(
        self, href: str, method: str, headers: dict[str, str] | None, parameters: dict[str, Any] | None
    ) -> requests.Response:
        query = {"json": parameters} if method == "POST" else {"params": parameters or {}}
        auth = self._auth if same_host(self.home, href) else None
        request = requests.Request(method, href, headers=headers, auth=auth, **query)
        try:
            prepared = self.session.prepare_request(request)
            around = self.session.merge_environment_settings(prepared.url, {}, True, None, None)  # noqa: FBT003
            return self.session.send(prepared, timeout=self.timeout, allow_redirects=False, **around)
        except (requests.RequestException, UnicodeError) as error:
            raise CatalogueError(self._why(error)) from error

    def _text(self, response: requests.Response) -> str:
        status = response.status_code
        if status in {404, 410}:
            raise Absent(f"has nothing at {_short(response.url)} (HTTP {status})")
        if not 200 <= status < 300:
            raise CatalogueError(self._refusal(status))
        try:
            return b"".join(self._body(response.raw)).decode("utf-8", errors="replace")
        except ReadTimeoutError as error:
            raise CatalogueError(f"fell silent for {self.limits.read_s:g} s in the middle of an answer") from error
        except (HTTPError, OSError) as error:
            raise CatalogueError("broke off in the middle of an answer") from error

    def _body(self, raw: BaseHTTPResponse) -> Iterator[bytes]:
        size, until = 0, time.monotonic() + self.limits.body_s
        unpack = _unpacking(str(raw.headers.get("content-encoding", "")))
        while chunk := raw.read1(_CHUNK, decode_content=False):
            for part in unpack(chunk):
                size += len(part)
                if size > self.limits.body_bytes:
                    raise CatalogueError(
                        f"sent more than {self.limits.body_bytes >> 20} MiB in one page; it was cut off"
                    )
                if time.monotonic() > until:
                    raise CatalogueError(f"was still sending one page after {self.limits.body_s:g} s; it was cut off")
                yield part

    def _refusal(self, status: int) -> str:
        if status in {401, 403}:
            if self._key_name:
                return f"refused the key in the environment variable {self._key_name} (HTTP {status}); check it"
            return f"refused us (HTTP {status}); it wants a key, or a proxy on the way does"
        if status == 429:
            return f"still asked us to slow down after {self.limits.retries + 1} tries (HTTP 429); run the search later"
        if status in _BUSY:
            return f"failed {self.limits.retries + 1} times (HTTP {status}); run the search later"
        return f"answered HTTP {status}"

    def _why(self, error: Exception) -> str:
        if isinstance(error, requests.exceptions.SSLError):
            return "could not prove who it is (certificate); check this computer's clock and proxy"
        if isinstance(error, requests.exceptions.Timeout):
            waited = self.limits.connect_s if isinstance(error, requests.ConnectTimeout) else self.limits.read_s
            return f"did not answer within {waited:g} s"
        if isinstance(error, requests.exceptions.ProxyError):
            return "cannot be reached through the proxy that this computer names"
        if isinstance(error, requests.ConnectionError):
            return _unreached(error, self.limits)
        return "has an address that cannot be used; correct its url in catalogues/providers.toml"


def _unpacking(packed: str) -> Callable[[bytes], Iterator[bytes]]:
    """How chunks of a body are unpacked, piece by piece: a small chunk may hold gigabytes of one letter.

    Raises:
        CatalogueError: it is packed otherwise than was asked for.
    """
    kind = packed.strip().casefold()
    if kind in {"", "identity"}:
        return lambda chunk: iter((chunk,))
    if kind not in {"gzip", "x-gzip"}:
        raise CatalogueError(f"packed its answer as {kind[:40]!r}; only gzip was asked for")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def pieces(chunk: bytes) -> Iterator[bytes]:
        try:
            while part := unpacker.decompress(chunk, _CHUNK):
                yield part
                chunk = unpacker.unconsumed_tail
        except zlib.error as error:
            raise CatalogueError("sent an answer whose packing is damaged") from error

    return pieces


def parsed(text: str) -> Any:
    """A JSON text; raises CatalogueError that says what came instead."""
    if not text.strip():
        raise CatalogueError("sent an empty page")
    if text.lstrip("\ufeff \r\n\t").startswith("<"):
        raise CatalogueError("answered with a web page (HTML) instead of JSON, often a login or error page")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CatalogueError(f"sent broken JSON, perhaps cut off ({error})") from error


def _unreached(error: requests.ConnectionError, limits: Limits) -> str:
    reason = getattr(error.args[0] if error.args else None, "reason", error.args[0] if error.args else None)
    if isinstance(reason, NameResolutionError):
        return "cannot be reached: its name is not found, so this computer may be offline"
    if isinstance(reason, ReadTimeoutError):
        return f"did not answer within {limits.read_s:g} s"
    if "refused" in str(reason).lower():
        return "cannot be reached: the connection was refused"
    if "unreachable" in str(reason).lower():
        return "cannot be reached: there is no network"
    return "cannot be reached: the connection broke"


def _short(href: str) -> str:
    return repr(href[:100])
