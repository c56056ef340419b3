"""The part of each trial found in which the words sought stand, and those words marked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.utils.text import Truncator

from trials.models import Condition, Trial
from trials.searching.mentions import forms
from trials.searching.results import Parts, Snippet, Term
from trials.searching.schema import STEMMED
from trials.searching.understood import says_nothing
from trials.text import folded

LONGEST, LONGEST_TITLE = 240, 300
# So much of it may stand before the first word that is marked.
_BEFORE = 60
_TITLES = ("brief_title", "official_title", "nickname", "acronym")
_CONDITIONS = ArraySubquery(
    Condition.objects.filter(trial=OuterRef("pk")).order_by("position").values("name")
)
_TEXTS = ("brief_summary", "plain_summary", "eligibility_text")
_READ = Trial.objects.order_by().values("pk", *_TITLES, *_TEXTS, names=_CONDITIONS)
# Of CommonMark what would disturb in a line: escapes, and the signs of list items and of emphasis.
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_SIGNS = re.compile(r"^\s*[*+-]\s+|\*\*", re.MULTILINE)
# A possessive belongs to its word, as in the index.
_WORD = re.compile(r"[^\W_]+(?:['’`]s\b)?")  # noqa: RUF001


@dataclass(frozen=True)
class _Span:
    """Characters of a text, and what of that which is sought stands there."""

    start: int
    end: int
    phrase: str


def snippets_of(terms: Sequence[Term], trials: Sequence[int]) -> dict[int, Snippet]:
    """By trial: its title, and the best part of a text of it. Where no words are sought nothing is marked."""
    marking = _Marking(terms)
    found = {}
    for row in _READ.filter(pk__in=trials):
        title = shortened(_plain(next((row[name] for name in _TITLES if row[name]), "")))
        texts = (", ".join(row["names"]), *(row[name] for name in _TEXTS))
        found[row["pk"]] = Snippet(tuple(_parts(title, marking.spans(title))), _best(marking, texts))
    return found


class _Marking:
    """Finds the names, phrases and words of a search: a name of several words only where all of it stands.

    Names are compared as `mentions` does, and all other words by their stems.
    """

    def __init__(self, terms: Sequence[Term]) -> None:
        wanted = [term for term in terms if not term.is_excluded]
        self._beginnings = tuple(folded(term.sought) for term in wanted if term.is_beginning)
        whole = [term for term in wanted if not term.is_beginning]
        self._stems = {_stem(form) for term in whole if not term.name for form in forms(term.sought)}
        names = {name for term in whole for name in _names(term)}
        phrases = {tuple(map(self._as_sought, part)) for name in names if (part := forms(name))}
        self._phrases = {" ".join(phrase) for phrase in phrases}
        self._starts = {" ".join(phrase[:end]) for phrase in phrases for end in range(1, len(phrase))}
        self._known = self._phrases | self._starts

    def spans(self, text: str) -> list[_Span]:
        """The longest that stand in a text, none within another."""
        # Most words of a long text begin nothing, and are looked at once.
        heads = [
            word
            for word in set(_WORD.findall(text))
            if self._compared(word) in self._known or self._is_beginning(word)
        ]
        # A pattern that begins with letters is found fast; what stands before them is looked at afterwards.
        found = (each for head in heads for each in re.finditer(rf"{re.escape(head)}(?![^\W_])", text))
        starts = {at for each in found if not (at := each.start()) or not text[at - 1].isalnum()}
        spans: list[_Span] = []
        for start in sorted(starts):
            if (not spans or start >= spans[-1].end) and (span := self._longest(text, start)):
                spans.append(span)
        return spans

    def _longest(self, text: str, start: int) -> _Span | None:
        """What begins at a word of a text."""
        phrase, span = "", None
        for found in _WORD.finditer(text, start):
            if not (form := self._compared(found[0])):
                continue
            if not phrase and self._is_beginning(found[0]):
                return _Span(start, found.end(), form)
            phrase = f"{phrase} {form}" if phrase else form
            if phrase in self._phrases:
                span = _Span(start, found.end(), phrase)
            if phrase not in self._starts:
                break
        return span

    def _is_beginning(self, word: str) -> bool:
        return bool(self._beginnings) and folded(word).startswith(self._beginnings)

    def _compared(self, word: str) -> str:
        return self._as_sought(_form(word))

    def _as_sought(self, form: str) -> str:
        return stem if self._stems and (stem := _stem(form)) in self._stems else form


def _names(term: Term) -> Iterator[str]:
    yield term.sought
    yield from filter(None, (term.name, *term.synonyms, *term.narrower))


@lru_cache(maxsize=50_000)
def _form(word: str) -> str:
    return "" if says_nothing(word) else " ".join(forms(word))


@lru_cache(maxsize=50_000)
def _stem(form: str) -> str:
    return "".join(STEMMED.analyze(form))


def shortened(title: str) -> str:
    """As a list shows it: a title of a record may be as long as any text."""
    return Truncator(title).chars(LONGEST_TITLE)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", _ESCAPE.sub(r"\1", _SIGNS.sub("", text))).split())


def _best(marking: _Marking, texts: Sequence[str]) -> Parts:
    """Of the first text that has any of the words the part with most of them; nothing where none has."""
    for text in map(_plain, texts):
        if spans := marking.spans(text):
            start, end = _window(text, spans)
            inside = [span for span in spans if start <= span.start and span.end <= end]
            return tuple(_parts(text[:end], inside, start))
    return ()


def _window(text: str, spans: Sequence[_Span]) -> tuple[int, int]:
    """Whole words from a little before one of the spans: where most different ones stand, then most."""

    def worth(place: int) -> tuple[int, int, int]:
        start = spans[place].start
        near = spans[place : place + LONGEST]  # each takes a character at least
        inside = list(takewhile(lambda span: span.end <= start + LONGEST, near))
        return len({span.phrase for span in inside}), len(inside), -start

    if len(text) <= LONGEST:
        return 0, len(text)
    best = spans[max(range(len(spans)), key=worth)]
    start = max(0, min(best.start - _BEFORE, len(text) - LONGEST))
    if start:
        start = text.find(" ", start, best.start) + 1 or best.start
    end = max(start + LONGEST, best.end)
    if end < len(text):
        end = max(text.rfind(" ", start, end), best.end)
    return start, end


def _parts(text: str, spans: Collection[_Span], start: int = 0) -> Iterator[tuple[str, bool]]:
    for span in spans:
        if span.start > start:
            yield text[start : span.start], False
        yield text[span.start : span.end], True
        start = span.end
    if start < len(text):
        yield text[start:], False
