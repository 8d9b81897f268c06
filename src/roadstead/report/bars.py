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


def probability_bar(verdict: Verdict, thresholds: Thresholds, uid: str) -> Markup:
    """Three ranges on one axis from 0 to 100 %.

    Args:
        verdict: of the claim.
        thresholds: drawn as dashed lines.
        uid: unique in the page.
    """
    rows = (
        (text("bar.prior"), verdict.without_reports.prior, "s-prior"),
        (text("bar.without"), verdict.without_reports.probability, "s-without"),
        (text("bar.with"), verdict.with_reports.probability, "s-with"),
    )
    bottom = TOP + ROW * len(rows)
    parts = [svg.line(LEFT, bottom, WIDTH - RIGHT, bottom, "s-axis")]
    for share in (0.0, 0.5, 1.0):
        parts.append(svg.line(_x(share), TOP, _x(share), bottom + 3, "s-grid"))
        parts.append(svg.words(_x(share), bottom + 15, f"{100 * share:.0f}", "s-tick", anchor="middle"))
    for limit in (thresholds.contradicted_probability, thresholds.supported_probability):
        parts.append(svg.line(_x(limit), TOP, _x(limit), bottom + 3, "s-limit"))
        parts.append(svg.words(_x(limit), bottom + 15, f"{100 * limit:.0f}", "s-tick", anchor="middle"))
    for i, (name, span, kind) in enumerate(rows):
        parts += _row(name, span, kind, TOP + i * ROW)
    said = "; ".join(f"{name}: {percents(span)}" for name, span, _ in rows)
    return svg.picture(uid, (WIDTH, bottom + 20), text("bar.title", claim=verdict.claim_id), said, *parts)


def _x(share: float) -> float:
    return LEFT + min(max(share, 0.0), 1.0) * (WIDTH - LEFT - RIGHT)


def _row(name: str, span: Range, kind: str, y: float) -> list[Markup]:
    left, right = _x(span.low), _x(span.high)
    if right - left < 3:
        middle = (left + right) / 2
        left, right = middle - 1.5, middle + 1.5
    return [
        svg.words(LEFT - 8, y + 14, name, "s-label", anchor="end"),
        svg.rect((left, y + 4, right, y + 16), kind),
        svg.words(WIDTH - RIGHT + 8, y + 14, percents(span), "s-label"),
    ]
