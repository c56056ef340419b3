"""What an "or" or a "not" that is written small joins or excludes.

asthma or copd                  asthma OR copd
children with asthma or copd    children with (asthma OR copd)
breast or ovarian cancer        breast cancer OR ovarian cancer
hepatitis b or c                hepatitis b OR hepatitis c
stage iii or iv melanoma        stage iii melanoma OR stage iv melanoma
asthma and not eczema           asthma -eczema
tall or short asthma            joins no names, so it is only a guess: (tall OR short) asthma
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from trials.searching import synonyms
from trials.searching.understood import All, Any, Node, Not, Phrase, Word, says_nothing, written
from trials.vocabularies.loaded import vocabulary
from trials.vocabularies.wording import key, narrowings

# Words that a name has at most, words that several share, and names that are looked at together.
_LONGEST, _SHARED, _TOGETHER = 8, 3, 12
# What MeSH calls children, women and all other kinds of people.
_PERSONS = "D009272"
# Before a "not" they add nothing.
_LINKS = ("and", "but")

type _Words = tuple[Word | Phrase, ...]
# The words of the first alternative and of the last, and all alternatives completed.
type _Tried = tuple[_Words, _Words, list[_Words]]


@dataclass(frozen=True)
class _Part:
    """As it is read, and the words that were typed for it."""

    node: Node
    typed: _Words


@dataclass(frozen=True)
class _Found:
    """How a sign is read with so many words before and behind it."""

    node: Node
    before: int
    behind: int


def with_alternatives(wanted: Node | None, *, guessing: bool) -> tuple[Node | None, list[tuple[str, str]]]:
    """What is sought, and what was typed and is read in another way; guesses only where asked for."""
    changed: list[_Part] = []
    read = _read(wanted, guessing, changed) if wanted else None
    return read, [(" ".join(map(written, part.typed)), _within(part.node, read)) for part in changed]


def _within(node: Node, whole: Node | None) -> str:
    return f"({written(node)})" if isinstance(node, Any) and node != whole else written(node)


def _read(node: Node, guessing: bool, changed: list[_Part]) -> Node:
    match node:
        case Not(part):
            return Not(_read(part, guessing, changed))
        case Any(parts):
            return Any(tuple(_read(part, guessing, changed) for part in parts))
        case All(parts):
            found: list[Node] = []
            for are_words, run in groupby(parts, lambda part: isinstance(part, Word | Phrase)):
                if are_words:
                    joined = _joined(tuple(part for part in run if isinstance(part, Word | Phrase)), guessing)
                    changed += [part for part in joined if len(part.typed) > 1]
                    found += [part.node for part in joined]
                else:
                    found += [_read(part, guessing, changed) for part in run]
            return _all(found)
        case _:
            return node


def _joined(typed: _Words, guessing: bool) -> list[_Part]:
    if _is_list(typed):
        return [_Part(Any(tuple(word for word in typed if not _is(word, "or"))), typed)]
    parts: list[_Part] = []
    start = 0
    for place, word in enumerate(typed):
        if place < start:
            continue
        before, behind = typed[start:place], typed[place + 1 :]
        found = None
        if _is(word, "or") and before:
            found = _alternatives(before[-_LONGEST:], behind[: _LONGEST * _TOGETHER], guessing)
        elif _is(word, "or") and parts and isinstance(others := parts[-1].node, Any):
            if name := _longest(behind, _is_name):
                start = place + 1 + len(name)
                parts[-1] = _Part(Any((*others.parts, _all(name))), (*parts[-1].typed, word, *name))
        elif _is(word, "not"):
            found = _excluded(before, behind, is_after_names=bool(parts))
        if found:
            parts += [_Part(each, (each,)) for each in before[: len(before) - found.before]]
            start = place + 1 + found.behind
            parts.append(_Part(found.node, typed[place - found.before : start]))
    return [*parts, *(_Part(each, (each,)) for each in typed[start:])]


def _is_list(typed: _Words) -> bool:
    """Single words with "or" between them and nothing else, names or not: of places, say."""
    return (
        len(typed) > 2
        and len(typed) % 2 == 1
        and all(_is(word, "or") for word in typed[1::2])
        and all(isinstance(word, Phrase) or _says_something(word) for word in typed[::2])
    )


def _says_something(word: Word) -> bool:
    """Letters and figures alone are parts of names."""
    return len(word.text) > 1 and not _is(word, "not") and not says_nothing(word.text)


def _alternatives(before: _Words, behind: _Words, guessing: bool) -> _Found | None:
    """As many as stand together, and of the outer ones as many words as make names."""
    segments = list(_segments(behind))[:_TOGETHER]
    for read in (_named, _guessed) if guessing else (_named,):
        for number in range(len(segments), 0, -1):
            *middle, last = segments[:number]
            if all(middle) and last and (tried := read(before, middle, last[:_LONGEST])):
                first, end, names = tried
                between = sum(len(each) + 1 for each in middle)
                return _Found(Any(tuple(map(_all, names))), len(first), between + len(end))
    return None


def _segments(words: _Words) -> Iterator[_Words]:
    """Between each "or" and the next, as far as nothing is excluded."""
    start = 0
    for place, word in enumerate(words):
        if _is(word, "or", "not"):
            yield words[start:place]
            start = place + 1
        if _is(word, "not"):
            return
    yield words[start:]


def _named(before: _Words, middle: Sequence[_Words], last: _Words) -> _Tried | None:
    """Names as they stand or completed by what they share, or else names with what only narrows them."""
    firsts = [before[-number:] for number in range(len(before), 0, -1)]
    ends = [last[:number] for number in range(len(last), 0, -1)]
    for first in firsts:
        for end in ends:
            for _tail, names in _completed(first, middle, end):
                if all(map(_is_name, names)):
                    return first, end, names
    for first in reversed(firsts[-_SHARED:]):
        for end in ends:
            for tail, names in _completed(first, middle, end):
                if _is_name(tail) and all(map(_is_narrowed, names)):
                    return first, end, names
    return None


def _guessed(before: _Words, middle: Sequence[_Words], last: _Words) -> _Tried | None:
    """The names beside it, or else the words."""
    firsts = (before[-number:] for number in range(len(before), 0, -1))
    first = next(filter(_is_name, firsts), before[-1:])
    end = _longest(last, _is_name) or last[:1]
    names = [first, *middle, end]
    if any(says_nothing(name[0].text) or not (len(name) == 1 or _is_name(name)) for name in names):
        return None
    return first, end, names


def _completed(first: _Words, middle: Sequence[_Words], end: _Words) -> Iterator[tuple[_Words, list[_Words]]]:
    """With what they may share: the end of the last, which is told, and the beginning of the first."""
    for shared in range(min(len(end) - 1, _SHARED), -1, -1):
        tail = end[len(end) - shared :]
        for head in (first[:number] for number in range(min(len(first), _SHARED + 1))):
            yield tail, [(*first, *tail), *((*head, *each, *tail) for each in middle), (*head, *end)]


def _excluded(before: _Words, behind: _Words, *, is_after_names: bool) -> _Found | None:
    """Names and people behind a name: "not otherwise specified" and "do not resuscitate" stay words."""
    links = int(bool(before) and _is(before[-1], *_LINKS))
    named = before[: len(before) - links][-_LONGEST:]
    is_after_names = any(_is_name(named[start:]) for start in range(len(named))) if named else is_after_names
    excluded: list[Node] = []
    end = -1
    while is_after_names and (name := _longest(behind[end + 1 :], _is_name_or_people)):
        excluded.append(_all(name))
        end += 1 + len(name)
        if not any(_is(word, "or") for word in behind[end : end + 1]):
            break
    if not excluded:
        return None
    return _Found(Not(excluded[0] if len(excluded) == 1 else Any(tuple(excluded))), links, end)


def _all(nodes: Sequence[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else All(tuple(nodes))


def _is(word: Word | Phrase, *texts: str) -> bool:
    return isinstance(word, Word) and not word.is_beginning and word.text.lower() in texts


def _texts(words: _Words) -> list[str]:
    """Nothing where not all are whole words."""
    texts = [word.text for word in words if isinstance(word, Word) and not word.is_beginning]
    return texts if len(texts) == len(words) else []


def _is_name(words: _Words) -> bool:
    """Of a condition, a drug or, in several words, anything else; phrases are meant as one thing."""
    if len(words) == 1 and isinstance(words[0], Phrase):
        return True
    texts = _texts(words)
    return _identifier(texts) is not None and [
        (span.start, span.end) for span in synonyms.expansions(texts)
    ] == [(0, len(texts))]


def _is_name_or_people(words: _Words) -> bool:
    if _is_name(words):
        return True
    identifier = _identifier(_texts(words)) if len(words) == 1 else None
    return identifier is not None and _PERSONS in vocabulary().broader(identifier)


def _identifier(texts: Sequence[str]) -> str | None:
    return vocabulary().synonym(key(" ".join(texts))) if texts else None


def _is_narrowed(words: _Words) -> bool:
    """A name with what only narrows it: "stage iii melanoma"."""
    texts = _texts(words)
    return bool(texts) and any(vocabulary().synonym(found) for found in narrowings(" ".join(texts)))


def _longest(words: _Words, is_such: Callable[[_Words], bool]) -> _Words:
    """That they begin with, if they do."""
    return next(filter(is_such, (words[:end] for end in range(min(len(words), _LONGEST), 0, -1))), ())
