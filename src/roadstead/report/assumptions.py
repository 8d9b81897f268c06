"""What was assumed, what the words mean, and how to run it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.assess import probability_word
from roadstead.report.claims import site_name
from roadstead.report.markup import user
from roadstead.report.messages import text, under
from roadstead.report.numbers import extent, percent, percents
from roadstead.report.tables import Table, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.case import Case


def icd_203() -> Table:
    """The probability words with their bands, read off the function that assigns them."""
    bands: list[tuple[int, str]] = []
    for hundredth in range(100):
        word = probability_word(hundredth / 100)
        if not bands or bands[-1][1] != word:
            bands.append((hundredth, word))
    bands[0] = (1, bands[0][1])
    ends = [start for start, _ in bands[1:]] + [99]
    rows = ((word, text("methods.band", low=low, high=high)) for (low, word), high in zip(bands, ends, strict=True))
    return table("icd", rows, text("methods.icd_caption"))


def statuses() -> Table:
    """What each status of an element means."""
    rows = ((name, meaning) for name, meaning in under("methods.status"))
    return table("glossary", rows, text("methods.status_caption"))


def calls(case: Case) -> Table:
    """What supported, contradicted and not determinable mean, with the case's own thresholds."""
    t = case.thresholds
    values = {
        "supported": percent(t.supported_probability),
        "contradicted": percent(t.contradicted_probability),
        "bayes": f"{t.bayes_factor:g}",
        "hits": f"{t.min_effective_hits:g}",
    }
    rows = ((name, text(f"methods.call.{name}", **values)) for name, _ in under("methods.call"))
    return table("glossary", rows, text("methods.call_caption"))


def hypotheses(case: Case) -> Table | None:
    """The alternatives, how ships move in each, and what weight was given why."""
    if not case.hypotheses:
        return None
    rows = ((user(h.id), user(h.text), user(h.motion), extent(h.weight), user(h.reason)) for h in case.hypotheses)
    return table("hypotheses", rows, text("assumptions.hypotheses_caption"))


def traffic(case: Case) -> Table:
    """Other ships assumed at each site."""
    rows = (
        (user(site_name(case, t.site_id)), extent(t.vessels), extent(t.stay_hours, "h"), user(t.reason))
        for t in (case.traffic_at(s.id) for s in case.sites)
    )
    return table("traffic", rows, text("assumptions.traffic_caption"))


def priors(case: Case) -> Table:
    """The prior of each claim with its reason."""
    rows = ((user(c.id), percents(c.prior), user(c.prior_reason)) for c in case.claims)
    return table("priors", rows, text("assumptions.priors_caption"))


def versions(found: Mapping[str, str]) -> Table:
    """The programs that can change a number."""
    rows = ((user(name), user(version)) for name, version in sorted(found.items()))
    return table("versions", rows, text("assumptions.versions_caption"))
