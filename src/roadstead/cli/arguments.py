"""Arguments that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

CaseFolder = Annotated[Path, typer.Argument(metavar="CASE", help="case folder, holds case.toml")]
WorkerCount = Annotated[
    int, typer.Option("--workers", metavar="N", help="search images in so many local processes; 1: in this one")
]
ClusterAddress = Annotated[
    str, typer.Option("--cluster", metavar="tcp://HOST:PORT", help="search images on a Dask cluster, by its scheduler")
]
AsJson = Annotated[bool, typer.Option("--json", help="machine-readable answer; nothing else on stdout")]
