"""Clocks behind the `Clock` seam."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


class SystemClock:
    """The computer's clock, UTC."""

    def now(self) -> datetime:
        """Current time."""
        return datetime.now(UTC)


@dataclass(frozen=True)
class FixedClock:
    """A clock that stands still, for tests and re-runs."""

    t_utc: datetime

    def now(self) -> datetime:
        """Always the same time."""
        return self.t_utc
