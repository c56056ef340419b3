"""A made-up registry of any size: `studies(20, seed=1)`, or a file by `write(path, 600_000, seed=1)`.

Each record is made from its number and the seed alone, so that parts can be made apart: `first=` says where
to begin.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from tests.registry.record import FIRST_NCT, Record, study

__all__ = ["FIRST_NCT", "studies", "study", "write"]


def studies(count: int, seed: int, *, first: int = 1) -> Iterator[Record]:
    """So many records, from NCT10000000 + `first` on."""
    return (study(number, seed) for number in range(first, first + count))


def write(path: Path, count: int, seed: int, *, first: int = 1) -> None:
    """Write them as JSON lines."""
    with path.open("w", encoding="utf-8") as file:
        for each in studies(count, seed, first=first):
            file.write(json.dumps(each, ensure_ascii=False))
            file.write("\n")
