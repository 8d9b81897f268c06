"""`roadstead search`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.table import Table

from roadstead.cli import say
from roadstead.cli.codes import DONE, NO_ANSWER
from roadstead.cli.spans import span_of
from roadstead.model import AnswerState, CatalogueAnswer, Listing, iso
from roadstead.pipeline import SearchResult, SearchScope
from roadstead.pipeline import search as search_case
from roadstead.steps import to_plain

if TYPE_CHECKING:
    from pathlib import Path

_STYLE = {AnswerState.COMPLETE: "green", AnswerState.PARTIAL: "yellow", AnswerState.NO_ANSWER: "red"}


def run(
    case: Path,
    providers: list[str],
    sites: list[str],
    start: str,
    end: str,
    lookback_days: int,
    *,
    again: bool,
    as_json: bool,
) -> int:
    """Search and print; exit code 3 when nobody answered."""
    wanted = SearchScope(
        providers=tuple(providers),
        sites=tuple(sites),
        span=span_of(start, end),
        lookback_days=lookback_days,
        again=again,
    )
    with say.progress("asking") as progress:
        found = search_case(case, wanted, announce=_announce, progress=progress)
    say.losses(found.losses)
    if as_json:
        say.print_json(_plain(found))
    else:
        _print(found)
    return DONE if found.anything else NO_ANSWER


def _announce(hosts: tuple[str, ...]) -> None:
    if hosts:
        say.err.print("Asking, so that:")
    for sentence in hosts:
        say.err.print(f"  {say.shown(sentence)}", soft_wrap=True)


def _print(found: SearchResult) -> None:
    for state, sentence, count in _gathered(found.answers):
        times = f" [{count} questions]" if count > 1 else ""
        say.out.print(f"[{_STYLE[state]}]{state.value:9}[/] {say.shown(sentence + times)}", soft_wrap=True)
    if found.already:
        say.out.print(f"{found.already} question(s) were answered within the last day; --again asks them again.")
    if found.not_put:
        say.out.print(f"{found.not_put} question(s) were not put, since the catalogue had not answered one before.")
    table = Table(show_edge=False)
    for column in ("site", "satellite", "images listed", "first", "last"):
        table.add_column(column, justify="right" if column == "images listed" else "left")
    for site, listings in found.listings.items():
        for platform, own in _by_platform(listings).items():
            first, last = own[0].time.start, own[-1].time.start
            table.add_row(say.shown(site), say.shown(platform), str(len(own)), iso(first), iso(last))
    if table.rows:
        say.out.print(table)
    elif found.anything:
        say.out.print("No image of these places is listed.")
    say.out.print(_after(found), soft_wrap=True)


def _after(found: SearchResult) -> str:
    if not found.anything:
        return "Nobody answered. Nothing else needs the network; run the same command again when there is one."
    return "The answers are kept in the case, in catalogues/. Tasked and embargoed images are in no such list."


def _gathered(answers: tuple[CatalogueAnswer, ...]) -> list[tuple[AnswerState, str, int]]:
    """Each sentence once; complete answers of one catalogue together, with their items added up."""
    lines: dict[tuple[str, AnswerState, str], list[CatalogueAnswer]] = {}
    for answer in answers:
        plain = answer.state is AnswerState.COMPLETE and ":" not in answer.sentence
        lines.setdefault((answer.catalogue, answer.state, "" if plain else answer.sentence), []).append(answer)
    return [
        (state, sentence or f"{same[0].name} answered, {sum(a.products for a in same)} item(s).", len(same))
        for (_, state, sentence), same in lines.items()
    ]


def _by_platform(listings: tuple[Listing, ...]) -> dict[str, list[Listing]]:
    counts = Counter(k.platform for k in listings)
    return {platform: [k for k in listings if k.platform == platform] for platform in sorted(counts)}


def _plain(found: SearchResult) -> dict[str, Any]:
    return {
        "case": found.case_id,
        "learned": list(found.hosts),
        "answers": [_answer(a) for a in found.answers],
        "answered_before": found.already,
        "not_put": found.not_put,
        "listings": [_listing(site, k) for site, own in found.listings.items() for k in own],
        "losses": list(found.losses),
    }


def _answer(answer: CatalogueAnswer) -> dict[str, Any]:
    return {
        "catalogue": answer.catalogue,
        "state": answer.state.value,
        "sentence": answer.sentence,
        "items": answer.products,
        "asked_at": iso(answer.asked_at),
        "from": iso(answer.span.start),
        "to": iso(answer.span.end),
        "missions": list(answer.missions),
        "area": to_plain(answer.area),
        "file": answer.file,
    }


def _listing(site: str, listing: Listing) -> dict[str, Any]:
    return {
        "site": site,
        "id": listing.id,
        "platform": listing.platform,
        "modality": listing.modality.value,
        "t_utc": iso(listing.time.start),
        "until_utc": iso(listing.time.end),
        "catalogues": list(listing.catalogues),
        "products": list(listing.products),
        "systematic": listing.systematic,
        "gsd_m": listing.gsd_m,
        "credit": listing.credit,
        "licence": listing.licence,
    }
