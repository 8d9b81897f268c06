"""`roadstead fetch`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table

from roadstead.cli import say
from roadstead.cli.codes import BAD_INPUT, DONE
from roadstead.cli.plain import plain
from roadstead.model import iso
from roadstead.pipeline import fetch as fetch_windows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from roadstead.pipeline import Fetched


def run(case: Path, ids: list[str], sites: list[str], *, everything: bool, as_json: bool) -> int:
    """Fetch and print; exit code 2 when something that was asked for could not be fetched."""
    with say.progress("fetching") as progress:
        found = fetch_windows(
            case, [plain(i) for i in ids], [plain(s) for s in sites], everything=everything, announce=_announce,
            progress=progress,
        )  # fmt: skip
    asked = everything or bool(ids)
    say.losses(found.losses)
    if as_json:
        say.print_json(_document(found))
    else:
        _print(found, asked=asked)
    return BAD_INPUT if found.losses and asked else DONE


def _announce(sentences: Sequence[str]) -> None:
    """Before anybody is asked, on stderr, so that it stands there whatever stdout is used for."""
    for sentence in sentences:
        say.err.print(say.shown(sentence), soft_wrap=True)


def _document(found: Fetched) -> dict[str, Any]:
    held = set(map(id, found.held))
    return {
        "listed": [
            {
                "id": f.listing.id,
                "products": list(f.listing.products),
                "t_start": iso(f.listing.time.start),
                "t_end": iso(f.listing.time.end),
                "platform": f.listing.platform,
                "sites": list(f.sites),
                "hosts": list(f.hosts),
                "charged": any(c.charged for c in f.choices),
                "held": id(f) in held,
                "why_not": f.why_not,
            }
            for f in found.listed
        ],
        "written": [p.as_posix() for p in found.written],
        "already": [p.as_posix() for p in found.already],
        "contacts": list(found.contacts),
        "losses": list(found.losses),
    }


def _print(found: Fetched, *, asked: bool) -> None:
    for path in found.written:
        say.out.print(f"fetched  {say.shown(str(path))}", soft_wrap=True)
    for path in found.already:
        say.out.print(f"held     {say.shown(str(path))}", soft_wrap=True)
    if asked:
        return
    if not found.listed:
        say.out.print("No kept answer of a catalogue lists an image here; 'roadstead search CASE' asks the catalogues.")
        return
    held = set(map(id, found.held))
    table = Table(show_edge=False, box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("Time", "Satellite", "Sites", "State", "ID"):
        table.add_column(column, overflow="fold")
    for f in found.listed:
        state = "held" if id(f) in held else f.why_not or ("your account pays" if f.choices[0].charged else "open")
        words = (iso(f.listing.time.start), f.listing.platform, ", ".join(f.sites), state, f.listing.id)
        table.add_row(*(say.shown(w) for w in words))
    say.out.print(table)
    say.out.print("Nothing was fetched and nobody was asked; name IDs, or give --all.")
