"""Verifying a case apart from the server: `python -m roadstead.workbench.refresh CASE`, progress as JSON lines.

A process of its own, so that pictures come while verdicts are computed. What it got done before it was stopped is found
done the next time. Its input stays open as long as the server lives: when that ends, however it ends, so does this.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

from roadstead.archive import held_decisions
from roadstead.model import RoadsteadError
from roadstead.pipeline import verify
from roadstead.workbench.snapshot import snapshot_of, write_snapshot


def refresh(folder: Path) -> int:
    """Verify a case and keep its snapshot; returns the exit code."""
    decided = held_decisions(folder).decisions
    through = decided[-1].number if decided else 0
    try:
        write_snapshot(folder, snapshot_of(verify(folder, progress=_tell), through))
    except RoadsteadError as error:
        _write({"error": str(error)})
        return error.exit_code
    return 0


def _tell(item: str, done: int, total: int) -> None:
    _write({"step": f"looking at {item}" if item and done < total else "weighing claims", "done": done, "total": total})


def _write(value: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def _end_with_server() -> None:
    while os.read(sys.stdin.fileno(), 1):  # unbuffered: a buffered reader that waits here would break the normal exit
        pass
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_server, name="server lives", daemon=True).start()
    sys.exit(refresh(Path(sys.argv[1])))
