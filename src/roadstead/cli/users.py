"""Who sits at this terminal, where a command is not told who acts."""

from __future__ import annotations

import getpass


def user() -> str:
    """The name of the account; `unknown` where it has none, as in some containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
