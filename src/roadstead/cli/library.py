"""`roadstead library`: list, show, check, add."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table

from roadstead import library
from roadstead.cli import say
from roadstead.cli.codes import BAD_INPUT, DONE
from roadstead.library import ShipForm, SunView, tally
from roadstead.model import Hull, InputError, NotFound, VesselClass
from roadstead.steps import to_plain, write_atomic

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LENGTH_WITHIN = 0.05
"""share by which a class may miss the length asked for"""


def run_list(kind: str, length_m: float | None, case: Path | None, *, as_json: bool) -> int:
    """Print the classes of that kind and length."""
    own = library.own_library(case) if case else None
    known, hulls, forms = library.classes(own), library.hulls(own), library.forms(own)
    _check_kind(kind, {c.kind for c in known.values()})
    rows = [c for c in known.values() if kind in {"", c.kind} and _fits(c, length_m)]
    named = {c.id: sorted(h.id for h in hulls.values() if h.class_id == c.id) for c in rows}
    drawn = {c.id: sorted(f.id for f in forms.values() if f.class_id == c.id) for c in rows}
    if as_json:
        say.print_json([_class_json(c, named[c.id], drawn[c.id]) for c in rows])
        return DONE
    table = Table(box=box.SIMPLE)
    for column in ("id", "kind", "length m", "beam m", "layout", "hulls", "forms", "statements"):
        table.add_column(column, overflow="fold", no_wrap=column == "id")
    for c in rows:
        cells = (c.id, c.kind, str(c.length_m), str(c.beam_m), c.superstructure)
        counts = (str(len(named[c.id])), str(len(drawn[c.id])), tally(c).words)
        table.add_row(*(say.shown(cell) for cell in (*cells, *counts)))
    say.out.print(table)
    return DONE


def _check_kind(kind: str, kinds: set[str]) -> None:
    if kind and kind not in kinds:
        raise InputError(f"no class is of kind {kind!r}; kinds are {', '.join(sorted(kinds))}")


def _fits(entry: VesselClass, length_m: float | None) -> bool:
    if length_m is None:
        return True
    if not 0 < length_m < 1000:
        raise InputError(f"a length of {length_m} m is no ship's; give 1 to 999")
    return entry.length_m.low * (1 - LENGTH_WITHIN) <= length_m <= entry.length_m.high * (1 + LENGTH_WITHIN)


def _class_json(entry: VesselClass, hulls: Sequence[str], forms: Sequence[str]) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain(entry)
    return plain | {"hulls": list(hulls), "forms": list(forms), "statements": to_plain(tally(entry))}


def run_show(entry_id: str, out: Path | None, sun_deg: tuple[float, float], case: Path | None, *, as_json: bool) -> int:
    """Print every entry of that id, and draw its forms where a file is named."""
    own = library.own_library(case) if case else None
    known, hulls, forms = library.classes(own), library.hulls(own), library.forms(own)
    found = [table[entry_id] for table in (known, hulls, forms) if entry_id in table]
    if not found:
        raise NotFound(_nothing(entry_id, [*known, *hulls, *forms]))
    drawn = _forms_of(found, list(forms.values()))
    if out is not None:
        _draw(drawn, out, sun_deg)
    if as_json:
        say.print_json({_what(entry): to_plain(entry) for entry in found} | {"forms": [f.id for f in drawn]})
        return DONE
    for entry in found:
        if isinstance(entry, VesselClass):
            _print_class(entry, [h for h in hulls.values() if h.class_id == entry.id], drawn)
        elif isinstance(entry, Hull):
            _print_hull(entry)
        else:
            _print_form(entry)
    if out is not None:
        say.out.print(f"Wrote {say.shown(str(out))}. {library.PLATE_MARK}.", soft_wrap=True)
    return DONE


def _nothing(entry_id: str, ids: Sequence[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(entry_id.casefold(), sorted(set(ids)), n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(close)}?" if close else "`roadstead library list` names the classes"
    return f"the library has no class, hull or form {entry_id!r}; {hint}"


def _forms_of(found: Sequence[VesselClass | Hull | ShipForm], forms: Sequence[ShipForm]) -> list[ShipForm]:
    """The forms that show what was asked for: of a class or a hull those of the class, else the form itself."""
    classes = {e.id if isinstance(e, VesselClass) else e.class_id for e in found if not isinstance(e, ShipForm)}
    mine = {e.id for e in found if isinstance(e, ShipForm)}
    return [f for f in forms if f.class_id in classes or (f.id in mine and not classes)]


def _draw(forms: Sequence[ShipForm], out: Path, sun_deg: tuple[float, float]) -> None:
    if out.suffix.lower() != ".png":
        raise InputError(f"{out} is no name of a PNG; let it end in .png")
    if not forms:
        raise InputError("no form shows this class, so nothing can be drawn; add one with `roadstead library add`")
    write_atomic(out, library.plate(forms, SunView(sun_elevation_deg=sun_deg[0], sun_azimuth_deg=sun_deg[1])))


def _what(entry: VesselClass | Hull | ShipForm) -> str:
    return {VesselClass: "class", Hull: "hull", ShipForm: "form"}[type(entry)]


def _print_class(entry: VesselClass, hulls: Sequence[Hull], forms: Sequence[ShipForm]) -> None:
    _head(f"class {entry.id}", f"{entry.name}, {entry.kind}, {entry.designation}", tally(entry).words)
    table = Table(box=box.SIMPLE, show_header=False)
    for name, said in entry.said.items():
        for i, (words, source) in enumerate(said.items()):
            table.add_row(say.shown(name if i == 0 else ""), say.shown(words), f"[dim]{say.shown(source)}[/dim]")
    say.out.print(table)
    told = ", ".join(f"{h.id} ({h.pennant})" if h.pennant else h.id for h in hulls) or "none"
    say.out.print(f"Hulls: {say.shown(told)}", soft_wrap=True)
    say.out.print(f"Forms: {say.shown(', '.join(f.id for f in forms) or 'none')}\n", soft_wrap=True)


def _print_hull(entry: Hull) -> None:
    _head(f"hull {entry.id}", f"{entry.name}, class {entry.class_id}", tally(entry).words)
    for line in entry.sources:
        say.out.print(f"  {say.shown(line)}", soft_wrap=True)
    if entry.notes:
        say.out.print(f"  {say.shown(entry.notes)}", soft_wrap=True)
    say.out.print()


def _print_form(entry: ShipForm) -> None:
    size = f"{entry.length_m} x {entry.beam_m} m"
    kind = f"{entry.kind}, class {entry.class_id}" if entry.class_id else entry.kind
    _head(f"form {entry.id}", f"{entry.name}, {kind}, {size}", f"source lines: {tally(entry).words}")
    table = Table(box=box.SIMPLE)
    for column in ("landmark", "what", "share of length", "height m"):
        table.add_column(column)
    for row in _landmarks(entry):
        table.add_row(*(say.shown(cell) for cell in row))
    say.out.print(table)
    for line in entry.sources:
        say.out.print(f"  {say.shown(line)}", soft_wrap=True)
    say.out.print()


def _landmarks(entry: ShipForm) -> list[tuple[str, str, str, str]]:
    """Name, kind, place and height of what stands on the hull, from bow to stern."""
    spans = [(b.span, b.name, "block", f"{b.top_m:g}") for b in entry.blocks]
    spans += [(h.span, h.name, "hatch", f"+{h.rise_m:g}") for h in entry.hatches]
    spans += [((p.at, p.at), p.name, "gun" if p.barrel_m else "post", f"+{p.rise_m:g}") for p in entry.posts]
    spans += [((c.at, c.at), c.name, "crane", f"+{c.rise_m:g}") for c in entry.cranes]
    return [(name, what, _places(span), height) for span, name, what, height in sorted(spans)]


def _places(span: tuple[float, float]) -> str:
    return f"{span[0]:.2f}" if span[0] == span[1] else f"{span[0]:.2f}-{span[1]:.2f}"


def _head(what: str, words: str, counted: str) -> None:
    say.out.print(f"[bold]{say.shown(what)}[/bold]: {say.shown(words.rstrip(', '))} ({say.shown(counted)})")


def run_check(folder: Path | None, case: Path | None, *, as_json: bool) -> int:
    """Check the shipped files and those of one folder; exit code 2 where something is wrong."""
    if folder is not None and case is not None:
        raise InputError("name either FOLDER or --case, whose library/ is checked")
    own = library.own_library(case) if case else folder
    checked = library.check(own)
    if as_json:
        say.print_json(to_plain(checked))
        return BAD_INPUT if checked.problems else DONE
    table = Table(box=box.SIMPLE)
    for column in ("file", "statements or source lines"):
        table.add_column(column)
    for name, count in checked.tallies.items():
        table.add_row(say.shown(name), count.words)
    say.out.print(table)
    for class_id in checked.formless:
        say.out.print(f"[yellow]no form:[/yellow] class {say.shown(class_id)} cannot be drawn", soft_wrap=True)
    for sentence in checked.problems:
        say.out.print(f"[red]wrong:[/red] {say.shown(sentence)}", soft_wrap=True)
    say.out.print(f"{checked.files} files, {len(checked.problems)} with mistakes.")
    return BAD_INPUT if checked.problems else DONE


def run_add(file: Path, case: Path, *, as_json: bool) -> int:
    """Take one file into the case's library."""
    added = library.add_entry(file, library.own_library(case))
    if as_json:
        say.print_json(to_plain(added))
    elif added.was_there:
        say.out.print(f"{say.shown(str(added.path))} is there already; nothing was changed.", soft_wrap=True)
    else:
        say.out.print(f"Wrote {say.shown(str(added.path))}", soft_wrap=True)
    return DONE
