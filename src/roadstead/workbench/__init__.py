"""The workbench: a local web page on which analysts review a case; needs the `[workbench]` extra."""

from roadstead.workbench.app import create_app
from roadstead.workbench.desk import Desk
from roadstead.workbench.security import Doors
from roadstead.workbench.server import serve
from roadstead.workbench.snapshot import read_snapshot, snapshot_of, write_snapshot
from roadstead.workbench.store import DecisionStore

__all__ = [
    "DecisionStore",
    "Desk",
    "Doors",
    "create_app",
    "read_snapshot",
    "serve",
    "snapshot_of",
    "write_snapshot",
]
