"""A browser's session in the workbench, without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.testclient import TestClient

if TYPE_CHECKING:
    from roadstead.workbench import Doors

PORT = 4711


class Client:
    """A browser's session in an application, without a network."""

    def __init__(self, app: object, doors: Doors, analyst: str) -> None:
        self.origin = f"http://127.0.0.1:{doors.port}"
        self.web = TestClient(app, base_url=self.origin, raise_server_exceptions=False)  # type: ignore[arg-type]
        assert self.web.get(doors.link(analyst)).status_code == 200

    def get(self, path: str, **more: Any) -> Any:
        return self.web.get(f"/api/{path}", **more)

    def post(self, path: str, body: object = None, **more: Any) -> Any:
        headers = {"Origin": self.origin, **more.pop("headers", {})}
        return self.web.post(f"/api/{path}", json=body, headers=headers, **more)
