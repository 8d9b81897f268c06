"""Which windows were fetched before, whichever of an acquisition's products was read then, and under whichever name.

A listing is named by its first product, and the answer of one more catalogue may bring one that comes before it in the
alphabet. So what is held is told by the items beside the images, not by the names of their folders.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roadstead.catalogues import product_name
from roadstead.model import CatalogueError

if TYPE_CHECKING:
    from roadstead.pipeline.fetch_plan import Fetchable


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """One item that `fetch` wrote."""

    image: Path
    product: str
    """`catalogue/collection/id`"""
    area: tuple[float, ...]
    whole: bool
    """whether all its files are there"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldWindows:
    """Everything that was fetched into a case."""

    folder: Path
    windows: tuple[_Window, ...]
    """in order of path"""

    def image(self, one: Fetchable) -> Path | None:
        """The image of that acquisition over that window; None where none is held, whole, over the same area."""
        same = tuple(one.area.bounds)
        return next((w.image for w in self._of(one) if w.whole and w.area == same), None)

    def place(self, one: Fetchable) -> Path:
        """Where its image belongs: where an older one of the same window lies, else in the listing's own folder."""
        older = next((w.image for w in self._of(one) if w.image.stem == one.name), None)
        if older is not None:
            return older
        own = self.folder / one.folder_name / f"{one.name}.tif"
        if not any(w.image == own for w in self.windows):
            return own
        # Another acquisition lies there: ids of different catalogues may be the same.
        apart = hashlib.sha256(one.listing.products[0].encode("utf-8", "replace")).hexdigest()[:10]
        return own.parent.with_name(f"{one.folder_name}-{apart}") / own.name

    def _of(self, one: Fetchable) -> tuple[_Window, ...]:
        return tuple(w for w in self.windows if w.product in one.listing.products)


def held_windows(folder: Path) -> HeldWindows:
    """Read the items below a folder of fetched images; what is no such item is passed over."""
    found = [_window(path) for path in sorted(folder.glob("*/*.json"))]
    return HeldWindows(folder=folder, windows=tuple(w for w in found if w is not None))


def _window(path: Path) -> _Window | None:
    try:
        item = json.loads(path.read_text("utf-8"))
        props: dict[str, Any] = item["properties"]
        original = {"id": props["roadstead:product"], "collection": props["roadstead:collection"], "properties": props}
        return _Window(
            image=path.with_suffix(".tif"),
            product=product_name(str(props["roadstead:catalogue"]), original),
            area=tuple(map(float, props["roadstead:area"])),
            whole=all((path.parent / asset["href"]).is_file() for asset in item["assets"].values()),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, CatalogueError):
        return None
