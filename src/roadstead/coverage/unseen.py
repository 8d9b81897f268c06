"""Probability that a call at a site falls between looks.

A call of L hours begins at any time of the span with equal chance, so long as it lies inside the span (and, where only
nights are asked, inside one night; in a night shorter than L it is centred on it). It is missed where no look falls
into it. The share is computed exactly: between two instants at which a look enters or leaves the call nothing changes,
so the integrals are sums over those pieces. Looks are taken as independent here; a place where ships are hard to see
is hard to see every time, so the true chance of staying undetected is larger than the product says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from roadstead.model import Range, TimeSpan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from roadstead.model import Unseen

MIN_START_S = 60.0
"""a night shorter than the call still allows this much freedom of its start, seconds"""


@dataclass(frozen=True, slots=True)
class Starts:
    """When a call may begin: disjoint intervals, seconds since 1970, float64."""

    first: NDArray[np.float64]
    last: NDArray[np.float64]
    call_s: float
    night_only: bool = False

    @property
    def measure_s(self) -> float:
        """Total length, seconds; 0 where no call fits."""
        return float((self.last - self.first).sum())


def widest(chances: Iterable[Unseen]) -> tuple[Unseen, ...]:
    """Of each site, span and kind of call the answer that counts most satellites, in the order given."""
    kinds: dict[tuple[object, ...], Unseen] = {}
    for u in chances:
        key = (u.site_id, u.call_hours, u.night_only, u.span)
        if key not in kinds or len(u.platforms) > len(kinds[key].platforms):
            kinds[key] = u
    return tuple(kinds.values())


def starts_of(span: TimeSpan, call_hours: float, nights: Sequence[TimeSpan] | None = None) -> Starts:
    """When a call of that length may begin inside a span.

    Args:
        span: the call lies inside.
        call_hours: its length.
        nights: whole nights that meet the span; the call lies inside one of them. None: at any hour.
    """
    call_s = call_hours * 3600
    pairs = [_room(span, span, call_s)] if nights is None else [_room(span, n, call_s) for n in nights]
    fits = [p for p in pairs if p[1] > p[0]]
    edges = np.array(fits, np.float64).reshape(-1, 2)
    return Starts(edges[:, 0], edges[:, 1], call_s, night_only=nights is not None)


def _room(span: TimeSpan, home: TimeSpan, call_s: float) -> tuple[float, float]:
    """First and last start inside both; a night shorter than the call has the call around its middle."""
    earliest, latest = span.start.timestamp(), span.end.timestamp() - call_s
    first, last = home.start.timestamp(), home.end.timestamp() - call_s
    if last - first < MIN_START_S and home is not span:
        middle = (first + last) / 2
        first, last = middle - MIN_START_S / 2, middle + MIN_START_S / 2
    return max(first, earliest), min(last, latest)


def p_missed(starts: Starts, looks_s: Sequence[float], p_seen: Sequence[float]) -> float:
    """Probability that no look finds the call.

    Args:
        starts: when the call may begin.
        looks_s: time of each look, seconds since 1970.
        p_seen: probability that the look finds it if it falls into the call, 0-1.
    """
    if starts.measure_s <= 0:
        return 1.0
    first, last = _pieces(starts, np.asarray(looks_s, np.float64))
    middle = (first + last) / 2
    log_miss = np.zeros(middle.size)
    for t, p in zip(looks_s, p_seen, strict=True):
        inside = (middle <= t) & (t <= middle + starts.call_s)
        log_miss[inside] += np.log1p(-p) if p < 1 else -np.inf
    return float(((last - first) * np.exp(log_miss)).sum() / starts.measure_s)


def _pieces(starts: Starts, looks_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Start intervals cut wherever a look enters or leaves the call."""
    cuts = np.unique(np.concatenate([looks_s, looks_s - starts.call_s]))
    first, last = [], []
    for a, b in zip(starts.first, starts.last, strict=True):
        edges = np.concatenate([[a], cuts[(cuts > a) & (cuts < b)], [b]])
        first.append(edges[:-1])
        last.append(edges[1:])
    return np.concatenate(first), np.concatenate(last)


def best_further_look(starts: Starts, looks_s: Sequence[float]) -> tuple[datetime, float] | None:
    """When one further look would catch most of the calls that the others miss, and the probability missed with it.

    Returns:
        The middle of the first stretch of best times, UTC, to the second; None where no call is missed.
    """
    if starts.measure_s <= 0:
        return None
    first, last = _pieces(starts, np.asarray(looks_s, np.float64))
    middle = (first + last) / 2
    missed = np.ones(middle.size, bool)
    for t in looks_s:
        missed &= ~((middle <= t) & (t <= middle + starts.call_s))
    first, last = first[missed], last[missed]
    if not first.size:
        return None
    candidates = np.unique(np.concatenate([last, first + starts.call_s]))
    t, caught = _middle_of_best(candidates, lambda t: _overlap(first, last, t - starts.call_s, t))
    left = max(0.0, float((last - first).sum()) - caught)
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=round(t)), left / starts.measure_s


def _middle_of_best(candidates: NDArray[np.float64], caught: Callable[[float], float]) -> tuple[float, float]:
    """Middle of the first stretch of times that are all best, and its value; linear between the candidates."""
    values = np.round([caught(float(t)) for t in candidates], 3)
    begin = end = int(np.argmax(values))
    while end + 1 < candidates.size and values[end + 1] == values[begin]:
        end += 1
    return float(candidates[begin] + candidates[end]) / 2, float(values[begin])


def _overlap(first: NDArray[np.float64], last: NDArray[np.float64], a: float, b: float) -> float:
    return float(np.clip(np.minimum(last, b) - np.maximum(first, a), 0, None).sum())


def missed_range(starts: Starts, looks_s: Sequence[float], p_seen: Sequence[Range]) -> Range:
    """`p_missed` over the ranges of P(detect): the surest detection gives the lower end."""
    high = p_missed(starts, looks_s, [p.low for p in p_seen])
    low = p_missed(starts, looks_s, [p.high for p in p_seen])
    return Range(round(min(low, high), 4), round(max(low, high), 4))
