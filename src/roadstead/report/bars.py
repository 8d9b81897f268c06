"""The small bar of a probability: prior, then without and with reports, against the thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.report import svg
from roadstead.report.messages import text
from roadstead.report.numbers import percents

if TYPE_CHECKING:
    from markupsafe import Markup

    from roadstead.model import Range, Thresholds, Verdict

WIDTH, LEFT, RIGHT, TOP, ROW, FONT = 400.0, 104.0, 92.0, 6.0, 20.0, 12.0


def probability_bar(verdict: Verdict, thresholds: Thresholds, uid: str, width: float = WIDTH) -> Markup:
    """Three ranges on one axis from 0 to 100 %.

    Args:
        verdict: of the claim.
        thresholds: drawn as dashed lines.
        uid: unique in the page.
        width: of the drawing, in units of its text.
    """
    rows = (
        (text("bar.prior"), verdict.without_reports.prior, "s-prior"),
        (text("bar.without"), verdict.without_reports.probability, "s-without"),
        (text("bar.with"), verdict.with_reports.probability, "s-with"),
    )
    bottom = TOP + ROW * len(rows)
    parts = [svg.line(LEFT, bottom, width - RIGHT, bottom, "s-axis")]
    limits = (thresholds.contradicted_probability, thresholds.supported_probability)
    shares = (0.0, 0.5, 1.0)
    for share, kind in (*((s, "s-grid") for s in shares), *((t, "s-limit") for t in limits)):
        x = _x(share, width)
        parts.append(svg.line(x, TOP, x, bottom + 3, kind))
        # Where the axis is short, only the thresholds have room for their number.
        if kind == "s-limit" or width >= WIDTH:
            parts.append(svg.words(x, bottom + 15, f"{100 * share:.0f}", "s-tick", anchor="middle"))
    for i, (name, span, kind) in enumerate(rows):
        parts += _row(name, (span, kind), TOP + i * ROW, width)
    said = "; ".join(f"{name}: {percents(span)}" for name, span, _ in rows)
    return svg.picture(uid, (width, bottom + 20), text("bar.title", claim=verdict.claim_id), said, *parts)


def _x(share: float, width: float) -> float:
    return LEFT + min(max(share, 0.0), 1.0) * (width - LEFT - RIGHT)


def _row(name: str, bar: tuple[Range, str], y: float, width: float) -> list[Markup]:
    span, kind = bar
    left, right = _x(span.low, width), _x(span.high, width)
    if right - left < 3:
        middle = (left + right) / 2
        left, right = middle - 1.5, middle + 1.5
    return [
        svg.words(LEFT - 8, y + 14, name, "s-label", anchor="end"),
        svg.rect((left, y + 4, right, y + 16), kind),
        svg.words(width - RIGHT + 8, y + 14, percents(span), "s-label"),
    ]
