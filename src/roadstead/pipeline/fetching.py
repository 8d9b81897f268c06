"""`fetch`: windows of listed images, read by range around the areas of interest and kept in the case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.case import load_case
from roadstead.catalogues import Access, access_for, kept_answers
from roadstead.model import Clock, InputError
from roadstead.pipeline.fetch_held import held_windows
from roadstead.pipeline.fetch_plan import Fetchable, Kept, contacts, fetchable, named
from roadstead.pipeline.fetch_write import read_choice, write_window
from roadstead.pipeline.find import quiet
from roadstead.steps import SystemClock

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = "scenes"
"""below the case folder; searched for scenes like the folders that case.toml names"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The outcome of `fetch`."""

    listed: tuple[Fetchable, ...]
    """everything that the kept answers list over the sites asked for"""
    held: tuple[Fetchable, ...]
    """those of them that are in the case already, fetched now or before"""
    written: tuple[Path, ...]
    """images read now"""
    already: tuple[Path, ...]
    """images that were asked for and there before; nobody was asked for them again"""
    contacts: tuple[str, ...]
    """who learned what area, one sentence each"""
    losses: tuple[str, ...]
    """what could not be fetched, one sentence each"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSeams:
    """What a fetch may be given instead of the usual parts."""

    kept: Kept | None = None
    """answers of catalogues; None: those that `search` kept in the case"""
    access: Callable[[str], Access] = access_for
    """how files are read, by the provider's signing word"""
    clock: Clock = field(default_factory=SystemClock)
    """tells when files were read"""


def _nobody_listens(_sentences: Sequence[str]) -> None:
    """Announcements that nobody reads."""


def fetch(
    folder: Path | str,
    ids: Sequence[str] = (),
    sites: Sequence[str] = (),
    *,
    everything: bool = False,
    seams: FetchSeams | None = None,
    announce: Callable[[Sequence[str]], None] = _nobody_listens,
    progress: Callable[[str, int, int], None] = quiet,
) -> Fetched:
    """Read windows of listed images around the areas of interest into CASE/scenes/LISTING/SITE.tif.

    Beside each image lie the product's mask of cloud (SITE_SCL.tif) and a STAC item (SITE.json) with the original's
    facts and where every byte came from, so that `verify` uses it offline. What is there is not read again; what fails
    is named and the rest goes on.

    Args:
        folder: the case folder.
        ids: listings or products to be fetched, as `search` names them.
        sites: only windows over these sites; none: all of the case.
        everything: fetch all that is listed there. With neither this nor ids nothing is fetched and nobody is asked.
        seams: answers, access and clock; the usual ones unless given.
        announce: called once, before anybody is asked, with who would learn which area.
        progress: called with (item, done, total).

    Raises:
        InputError: the case cannot be read, or has no such site.
        StorageError: the case folder cannot be written.
    """
    case, seams = load_case(Path(folder)), seams or FetchSeams()
    answers = kept_answers(case.folder) if seams.kept is None else seams.kept
    listed = fetchable(case, answers, seams.access, sites)
    chosen, losses = (listed, ()) if everything else named(listed, ids)
    held = held_windows(case.folder / FOLDER)
    missing = [f for f in chosen if held.image(f) is None]
    told = contacts(missing)
    announce(told)
    written, failed = _fetch_all(missing, case.folder / FOLDER, seams.clock, progress)
    now_held = held_windows(case.folder / FOLDER)
    return Fetched(
        listed=listed,
        held=tuple(f for f in listed if now_held.image(f) is not None),
        written=tuple(written),
        already=tuple(image for f in chosen if (image := held.image(f)) is not None),
        contacts=told,
        losses=(*getattr(answers, "losses", ()), *losses, *failed),
    )


def _fetch_all(
    missing: Sequence[Fetchable], folder: Path, clock: Clock, progress: Callable[[str, int, int], None]
) -> tuple[list[Path], list[str]]:
    written, failed = [], []
    for i, one in enumerate(missing):
        progress(one.listing.id, i, len(missing))
        why = [one.why_not] if one.why_not else []
        for choice in one.choices:
            try:
                read = read_choice(choice, one.area)
            except InputError as error:
                why.append(f"{choice.provider}: {error}")
                continue
            written.append(write_window(held_windows(folder).place(one), one, choice, read, clock.now()))
            why = [read.loss] if read.loss else []
            break
        failed += [f"{one.listing.id} over {', '.join(one.sites)}: {'; '.join(why)}"] if why else []
    progress("", len(missing), len(missing))
    return written, failed
