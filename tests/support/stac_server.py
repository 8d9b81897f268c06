"""A small honest STAC API and file server on 127.0.0.1, with the ways in which real ones fail."""

from __future__ import annotations

import gzip
import json
import threading
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, urlsplit

from shapely.geometry import mapping, shape

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

WORLD = {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [["2014-01-01T00:00:00Z", None]]}}


def item(
    item_id: str, t: str | None, footprint: BaseGeometry, *, collection: str = "sentinel-2-l2a", **properties: Any
) -> dict[str, Any]:
    """A STAC item; `t` None gives `datetime: null`."""
    return {
        "type": "Feature", "stac_version": "1.0.0", "id": item_id, "collection": collection,
        "geometry": mapping(footprint), "bbox": list(footprint.bounds), "links": [],
        "properties": {"datetime": t, **properties},
        "assets": {"visual": {"href": f"./{item_id}.tif", "type": "image/tiff; application=geotiff"}},
    }  # fmt: skip


_BOMB = gzip.compress(b" " * 20_000_000, 1)
"""small on the wire"""


@dataclass
class StacServer:
    """Landing page, collections, and item search by POST and GET with pages; or files of a folder."""

    items: list[dict[str, Any]] = field(default_factory=list)
    collections: tuple[str, ...] = ("sentinel-2-l2a", "sentinel-2-l1c", "sentinel-1-grd")
    page_size: int = 2
    trouble: str = ""
    """how searches fail: see `_Handler._search`"""
    trouble_from: int = 1
    """first search request that fails, counted from 1"""
    trouble_times: int = 10**9
    retry_after: str = "0"
    """seconds that it asks to be left alone when busy"""
    matched: bool = False
    """whether pages carry numberMatched"""
    post: bool = True
    """whether search is offered by POST"""
    empty_tail: int = 0
    """empty pages after the last, each but the last of them with a next link"""
    recorded: list[dict[str, Any]] = field(default_factory=list)
    """pages to send as they are, in order, whatever is asked; only `next` is made to point here"""
    planet: bool = False
    """be Planet's quick search instead"""
    folder: Path | None = None
    """files to serve below /files/"""
    elsewhere: str = ""
    """host to which searches are sent on"""
    moved: dict[str, str] = field(default_factory=dict)
    """path -> address to which documents are sent on"""
    log: list[tuple[str, str, Any]] = field(default_factory=list)
    """(method, path, body) of every request"""
    keys: list[str] = field(default_factory=list)
    """Authorization headers that came"""
    searches: int = 0
    done: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self.http = _Quiet(("127.0.0.1", 0), partial(_Handler, self))
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    def matching(self, query: dict[str, Any]) -> list[dict[str, Any]]:
        area = shape(query["intersects"])
        first, last = (datetime.fromisoformat(t) for t in query["datetime"].split("/"))
        return [
            i for i in self.items
            if i["collection"] in query["collections"] and _meets(i, area) and _overlaps(i["properties"], first, last)
        ]  # fmt: skip

    def page(self, query: dict[str, Any]) -> dict[str, Any]:
        start = int(query.get("token") or 0)
        found = self.matching(query)
        size = min(self.page_size, int(query.get("limit", 10)))
        page: dict[str, Any] = {"type": "FeatureCollection", "features": found[start : start + size], "links": []}
        if self.matched:
            page["numberMatched"] = len(found)
        if start + size < len(found) + self.empty_tail * size:
            page["links"].append(self.link(query, str(start + size)))
        return page

    def link(self, query: dict[str, Any], token: str) -> dict[str, Any]:
        if self.post:
            return {"rel": "next", "href": f"{self.url}/search", "method": "POST", "body": {**query, "token": token}}
        return {"rel": "next", "href": f"/search?q={json.dumps({**query, 'token': token})}"}


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what these tests are about."""


def _meets(found: dict[str, Any], area: BaseGeometry) -> bool:
    # What has no footprint cannot be ruled out; real servers send such items too.
    return not found["geometry"] or shape(found["geometry"]).intersects(area)


def _overlaps(props: dict[str, Any], first: datetime, last: datetime) -> bool:
    start = props["datetime"] or props.get("start_datetime") or first.isoformat()
    end = props["datetime"] or props.get("end_datetime") or start
    return datetime.fromisoformat(start) <= last and datetime.fromisoformat(end) >= first


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, server: StacServer, *rest: Any) -> None:
        self.stac = server
        super().__init__(*rest)

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self.stac.log.append(("GET", self.path, None))
        if url.path in self.stac.moved:
            self._send(301, b"", headers={"Location": self.stac.moved[url.path]})
        elif url.path in {"/", "/landing"}:
            self._json(self._landing())
        elif url.path.startswith("/collections/"):
            name = url.path.rpartition("/")[2]
            known = name in self.stac.collections
            self._json({"type": "Collection", "id": name, "extent": WORLD} if known else {"code": "NotFound"}, known)
        elif url.path == "/search":
            query = {k: v[0] for k, v in parse_qs(url.query).items()}
            self._search(json.loads(query["q"]) if "q" in query else _read(query))
        else:
            self._file(url.path)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.stac.log.append(("POST", self.path, body))
        self._search(body)

    def _landing(self) -> dict[str, Any]:
        methods = ("GET", "POST") if self.stac.post else ("GET",)
        links = [{"rel": "search", "href": f"{self.stac.url}/search", "method": m} for m in methods]
        core = "https://api.stacspec.org/v1.0.0/"
        return {
            "type": "Catalog", "id": "test", "stac_version": "1.0.0", "description": "a test", "links": links,
            "conformsTo": [f"{core}core", f"{core}item-search", f"{core}collections"],
        }  # fmt: skip

    def _search(self, query: dict[str, Any]) -> None:
        stac = self.stac
        stac.searches += 1
        stac.keys.append(self.headers.get("Authorization", ""))
        if stac.trouble and stac.trouble_from <= stac.searches < stac.trouble_from + stac.trouble_times:
            getattr(self, f"_{stac.trouble}")(query)
        elif stac.planet:
            self._json(self._quick_search(query))
        elif stac.recorded:
            self._json(self._recorded(query))
        else:
            self._json(stac.page(query))

    def _recorded(self, query: dict[str, Any]) -> dict[str, Any]:
        position = int(query.get("token") or 0)
        page = json.loads(json.dumps(self.stac.recorded[position]))
        has_next = any(k["rel"] == "next" for k in page["links"])
        last = position + 1 == len(self.stac.recorded)
        page["links"] = [self.stac.link({}, str(position if last else position + 1))] if has_next else []
        return page

    def _quick_search(self, query: dict[str, Any]) -> dict[str, Any]:
        if query.get("page") is None:
            where, when = (f["config"] for f in query["filter"]["config"])
            query = {
                "intersects": where, "datetime": f"{when['gte']}/{when['lt']}", "collections": query["item_types"]
            }  # fmt: skip
        page = deepcopy(self.stac.page(query))
        for found in page["features"]:
            kept = {k: v for k, v in found["properties"].items() if "datetime" not in k}
            found["properties"] = {**kept, "item_type": found["collection"]}
        after = [k["body"] for k in page["links"]]
        links = {"_next": f"{self.stac.url}/search?q={json.dumps({**after[0], 'page': 2})}"} if after else {}
        features = [{k: v for k, v in f.items() if k not in {"collection", "stac_version"}} for f in page["features"]]
        return {"type": "FeatureCollection", "features": features, "_links": links}

    def _busy(self, _: dict[str, Any]) -> None:
        self._send(429, b"slow down", headers={"Retry-After": self.stac.retry_after})

    def _broken(self, _: dict[str, Any]) -> None:
        self._send(500, b"oh no")

    def _refusing(self, _: dict[str, Any]) -> None:
        self._send(401, b"who are you")

    def _html(self, _: dict[str, Any]) -> None:
        self._send(200, b"<!DOCTYPE html><title>Please log in</title>", kind="text/html")

    def _hang(self, _: dict[str, Any]) -> None:
        self.stac.done.wait(20)
        self.close_connection = True

    def _drip(self, _: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _byte in range(200):
            if self.stac.done.wait(0.05):
                break
            try:
                self.wfile.write(b" ")
                self.wfile.flush()
            except OSError:
                break
        self.close_connection = True

    def _huge(self, _: dict[str, Any]) -> None:
        self._send(200, b" " * 3_000_000)

    def _bomb(self, _: dict[str, Any]) -> None:
        self._send(200, _BOMB, headers={"Content-Encoding": "gzip"})

    def _foreign(self, _: dict[str, Any]) -> None:
        self._send(200, b"{}", headers={"Content-Encoding": "br"})

    def _spoilt(self, _: dict[str, Any]) -> None:
        self._send(200, b"no gzip at all", headers={"Content-Encoding": "gzip"})

    def _truncated(self, query: dict[str, Any]) -> None:
        body = json.dumps(self.stac.page(query)).encode()
        self._send(200, body[: len(body) // 2], length=len(body))
        self.close_connection = True

    def _half(self, query: dict[str, Any]) -> None:
        body = json.dumps(self.stac.page(query)).encode()
        self._send(200, body[: len(body) // 2])

    def _endless(self, query: dict[str, Any]) -> None:
        page = self.stac.page({**query, "token": "0"})
        page["links"] = [self.stac.link(query, str(self.stac.searches))]
        self._json(page)

    def _repeating(self, query: dict[str, Any]) -> None:
        page = self.stac.page({**query, "token": "0"})
        page["links"] = [self.stac.link(query, "7")]
        self._json(page)

    def _moved(self, _: dict[str, Any]) -> None:
        self._send(307, b"", headers={"Location": f"{self.stac.elsewhere}/search"})

    def _no_list(self, _: dict[str, Any]) -> None:
        self._json({"message": "fine"})

    def _file(self, path: str) -> None:
        file = self.stac.folder / path.removeprefix("/files/") if self.stac.folder else None
        if file is None or not file.is_file():
            self._send(404, b"nothing")
        else:
            self._send(200, file.read_bytes())

    def _json(self, value: Any, found: bool = True) -> None:
        self._send(200 if found else 404, json.dumps(value).encode())

    def _send(
        self, status: int, body: bytes, *, kind: str = "application/json", length: int | None = None, **more: Any
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in more.get("headers", {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _read(query: dict[str, str]) -> dict[str, Any]:
    return {**query, "intersects": json.loads(query["intersects"]), "collections": query["collections"].split(",")}


def minutes_after(t: str, minutes: float) -> str:
    """An ISO time that much later."""
    return (datetime.fromisoformat(t) + timedelta(minutes=minutes)).isoformat()
