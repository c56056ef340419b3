"""What somebody typed into the search, as a tree of what is sought. Every text has one; none is refused.

    asthma children            both words
    "heart failure"            the phrase
    asthma OR copd             either; AND binds closer, and stands between words anyway
    asthma -placebo            without the word; NOT says the same
    (asthma OR copd) child*    brackets; words that begin with something

AND, OR and NOT are written in capitals. What makes no sense, such as a bracket that is never closed, is read
as leniently as possible: a word is never dropped, a sign may be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# Deeper brackets are read as if they were not there.
DEEPEST = 20

_TOKEN = re.compile(
    r"""
    (?P<phrase> ["“”„] [^"“”„]* (?: ["“”„] | $ ) )
    | (?P<open> \( )
    | (?P<close> \) )
    | (?P<word> [^\s"“”„()]+ )
    """,
    re.VERBOSE,
)
_OPERATORS = frozenset({"AND", "OR", "NOT"})
_MINUS = "-−–"  # noqa: RUF001  (a word processor makes these of a minus)


@dataclass(frozen=True)
class Word:
    """As typed, without punctuation around it. `is_beginning`: what begins with it is sought."""

    text: str
    is_beginning: bool = False


@dataclass(frozen=True)
class Phrase:
    """Words that follow each other, as typed."""

    text: str


@dataclass(frozen=True)
class Not:
    part: Node


@dataclass(frozen=True)
class All:
    """Every part. Neighbours that are words were typed side by side, so they may be one term together."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Any:
    """At least one part."""

    parts: tuple[Node, ...]


type Node = Word | Phrase | Not | All | Any


@dataclass(frozen=True)
class Read:
    """`wanted` is None where nothing is sought; `ignored` are the signs that no search can use, and operators
    where there is nothing else.
    """

    wanted: Node | None
    ignored: tuple[str, ...] = ()


@dataclass
class _Level:
    """An open bracket: alternatives, each the parts that go together."""

    alternatives: list[list[Node]] = field(default_factory=lambda: [[]])
    negated: bool = False

    def closed(self) -> Node | None:
        joined = [_joined(parts, All) for parts in self.alternatives if parts]
        return _joined(joined, Any) if joined else None


def read(text: str) -> Read:
    """Read a text of any kind and length; never raises."""
    levels = [_Level()]
    ignored: list[str] = []
    too_deep = 0
    negated = False
    for kind, written in _tokens(text):
        if kind == "or":
            levels[-1].alternatives.append([])
        elif kind == "not":
            negated = True
            continue
        elif kind == "open" and len(levels) <= DEEPEST:
            levels.append(_Level(negated=negated))
        elif kind == "open":
            too_deep += 1
        elif kind == "close" and too_deep:
            too_deep -= 1
        elif kind == "close" and len(levels) > 1:
            _close(levels)
        elif kind in ("phrase", "word"):
            part = _phrase(written) if kind == "phrase" else _word(written)
            if part is None:
                ignored.append(written)
            else:
                levels[-1].alternatives[-1].append(Not(part) if negated else part)
        negated = False
    while len(levels) > 1:
        _close(levels)
    wanted = levels[0].closed()
    if wanted is None and not ignored:
        ignored.extend(text.split())
    return Read(wanted, tuple(ignored))


def words_of(node: Node | None) -> Iterator[Word | Phrase]:
    """The words and phrases of a tree, in their order."""
    match node:
        case Word() | Phrase():
            yield node
        case Not(part):
            yield from words_of(part)
        case All(parts) | Any(parts):
            for part in parts:
                yield from words_of(part)


def _close(levels: list[_Level]) -> None:
    level = levels.pop()
    inner = level.closed()
    if inner is not None:
        levels[-1].alternatives[-1].append(Not(inner) if level.negated else inner)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Kind and text of each token; a minus before something is a token of its own, "not"."""
    for found in _TOKEN.finditer(text):
        kind, written = str(found.lastgroup), found[0]
        before = text[found.start() - 1] if found.start() else " "
        if kind == "word" and written[0] in _MINUS and (before.isspace() or before == "("):
            yield "not", written[0]
            written = written.lstrip(_MINUS)
        if kind == "word" and written in _OPERATORS:
            kind = written.lower()
        if written and kind != "and":
            yield kind, written


def _word(written: str) -> Word | None:
    text = _trimmed(written)
    is_beginning = written.rstrip(".,;:!?").endswith("*") and len(text) > 1
    return Word(text, is_beginning) if text else None


def _phrase(written: str) -> Phrase | None:
    text = _trimmed(" ".join(written.split()))
    return Phrase(text) if text else None


def _trimmed(text: str) -> str:
    """Without what is no letter or digit at its ends."""
    start, end = 0, len(text)
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return text[start:end]


def _joined(parts: list[Node], kind: type[All | Any]) -> Node:
    return parts[0] if len(parts) == 1 else kind(tuple(parts))
