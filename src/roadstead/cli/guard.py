"""No traceback reaches a user: errors become one sentence on stderr and an exit code."""

from __future__ import annotations

import os
import sys

from roadstead.cli.codes import BAD_INPUT, DONE, OUR_FAULT, STOPPED


def guarded() -> int:
    """Run the command line; returns the exit code."""
    from roadstead.cli.app import app

    try:
        app(standalone_mode=True)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else DONE if leaving.code is None else BAD_INPUT
    except KeyboardInterrupt:
        _say("Stopped. What was done is kept; run the same command again to go on.")
        return STOPPED
    except BrokenPipeError:
        # Whoever read our output has left; there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:  # noqa: BLE001 - the last line of defence
        return _explained(error)
    return DONE


def _explained(error: Exception) -> int:
    from roadstead.model.errors import RoadsteadError

    if isinstance(error, RoadsteadError):
        _say(str(error))
        return error.exit_code
    if os.environ.get("ROADSTEAD_TRACEBACK"):
        raise error
    _say(
        f"This is our fault, not yours: {type(error).__name__}: {error}. "
        "Run again with ROADSTEAD_TRACEBACK=1 and send us what it prints."
    )
    return OUR_FAULT


def _say(text: str) -> None:
    sys.stderr.write(f"roadstead: {text}\n")
