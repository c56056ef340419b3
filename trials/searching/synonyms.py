"""Other words for what somebody typed, from the vocabulary (docs/vocabulary.md).

A search finds what means the same as its words, and what is narrower: "myositis" finds a trial of
dermatomyositis. It does not find what is merely related. The narrower ones are not searched for by their many
names: each trial is indexed with the concepts of its conditions and interventions and with all broader ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import chain, islice

from trials.text import folded
from trials.vocabularies.loaded import FILE, OTHER, SUBSTANCE, vocabulary
from trials.vocabularies.wording import GENERIC, key, remembered, stems, words

# Changes with the vocabulary: an index holds concepts of one edition.
EDITION = sha256(FILE.read_bytes()).hexdigest()[:12]

_LONGEST = 8
_TERMS = 12
_NARROWER = 8
# A concept with so many narrower ones is what nearly every trial is about.
_TOO_GENERAL = 10_000
# What only divides: "Neoplasms by Site".
_DIVISION = re.compile(r"\bby [A-Z]|\bExperimental\b")


@dataclass(frozen=True)
class Span:
    """`typed[start:end]` is one term of the vocabulary.

    `concepts` are tokens of the index: trials of these or of what is narrower. `terms` mean the same, folded,
    without what was typed; some differ in the order of their words alone. `narrower` are names of the nearest
    narrower concepts; there are `more` of them.
    """

    start: int
    end: int
    concepts: tuple[str, ...]
    name: str
    terms: tuple[str, ...]
    narrower: tuple[str, ...]
    more: int


def expansions(typed: Sequence[str]) -> list[Span]:
    """The vocabulary's terms among the words of a search, the longest first taken; they do not overlap."""
    parted = [_stems(word) for word in typed]
    spans = []
    start = 0
    while start < len(parted):
        # What says nothing stands within a term, and neither first nor last in it.
        ends = [end for end in range(start + 1, min(len(parted), start + _LONGEST) + 1) if parted[end - 1]]
        found = (_span(parted, start, end) for end in reversed(ends if parted[start] else []))
        if span := next(filter(None, found), None):
            spans.append(span)
        start = span.end if span else start + 1
    return spans


@remembered(50_000)
def _stems(word: str) -> list[str]:
    return stems(words(word))


def _span(parted: Sequence[list[str]], start: int, end: int) -> Span | None:
    term_key = " ".join(sorted(chain.from_iterable(parted[start:end])))
    identifier = vocabulary().synonym(term_key)
    # One word for what is no condition and no substance is part of any sentence: women, time, therapy.
    if not identifier or (" " not in term_key and vocabulary().kind(identifier) == OTHER):
        return None
    if _says_no_kind(identifier, term_key) or (
        " " not in term_key and vocabulary().kind(identifier) == SUBSTANCE and _is_of_disease(parted, end)
    ):
        return None
    typed = " ".join(chain.from_iterable(parted[start:end]))
    name, terms, narrower, more = _entry(identifier, typed)
    return Span(start, end, (identifier.lower(),), name, terms, narrower, more)


def _is_of_disease(parted: Sequence[list[str]], end: int) -> bool:
    """Whether what ends there only names a disease, whichever: "gluten disease" is about no substance."""
    return end < len(parted) and len(parted[end]) == 1 and parted[end][0] in GENERIC


@lru_cache(maxsize=10_000)
def _says_no_kind(identifier: str, typed: str) -> bool:
    """A disease, whichever: nearly everything is a kind of it."""
    return typed in GENERIC or len(vocabulary().all_narrower(identifier)) > _TOO_GENERAL


@lru_cache(maxsize=10_000)
def _entry(identifier: str, typed: str) -> tuple[str, tuple[str, ...], tuple[str, ...], int]:
    found = vocabulary()
    known = found[identifier]
    terms = tuple(term for term in known.terms if " ".join(stems(words(term))) != typed)
    below = sorted(found.narrower(identifier), key=lambda other: (_rare(other), found[other].name.casefold()))
    names = (found[other].name for other in below)
    nearest = tuple(islice((name for name in names if not _DIVISION.search(name)), _NARROWER))
    return known.name, terms[:_TERMS], nearest, len(found.all_narrower(identifier)) - len(nearest)


def _rare(identifier: str) -> bool:
    """MeSH heads what much is written of; the ontologies of diseases have every form of one."""
    return identifier.startswith(("DOID:", "MONDO:"))


def concepts(names: Iterable[str]) -> frozenset[str]:
    """Tokens of the concepts that are named, and of all broader ones: for one trial's entry in the index."""
    found: set[str] = set()
    for name in names:
        found |= _concepts(name)
    return frozenset(found)


@remembered(50_000)
def _concepts(name: str) -> frozenset[str]:
    found = vocabulary()
    named = found.stands_for(name) or found.is_kind_of(name)
    return frozenset(identifier.lower() for one in named for identifier in (one, *found.broader(one)))


@remembered(50_000)
def preferred(name: str) -> str | None:
    """The vocabulary's name for a condition named so; None where it knows no such term."""
    found = vocabulary()
    identifier = found.synonym(key(name))
    return found[identifier].name if identifier else None


@remembered(50_000)
def canonical(name: str) -> str:
    """By what a condition is counted and filtered: its name in the vocabulary, or else as written; folded."""
    return folded(preferred(name) or name)
