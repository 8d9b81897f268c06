"""What the report of a large case costs: time, peak memory and size of its HTML, and of its PDF where asked for.

    python bench/report.py [--scenes 400] [--detections 2000] [--pdf] [--all-cited]

The contents are those of the report's own tests, hostile words included, with as many scenes, looks and detections as
asked for, each detection with its pixels. Verdicts cite the scenes of their places and windows, or with --all-cited
every scene, which is the worst for paper: no cited row may be left out. Gathering and weighing are not measured:
`verify` has done them. The report is made in a process of its own, so that the peak is its alone.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roadstead.assess import places
from roadstead.report import Attached, RunningHead, edition_name, render_paper, render_pdf, render_report

if TYPE_CHECKING:
    from roadstead.model import Look, Verdict
    from roadstead.report import Contents, Found

SUPPORT = Path(__file__).resolve().parents[1] / "tests" / "support"
BEGIN = datetime(2024, 10, 1, tzinfo=UTC)
EVERY = timedelta(hours=3)
SITES = 4
MOST_S, MOST_BYTES, MOST_HTML = 30.0, 1.5 * 2**30, 15 * 2**20


def contents(scenes: int, detections: int, *, all_cited: bool = False) -> Contents:
    """A report's contents with so many scenes at four sites, a look each, and detections shared among them."""
    sys.path.insert(0, str(SUPPORT))
    made: Any = import_module("report_contents")
    whole: Contents = made.contents()
    sites = whole.case.sites[:SITES]
    held = [made._scene(i, when=BEGIN + i * EVERY, optical=i % 2 == 0) for i in range(scenes)]  # noqa: SLF001
    places = [sites[i % SITES] for i in range(scenes)]
    looks = tuple(made._look(s, place, 0.93) for s, place in zip(held, places, strict=True))  # noqa: SLF001
    found = tuple(_scored(made._found(i, held[i % scenes], places[i % scenes]), i) for i in range(detections))  # noqa: SLF001
    verdicts = tuple(_citing(whole, v, looks, all_cited=all_cited) for v in whole.verdicts)
    return replace(whole, scenes=tuple(held), looks=looks, found=found, verdicts=verdicts)


def _scored(found: Found, i: int) -> Found:
    """With a score that a detector could give, spread over the whole run."""
    return replace(found, detection=replace(found.detection, score=0.5 + 0.49 * (37 * i % 101) / 100))


def _citing(whole: Contents, verdict: Verdict, looks: tuple[Look, ...], *, all_cited: bool) -> Verdict:
    claim = whole.case.claim(verdict.claim_id)
    here = [k for k in looks if k.site_id in places(claim) and k.time and k.time.overlaps(claim.when)]
    scenes = tuple(sorted({k.scene_id for k in here}))
    others = {k.scene_id for k in looks} - set(scenes) if all_cited else set[str]()
    cited = replace(verdict.coverage, scenes=scenes, also_weighed=tuple(sorted(others)))
    elements = tuple(replace(e, evidence=(*scenes, *e.evidence)) for e in verdict.elements)
    return replace(verdict, coverage=cited, elements=elements)


def measure(held: Contents, *, pdf: bool) -> dict[str, float]:
    """Make the report here and say what it took: seconds, of them on a processor, peak and size in bytes."""
    wall, busy = time.monotonic(), time.process_time()
    made = _pdf(held) if pdf else render_report(held).encode()
    return {
        "seconds": time.monotonic() - wall,
        "cpu_seconds": time.process_time() - busy,
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "size_bytes": len(made),
    }


def _pdf(held: Contents) -> bytes:
    head = RunningHead(case=held.case.title, edition=edition_name(held), simulated=False)
    whole = Attached(name="report.html", data=render_report(held).encode(), what="this report with every row")
    return render_pdf(render_paper(held).html, head, (whole,), held.made_at)


def main() -> int:
    """Print what each form cost; 1 where one misses its budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=400)
    parser.add_argument("--detections", type=int, default=2000)
    parser.add_argument("--pdf", action="store_true")
    parser.add_argument("--all-cited", action="store_true")
    parser.add_argument("--here", choices=["html", "pdf"], help=argparse.SUPPRESS)
    asked = parser.parse_args()
    size = ["--scenes", str(asked.scenes), "--detections", str(asked.detections)]
    size += ["--all-cited"] if asked.all_cited else []
    if asked.here:
        held = contents(asked.scenes, asked.detections, all_cited=asked.all_cited)
        print(json.dumps(measure(held, pdf=asked.here == "pdf")))
        return 0
    missed = False
    for form in ("html", "pdf") if asked.pdf else ("html",):
        said = subprocess.run([sys.executable, __file__, *size, "--here", form], check=True, stdout=subprocess.PIPE)
        cost = json.loads(said.stdout)
        print(
            f"{form}: {cost['seconds']:.1f} s ({cost['cpu_seconds']:.1f} s on a processor), "
            f"peak {cost['peak_bytes'] / 2**20:.0f} MiB, {cost['size_bytes'] / 2**20:.2f} MiB"
        )
        over = cost["seconds"] > MOST_S or cost["peak_bytes"] > MOST_BYTES or cost["size_bytes"] > MOST_HTML
        missed |= over
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
