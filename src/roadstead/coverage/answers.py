"""Which answers of catalogues still say something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.model import AnswerState, CatalogueAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable

_RANK = {AnswerState.NO_ANSWER: 0, AnswerState.PARTIAL: 1, AnswerState.COMPLETE: 2}


def standing(answers: Iterable[CatalogueAnswer]) -> tuple[CatalogueAnswer, ...]:
    """Each question once, by its fullest and then latest answer; silence only of catalogues that never answered.

    Returns:
        In order of catalogue, then span and area.
    """
    best: dict[tuple[object, ...], CatalogueAnswer] = {}
    for answer in sorted(answers, key=lambda a: (_RANK[a.state], a.asked_at, a.file)):
        silent = answer.state is AnswerState.NO_ANSWER
        best[(answer.catalogue, *(() if silent else (answer.span.start, answer.span.end, answer.area.wkb)))] = answer
    spoke = {a.catalogue for a in best.values() if a.state is not AnswerState.NO_ANSWER}
    kept = [a for a in best.values() if a.state is not AnswerState.NO_ANSWER or a.catalogue not in spoke]
    return tuple(sorted(kept, key=lambda a: (a.catalogue, a.span, a.area.wkb)))


def anybody(answers: Iterable[CatalogueAnswer]) -> bool:
    """Whether any catalogue answered, wholly or in part."""
    return any(a.state is not AnswerState.NO_ANSWER for a in answers)
