"""No traceback reaches a user: errors become one sentence on stderr and an exit code."""

from __future__ import annotations

import io
import os
import signal
import sys

from roadstead.cli.codes import BAD_INPUT, DONE, OUR_FAULT, STOPPED
from roadstead.cli.plain import plain


def guarded() -> int:
    """Run the command line; returns the exit code."""
    try:
        from roadstead.cli.app import app

        _write_anything()
        # A plain kill ends a run as Ctrl-C does, so that its workers end with it.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        app(standalone_mode=True)
    except SystemExit as leaving:
        return _left(leaving)
    except KeyboardInterrupt:
        return _stopped()
    except BrokenPipeError:
        # Whoever read our output has left; there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:  # noqa: BLE001 - the last line of defence
        return _explained(error)
    return DONE


def _write_anything() -> None:
    """A terminal that lacks a letter of a name shows its code point; it is no reason to fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _left(leaving: SystemExit) -> int:
    if leaving.code == STOPPED:
        return _stopped()
    return leaving.code if isinstance(leaving.code, int) else DONE if leaving.code is None else BAD_INPUT


def _stopped() -> int:
    _say("Stopped. What was done is kept; run the same command again to go on.")
    return STOPPED


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
    sys.stderr.write(f"roadstead: {plain(text)}\n")
