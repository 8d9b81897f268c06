"""The web application: API, page and doors, put together."""

from __future__ import annotations

import warnings
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse
from rasterio.errors import NotGeoreferencedWarning
from rio_tiler.errors import NoOverviewWarning
from starlette.requests import ClientDisconnect

from roadstead.model import DefectError, NotFound, RoadsteadError, StorageError
from roadstead.workbench.api import router
from roadstead.workbench.security import ENTER, Doors, Guard

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import ASGIApp

    from roadstead.workbench.desk import Desk

PAGE = Path(__file__).parent / "page"
MOST_BYTES = 512 * 2**20
"""of an upload"""
_HEAD = '<!doctype html><title>Roadstead</title><link rel="icon" href="data:,">'
"""of pages besides the workbench itself; without the link a browser asks for an icon that is not there"""
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}


def create_app(desk: Desk, doors: Doors, *, most_bytes: int = MOST_BYTES) -> ASGIApp:
    """The workbench of one case as an ASGI application.

    Args:
        desk: the case under review.
        doors: links and sessions; its port is the one that the server listens on.
        most_bytes: of a request's body.
    """
    for noise in (NotGeoreferencedWarning, NoOverviewWarning):
        warnings.filterwarnings("ignore", category=noise)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        yield
        desk.close()

    app = FastAPI(title="Roadstead workbench", version="1", docs_url=None, redoc_url=None, lifespan=life)
    app.state.desk, app.state.doors = desk, doors
    app.include_router(router)
    app.add_api_route(ENTER + "{token}", _enter, methods=["GET"], include_in_schema=False)
    app.add_api_route("/", _index, methods=["GET"], include_in_schema=False)
    app.add_api_route("/page/{name}", _asset, methods=["GET"], include_in_schema=False)
    app.add_exception_handler(RoadsteadError, _told)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(ClientDisconnect, _cut_off)
    return Guard(app, doors, most_bytes)


def _enter(token: str, request: Request) -> Response:
    """A link opens a session. The page follows by itself: after a redirect a strict cookie might be kept back."""
    doors: Doors = request.app.state.doors
    session = doors.enter(token)
    if session is None:
        why = "This link was used, or is of an earlier start. Start <code>roadstead workbench</code> again."
        return HTMLResponse(f"{_HEAD}<p>{why}</p>", status_code=403)
    page = f'{_HEAD}<meta http-equiv="refresh" content="0; url=/">'
    response = HTMLResponse(page)
    response.set_cookie(doors.cookie, session, httponly=True, samesite="strict", path="/")
    return response


def _index() -> Response:
    return FileResponse(PAGE / "index.html", media_type="text/html")


def _asset(name: str) -> Response:
    """A file of the page: one of those that are there, by name."""
    held = {p.name: p for p in PAGE.iterdir()}
    if name not in held:
        return JSONResponse({"detail": f"the page has no file {name[:80]!r}"}, status_code=404)
    kind = _TYPES.get(held[name].suffix, "application/octet-stream")
    return FileResponse(held[name], media_type=kind, headers={"cache-control": "private, no-cache"})


def _told(_: Request, error: Exception) -> Response:
    status = 422
    if isinstance(error, NotFound):
        status = 404
    elif isinstance(error, StorageError):
        status = 507
    elif isinstance(error, DefectError):
        status = 500
    return JSONResponse({"detail": str(error)}, status_code=status)


def _invalid(_: Request, error: Exception) -> Response:
    """What is wrong with a request, without giving back what was sent."""
    problems: list[Any] = list(error.errors()) if isinstance(error, RequestValidationError) else []
    said = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in problems[:5])
    text = said.encode("utf-8", "backslashreplace").decode()
    return JSONResponse({"detail": text}, status_code=422)


def _cut_off(_: Request, __: Exception) -> Response:
    return JSONResponse({"detail": "the upload was cut off, or is too large"}, status_code=413)
