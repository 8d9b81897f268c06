"""What the report of a large case costs: time, peak memory and size of its HTML, and of its PDF where asked for.

    python bench/report.py [--scenes 400] [--detections 2000] [--pdf]

The contents are those of the report's own tests, hostile words included, with as many scenes, looks and detections as
asked for, each detection with its pixels. Gathering and weighing are not measured: `verify` has done them. The report
is made in a process of its own, so that the peak is its alone.
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

from roadstead.report import RunningHead, edition_name, render_pdf, render_report

if TYPE_CHECKING:
    from roadstead.report import Contents

SUPPORT = Path(__file__).resolve().parents[1] / "tests" / "support"
BEGIN = datetime(2024, 10, 1, tzinfo=UTC)
EVERY = timedelta(hours=3)
SITES = 4
MOST_S, MOST_BYTES, MOST_HTML = 30.0, 1.5 * 2**30, 15 * 2**20


def contents(scenes: int, detections: int) -> Contents:
    """A report's contents with so many scenes at four sites, a look each, and detections shared among them."""
    sys.path.insert(0, str(SUPPORT))
    made: Any = import_module("report_contents")
    whole: Contents = made.contents()
    sites = whole.case.sites[:SITES]
    held = [made._scene(i, when=BEGIN + i * EVERY, optical=i % 2 == 0) for i in range(scenes)]  # noqa: SLF001
    places = [sites[i % SITES] for i in range(scenes)]
    looks = tuple(made._look(s, place, 0.93) for s, place in zip(held, places, strict=True))  # noqa: SLF001
    found = tuple(made._found(i, held[i % scenes], places[i % scenes]) for i in range(detections))  # noqa: SLF001
    return replace(whole, scenes=tuple(held), looks=looks, found=found)


def measure(scenes: int, detections: int, *, pdf: bool) -> dict[str, float]:
    """Make the report here and say what it took: seconds, of them on a processor, peak and size in bytes."""
    held = contents(scenes, detections)
    wall, busy = time.monotonic(), time.process_time()
    page = render_report(held)
    head = RunningHead(case=held.case.title, edition=edition_name(held), simulated=False)
    made = render_pdf(page, head, (), held.made_at) if pdf else page.encode()
    return {
        "seconds": time.monotonic() - wall,
        "cpu_seconds": time.process_time() - busy,
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "size_bytes": len(made),
    }


def main() -> int:
    """Print what each form cost; 1 where the HTML misses its budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=400)
    parser.add_argument("--detections", type=int, default=2000)
    parser.add_argument("--pdf", action="store_true")
    parser.add_argument("--here", choices=["html", "pdf"], help=argparse.SUPPRESS)
    asked = parser.parse_args()
    size = ["--scenes", str(asked.scenes), "--detections", str(asked.detections)]
    if asked.here:
        print(json.dumps(measure(asked.scenes, asked.detections, pdf=asked.here == "pdf")))
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
        missed |= form == "html" and over
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
