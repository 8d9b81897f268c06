"""From gathered evidence to everything that a report shows: by `verify`, and again for each report made from it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from roadstead import library
from roadstead.coverage import usable
from roadstead.identify import AisFact, AisState
from roadstead.infer import brackets_from_looks, brackets_from_reports
from roadstead.model import CaseError, Clock, PixelReader, PortCall, Verdict, VesselClass
from roadstead.pipeline.chips import found_vessels
from roadstead.pipeline.hull_signs import hulls_of
from roadstead.pipeline.identity import examined, marks_weighed, with_ratios
from roadstead.pipeline.judge import AssessStep, Question, StampStep
from roadstead.pipeline.picture import Terms, periods_of, picture_of, usual_length_m
from roadstead.pipeline.radio import AisFacts, ais_facts
from roadstead.pipeline.roster import eliminations
from roadstead.report import Contents
from roadstead.steps import numeric_versions, to_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from roadstead.case import Case, Frozen
    from roadstead.identify import Examined
    from roadstead.pipeline.gathering import Gathered, Seams
    from roadstead.steps import StepCache


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a case's evidence came to."""

    contents: Contents
    ais: AisFacts


def judged(  # noqa: PLR0917 - the parts of a run, named one by one
    case: Case,
    gathered: Gathered,
    seams: Seams,
    cache: StepCache,
    clock: Clock,
    frozen: Callable[[tuple[Verdict, ...]], Frozen],
) -> Judged:
    """Weigh every claim and put together what a report shows; nothing but the cache is written.

    Args:
        case: the case.
        gathered: its evidence; what AIS files lack is added to its losses.
        seams: pixel reader and catalogues.
        cache: results of steps.
        clock: asked only for results that were never had before.
        frozen: gives the state of the assumptions once the verdicts are known.
    """
    ais = ais_facts(case, gathered, cache)
    gathered.losses += ais.losses
    picture = picture_of(
        case, gathered, periods_of(case), Terms(length_m=usual_length_m(case)), catalogues=seams.catalogues
    )
    close = examined(gathered.at_sites, gathered.scenes, seams.reader, cache, seams.workers)
    marked = marks_weighed(gathered.hull_signs, close, hulls_of(case.folder))
    gathered.at_sites = with_ratios(gathered.at_sites, close, marked)
    questions = (Question(case=case, claim=claim, gathered=gathered, picture=picture) for claim in case.claims)
    verdicts = tuple(cache.run(AssessStep(), q, Verdict, item=q.claim.id) for q in questions)
    contents = _contents(case, frozen(verdicts), gathered, verdicts, (seams.reader, close))
    left = eliminations(case, gathered, ais, cache)
    found = tuple(
        replace(
            f,
            roster=left.get(f.detection.id),
            marks=marked.get(f.detection.id),
            ais=ais.of(f.detection.id) or _not_compared(ais, f.detection.id),
        )
        for f in contents.found
    )
    contents = replace(contents, found=found, coverage=picture, losses=(*contents.losses, *picture.losses))
    results = {
        "verdicts": to_plain(verdicts),
        "losses": contents.losses,
        "frozen": to_plain(contents.frozen),
        "ais": to_plain(ais),
    }
    made_at = cache.run(StampStep(clock), results, datetime, item=case.id)
    return Judged(contents=replace(contents, made_at=made_at), ais=ais)


def _not_compared(ais: AisFacts, detection_id: str) -> AisFact | None:
    """That a ship was compared with no AIS although some is held; None where the case holds none."""
    if not (ais.at_sites or ais.losses):
        return None
    sentence = "not compared with AIS: the image's time or the ship's place is not known well enough, or AIS not read"
    return AisFact(detection_id=detection_id, state=AisState.UNMATCHED, sentence=sentence)


def _port_calls(case: Case, gathered: Gathered) -> tuple[PortCall, ...]:
    looks = [at.look for at in gathered.at_sites if usable(at.look)]
    counts: Counter[tuple[str, str]] = Counter()
    for at in gathered.at_sites:
        counts[at.look.scene_id, at.look.site_id] += len(at.detections)
    return (*brackets_from_looks(looks, counts), *brackets_from_reports(case.reported))


def _classes(case: Case) -> tuple[Mapping[str, VesselClass], tuple[str, ...]]:
    """Vessel classes, those of the case's own library too, and what is wrong with it; then the shipped ones only."""
    try:
        return library.classes(case.folder / "library"), ()
    except CaseError as error:
        return library.classes(), (f"{error}; sizes are compared with the shipped classes only",)


def _contents(
    case: Case,
    frozen: Frozen,
    gathered: Gathered,
    verdicts: tuple[Verdict, ...],
    looked: tuple[PixelReader, Mapping[tuple[str, str], Examined]],
) -> Contents:
    reader, close = looked
    versions = numeric_versions()
    classes, mistakes = _classes(case)
    return Contents(
        case=replace(case, warnings=(*case.warnings, *gathered.doubts)),
        frozen=frozen,
        verdicts=verdicts,
        looks=tuple(at.look for at in gathered.at_sites),
        found=found_vessels(gathered, reader, classes, close),
        scenes=tuple(gathered.scenes.values()),
        exhibits=gathered.exhibits,
        port_calls=_port_calls(case, gathered),
        losses=(*case.mistakes, *mistakes, *gathered.losses),
        made_at=datetime.max.replace(tzinfo=UTC),
        program_version=versions["roadstead"],
        versions=versions,
        berth_views=tuple(gathered.berth_views),
        activities=gathered.activities,
    )
