"""Serving the workbench on this computer."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import uvicorn

from roadstead.model import InputError
from roadstead.steps import SystemClock
from roadstead.workbench.app import create_app
from roadstead.workbench.desk import Desk
from roadstead.workbench.security import Doors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

LOOPBACK = "127.0.0.1"


def serve(
    folder: Path, analysts: Sequence[str], tell: Callable[[str, str], None], *, port: int = 0, blind: bool = False
) -> None:
    """Serve a case's workbench until it is stopped; only this computer can reach it.

    Args:
        folder: the case folder.
        analysts: names; each gets a link of his or her own, which serves once.
        tell: called with (analyst, link) when the server listens.
        port: to listen on; 0: any that is free.
        blind: whether others' decisions are kept back until one's own is made.

    Raises:
        InputError: there is no such case, or the port is taken.
        StorageError: decisions cannot be kept in its folder.
    """
    desk = Desk(folder, SystemClock(), blind=blind)
    with _listening(port) as listening:
        doors = Doors(port=listening.getsockname()[1])
        config = uvicorn.Config(
            create_app(desk, doors), log_level="error", access_log=False, server_header=False, lifespan="on"
        )
        for analyst in analysts:
            tell(analyst, f"http://{LOOPBACK}:{doors.port}{doors.link(analyst)}")
        desk.open()
        uvicorn.Server(config).run(sockets=[listening])


def _listening(port: int) -> socket.socket:
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((LOOPBACK, port))
        found.listen(128)
    except (OSError, OverflowError) as error:
        found.close()
        raise InputError(f"port {port} cannot be listened on ({error}); leave --port out to take a free one") from error
    return found
