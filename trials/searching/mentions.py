"""Which concepts of the vocabulary a text names anywhere, by whatever name.

So a search by any name of a thing asks the index for one and the same word, and finds the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain

from trials.vocabularies.loaded import OTHER, vocabulary
from trials.vocabularies.wording import remembered, stems, words

# Words of a name before and behind "of".
_BESIDE = 3


def mentions(texts: Iterable[str]) -> frozenset[str]:
    """Tokens of the concepts that are named."""
    return frozenset().union(*map(_mentions, texts))


# Conditions, drugs, sponsors and hospitals have many trials.
@remembered(20_000)
def _mentions(text: str) -> frozenset[str]:
    names = _names()
    found: set[str] = set()
    said = forms(text)
    for end, phrase in enumerate(said, 1):
        while (concepts := names.get(phrase)) is not None:
            found.update(concepts)
            if end == len(said):
                break
            phrase, end = f"{phrase} {said[end]}", end + 1
    found.update(*(names.get(phrase) or () for phrase in _turned(words(text))))
    return frozenset(found)


def _turned(said: list[str]) -> Iterator[str]:
    """What "of" joins, the other way round: "larynx cancer" for "cancer of the larynx"."""
    for place, word in enumerate(said):
        if word == "of":
            before = stems(said[max(0, place - _BESIDE) : place])
            behind = stems(said[place + 1 : place + 2 + _BESIDE])
            for end in range(1, len(behind) + 1):
                for start in range(len(before)):
                    yield " ".join((*behind[:end], *before[start:]))


def forms(text: str) -> list[str]:
    """Its words in their order as they are compared, without those that say nothing.

    They are not stemmed as the words of a search are: what is pancreatic is no pancreatitis.
    """
    return stems(words(text))


@cache
def _names() -> Mapping[str, tuple[str, ...]]:
    """The concepts of each name, by its words; none where a name only begins so."""
    found: dict[str, tuple[str, ...]] = {}
    for concept, parts in _named():
        for end in range(1, len(parts)):
            found.setdefault(" ".join(parts[:end]), ())
        name = " ".join(parts)
        found[name] = (*found.get(name, ()), concept)
    return found


def _named() -> Iterator[tuple[str, tuple[str, ...]]]:
    known = vocabulary()
    for identifier in known:
        concept = known[identifier]
        for parts in set(chain.from_iterable(map(_said, (concept.name, *concept.terms)))) - {()}:
            # One word for what is no condition and no substance is part of any sentence: women, time.
            # "HIV-1" is two.
            if concept.kind != OTHER or len(parts) > 1:
                yield identifier.lower(), parts


def _said(name: str) -> Iterator[tuple[str, ...]]:
    """A name as it stands in texts: "cancer of the liver" is also liver cancer."""
    parts = tuple(forms(name))
    yield parts
    thing, of, whose = name.partition(" of ")
    if of:
        yield (*forms(whose), *forms(thing))
    if parts[:1] == ("type",) and len(parts) > 2:  # "diabetes type 2", as many write
        yield (*parts[2:], *parts[:2])
