"""`roadstead exercise`: run, study, power."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table

from roadstead.cli import say
from roadstead.cli.codes import DONE
from roadstead.exercise import open_scenario, power_of, reliability_svg, run_exercise
from roadstead.exercise import study as run_study
from roadstead.simulate import MARK
from roadstead.steps import Workers, to_plain, write_atomic

if TYPE_CHECKING:
    from roadstead.exercise import AisScore, Exercise, Figures, Power, PowerRow, Rate, Study

SCHEMA_VERSION = 1
WIDE = 0.3
"""width of an interval from which on it is called wide"""


def run(scenario: str, folder: Path | None, *, pixels: bool, workers: int = 1, as_json: bool) -> int:
    """Make an exercise, verify it, score it, print the score."""
    wanted = open_scenario(scenario)
    place = folder or Path(f"exercise-{wanted.id}")
    with say.progress("exercise") as progress:
        done = run_exercise(wanted, place, pixels=pixels, workers=Workers(count=workers), progress=progress)
    if as_json:
        say.print_json(
            _marked(
                {
                    "scenario": wanted.id,
                    "folder": str(place),
                    "score": to_plain(done.score),
                    "naming": to_plain(done.naming),
                    "ais": to_plain(done.ais),
                }
            )
        )
    else:
        _print_run(done)
    return DONE


def study(n: int, seed: int, folder: Path | None, *, pixels: bool, as_json: bool) -> int:
    """Run a study, print its figures, leave a reliability diagram."""
    level = "pixels" if pixels else "sightings"
    place = folder or Path(f"study-{level}-{seed}")
    began = time.monotonic()
    with say.progress("study") as progress:
        result = run_study(n, seed, place / "exercises", pixels=pixels, progress=progress)
    diagram = place / f"reliability-{n}.svg"
    write_atomic(diagram, reliability_svg(result))
    say.err.print(f"{n} exercises in {time.monotonic() - began:.0f} s.", soft_wrap=True)
    if as_json:
        say.print_json(study_json(result))
    else:
        _print_study(result, diagram)
    return DONE


def power(case: Path, claims: list[str], n: int, seed: int, *, as_json: bool) -> int:
    """Say how likely each kind of operation would have been called."""
    with say.progress("power") as progress:
        found = power_of(case, claims=claims, n=n, seed=seed, progress=progress)
    say.losses(found.left_out)
    if as_json:
        plain = to_plain(found)
        say.print_json(_marked(plain) if found.simulated else {"schema_version": SCHEMA_VERSION, **plain})
    else:
        _print_power(found)
    return DONE


def _marked(value: dict[str, Any]) -> dict[str, Any]:
    return {"schema_version": SCHEMA_VERSION, MARK: True, **value}


def study_json(result: Study) -> dict[str, Any]:
    """A study as JSON data: figures of claims that images can settle at the top, hidden ones below."""
    families = [o.family.value for o in result.outcomes]
    return _marked(
        {
            "n": result.n,
            "seed": result.seed,
            "level": "pixels" if result.pixels else "sightings",
            "families": {f: families.count(f) for f in sorted(set(families))},
            **_figures_json(result.settled),
            "with_reports": _figures_json(result.with_reports),
            "hidden_claims": _figures_json(result.hidden),
            "exercises": [to_plain(o) for o in result.outcomes],
        }
    )


def _figures_json(f: Figures) -> dict[str, Any]:
    return {
        "claims": f.claims,
        "true": f.true,
        "brier": _round(f.brier),
        "brier_prior": _round(f.brier_prior),
        "brier_skill": _round(f.brier_skill),
        "expected_calibration_error": _round(f.expected_calibration_error),
        "ece_limit_95": _round(f.ece_limit_95),
        **_rate_json("false_supported_rate", f.false_supported),
        **_rate_json("supported_when_true", f.supported_when_true),
        **_rate_json("false_contradicted_rate", f.false_contradicted),
        **_rate_json("contradicted_when_false", f.contradicted_when_false),
        "without_bayes_factor": f.without_bayes_factor,
        "reliability": [to_plain(b) for b in f.reliability],
    }


def _rate_json(name: str, rate: Rate) -> dict[str, Any]:
    value, interval = rate.value, rate.interval
    return {
        name: None if value is None else _round(value),
        f"{name}_interval_90": None if interval is None else [_round(x) for x in interval],
        f"{name}_of": [rate.hits, rate.trials],
    }


def _round(x: float) -> float:
    return round(x, 4)


def _table(*columns: str) -> Table:
    table = Table(show_edge=False, box=box.SIMPLE_HEAD, pad_edge=False)
    for i, column in enumerate(columns):
        table.add_column(column, justify="left" if i == 0 else "right", overflow="fold")
    return table


def _percent(x: float | None) -> str:
    return "-" if x is None else f"{100 * x:.0f} %"


def _print_run(done: Exercise) -> None:
    s = done.score
    say.out.print(f"[bold]SIMULATED[/bold] {say.shown(done.scenario.title)}", soft_wrap=True)
    say.out.print(f"{len(done.images)} image(s) of {len(done.scenario.places)} places.", soft_wrap=True)
    table = _table("Claim", "in truth", "by our looks", "probability", "before")
    for c in s.claims:
        table.add_row(
            say.shown(c.claim_id), "true" if c.true else "false", c.call.value, c.probability.percent, c.prior.percent
        )
    say.out.print(table)
    table = _table("Ships", "there", "found", "share")
    for f in s.found:
        table.add_row(f.what, str(f.ships), str(f.found), _percent(f.recall))
    say.out.print(table)
    say.out.print(f"Detections: {s.detections}, of which ships {_percent(s.precision)}.", soft_wrap=True)
    if s.lengths:
        k = s.lengths
        say.out.print(
            f"Lengths: {k.n}, mean error {k.bias_m:+.1f} m, mean absolute {k.mean_absolute_m:.1f} m; "
            f"{_percent(k.within_one_sigma)} within one sigma, {_percent(k.within_two_sigma)} within two.",
            soft_wrap=True,
        )
    say.out.print(
        f"Presence of ships: {s.port_calls} brackets, {s.port_calls_right} of them right; of {s.presences} true "
        f"presences that a look fell into {s.presences_found} found. "
        f"Voyages: {s.voyages}, with the ship itself found at both ends {s.voyages_seen}.",
        soft_wrap=True,
    )
    if done.naming:
        named = done.naming
        say.out.print(
            f"Which ship is which: {named.detections} detections of fitting size, {named.of_interest} truly of "
            f"interest; nearest length names {named.right_by_size} rightly, all looks together "
            f"{named.right_by_history} ({named.effective_histories:.0f} effective histories).",
            soft_wrap=True,
        )
    if done.ais:
        _print_ais(done.ais)
    report = done.folder / "case" / "out" / "report.html"
    places = {
        "Report": report if report.exists() else None,
        "Case": done.folder / "case",
        "Truth": done.folder / "truth",
    }
    for name, place in places.items():
        if place:
            say.out.print(f"{name + ':':7} {say.shown(str(place))}", soft_wrap=True)


def _print_ais(ais: AisScore) -> None:
    say.out.print(
        f"AIS: {ais.positions} positions in the images' areas ({ais.false_positions} false), {ais.found} of ships that "
        f"a detection shows. With the right detection: by likelihood {_percent(ais.share(ais.likelihood))}, nearest "
        f"neighbour in time {_percent(ais.share(ais.nearest))}; with a wrong one: {ais.likelihood.wrong} and "
        f"{ais.nearest.wrong}. Detections: {ais.matched} matched, {ais.unmatched} unmatched, {ais.silent} silent.",
        soft_wrap=True,
    )


def _print_study(result: Study, diagram: Path) -> None:
    say.out.print("[bold]SIMULATED[/bold] exercises; claims that images of ships can settle:", soft_wrap=True)
    f = result.settled
    table = _table("Figure", "value", "90 % interval", "of")
    for name, rate in (
        ("false claims called supported", f.false_supported),
        ("true claims called supported", f.supported_when_true),
        ("true claims called contradicted", f.false_contradicted),
        ("false claims called contradicted", f.contradicted_when_false),
    ):
        between = rate.interval
        said = f"{_percent(between[0])} to {_percent(between[1])}" if between else "-"
        table.add_row(name, _percent(rate.value), said, str(rate.trials))
    say.out.print(table)
    say.out.print(
        f"Brier score {f.brier:.3f}, of the priors {f.brier_prior:.3f}: skill {f.brier_skill:+.3f}.", soft_wrap=True
    )
    say.out.print(
        f"Calibration error {f.expected_calibration_error:.3f}; perfect probabilities stay below {f.ece_limit_95:.3f} "
        f"in 95 of 100 such studies.",
        soft_wrap=True,
    )
    say.out.print(
        f"{f.without_bayes_factor} of {f.claims} claims had too few effective histories to be called.", soft_wrap=True
    )
    table = _table("Probability given", "claims", "mean", "share true", "90 % interval")
    for b in f.reliability:
        table.add_row(
            f"{_percent(b.low)} to {_percent(b.high)}", str(b.n), _percent(b.mean_p), _percent(b.share_true),
            f"{_percent(b.interval[0])} to {_percent(b.interval[1])}",
        )  # fmt: skip
    say.out.print(table)
    w = result.with_reports
    say.out.print(
        f"With what a second source reports: {w.false_supported.hits} of {w.false_supported.trials} false claims "
        f"called supported, {w.supported_when_true.hits} of {w.supported_when_true.trials} true ones; skill "
        f"{w.brier_skill:+.3f}, calibration error {w.expected_calibration_error:.3f} (limit {w.ece_limit_95:.3f}).",
        soft_wrap=True,
    )
    h = result.hidden
    say.out.print(
        f"Claims with a part that images cannot show: {h.claims}, never called supported by rule "
        f"({h.false_supported.hits + h.supported_when_true.hits} were); {h.contradicted_when_false.hits} of "
        f"{h.contradicted_when_false.trials} false ones contradicted, skill {h.brier_skill:+.3f}.",
        soft_wrap=True,
    )
    say.out.print(f"Diagram: {say.shown(str(diagram))}", soft_wrap=True)


def _print_power(found: Power) -> None:
    if found.simulated:
        say.out.print("[bold]SIMULATED[/bold] case or images.", soft_wrap=True)
    say.out.print(
        "What would have been said, had ships moved so (drawn from the case's own priors and P(detect); in brackets "
        "the 90 % interval):",
        soft_wrap=True,
    )
    table = _table("Claim", "looks", "ships moved", "draws", "supported", "contradicted", "neither", "mean P")
    for r in found.rows:
        table.add_row(
            say.shown(r.claim_id), f"{r.looks_are} ({r.looks})", r.motion, str(r.draws),
            _within(r.supported, r.supported_interval), _within(r.contradicted, r.contradicted_interval),
            _within(r.not_determinable, r.not_determinable_interval), _percent(r.probability),
        )  # fmt: skip
    say.out.print(table)
    for claim_id, looks_are, why in dict.fromkeys((r.claim_id, r.looks_are, r.why) for r in found.rows if r.why):
        say.out.print(f"Claim {say.shown(claim_id)}, {looks_are}: {why}; so nothing was drawn.", soft_wrap=True)
    widest = max((high - low for r in found.rows for low, high in filter(None, _intervals(r))), default=0.0)
    if widest > WIDE:
        say.out.print(f"Intervals are wide, up to {100 * widest:.0f} points: draw more with -n.", soft_wrap=True)


def _intervals(row: PowerRow) -> tuple[tuple[float, float] | None, ...]:
    return row.supported_interval, row.contradicted_interval, row.not_determinable_interval


def _within(share: float | None, interval: tuple[float, float] | None) -> str:
    return f"{_percent(share)} ({100 * interval[0]:.0f}-{100 * interval[1]:.0f})" if interval else "-"
