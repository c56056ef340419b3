"""What an "or" that is written small joins: the names beside it, or what it stands between.

asthma or copd                  asthma OR copd
children with asthma or copd    children with (asthma OR copd)
breast or ovarian cancer        breast cancer OR ovarian cancer
mild or moderate asthma         joins no names, so it is only a guess: (mild OR moderate) asthma
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trials.searching import synonyms
from trials.searching.understood import All, Any, Node, Phrase, Word, written

OR = Word("or")
# Words that a name has at most, and words before "or" that share the end of the name behind it.
_LONGEST, _SHARING = 8, 3


@dataclass(frozen=True)
class _Part:
    """As it is read, and the words that were typed for it."""

    node: Node
    typed: tuple[Word | Phrase, ...]


def with_alternatives(wanted: Node | None, *, guessing: bool) -> tuple[Node | None, list[tuple[str, str]]]:
    """What is sought, and what was typed and is read in another way; guesses only where asked for."""
    if not isinstance(wanted, All) or OR not in wanted.parts:
        return wanted, []
    typed = [part for part in wanted.parts if isinstance(part, Word | Phrase)]
    if len(typed) < len(wanted.parts):
        return wanted, []
    found = _joined(typed, guessing=True)
    if len(found) > 1 and not guessing:
        found = _joined(typed, guessing=False)
    nodes = [part.node for part in found]
    read = nodes[0] if len(nodes) == 1 else All(tuple(nodes))
    return read, [
        (
            " ".join(map(written, part.typed)),
            written(part.node) if len(found) == 1 else f"({written(part.node)})",
        )
        for part in found
        if isinstance(part.node, Any)
    ]


def _joined(typed: Sequence[Word | Phrase], *, guessing: bool) -> list[_Part]:
    found: list[_Part] = []
    place = 0
    while place < len(typed):
        behind = typed[place + 1 : place + 1 + _length(typed[place + 1 :])]
        if typed[place] == OR and found and behind and OR not in (behind[0], found[-1].node):
            before, are_names = _before(found, behind)
            if guessing or are_names:
                last = found[-before:]
                found[-before:] = [_alternatives(last, behind)]
                place += 1 + len(behind)
                continue
        found.append(_Part(typed[place], (typed[place],)))
        place += 1
    return found


def _length(words: Sequence[Word | Phrase]) -> int:
    """Of the longest name that they begin with, or of one word."""
    ends = range(min(len(words), _LONGEST), 1, -1)
    return next((end for end in ends if _is_name(words[:end])), min(len(words), 1))


def _before(found: Sequence[_Part], behind: Sequence[Word | Phrase]) -> tuple[int, bool]:
    """How many of the last parts are the other alternative, and whether both are names."""
    if isinstance(found[-1].node, Any):
        return 1, _is_name(behind)
    last = [part.typed[0] for part in found[-_LONGEST:] if len(part.typed) == 1]
    for number in range(len(last), 0, -1):
        if _is_name(last[-number:]):
            return number, _is_name(behind)
    for number in range(min(len(last), _SHARING), 0, -1):
        if _shared(last[-number:], behind):
            return number, True
    return 1, False


def _shared(words: Sequence[Word | Phrase], behind: Sequence[Word | Phrase]) -> Sequence[Word | Phrase]:
    """The end of the name behind "or" that makes a name of the words before it as well."""
    ends = (behind[start:] for start in range(1, len(behind)))
    return next((end for end in ends if _is_name([*words, *end])), ())


def _alternatives(last: Sequence[_Part], behind: Sequence[Word | Phrase]) -> _Part:
    words = [word for part in last for word in part.typed]
    [*others] = (
        last[0].node.parts if isinstance(last[0].node, Any) else [_all([*words, *_end(words, behind)])]
    )
    return _Part(Any((*others, _all(behind))), (*words, OR, *behind))


def _end(words: Sequence[Word | Phrase], behind: Sequence[Word | Phrase]) -> Sequence[Word | Phrase]:
    return () if _is_name(words) else _shared(words, behind)


def _all(words: Sequence[Word | Phrase]) -> Node:
    return words[0] if len(words) == 1 else All(tuple(words))


def _is_name(words: Sequence[Word | Phrase]) -> bool:
    texts = [word.text for word in words if isinstance(word, Word) and not word.is_beginning]
    return len(texts) == len(words) and any(
        span.end - span.start == len(texts) for span in synonyms.expansions(texts)
    )
