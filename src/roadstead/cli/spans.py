"""The options --from and --to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.model import InputError, parse_span, span_between

if TYPE_CHECKING:
    from roadstead.model import TimeSpan


def span_of(start: str, end: str) -> TimeSpan | None:
    """The span of `--from` and `--to`; bare dates are whole days, UTC. None where neither is given.

    Raises:
        InputError: only one is given, no dates, or in the wrong order.
    """
    if not start and not end:
        return None
    for given in filter(None, (start, end)):
        parse_span(given)  # a date that is none is told before the one that lacks
    if not (start and end):
        raise InputError("--from and --to belong together; state both, like --from 2024-10-01 --to 2024-10-31")
    return span_between(start, end)
