"""What goes on at quays: a table of views by pixels and of what analysts saw, each with its gate in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.report.claims import site_name
from roadstead.report.markup import several, user, when
from roadstead.report.messages import text
from roadstead.report.numbers import percent
from roadstead.report.tables import Table, table

if TYPE_CHECKING:
    from markupsafe import Markup

    from roadstead.case import Case
    from roadstead.model import Activity, BerthView
    from roadstead.report.contents import Contents

Row = tuple["Markup | str", ...]


def quays_table(contents: Contents) -> Table | None:
    """Every quay looked at and every activity marked; None where there is none."""
    marked = tuple(a for a in contents.activities if a.method == "analyst")
    if not contents.berth_views and not marked:
        return None
    rows = [_view_row(contents.case, v) for v in contents.berth_views]
    rows += [_mark_row(contents.case, a) for a in marked]
    return table("quays", rows, text("quays.caption"))


def _view_row(case: Case, view: BerthView) -> Row:
    refused = () if view.activities else view.gate
    return (
        user(site_name(case, view.site_id)),
        when(view.time),
        user(view.detection_id or view.scene_id),
        several([activity_words(a) for a in view.activities] or [text("quays.nothing")]),
        several([*refused, *view.notes]),
    )


def _mark_row(case: Case, activity: Activity) -> Row:
    return (
        user(site_name(case, activity.site_id)),
        when(activity.time),
        user(activity.id),
        user(activity.text),
        text("quays.by_eye", name=user(activity.by)),
    )


def activity_words(activity: Activity) -> str:
    """One activity in words: what, how surely, how many."""
    count = activity.vehicles
    words = f"{activity.kind.value}: {percent(activity.probability)}"
    if count is None:
        return f"{words}, {activity.text}" if activity.text else words
    covered = "" if count.covered is None else f", {count.covered} covered"
    return f"{words}; {count.best} counted (90 %: {count.low} to {count.high}){covered}"
