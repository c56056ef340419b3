"""A text against what the index has: numbers, other words for things, beginnings and mistakes in spelling."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from tantivy import Query, Searcher

from trials.searching import synonyms, understood
from trials.searching.alternatives import with_alternatives
from trials.searching.results import Term, Understanding
from trials.searching.schema import PLAIN, SCHEMA, STEMMED, as_spelled, normalised
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
from trials.searching.spelling import SHORTEST, Spelling, is_of_names, sound_alike
from trials.searching.understood import Node, Phrase, Word, says_nothing
from trials.text import folded, nct_id_in

_NCT_NUMBER = re.compile(r"nct[0-9]{8}")
_NUMBER_WITHIN = re.compile(r"(?<![a-z])nct[ :#-]{0,2}([0-9]{8})(?![0-9])", re.IGNORECASE)
_NUMBER_ALONE = re.compile(r"[0-9]{8}")
# What people write before the number of a European register.
_REGISTRY = re.compile(
    r"^\s*(?:eudra[ -]?ct|eu[ -]?ct|ctis)\b(?:\s*(?:number|no|nr)\b)?[\s.:#]*", re.IGNORECASE
)
_NCT_BEGINNING = re.compile(r"nct[0-9]{1,7}")
_LETTERS_AND_DIGITS = re.compile(r"([^\W\d_]+)(\d+)|(\d+)([^\W\d_]+)")
# So many different words are sought for a beginning, the first in the alphabet.
_BEGINNINGS = 50
_SHORTEST_BEGINNING = 3
# An identifier that more trials mention than these is a word, such as COVID-19.
_MENTIONS = 5
_DOUBTFUL = 3
_MUCH_COMMONER = 10
# What more trials have than this share is a word, however near another one is.
_COMMON_SHARE = 0.05
# Of the likeliest words, so many are tried in the place of another.
_TRIED = 12


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
        text = understood.as_typed(text)
        read = understood.read(text)
        self._ignored.extend(read.ignored)
        numbers = () if self.exact else self._numbers_among(text, read.wanted)
        if numbers:
            sought: Sought | None = self._numbered(numbers, text)
            words = " ".join(term.sought for term in self._terms)
        else:
            wanted = read.wanted
            if not self.exact:
                wanted, joined = with_alternatives(wanted, guessing=self.doubting)
                self._corrections.extend(joined)
            self._has_content = any(not _says_nothing(part) for part in understood.words_of(wanted))
            sought = self._sought(wanted) if wanted else None
            words = understood.written(wanted, self._spelled) if wanted else ""
        understanding = Understanding(
            words=words,
            terms=tuple(self._terms),
            corrections=tuple(self._corrections),
            ignored=tuple(self._ignored),
        )
        return Interpretation(sought, understanding)

    def _numbers_among(self, text: str, wanted: Node | None) -> tuple[str, ...]:
        """NCT numbers of trials here that stand among other words: "see NCT01234567 please"."""
        parts = wanted.parts if isinstance(wanted, understood.All) else (wanted,)
        if not all(isinstance(part, Word) for part in parts):
            return ()
        found = dict.fromkeys(f"nct{number}" for number in _NUMBER_WITHIN.findall(text))
        return tuple(number for number in found if self.searcher.doc_freq("identifier", number))

    def _numbered(self, numbers: tuple[str, ...], text: str) -> Sought:
        self._terms.extend(Term(number, number.upper()) for number in numbers)
        self._ignored.extend(_NUMBER_WITHIN.sub(" ", text).split())
        return Identified(numbers)

    def _spelled(self, word: Word) -> str:
        """As it is sought; nothing where it is not."""
        text = dict(self._corrections).get(word.text, word.text)
        is_beginning = not word.is_beginning and any(
            term.is_beginning and term.sought == text for term in self._terms
        )
        return "" if text in self._ignored else f"{text}{'*' if is_beginning else ''}"

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
            for place, word in enumerate(typed):
                if place not in known and not word.is_beginning and (other := self._meant(words, place)):
                    self._corrections.append((word.text, other))
                    words[place] = other
            spans = self._spans(words)
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
        return Synonymous(as_typed, span.concepts)

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

    def _meant(self, words: Sequence[str], place: int) -> str:
        """The likelier word for one that no trial has or, if `doubting`, for a rarer one; else nothing."""
        word = words[place]
        frequency = self._frequency(word)
        if len(word) < SHORTEST or not self._is_doubtful(word, frequency) or is_of_names(word):
            return ""
        is_rare = frequency <= _DOUBTFUL
        candidates = [
            candidate
            for candidate in self.spelling().candidates(word, named=not is_rare)[:_TRIED]
            if candidate.trials >= _MUCH_COMMONER * frequency
        ]
        for candidate in candidates:
            if _is_named(words, place, candidate.word):
                return candidate.word
        if not is_rare:
            return ""
        longer = self.spelling().completion(word) if self.doubting else None
        if longer and longer.trials >= _MUCH_COMMONER * max(1, frequency):
            return longer.word
        if len(word) == SHORTEST:
            candidates = [each for each in candidates if sound_alike(word, each.word)]
        return candidates[0].word if candidates else ""

    def _is_doubtful(self, word: str, frequency: int) -> bool:
        if self.doubting:
            return frequency <= max(_DOUBTFUL, _COMMON_SHARE * self.searcher.num_docs)
        return not (frequency or self._beginnings(word))

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
        plain = PLAIN.analyze(as_spelled(word))
        if len(plain) != 1 or len(plain[0]) < _SHORTEST_BEGINNING:
            return ()
        words = self.searcher.terms_with_prefix("spelling", plain[0], limit=_BEGINNINGS)
        return tuple(dict.fromkeys(token for found, _count in words for token in _tokens(found)))


def identified(searcher: Searcher, text: str) -> str:
    """The identifier, folded, that a text is, where it is one and no ordinary word; else nothing."""
    text = _REGISTRY.sub("", understood.as_typed(text))
    if number := nct_id_in(text) or nct_id_in("".join(text.split())):
        return folded(number)
    whole = folded(text)
    if _NUMBER_ALONE.fullmatch(whole) and searcher.doc_freq("identifier", f"nct{whole}"):
        return f"nct{whole}"
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
        in_one = tuple(_tokens("".join(PLAIN.analyze(normalised(word)))))
        return (tokens, in_one) if in_one else (tokens,)  # nothing, where it is too long for the index
    parts = _LETTERS_AND_DIGITS.fullmatch(tokens[0])
    return (tokens, tuple(part for part in parts.groups() if part)) if parts else (tokens,)


def _is_named(words: Sequence[str], place: int, other: str) -> bool:
    """Whether a word is part of a term of the vocabulary together with what stands beside that place."""
    near = [*words[:place], other, *words[place + 1 :]]
    return any(
        span.start <= place < span.end and span.end - span.start > 1 for span in synonyms.expansions(near)
    )


def _says_nothing(part: Word | Phrase) -> bool:
    return isinstance(part, Word) and not part.is_beginning and says_nothing(part.text)


def _joined(parts: list[Sought], kind: type[Every | Some]) -> Sought | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else kind(tuple(parts))
