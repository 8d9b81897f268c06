"""The command line: `roadstead`. Exit codes: 0 done, 2 bad input, 1 our fault, 130 stopped by Ctrl-C."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point: runs the command and turns every error into one sentence and an exit code."""
    from roadstead.cli.guard import guarded

    sys.exit(guarded())
