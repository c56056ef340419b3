"""Other words for what somebody typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

EDITION = "none"


@dataclass(frozen=True)
class Span:
    """`words[start:end]` is one term of the vocabulary."""

    start: int
    end: int
    concepts: tuple[str, ...]
    name: str
    terms: tuple[str, ...]
    narrower: tuple[str, ...]
    more: int


def expansions(words: Sequence[str]) -> list[Span]:
    return []


def concepts(names: Iterable[str]) -> frozenset[str]:
    return frozenset()
