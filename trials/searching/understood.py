"""What somebody typed into the search, as a tree of what is sought. Every text has one; none is refused.

    asthma children            both words
    "heart failure"            the phrase
    asthma OR copd             either; AND binds closer, and stands between words anyway
    asthma -placebo            without the word; NOT says the same
    (asthma OR copd) child*    brackets; words that begin with something

AND, OR and NOT are written in capitals. What makes no sense, such as a bracket that is never closed, is read
as leniently as possible: a word is never dropped, a sign may be. What word processors make of hyphens and
quotation marks is read as what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

# Deeper brackets are read as if they were not there.
DEEPEST = 20

_TOKEN = re.compile(
    r"""
    (?P<phrase> " [^"]* (?: " | $ ) )
    | (?P<open> \( )
    | (?P<close> \) )
    | (?P<word> [^\s"()]+ )
    """,
    re.VERBOSE,
)
# Three letters, or letters and figures such as "IL-2".
_BESIDE_SLASH = re.compile(r"\W*(?:[^\W\d_]{3}|[^\W\d_]+-?\d)")
_OPERATORS = frozenset({"AND", "OR", "NOT"})
_MINUS = "-"
# Words that nearly every record has, so that they tell nothing. In a phrase they count.
_SAY_NOTHING = frozenset(
    (
        "a", "an", "and", "are", "as", "at", "be", "been", "by", "can", "for", "from", "has", "have", "in",
        "into", "is", "it", "its", "may", "of", "on", "or", "that", "the", "their", "these", "they", "this",
        "to", "was", "were", "which", "who", "will", "with",
    )
)  # fmt: skip
_TYPED = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d", "-")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\uff02", '"')
    | dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4\uff07", "'")
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff")  # what is not seen
)


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
    for kind, written in _tokens(as_typed(text)):
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
            found = [_phrase(written)] if kind == "phrase" else _words(written)
            if not any(found):
                ignored.append(written)
            levels[-1].alternatives[-1] += [Not(part) if negated else part for part in found if part]
        negated = False
    while len(levels) > 1:
        _close(levels)
    wanted = levels[0].closed()
    if wanted is None and not ignored:
        ignored.extend(text.split())
    return Read(wanted, tuple(ignored))


def as_typed(text: str) -> str:
    """With plain hyphens and quotation marks, and without what is not seen."""
    return text if text.isascii() else text.translate(_TYPED)


def says_nothing(word: str) -> bool:
    """Whether nearly every record has it. WHO and vitamin A are in capitals for a reason."""
    return not word.isupper() and word.lower() in _SAY_NOTHING


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


def written(node: Node, spelled: Callable[[Word], str] = lambda word: word.text) -> str:
    """A tree as it could be typed, each word as it is `spelled`; none is left out with what is around it."""

    def inside(part: Node) -> str:
        text = written(part, spelled)
        return f"({text})" if text and isinstance(part, All | Any) else text

    match node:
        case Word():
            return f"{text}{'*' if node.is_beginning else ''}" if (text := spelled(node)) else ""
        case Phrase(text):
            return f'"{text}"'
        case Not(part):
            return f"-{text}" if (text := inside(part)) else ""
        case All(parts):
            return " ".join(filter(None, map(inside, parts)))
        case Any(parts):
            return " OR ".join(filter(None, (written(part, spelled) for part in parts)))


def _close(levels: list[_Level]) -> None:
    level = levels.pop()
    inner = level.closed()
    if inner is not None:
        levels[-1].alternatives[-1].append(Not(inner) if level.negated else inner)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Kind and text of each token; a minus right before something is a token of its own, "not"."""
    for found in _TOKEN.finditer(text):
        kind, written = str(found.lastgroup), found[0]
        start, end = found.span()
        before, after = text[max(0, start - 1) : start], text[end : end + 1]
        begins = kind == "word" and written[0] == _MINUS and (not before or before.isspace() or before == "(")
        if begins and (written.strip(_MINUS) or (after and not after.isspace())):
            yield "not", _MINUS
            written = written.lstrip(_MINUS)
        if kind == "word" and written in _OPERATORS:
            kind = written.lower()
        if written and kind != "and":
            yield kind, written


def _words(written: str) -> list[Word | None]:
    """One, or those between slashes: "asthma/eczema" is two, but "mg/kg" and "I/II" are one each."""
    parts = written.split("/")
    if [part.lower() for part in parts] == ["and", "or"]:
        return [Word(parts[1])]
    are_words = all(_BESIDE_SLASH.match(part) for part in parts)
    return [_word(part) for part in parts] if are_words else [_word(written)]


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
