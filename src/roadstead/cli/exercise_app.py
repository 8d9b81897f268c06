"""The commands of `roadstead exercise`. Each imports what it needs when it runs, as in `app`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads annotations when it runs
from typing import Annotated

import typer

from roadstead.cli.arguments import AsJson, CaseFolder, WorkerCount  # noqa: TC001 - typer reads annotations when it runs

exercise = typer.Typer(
    help="Simulated operations with known truth: how often is Roadstead right, and what would it have caught?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@exercise.command("run")
def exercise_run(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="scenario file, or null-islands-landing")],
    out: Annotated[Path | None, typer.Option("--out", help="folder to make; else exercise-ID")] = None,
    sightings_only: Annotated[bool, typer.Option("--sightings-only", help="draw detections instead of images")] = False,
    workers: WorkerCount = 1,
    json: AsJson = False,
) -> None:
    """Make an exercise (truth, images, AIS, reports), verify it, score it against its truth."""
    from roadstead.cli.exercise import run

    raise typer.Exit(run(scenario, out, pixels=not sightings_only, workers=workers, as_json=json))


@exercise.command("study")
def exercise_study(
    n: Annotated[int, typer.Option("-n", min=1, max=10_000, help="number of exercises")] = 50,
    seed: Annotated[int, typer.Option("--seed", min=0, help="of the study")] = 1,
    out: Annotated[Path | None, typer.Option("--out", help="folder for results; else study-LEVEL-SEED")] = None,
    pixels: Annotated[bool, typer.Option("--pixels", help="with images; slow")] = False,
    json: AsJson = False,
) -> None:
    """Run random exercises and say how often verdicts are right. What is done already is not done again."""
    from roadstead.cli.exercise import study

    raise typer.Exit(study(n, seed, out, pixels=pixels, as_json=json))


@exercise.command("power")
def exercise_power(
    case: CaseFolder,
    claim: Annotated[list[str] | None, typer.Option("--claim", help="claim id; may be given again; else all")] = None,
    n: Annotated[int, typer.Option("-n", min=1, max=1000, help="draws of each kind of operation")] = 20,
    seed: Annotated[int, typer.Option("--seed", min=0, help="of the draws")] = 0,
    json: AsJson = False,
) -> None:
    """Had it happened, would these looks have caught it? Also: had every pass been taken under a clear sky?"""
    from roadstead.cli.exercise import power

    raise typer.Exit(power(case, claim or [], n, seed, as_json=json))
