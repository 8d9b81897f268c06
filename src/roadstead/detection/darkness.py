"""How dark pixels are, on a scale that survives a stretch of the file's values: what tells water from land."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_DARKEST_PERCENT = 0.1
_THIN = 7  # one pixel of so many in each direction tells roughly where the darkest end
_ROUGHLY = 0.01  # share of these below which all of the darkest are expected, and little else


def darkness(
    planes: Sequence[NDArray[np.float32]], valid: NDArray[np.bool_], clear: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Square root of the mean of planes above their darkest clear pixels, shape (height, width); 0 where invalid.

    Args:
        planes: bands, each of shape (height, width).
        valid: True where there is data.
        clear: True where a plane's darkest pixels are looked for; somewhere it has to be.
    """
    above = np.zeros(valid.shape, np.float32)
    for plane in planes:
        over = plane - np.float32(darkest(plane, clear))
        above += np.maximum(over, np.float32(0), out=over)
    above /= np.float32(len(planes))
    np.sqrt(above, out=above)
    if not valid.all():
        above[~valid] = 0
    return above


def darkest(plane: NDArray[np.float32], clear: NDArray[np.bool_]) -> float:
    """The same as `numpy.percentile(plane[clear], 0.1)`, by sorting only what may be among the darkest."""
    values = plane if clear.all() else plane[clear]
    thin = plane[::_THIN, ::_THIN][clear[::_THIN, ::_THIN]]
    few = values[values <= np.quantile(thin, _ROUGHLY)] if thin.size else values
    place = (values.size - 1) * (_DARKEST_PERCENT / 100)
    first = int(place)
    if few.size < first + 2:
        return float(np.percentile(values, _DARKEST_PERCENT))
    low, high = np.partition(few, (first, first + 1))[[first, first + 1]]
    share = place - first
    # from the nearer of the two, as numpy does, so that the last digit is the same
    return float(low + (high - low) * share if share < 0.5 else high - (high - low) * (1 - share))
