"""One JSON value, and whether it can be kept and given back as it is."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from trials.importers.problems import ImportProblem
from trials.importers.reading import text_problem

DEEPEST = 100  # levels; the registry's records have about a dozen
LONGEST_WHOLE = 1000  # digits
MOST_PROBLEMS = 20  # that are told of one record

_SUSPICIOUS = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


class Unfit:
    """Stands in a value for what is written there and has no meaning that could be kept."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Unfit:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    twice, _times = Counter(key for key, _value in pairs).most_common(1)[0]
    return Unfit(f'the key "{shown(twice)}" stands twice, and which of the two holds nobody knows')


def _fraction(digits: str) -> float | Unfit:
    value = float(digits)
    return Unfit("the number is too large") if value in (float("inf"), float("-inf")) else value


def _whole(digits: str) -> int | Unfit:
    return int(digits) if len(digits) <= LONGEST_WHOLE else Unfit("the number is too large")


def _constant(name: str) -> Unfit:
    return Unfit(f"{name} is no number of JSON")


_TELLING = frozenset({dict, list, Unfit})  # of the types that `DECODER` makes

DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_fraction, parse_int=_whole, parse_constant=_constant
)


def problems_of(value: object, text: str) -> tuple[ImportProblem, ...]:
    """What is wrong with a value that `DECODER` read from `text`, with the path of each problem."""
    if _sound(value) and not _SUSPICIOUS.search(text):
        return ()
    return tuple(islice(_problems(value), MOST_PROBLEMS))


def _sound(value: object) -> bool:
    """Level by level, for a record may be nested deeper than Python calls functions."""
    level: list[Any] = [[value]]
    for _depth in range(DEEPEST + 1):
        level = [
            child
            for node in level
            for child in (node.values() if type(node) is dict else node)
            if type(child) in _TELLING
        ]
        if not level:
            return True
        if any(type(node) is Unfit for node in level):
            return False
    return False


def _problems(value: object) -> Iterator[ImportProblem]:
    pending = [(value, "", 0)]
    while pending:
        node, path, depth = pending.pop()
        if depth > DEEPEST:
            yield ImportProblem("", f"is nested more than {DEEPEST} levels deep")
            return
        match node:
            case Unfit():
                yield ImportProblem(path, node.reason)
            case str():
                if problem := text_problem(node):
                    yield ImportProblem(path, problem)
            case dict():
                for key in node:
                    if problem := text_problem(key):
                        yield ImportProblem(path, problem.replace("the text", f'the key "{shown(key)}"', 1))
                inner = [
                    (child, f"{path}.{shown(key)}".removeprefix("."), depth + 1)
                    for key, child in node.items()
                ]
                pending += reversed(inner)
            case list():
                pending += reversed(
                    [(child, f"{path}[{index}]", depth + 1) for index, child in enumerate(node)]
                )


def shown(text: str, longest: int = 80) -> str:
    """A name that somebody else chose, as it can stand in one line of a message."""
    short = text if len(text) <= longest else f"{text[:longest]}…"
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in short
    )
