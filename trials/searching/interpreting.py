"""A text against what the index has: numbers, other words for things, beginnings and mistakes in spelling."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from tantivy import Query, Searcher

from trials.searching import synonyms, understood
from trials.searching.results import Term, Understanding
from trials.searching.schema import PLAIN, SCHEMA, STEMMED, normalised
from trials.searching.sought import (
    Every,
    Identified,
    OneOf,
    Some,
    Sought,
    Synonymous,
    Tokens,
    Without,
    every,
    number_of,
)
from trials.searching.spelling import Spelling
from trials.searching.understood import Node, Phrase, Word
from trials.text import folded, nct_id_in

# Words that nearly every record has, so that they tell nothing. In a phrase they count.
_SAY_NOTHING = frozenset(
    (
        "a", "an", "and", "are", "as", "at", "be", "been", "by", "can", "for", "from", "has", "have", "in",
        "into", "is", "it", "its", "may", "of", "on", "or", "that", "the", "their", "these", "they", "this",
        "to", "was", "were", "which", "who", "will", "with",
    )
)  # fmt: skip
_NCT_NUMBER = re.compile(r"nct[0-9]{8}")
_NCT_BEGINNING = re.compile(r"nct[0-9]{1,7}")
_LETTERS_AND_DIGITS = re.compile(r"([^\W\d_]+)(\d+)|(\d+)([^\W\d_]+)")
# So many different words are sought for a beginning, the first in the alphabet.
_BEGINNINGS = 50
_SHORTEST_BEGINNING = 3
# An identifier that more trials mention than these is a word, such as COVID-19.
_MENTIONS = 5
_DOUBTFUL = 3
_MUCH_COMMONER = 10
# Few trials: so many, or that share of all.
_FEW, _FEW_SHARE = 1000, 0.02


@dataclass(frozen=True)
class Interpretation:
    """`sought` is None where nothing is."""

    sought: Sought | None
    understanding: Understanding


@dataclass
class Interpreter:
    """`doubting` takes rare words for mistakes too, where a much commoner one is near."""

    searcher: Searcher
    spelling: Callable[[], Spelling]
    with_synonyms: bool = True
    exact: bool = False
    doubting: bool = False
    _terms: list[Term] = field(default_factory=list)
    _ignored: list[str] = field(default_factory=list)
    _corrections: list[tuple[str, str]] = field(default_factory=list)

    def interpreted(self, text: str) -> Interpretation:
        read = understood.read(text)
        self._ignored.extend(read.ignored)
        self._has_content = any(not _says_nothing(part) for part in understood.words_of(read.wanted))
        sought = self._sought(read.wanted) if read.wanted else None
        understanding = Understanding(
            words=" ".join(_written(term) for term in self._terms),
            terms=tuple(self._terms),
            corrections=tuple(self._corrections),
            ignored=tuple(self._ignored),
        )
        return Interpretation(sought, understanding)

    def _sought(self, node: Node) -> Sought | None:
        match node:
            case Word():
                return self._run([node])
            case Phrase(text):
                return self._phrase(text)
            case understood.Not(part):
                before = len(self._terms)
                inner = self._sought(part)
                self._terms[before:] = [replace(term, is_excluded=True) for term in self._terms[before:]]
                return Without(inner) if inner else None
            case understood.All(parts):
                return _joined(list(self._neighbours(parts)), Every)
            case understood.Any(parts):
                return _joined([found for part in parts if (found := self._sought(part))], Some)

    def _neighbours(self, parts: Sequence[Node]) -> Iterator[Sought]:
        """Words side by side are read together, since they may be one term: "heart attack"."""
        run: list[Word] = []
        for part in [*parts, None]:
            if isinstance(part, Word):
                run.append(part)
                continue
            if run and (found := self._run(run)):
                yield found
            run = []
            if part is not None and (found := self._sought(part)):
                yield found

    def _run(self, typed: Sequence[Word]) -> Sought | None:
        words = [word.text for word in typed]
        spans = self._spans(words)
        if not self.exact:
            known = {place for span in spans for place in range(span.start, span.end)}
            meant = [
                word.text if place in known or word.is_beginning else self._meant(word.text)
                for place, word in enumerate(typed)
            ]
            if meant != words:
                self._corrections.extend(
                    pair for pair in zip(words, meant, strict=True) if pair[0] != pair[1]
                )
                words, spans = meant, self._spans(meant)
        found: list[Sought] = []
        starts = {span.start: span for span in spans}
        place = 0
        while place < len(words):
            span = starts.get(place)
            end = span.end if span else place + 1
            one = (
                self._synonymous(span, typed, words)
                if span
                else self._word(replace(typed[place], text=words[place]), typed[place].text)
            )
            found.extend([one] if one else [])
            place = end
        return _joined(found, Every)

    def _spans(self, words: Sequence[str]) -> list[synonyms.Span]:
        return synonyms.expansions(words) if self.with_synonyms else []

    def _synonymous(self, span: synonyms.Span, typed: Sequence[Word], words: Sequence[str]) -> Sought | None:
        here = [_spellings(word) for word in words[span.start : span.end]]
        as_typed = _joined([Tokens(spellings) for spellings in here if spellings], Every)
        if as_typed is None:
            return None
        self._terms.append(
            Term(
                typed=" ".join(word.text for word in typed[span.start : span.end]),
                sought=" ".join(words[span.start : span.end]),
                synonyms=span.terms,
                name=span.name,
                narrower=span.narrower,
                more_narrower=span.more,
            )
        )
        return Synonymous(as_typed, self._texts(span, here), span.concepts)

    def _texts(
        self, span: synonyms.Span, typed: Sequence[tuple[tuple[str, ...], ...]]
    ) -> tuple[tuple[str, ...], ...]:
        """Its other names and those of what is narrower, without such as half of all trials would have.

        What many trials are about needs none of them: a trial of a tumour says cancer somewhere. Nor does a
        name that has all the words typed, or another name within it: it finds nothing more.
        """
        limit = max(_FEW, int(_FEW_SHARE * self.searcher.num_docs))
        if sum(self.searcher.doc_freq("concept", concept) for concept in span.concepts) > limit:
            return ()
        names = {tuple(_tokens(_upright(name))) for name in (*span.terms, *span.narrower)}
        other = [name for name in names if not all(_has_any(name, spellings) for spellings in typed)]
        found = [
            name
            for name in sorted(other, key=lambda name: (len(name), name))
            if name and 0 < min(self.searcher.doc_freq("text", token) for token in name) <= limit
        ]
        return tuple(
            name
            for place, name in enumerate(found)
            if not any(_has(name, shorter) for shorter in found[:place])
        )

    def _word(self, word: Word, typed: str) -> Sought | None:
        if _says_nothing(word) and self._has_content:
            self._ignored.append(typed)
            return None
        number = folded(word.text)
        if _NCT_NUMBER.fullmatch(number):
            self._terms.append(Term(typed, word.text))
            return Identified((number,))
        if _NCT_BEGINNING.fullmatch(number):
            self._terms.append(Term(typed, word.text, is_beginning=True))
            numbers = self.searcher.terms_with_prefix("identifier", number, limit=_BEGINNINGS)
            return Identified(tuple(term for term, _count in numbers))
        spellings = _spellings(word.text)
        if not spellings:  # too long for the index, so nothing has it
            self._terms.append(Term(typed, word.text))
            return OneOf(())
        is_unknown = not self.exact and not word.is_beginning and not self._is_known(word.text)
        if word.is_beginning or is_unknown:
            beginnings = self._beginnings(word.text)
            if beginnings or word.is_beginning:
                self._terms.append(Term(typed, word.text, is_beginning=True))
                return OneOf(beginnings)
        self._terms.append(Term(typed, word.text))
        return Tokens(spellings)

    def _phrase(self, text: str) -> Sought | None:
        tokens = tuple(_tokens(text))
        self._terms.append(Term(text, text, is_phrase=True))
        return Tokens((tokens,)) if tokens else OneOf(())

    def _meant(self, word: str) -> str:
        """For a word that the index does not have the likeliest that it has; itself where none is near."""
        frequency = self._frequency(word)
        if frequency > (_DOUBTFUL if self.doubting else 0) or self._beginnings(word):
            return word
        plain = "".join(PLAIN.analyze(normalised(word)))
        other = self.spelling().meant(plain)
        if other is None or (frequency and self._frequency(other) < _MUCH_COMMONER * frequency):
            return word
        return other

    def _is_known(self, word: str) -> bool:
        return self._frequency(word) > 0

    def _frequency(self, word: str) -> int:
        """How many trials have the word; of one that is written in parts, the rarest of them."""
        return max(
            (min(self.searcher.doc_freq("text", token) for token in tokens) for tokens in _spellings(word)),
            default=0,
        )

    def _beginnings(self, word: str) -> tuple[str, ...]:
        """Tokens of words that begin with it."""
        plain = PLAIN.analyze(normalised(word))
        if len(plain) != 1 or len(plain[0]) < _SHORTEST_BEGINNING:
            return ()
        words = self.searcher.terms_with_prefix("spelling", plain[0], limit=_BEGINNINGS)
        return tuple(dict.fromkeys(token for found, _count in words for token in STEMMED.analyze(found)))


def identified(searcher: Searcher, text: str) -> str:
    """The identifier, folded, that a text is, where it is one and no ordinary word; else nothing."""
    if number := nct_id_in(text):
        return folded(number)
    whole = folded(text)
    tokens = _tokens(whole)
    has_digit = any(character.isdecimal() for character in whole)
    if not has_digit or not tokens or searcher.doc_freq("identifier", whole) != 1:
        return ""
    mentions = every([Query.term_query(SCHEMA, "text", token) for token in tokens])
    return whole if number_of(searcher, mentions) <= _MENTIONS else ""


def _tokens(text: str) -> list[str]:
    return STEMMED.analyze(normalised(text))


def _spellings(word: str) -> tuple[tuple[str, ...], ...]:
    """As typed, in one word and in parts: IL-6 is also IL6, and COVID19 is COVID 19."""
    tokens = tuple(_tokens(word))
    if not tokens:
        return ()
    if len(tokens) > 1:
        return tokens, tuple(_tokens("".join(PLAIN.analyze(normalised(word)))))
    parts = _LETTERS_AND_DIGITS.fullmatch(tokens[0])
    return (tokens, tuple(part for part in parts.groups() if part)) if parts else (tokens,)


def _has(name: Sequence[str], part: Sequence[str]) -> bool:
    """Whether the tokens of `part` stand in it side by side."""
    size = len(part)
    return any(tuple(name[at : at + size]) == tuple(part) for at in range(len(name) - size + 1))


def _has_any(name: Sequence[str], spellings: Sequence[Sequence[str]]) -> bool:
    return any(_has(name, spelling) for spelling in spellings)


def _upright(name: str) -> str:
    """As people write it what a thesaurus lists by its noun: "Myositis, Inclusion Body"."""
    return " ".join(reversed(name.split(", ")))


def says_nothing(word: str) -> bool:
    """Whether nearly every record has it. WHO and vitamin A are in capitals for a reason."""
    return not word.isupper() and word.lower() in _SAY_NOTHING


def _says_nothing(part: Word | Phrase) -> bool:
    return isinstance(part, Word) and not part.is_beginning and says_nothing(part.text)


def _joined(parts: list[Sought], kind: type[Every | Some]) -> Sought | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


def _written(term: Term) -> str:
    words = f'"{term.sought}"' if term.is_phrase else term.sought
    return f"{'-' if term.is_excluded else ''}{words}{'*' if term.is_beginning else ''}"
