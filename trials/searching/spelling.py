"""What was meant by words that nobody wrote: the nearest and commonest that trials and names have."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from tantivy import Document, Index, Order, Query, SchemaBuilder, Searcher

from trials.searching.schema import PLAIN, STEMMED, as_spelled, normalised
from trials.vocabularies.loaded import vocabulary
from trials.vocabularies.wording import words

SHORTEST = 4
# Letters from which one mistake is mended, and from which two are.
_ONE_MISTAKE = 5
_TWO_MISTAKES = 8
# Of the commonest words that are near, so many are weighed.
_WEIGHED = 50
# Of the words that begin with something, so many are looked at.
_COMPLETIONS = 5_000
# Of many trials, what one alone has may be a mistake itself.
_MANY = 10_000
_HEAP = 15_000_000

_SCHEMA = (
    SchemaBuilder()
    .add_text_field("word", tokenizer_name="raw", index_option="basic", stored=True)
    .add_text_field("sound", tokenizer_name="raw", index_option="basic")
    .add_unsigned_field("trials", fast=True)
    .build()
)
# What is written in several ways and sounds alike in the names of medicine, as one of them.
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^p(?=[nst])|(?<=[rt])h|(?<=s)th(?=m)|(?<=g)h|e$", ""),
        (r"ph", "f"), (r"sch", "sk"), (r"c(?=[eiy])|z", "s"), (r"ck|[cq]", "k"), (r"x", "ks"), (r"y", "i"),
        (r"ae|oe|ea|ie|ei", "e"), (r"(.)\1+", r"\1"),
    )
)  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """A word that may have been meant, and how many trials have it."""

    word: str
    trials: int


class _Words:
    """Words, each with how many trials have it, in an index of their own: one document a word."""

    def __init__(self, counted: Iterable[tuple[str, int]]) -> None:
        index = Index(_SCHEMA)
        writer = index.writer(heap_size=_HEAP, num_threads=1)
        for word, trials in counted:
            said = {"word": word, "sound": sound_of(word), "trials": trials}
            writer.add_document(Document.from_dict(said, _SCHEMA))
        writer.commit()
        index.reload()
        self._searcher = index.searcher()

    def near(self, field: str, text: str, mistakes: int) -> dict[str, int]:
        query = Query.fuzzy_term_query(_SCHEMA, field, text, distance=mistakes)
        found = self._searcher.search(query, _WEIGHED, count=False, order_by_field="trials", order=Order.Desc)
        return {
            str(self._searcher.doc(address).get_first("word")): int(trials) for trials, address in found.hits
        }


class Spelling:
    """The words of an index and those of the vocabulary."""

    def __init__(self, searcher: Searcher) -> None:
        self.trials = searcher.num_docs
        self._searcher = searcher
        self._named = _words_of_names()
        fewest = 2 if self.trials > _MANY else 1
        self._here = _Words(
            (word, trials)
            for word, trials in searcher.terms_with_prefix("spelling", "")
            if len(word) >= SHORTEST and trials >= fewest and word.isalpha()
        )

    def candidates(self, typed: str, *, named: bool = False) -> list[Candidate]:
        """The likeliest first: by how far it is off in letters and in sound, and by how common it is.

        If `named`, only words that names of the vocabulary have.

        A letter too many, missing, wrong, or two exchanged are a mistake each. Of a short word, what is not
        just one letter off has to sound the same.
        """
        word = _plain(typed)
        if not word.isalpha() or len(word) < SHORTEST:
            return []
        sound = sound_of(word)
        asked = [("word", word, 1), ("sound", sound, int(len(word) >= _ONE_MISTAKE))]
        if len(word) >= _TWO_MISTAKES:
            asked.append(("word", word, 2))
        near: dict[str, int] = {}
        for field, text, mistakes in asked:
            for other in self._named.near(field, text, mistakes):
                near.setdefault(other, self._trials(other))
            near |= {} if named else self._here.near(field, text, mistakes)
        near.pop(word, None)

        def unlikely(candidate: Candidate) -> float:
            # As a noisy channel: Kernighan, Church, Gale, "A spelling correction program" (COLING 1990).
            off = distance(word, candidate.word) + 2 * distance(sound, sound_of(candidate.word))
            # What no name in the vocabulary has may be a mistake itself.
            return off + (candidate.word not in _names()) - math.log10(1 + candidate.trials) / 2

        found = (Candidate(other, trials) for other, trials in near.items() if trials)
        return sorted(found, key=unlikely)

    def completion(self, typed: str) -> Candidate | None:
        """The commonest word that begins so."""
        word = _plain(typed)
        if not word.isalpha() or len(word) < SHORTEST:
            return None
        longer = self._searcher.terms_with_prefix("spelling", word, limit=_COMPLETIONS)
        found = (Candidate(other, trials) for other, trials in longer if other != word)
        return max(found, key=lambda candidate: candidate.trials, default=None)

    def _trials(self, word: str) -> int:
        tokens = STEMMED.analyze(normalised(word))
        return min((self._searcher.doc_freq("text", token) for token in tokens), default=0)


def is_of_names(word: str) -> bool:
    """Whether a name in the vocabulary has it: such a word is no mistake."""
    return _plain(word) in _names()


def sound_alike(one: str, other: str) -> bool:
    return sound_of(_plain(one)) == sound_of(_plain(other))


def sound_of(word: str) -> str:
    """By what two words are known to sound alike: "cirosis" and "cirrhosis", "miositis" and "myositis"."""
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word


def distance(one: str, other: str) -> int:
    """Letters too many, missing or wrong, and neighbours exchanged, by the restricted edit distance.

    F. J. Damerau, "A technique for computer detection and correction of spelling errors", CACM 7 (1964).
    """
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        now = [row]
        for column, against in enumerate(other, 1):
            cost = min(last[column] + 1, now[-1] + 1, last[column - 1] + (letter != against))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == against:
                cost = min(cost, before[column - 2] + 1)
            now.append(cost)
        before, last = last, now
    return last[-1]


@cache
def _names() -> frozenset[str]:
    known = vocabulary()
    parts = (words(name) for identifier in known for name in known[identifier].terms)
    return frozenset(word for part in parts for word in part if len(word) >= SHORTEST and word.isalpha())


@cache
def _words_of_names() -> _Words:
    return _Words((word, 0) for word in sorted(_names()))


def _plain(word: str) -> str:
    return "".join(PLAIN.analyze(as_spelled(word)))
