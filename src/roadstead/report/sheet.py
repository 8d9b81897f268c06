"""The comparison sheet of one ship: pixels, outline, deck strip, profiles, drawn candidates, what may be said."""

from __future__ import annotations

import io
import math
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from roadstead.identify import GROUPS, DeckStrip, Gate, Profiles, class_name
from roadstead.model import NONE_OF_THESE, OTHER_TYPE, ClassEvidence
from roadstead.report.chips import scale_m
from roadstead.report.contents import Chip
from roadstead.report.messages import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

INK, SOFT, SEEN, WARNING = "#1a1a1a", "#777777", "#0b5394", "#b2182b"
_WIDE_IN, _TOP_IN, _STRIP_IN, _WORDS_IN = 11.0, 3.6, 1.55, 2.2
DPI = 120
_LEAST_STRIPS = 2
"""room that the profiles need"""
_BESIDE_M = 6.0
"""water that is shown beside a hull"""
DRAWN = "Drawn strips are no images."
_LINE = 150
"""letters in a line of words"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetCandidate:
    """One class as the scene would show it."""

    name: str
    strip: DeckStrip
    profiles: Profiles
    ratio: float | None
    """None where the gate allows no class"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a comparison sheet shows."""

    title: str
    chip: Chip
    strip: DeckStrip
    """bow to the left as it agrees best"""
    profiles: Profiles
    gate: Gate
    evidence: ClassEvidence | None
    candidates: tuple[SheetCandidate, ...]
    """best first; none where nothing was compared"""
    simulated: bool
    credit: str
    compared: tuple[tuple[float, float], ...] = ()
    """corners (column, row) of the hull as its deck was laid out, in chip pixels; none where that is the outline"""


def sheet_png(sheet: Sheet, dpi: int = DPI) -> bytes:
    """The sheet as PNG; the same contents give the same bytes."""
    return _saved(_drawn(sheet), "png", dpi)


def sheet_svg(sheet: Sheet) -> str:
    """The sheet as an SVG document that stands alone; the same contents give the same text."""
    return _saved(_drawn(sheet), "svg", DPI).decode("utf-8")


def sheet_pdf(sheet: Sheet) -> bytes:
    """The sheet as a PDF page of its size; the same contents give the same bytes."""
    return _saved(_drawn(sheet), "pdf", DPI)


def sheet_alt(sheet: Sheet) -> str:
    """What the sheet shows, for those who cannot see it."""
    drawn = ", ".join(c.name if c.ratio is None else f"{c.name}, {_ratio(c.ratio)}" for c in sheet.candidates) or "none"
    return (
        f"Class comparison sheet of {sheet.title}. Above: the pixels around the ship, the same with its measured "
        "outline, and the shares of classes. Below: its deck laid out from bow to stern, and below it ships of the "
        f"library drawn under the same sun ({drawn}); beside them brightness, edges and shadow along the hull."
    )


def sheet_words(sheet: Sheet) -> tuple[str, ...]:
    """What the sheet says in words, a paragraph each: the gate, the comparison, and what drawn ships are."""
    said = sheet.evidence.words if sheet.evidence else ""
    return tuple(words for words in (sheet.gate.words, said, DRAWN) if words)


def _saved(figure: Figure, kind: str, dpi: int) -> bytes:
    import matplotlib as mpl  # noqa: PLC0415 - slow to load

    out = io.BytesIO()
    unsaid = {"svg": {"Date": None}, "png": {"Software": None}, "pdf": {"CreationDate": None}}
    with mpl.rc_context({"svg.hashsalt": "roadstead", "pdf.fonttype": 42}):
        figure.savefig(out, format=kind, dpi=dpi, metadata=unsaid[kind])
    return out.getvalue()


def _drawn(sheet: Sheet) -> Figure:
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to load

    strips = max(1 + len(sheet.candidates), _LEAST_STRIPS)
    high = _TOP_IN + strips * _STRIP_IN + _WORDS_IN
    figure = Figure(figsize=(_WIDE_IN, high), dpi=DPI)
    pictures = figure.add_gridspec(
        1, 12, left=0.04, right=0.98, top=1 - 0.75 / high, bottom=1 - _TOP_IN / high, wspace=0.5
    )
    _pixels(figure.add_subplot(pictures[0, :3]), sheet, outlined=False)
    _pixels(figure.add_subplot(pictures[0, 3:6]), sheet, outlined=True)
    _shares(figure.add_subplot(pictures[0, 8:]), sheet)
    edges = {"top": 1 - (_TOP_IN + 0.35) / high, "bottom": _WORDS_IN / high}
    left = figure.add_gridspec(strips, 1, left=0.04, right=0.61, hspace=0.35, **edges)
    title = "this ship" if sheet.candidates else "this ship, bow not told from stern"
    _strip(figure.add_subplot(left[0]), sheet.strip, title, _limits(sheet.strip))
    for k, candidate in enumerate(sheet.candidates):
        name = candidate.name if candidate.ratio is None else f"{candidate.name}: {_ratio(candidate.ratio)}"
        _strip(figure.add_subplot(left[1 + k]), candidate.strip, f"drawn, {name}", _limits(candidate.strip))
    _profiles(figure, figure.add_gridspec(len(_kinds(sheet)), 1, left=0.67, right=0.98, hspace=0.35, **edges), sheet)
    _words(figure, sheet)
    return figure


def _pixels(axes: Axes, sheet: Sheet, *, outlined: bool) -> None:
    axes.imshow(sheet.chip.rgb, interpolation="nearest")
    if outlined:
        ring = np.array([*sheet.chip.outline, sheet.chip.outline[0]])
        axes.plot(ring[:, 0] - 0.5, ring[:, 1] - 0.5, color="#ffd400", linewidth=1.0)
    if outlined and sheet.compared:
        ring = np.array([*sheet.compared, sheet.compared[0]])
        axes.plot(ring[:, 0] - 0.5, ring[:, 1] - 0.5, color="#ffd400", linewidth=0.9, linestyle=(0, (3, 2)))
    said = "outline as measured" + ("; dashed: hull as compared" if sheet.compared else "")
    axes.set_title(said if outlined else "pixels", fontsize=8, loc="left")
    if outlined:
        _scale_and_north(axes, sheet.chip)
    axes.set_axis_off()


def _scale_and_north(axes: Axes, chip: Chip) -> None:
    """A scale bar below left and an arrow to true north above right, or that they are not known."""
    from matplotlib.patheffects import withStroke  # noqa: PLC0415 - slow to load

    rows, columns = chip.rgb.shape[:2]
    rim = [withStroke(linewidth=2.5, foreground="black")]
    words: dict[str, Any] = {"fontsize": 7, "color": "white", "path_effects": rim}
    left, foot = 0.04 * columns - 0.5, 0.94 * rows - 0.5
    metres = scale_m(chip) if chip.metres_per_pixel > 0 else 0.0
    if metres:
        ends = (left, left + metres / chip.metres_per_pixel)
        axes.plot(ends, (foot, foot), color="white", linewidth=2, path_effects=rim, solid_capstyle="butt")
    said = text("chip.metres", n=f"{metres:g}") if metres else text("chip.no_scale")
    axes.text(left, foot - 0.03 * rows, said, va="bottom", **words)
    if not math.isfinite(chip.north_deg):
        axes.text(0.96 * columns - 0.5, 0.04 * rows - 0.5, text("chip.no_north"), va="top", ha="right", **words)
        return
    # Rows run downwards, and north is told clockwise from up.
    turn = math.radians(chip.north_deg)
    step, x, y = 0.07 * rows, 0.9 * columns - 0.5, 0.12 * rows - 0.5
    ahead = (step * math.sin(turn), -step * math.cos(turn))
    head = {"arrowstyle": "-|>", "color": "white", "linewidth": 1.2, "path_effects": rim}
    axes.annotate("", (x + ahead[0], y + ahead[1]), (x - ahead[0], y - ahead[1]), arrowprops=head)
    axes.text(x, 0.22 * rows - 0.5, text("chip.north"), va="top", ha="center", **words)


def _limits(strip: DeckStrip) -> tuple[float, float]:
    hull = _hull(strip)
    low, high = np.nanpercentile(hull, (1, 98))
    return float(min(low, strip.water[0])), float(high if high > low else low + 1)


def _hull(strip: DeckStrip) -> NDArray[np.float32]:
    middle = len(strip.brightness) // 2
    half = max(1, round(strip.beam_m / 2 / strip.step_m))
    return strip.brightness[middle - half : middle + half + 1]


def _strip(axes: Axes, strip: DeckStrip, title: str, limits: tuple[float, float]) -> None:
    middle, shown = len(strip.brightness) // 2, round((strip.beam_m / 2 + _BESIDE_M) / strip.step_m)
    side = (shown + 0.5) * strip.step_m
    axes.imshow(
        strip.brightness[max(0, middle - shown) : middle + shown + 1],
        cmap="gray",
        vmin=limits[0],
        vmax=limits[1],
        extent=(0, strip.length_m, -side, side),
        aspect="equal",
        interpolation="nearest",
    )
    axes.set_title(title, fontsize=8, loc="left", pad=2)
    axes.tick_params(labelsize=6, length=2)
    axes.set_yticks([])


def _profiles(figure: Figure, grid: Any, sheet: Sheet) -> None:
    kinds = _kinds(sheet)
    at = (np.arange(len(sheet.profiles.edges)) + 0.5) / len(sheet.profiles.edges)
    for k, kind in enumerate(kinds):
        axes = figure.add_subplot(grid[k])
        axes.plot(at, _profile(sheet.profiles, k), color=INK, linewidth=1.4, label="this ship")
        for candidate, style in zip(sheet.candidates[:2], ("-", "--"), strict=False):
            line = _profile(candidate.profiles, k)
            axes.plot(at, line, color=SEEN, linewidth=0.9, linestyle=style, label=candidate.name)
        axes.set_title(kind, fontsize=8, loc="left", pad=2)
        axes.tick_params(labelsize=6, length=2)
        if k == 0:
            axes.legend(fontsize=6, frameon=False, ncols=3, loc="upper right", borderaxespad=0)
        if k == len(kinds) - 1:
            end = "the bow" if sheet.candidates else "one end, which may be the stern"
            axes.set_xlabel(f"share of the length from {end}", fontsize=7)


def _kinds(sheet: Sheet) -> tuple[str, ...]:
    """Profiles that were looked at: no shadow without a known bow, beside a quay, or with the sun ahead or astern."""
    every = (sheet.profiles, *(c.profiles for c in sheet.candidates))
    shadow = bool(sheet.candidates) and any(p.shadow_m.any() for p in every)
    return ("brightness", "edges", *(("shadow, m",) if shadow else ()))


def _profile(profiles: Profiles, kind: int) -> NDArray[np.float32]:
    lines = (profiles.lanes.mean(axis=0), profiles.edges, profiles.shadow_m)
    return np.asarray(lines[kind], np.float32)


def _shares(axes: Axes, sheet: Sheet) -> None:
    rows = () if sheet.evidence is None else (sheet.evidence.posterior or sheet.evidence.layout)
    if not rows:
        axes.set_axis_off()
        axes.text(0, 0.5, "no comparison allowed or made", fontsize=8, color=SOFT)
        return
    rows = tuple(sorted(rows, key=lambda row: row[1]))[-8:]
    axes.barh(range(len(rows)), [100 * share for _, share in rows], color=SEEN, height=0.6)
    axes.set_yticks(range(len(rows)), [_called(name) for name, _ in rows], fontsize=7)
    axes.set_xlim(0, 100)
    axes.tick_params(labelsize=6, length=2)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    what = "share, from capped ratios, %" if sheet.evidence and sheet.evidence.posterior else "superstructure, %"
    axes.set_title(what, fontsize=8, loc="left")


def _called(name: str) -> str:
    return name if name in (OTHER_TYPE, NONE_OF_THESE, *GROUPS) else class_name(name)


def _floored(pixels: float) -> str:
    """One digit, never rounded up over what is needed."""
    return f"{math.floor(10 * pixels + 1e-6) / 10:.1f}"


def _ratio(value: float) -> str:
    return f"{value:.1f} times as likely" if value >= 1 else f"1/{1 / value:.1f} as likely"


def _words(figure: Figure, sheet: Sheet) -> None:
    figure.text(0.04, 0.972, sheet.title, fontsize=11, color=INK)
    if sheet.simulated:
        figure.text(0.98, 0.972, "SIMULATED", fontsize=12, color=WARNING, ha="right", weight="bold")
    said = [sheet.gate.words]
    said += [
        f"{s.level.value}: {s.feature} {s.feature_m:.1f} m is {_floored(s.pixels)} resolved pixels, "
        f"needs {s.needed:.0f}: "
        f"{'allowed' if s.allowed else 'not allowed'}"
        for s in sheet.gate.statements
    ]
    said += [sheet.evidence.words] if sheet.evidence else []
    said += [f"{DRAWN} {sheet.credit}"]
    lines = [line for sentence in said for line in textwrap.wrap(sentence, _LINE)]
    foot = (_WORDS_IN - 0.45) / figure.get_figheight()
    figure.text(0.04, foot, "\n".join(lines), fontsize=7.5, color=INK, va="top", linespacing=1.35)
