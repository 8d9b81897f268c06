"""Work for workers, in a module that fresh processes can import."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from roadstead.model import InputError


def square(number: int) -> int:
    """Refuses 7 and trips over 9."""
    if number == 7:
        raise InputError("seven is not squared; give another number")
    return number * number if number != 9 else [][number]


@dataclass(frozen=True)
class Deadly:
    """Kills its worker: at 3 the first time only, at 5 always; leaves a file where it began."""

    folder: Path

    def __call__(self, number: int) -> int:
        begun = self.folder / f"{number}"
        again = begun.exists()
        begun.touch()
        if number == 5 or (number == 3 and not again):
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.01)
        return number
