"""How answers are kept: CASE/catalogues, one file per question with the raw pages, never written again.

A file is gzipped JSON: the catalogue, the question (area, span, missions), when it was asked, how far it was
answered, and every page as it came, with the request that brought it.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shapely.geometry import mapping

from roadstead.archive import shape_of
from roadstead.catalogues.question import RawPage
from roadstead.model import AnswerState, CatalogueAnswer, CatalogueError, InputError, Precision, TimeSpan
from roadstead.steps import sha256_of, to_plain, write_atomic

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.library import Provider

FOLDER = "catalogues"
SUFFIX = ".json.gz"
MAX_BYTES = 512 * 2**20
"""of a kept answer, unpacked"""
SCHEMA_VERSION = 1
_BROKEN = (
    OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError,
    InputError,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptProvider:
    """What an answer must remember of the catalogue, so that it can be read without the table of providers."""

    id: str
    name: str
    kind: str
    url: str
    licence: str
    credit: str
    collections: Mapping[str, tuple[str, ...]]
    """collection -> missions; `*`: everything"""

    def missions_of(self, collection: str) -> tuple[str, ...]:
        """Ids of the missions of a collection, as the table said when it was asked."""
        return self.collections.get(collection) or self.collections.get("*", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAnswer:
    """An answer with its raw pages."""

    answer: CatalogueAnswer
    provider: KeptProvider
    pages: tuple[RawPage, ...]


def kept_provider(provider: Provider) -> KeptProvider:
    """What is kept of a provider; never a key."""
    return KeptProvider(
        id=provider.id,
        name=provider.name,
        kind=provider.kind,
        url=provider.url,
        licence=provider.licence,
        credit=provider.credit,
        collections={c.id: c.missions for c in provider.collections},
    )


def keep_answer(case_folder: Path, raw: RawAnswer) -> CatalogueAnswer:
    """Write an answer under a name that no other has; returns it with that name.

    Raises:
        StorageError: the folder cannot be written.
    """
    answer = raw.answer
    document = {
        "schema_version": SCHEMA_VERSION,
        "provider": to_plain(raw.provider),
        "asked_at": answer.asked_at.isoformat(),
        "area": mapping(answer.area),
        "span": [answer.span.start.isoformat(), answer.span.end.isoformat()],
        "missions": list(answer.missions),
        "state": answer.state.value,
        "sentence": answer.sentence,
        "products": answer.products,
        "pages": to_plain(raw.pages),
    }
    text = json.dumps(document, indent=1, ensure_ascii=True, allow_nan=True)
    stem = f"{answer.catalogue}-{answer.asked_at:%Y%m%dT%H%M%SZ}-{sha256_of(document)[:10]}"
    folder, count = case_folder / FOLDER, 1
    while (path := folder / f"{stem}{f'-{count}' if count > 1 else ''}{SUFFIX}").exists():
        count += 1
    write_atomic(path, gzip.compress(text.encode(), mtime=0))
    return replace(answer, file=f"{FOLDER}/{path.name}")


def read_answer(path: Path) -> RawAnswer:
    """Read a kept answer; raises CatalogueError where the file is broken."""
    try:
        document = json.loads(_unpacked(path))
        _check_version(document["schema_version"], path)
        provider = _provider(document["provider"])
        return RawAnswer(answer=_answer(document, provider, path), provider=provider, pages=_pages(document["pages"]))
    except CatalogueError:
        raise
    except _BROKEN as error:
        raise CatalogueError(
            f"{path}: cannot be read as a kept answer ({error}); delete it and search again"
        ) from error


def _unpacked(path: Path) -> bytes:
    """The text of a kept answer; a small file may hold gigabytes of one letter."""
    with gzip.open(path) as file:
        text = file.read(MAX_BYTES + 1)
    if len(text) > MAX_BYTES:
        raise ValueError(f"unpacked it is larger than {MAX_BYTES // 2**20} MiB")
    return text


def _check_version(version: Any, path: Path) -> None:
    if version != SCHEMA_VERSION:
        raise CatalogueError(f"{path}: was written by another version of Roadstead (schema {version}); update")


def _provider(data: Any) -> KeptProvider:
    collections = {str(k): tuple(map(str, v)) for k, v in data["collections"].items()}
    texts = {k: str(data[k]) for k in ("id", "name", "kind", "url", "licence", "credit")}
    return KeptProvider(**texts, collections=collections)


def _answer(data: Any, provider: KeptProvider, path: Path) -> CatalogueAnswer:
    area = shape_of(data["area"])
    if area is None or area.is_empty:
        raise ValueError("its area is broken")
    start, end = (datetime.fromisoformat(t) for t in data["span"])
    asked_at = datetime.fromisoformat(data["asked_at"])
    if asked_at.tzinfo is None:
        raise ValueError("asked_at has no time zone")
    return CatalogueAnswer(
        catalogue=provider.id,
        name=provider.name,
        asked_at=asked_at,
        area=area,
        span=TimeSpan(start, end, Precision.INTERVAL),
        missions=tuple(map(str, data["missions"])),
        state=AnswerState(data["state"]),
        sentence=str(data["sentence"]),
        products=int(data["products"]),
        file=f"{FOLDER}/{path.name}",
    )


def _pages(data: Any) -> tuple[RawPage, ...]:
    return tuple(RawPage(method=str(p["method"]), url=str(p["url"]), body=p["body"], text=str(p["text"])) for p in data)
