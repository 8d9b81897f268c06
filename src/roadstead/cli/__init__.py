"""The command line: `roadstead`. Exit codes: 0 done, 2 bad input, 1 our fault, 130 stopped by Ctrl-C."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Entry point: runs the command and turns every error into one sentence and an exit code."""
    from roadstead.cli.codes import STOPPED
    from roadstead.cli.guard import guarded

    code = guarded()
    if code == STOPPED:
        # Requests still waiting in other threads would be waited for; what is kept was written whole before.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
