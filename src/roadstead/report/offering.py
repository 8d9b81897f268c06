"""The figures that a report offers, each by its names: what is drawn only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from roadstead.model import ClaimKind, InputError
from roadstead.report.bars import WIDTH, probability_bar
from roadstead.report.chips import own_width
from roadstead.report.claims import site_name
from roadstead.report.coverage_figure import PRINT_MM, coverage_svg
from roadstead.report.editions import embargo_words
from roadstead.report.events import events, panels
from roadstead.report.figures import WIDE, map_figure, simulated, timeline_figure
from roadstead.report.geography import site_groups
from roadstead.report.ink import haloed
from roadstead.report.markup import visible
from roadstead.report.messages import text
from roadstead.report.numbers import time
from roadstead.report.plates import Plate, Words, alt_of, foot, framed, own_credit, pixel_credit, plain_of, units
from roadstead.report.sheet import sheet_alt, sheet_svg, sheet_words
from roadstead.report.vessels import MOST_FIGURES, ordered, vessel_view

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from roadstead.model import Verdict
    from roadstead.report.contents import Contents, Found
    from roadstead.report.figures import Figure
    from roadstead.report.sheet import Sheet

TIMELINE, MAP, COVERAGE = "TIMELINE", "MAP", "COVERAGE"
SIMULATED_PREFIX = "simulated-"
"""of the names of figures where anything in the case is simulated"""
_ALIKE = 8
"""names that a message about an unknown one gives"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A figure that can be drawn."""

    name: str
    """file name without ending"""
    key: str
    """what it is asked for by: id of a detection, site or claim, TIMELINE, MAP, COVERAGE"""
    title: str
    """what it is, in a few words"""
    draw: Callable[[float], Plate]
    """draws it at a width in millimetres, 0: its own; raises InputError where its pixels are not there"""
    usual: bool = True
    """whether it is drawn when none is named"""
    has_pixels: bool = True
    """whether the pixels that it shows are there"""


def offers(contents: Contents, sheets: Mapping[str, Sheet] = MappingProxyType({})) -> tuple[Offer, ...]:
    """Every figure of a report; names begin with `simulated-` where anything in the case is simulated.

    Args:
        contents: of the report.
        sheets: comparison sheets by the id of the ship; numbered as the vessels of the report are.
    """
    prefix = SIMULATED_PREFIX if simulated(contents) else ""
    made = (
        *_large(contents), *_coverage(contents), *_bars(contents), *_vessels(contents), *_sheets(contents, sheets),
        *_sites(contents),
    )  # fmt: skip
    embargo = embargo_words(contents.case)
    return tuple(replace(o, name=f"{prefix}{o.name}", draw=partial(_named, o, prefix, embargo)) for o in made)


def plates(contents: Contents, sheets: Mapping[str, Sheet] = MappingProxyType({})) -> tuple[Plate, ...]:
    """The figures that are drawn when none is named; see `offers`."""
    return tuple(o.draw(0.0) for o in offers(contents, sheets) if o.usual)


def chosen(made: Sequence[Offer], names: Sequence[str]) -> tuple[Offer, ...]:
    """The figures of these names, each once, in the order of the report; the usual ones where no name is given.

    Args:
        made: as `offers` gives them.
        names: ids of detections, sites and claims, TIMELINE, MAP, COVERAGE (in any letters), or names of files.

    Raises:
        InputError: a name is that of no figure.
    """
    if not names:
        return tuple(o for o in made if o.usual)
    wanted: set[str] = set()
    for name in names:
        own = [o for o in made if name in (o.key, o.name, o.name.removeprefix(SIMULATED_PREFIX))] or [
            o for o in made if o.key in (TIMELINE, MAP, COVERAGE) and o.key == name.upper()
        ]
        if not own:
            raise InputError(f"{name}: is no figure of this case; {_known(made)}")
        wanted |= {o.name for o in own}
    return tuple(o for o in made if o.name in wanted)


def _known(made: Sequence[Offer]) -> str:
    keys = list(dict.fromkeys(o.key for o in made))
    more = f" and {len(keys) - _ALIKE} more" if len(keys) > _ALIKE else ""
    return f"there are {', '.join(keys[:_ALIKE])}{more}; --list shows them all" if keys else "it has none to draw"


def _named(offer: Offer, prefix: str, embargo: str, width_mm: float) -> Plate:
    plate = offer.draw(width_mm)
    return replace(plate, name=f"{prefix}{plate.name}", caption=f"{embargo} {plate.caption}".strip())


def _large(contents: Contents) -> Iterator[Offer]:
    parts = panels(events(contents))
    for i in range(len(parts)):
        title = text("figure.timeline", n=i + 1, of=len(parts))
        draw = partial(_panel, contents, f"timeline-{i + 1}", timeline_figure, i)
        yield Offer(name=f"timeline-{i + 1}", key=TIMELINE, title=title, draw=draw)
    groups = site_groups(contents.case.sites)
    for i, group in enumerate(groups):
        title = text("figure.map", n=i + 1, of=len(groups), sites=", ".join(s.name for s in group))
        draw = partial(_panel, contents, f"map-{i + 1}", map_figure, i)
        yield Offer(name=f"map-{i + 1}", key=MAP, title=visible(title), draw=draw)


def _panel(contents: Contents, name: str, figure_of: Callable[..., Figure], i: int, width_mm: float) -> Plate:
    figure = figure_of(contents, units(width_mm) or WIDE)
    words = Words(
        caption=" ".join(figure.caption),
        credit=own_credit(contents),
        legend=[(str(kind), words) for kind, words in figure.legend],
    )
    return framed(contents, name, figure.panels[i][0], words, width_mm)


def _sites(contents: Contents) -> Iterator[Offer]:
    for site in contents.case.sites:
        name = f"site-{_file_name(site.id)}"
        figure_of = partial(map_figure, only=site.id)
        title = visible(text("figure.site", site=site.name))
        draw = partial(_panel, contents, name, figure_of, 0)
        yield Offer(name=name, key=site.id, title=title, draw=draw, usual=False)


def _file_name(key: str) -> str:
    """An id as a part of a file name."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in key)[:80]


def _coverage(contents: Contents) -> Iterator[Offer]:
    if contents.coverage is not None:
        yield Offer(
            name="coverage", key=COVERAGE, title=text("figure.coverage"), draw=partial(_coverage_plate, contents)
        )


def _coverage_plate(contents: Contents, width_mm: float) -> Plate:
    if contents.coverage is None:
        raise InputError("this case has no coverage to draw; run again: roadstead verify")
    case, credit = contents.case, own_credit(contents)
    whole = coverage_svg(
        contents.coverage, case.sites, case.claims, simulated=simulated(contents), width=units(width_mm) or WIDE,
        print_mm=width_mm or PRINT_MM, foot=foot(contents, credit),
    )  # fmt: skip
    return Plate(name="coverage", svg=haloed(whole), caption=text("cover.caption"), credit=credit, alt=alt_of(whole))


def _bars(contents: Contents) -> Iterator[Offer]:
    for number, verdict in enumerate(contents.verdicts, start=1):
        claim = contents.case.claim(verdict.claim_id)
        if claim.kind is not ClaimKind.STATEMENT:
            draw = partial(_bar, contents, number, verdict)
            title = visible(text("figure.claim", claim=claim.id))
            yield Offer(name=f"claim-{number}", key=claim.id, title=title, draw=draw)


def _bar(contents: Contents, number: int, verdict: Verdict, width_mm: float) -> Plate:
    case = contents.case
    claim = case.claim(verdict.claim_id)
    drawn = probability_bar(verdict, case.thresholds, f"bar-{number}", units(width_mm) or WIDTH)
    caption = f"{claim.id}: {claim.text} {text('claim.bar_caption')}"
    return framed(contents, f"claim-{number}", drawn, Words(caption=caption, credit=own_credit(contents)), width_mm)


def _vessels(contents: Contents) -> Iterator[Offer]:
    for number, found in enumerate(ordered(contents), start=1):
        there = found.chip is not None and bool(found.chip.rgb.size)
        place = site_name(contents.case, found.site_id)
        title = text("figure.vessel", n=number, place=place, time=time(found.detection.time))
        yield Offer(
            name=f"vessel-{number}",
            key=found.detection.id,
            title=visible(title),
            draw=partial(_vessel, contents, number),
            usual=there and number <= MOST_FIGURES,
            has_pixels=there,
        )


def _vessel(contents: Contents, number: int, width_mm: float) -> Plate:
    found = ordered(contents)[number - 1]
    # Fine pixels, one a unit, would make a figure wider than any page.
    large = found.chip is not None and own_width(found.chip) > WIDE
    view = vessel_view(contents, number, units(width_mm) or (WIDE if large else 0.0))
    if view.figure is None:
        raise InputError(f"{found.detection.id}: the pixels around it cannot be read; bring its image back")
    left_out = (text("image.credit"), text("image.licence"))
    facts = {str(name): plain_of(value) for name, value in view.image if str(name) not in left_out}
    caption = f"{view.heading}. " + " ".join(f"{k}: {v}." for k, v in facts.items())
    words = Words(caption=caption, credit=pixel_credit(found.scene))
    return framed(contents, f"vessel-{number}", view.figure, words, width_mm)


def _sheets(contents: Contents, sheets: Mapping[str, Sheet]) -> Iterator[Offer]:
    for number, found in enumerate(ordered(contents), start=1):
        sheet = sheets.get(found.detection.id)
        if sheet is not None:
            draw = partial(_sheet, contents, number, (found, sheet))
            title = text("figure.classes", n=number)
            yield Offer(name=f"vessel-{number}-classes", key=found.detection.id, title=title, draw=draw)


def _sheet(contents: Contents, number: int, of: tuple[Found, Sheet], _: float) -> Plate:
    """A comparison sheet keeps its own width, at which its words can be read."""
    found, sheet = of
    caption = text("sheet.caption", n=number, id=sheet.title, words=" ".join(sheet_words(sheet)))
    return Plate(
        name=f"vessel-{number}-classes",
        svg=sheet_svg(sheet),
        caption=visible(caption),
        credit=visible(f"{pixel_credit(found.scene)}. {own_credit(contents)}"),
        alt=visible(sheet_alt(sheet)),
        sheet=sheet,
    )
