"""Essie expressions, the search language of ClinicalTrials.gov, as far as it is understood here.

Words and "phrases", AND, OR, NOT and parentheses; AREA[field] and SEARCH[Location] before an expression;
RANGE[low, high] and MISSING in its place. EXPANSION and COVERAGE say how closely words must agree: they are
read, and words are sought as they always are. NOT and the operators in brackets bind closest, then AND, then
OR; what stands side by side is a sequence of words, or joined by AND. Nothing here knows any field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from trials.api.problems import BadRequestError

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<operator>AREA|SEARCH|EXPANSION|COVERAGE)\[(?P<argument>[^\[\]]*)\]
    | RANGE\[(?P<low>[^\[\],]*),(?P<high>[^\[\],]*)\]
    | "(?P<phrase>[^"]*)"
    | (?P<bracket>[()])
    | (?P<word>[^\s()"]+)
    )""",
    re.VERBOSE,
)
_BRACKETED = re.compile(r"\b(?:AREA|SEARCH|EXPANSION|COVERAGE|RANGE)\[|\bMISSING\b")
# Deeper and longer than any expression that somebody writes.
_DEEPEST = 50
_MOST_TERMS = 100


@dataclass(frozen=True)
class Words:
    """A sequence of words; a phrase has to stand as it is."""

    text: str
    is_phrase: bool = False


@dataclass(frozen=True)
class Range:
    """Both ends belong to it; empty where there is none on that side."""

    low: str
    high: str


@dataclass(frozen=True)
class Missing:
    """That the field says nothing."""


@dataclass(frozen=True)
class All:
    """That there is a study at all."""


@dataclass(frozen=True)
class Not:
    part: Expression


@dataclass(frozen=True)
class Both:
    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Either:
    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class InField:
    name: str
    part: Expression


@dataclass(frozen=True)
class WithinOne:
    """That one and the same item of a list has it all: SEARCH[Location](...)."""

    name: str
    part: Expression


type Expression = Words | Range | Missing | All | Not | Both | Either | InField | WithinOne


def is_plain(text: str) -> bool:
    """Whether a text is words and Boolean operators alone, which every search understands."""
    return text.strip() != "ALL" and not _BRACKETED.search(text)


def parse(text: str) -> Expression:
    """Raises BadRequestError with where it stopped to be understood."""
    reader = _Reader(text)
    expression = reader.either(0)
    if reader.token is not None:
        raise reader.problem()
    return expression


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text.rstrip()
        self.place = self.terms = 0
        self.token: re.Match[str] | None = None
        self.advance()

    def advance(self) -> None:
        self.place = self.token.end() if self.token else 0
        self.token = _TOKEN.match(self.text, self.place)
        if self.token is None and self.text[self.place :].strip():
            raise self.problem()

    def problem(self) -> BadRequestError:
        rest = self.text[self.place :].strip()
        return BadRequestError(
            f"Expression is not understood at {rest[:40]!r}" if rest else "Expression ends too early"
        )

    def next_is(self, *words: str) -> bool:
        return self.token is not None and self.token["word"] in words

    def bracket(self) -> str | None:
        return self.token["bracket"] if self.token else None

    def either(self, depth: int) -> Expression:
        parts = [self.both(depth)]
        while self.next_is("OR"):
            self.advance()
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def both(self, depth: int) -> Expression:
        parts = [self.operand(depth)]
        while self.token is not None and self.bracket() != ")" and not self.next_is("OR"):
            if self.next_is("AND"):
                self.advance()
            parts.append(self.operand(depth))
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def operand(self, depth: int) -> Expression:
        if depth > _DEEPEST:
            raise BadRequestError(f"Expression is nested more than {_DEEPEST} levels deep")
        token = self.token
        if token is None or self.next_is("AND", "OR"):
            raise self.problem()
        if self.next_is("NOT"):
            self.advance()
            return Not(self.operand(depth + 1))
        if token["operator"]:
            self.advance()
            part = self.operand(depth + 1)
            name = (token["argument"] or "").strip()
            match token["operator"]:
                case "AREA":
                    return InField(name, part)
                case "SEARCH":
                    return WithinOne(name, part)
            return part
        if token["bracket"] == "(":
            self.advance()
            inside = self.either(depth + 1)
            if self.bracket() != ")":
                raise self.problem()
            self.advance()
            return inside
        if token["bracket"]:
            raise self.problem()
        return self.term()

    def term(self) -> Expression:
        token = self.token
        assert token is not None  # noqa: S101
        self.terms += 1
        if self.terms > _MOST_TERMS:
            raise BadRequestError(f"Expression has more than {_MOST_TERMS} terms")
        if token["low"] is not None:
            self.advance()
            low, high = token["low"].strip(), token["high"].strip()
            return Range("" if low == "MIN" else low, "" if high == "MAX" else high)
        if token["phrase"] is not None:
            self.advance()
            return Words(token["phrase"], is_phrase=True)
        if token["word"] in ("MISSING", "ALL"):
            self.advance()
            return Missing() if token["word"] == "MISSING" else All()
        words = []
        while self.token is not None and self.token["word"] not in (None, "AND", "OR", "NOT"):
            words.append(self.token["word"])
            self.advance()
        return Words(" ".join(words))
