"""The vocabulary in memory: which concepts a name stands for, what else they are called, what is broader."""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from trials.vocabularies.wording import heads, narrowings, parts

FILE = Path(__file__).with_name("vocabulary.tsv.gz")
CONDITION, SUBSTANCE, OTHER = "c", "s", "o"


@dataclass(frozen=True, slots=True)
class Known:
    """A concept: `terms` are its name and what means the same, as typed; `broader` are identifiers."""

    identifier: str
    kind: str
    name: str
    broader: tuple[str, ...]
    terms: tuple[str, ...]


class Vocabulary:
    """Ask `vocabulary()` for the one of this process: it takes 0.2 s and 50 MB."""

    def __init__(self, text: str) -> None:
        self._lines: dict[str, str] = {}
        self._synonyms: dict[str, str] = {}
        self._entries: dict[str, str] = {}
        for line in text.splitlines():
            identifier, _kind, _name, _broader, terms, entries = line.split("\t")
            self._lines[identifier] = line
            for listed, table in ((terms, self._synonyms), (entries, self._entries)):
                for term in listed.split("|") if listed else ():
                    phrase, _, term_key = term.partition("=")
                    table[term_key or phrase] = identifier

    def __getitem__(self, identifier: str) -> Known:
        identifier, kind, name, broader, terms, _entries = self._lines[identifier].split("\t")
        phrases = tuple(term.partition("=")[0] for term in terms.split("|") if term)
        return Known(identifier, kind, name, tuple(broader.split()), phrases)

    def kind(self, identifier: str) -> str:
        return self._lines[identifier].split("\t", 2)[1]

    def __contains__(self, identifier: object) -> bool:
        return identifier in self._lines

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    def synonym(self, term_key: str) -> str | None:
        """The concept of which that is the key of a name or synonym."""
        return self._synonyms.get(term_key)

    def stands_for(self, name: str) -> tuple[str, ...]:
        """The concepts that the name of a condition or an intervention means or is a narrower case of.

        It is known as it stands, or without words that only narrow it ("recurrent", "stage IV", "in
        children"), or as a list of which each part is known ("anxiety and depression"). Else there is none.
        """
        if found := self._narrowed(name):
            return (found,)
        listed = parts(name)
        known = [self._narrowed(part) for part in listed] if len(listed) > 1 else []
        return tuple(dict.fromkeys(found for found in known if found)) if known and all(known) else ()

    def is_kind_of(self, name: str) -> tuple[str, ...]:
        """For a name it does not know, what its last words are: "nail psoriasis" is a psoriasis."""
        for head in heads(name):
            found = self._synonyms.get(head)
            if found and self.kind(found) == CONDITION:
                return (found,)
        return ()

    def _narrowed(self, name: str) -> str | None:
        for found in narrowings(name):
            if identifier := self._synonyms.get(found) or self._entries.get(found):
                return identifier
        return None

    def broader(self, identifier: str) -> frozenset[str]:
        """All that are broader, however far."""
        found: set[str] = set()
        ahead = [identifier]
        while ahead:
            for above in self._lines[ahead.pop()].split("\t", 4)[3].split():
                if above not in found:
                    found.add(above)
                    ahead.append(above)
        return frozenset(found)

    def narrower(self, identifier: str) -> tuple[str, ...]:
        """Those next below it."""
        return tuple(self._below.get(identifier, ()))

    def all_narrower(self, identifier: str) -> frozenset[str]:
        """All that are narrower, however far."""
        found: set[str] = set()
        ahead = [identifier]
        while ahead:
            new = set(self._below.get(ahead.pop(), ())) - found
            found |= new
            ahead.extend(new)
        return frozenset(found)

    @cached_property
    def _below(self) -> Mapping[str, list[str]]:
        below = defaultdict(list)
        for identifier, line in self._lines.items():
            for above in line.split("\t", 4)[3].split():
                below[above].append(identifier)
        return below


@cache
def vocabulary() -> Vocabulary:
    return Vocabulary(gzip.decompress(FILE.read_bytes()).decode())
