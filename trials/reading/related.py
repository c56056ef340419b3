"""Trials that are like one: by conditions and interventions under any name, and by words of the title.

What a term weighs is BM25's matter: a rare condition that two trials share tells more than cancer does.
S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", Foundations and Trends in
Information Retrieval 3 (2009), 333.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch
from tantivy import Occur, Query

from trials.models import Intervention, Trial
from trials.searching import engine
from trials.searching.index import Snapshot
from trials.searching.schema import SCHEMA, STEMMED, normalised
from trials.searching.sought import keyed
from trials.text import folded
from trials.vocabularies.loaded import vocabulary

_CONDITION, _INTERVENTION, _BROADER, _WORD = 4.0, 3.0, 1.0, 0.5
_NAMES = 10  # of conditions, and of interventions, that count; the first are the main ones
_WORDS = 8
# A word of so many titles, or of a hundredth of all, says nothing of what a trial is about.
_COMMON, _COMMON_SHARE = 5, 0.01
_SHOWN = 3
# A concept with more narrower ones brings nothing close: "Carcinoma", "Heart Diseases".
_GENERAL = 300
_COLUMNS = ("nct_id", "brief_title", "official_title", "nickname", "acronym", "overall_status")
# Each part of a hyphenated word is one, as in the index.
_WORD_WRITTEN = re.compile(r"[^\W_][\w'’]{3,}")  # noqa: RUF001
# Two trials are no more alike for these.
_EVERYWHERE = frozenset({"placebo", "placebos", "standard of care", "normal saline", "no intervention"})


@dataclass(frozen=True)
class Alike:
    """A trial with what it has in common with another: the same, or else a close condition, interventions.

    `words` are rare ones of the other's title that its own titles have.
    """

    trial: Trial
    conditions: Sequence[str]
    close_conditions: Sequence[str]
    interventions: Sequence[str]
    words: Sequence[str]


def related(trial: Trial, *, count: int = 5) -> list[Alike]:
    """The trials most like this one; fewer or none where hardly anything is in common."""
    now = engine.snapshot()
    sought = list(_sought(now, trial))
    if not sought:
        return []
    query = Query.boolean_query(
        [
            *((Occur.Should, each) for each in sought),
            (Occur.MustNot, keyed("identifier", [folded(trial.nct_id)])),
        ]
    )
    found = now.searcher.search(query, count, count=False)
    keys = now.searcher.fast_field_values("pk", [address for _score, address in found.hits])
    trials = Trial.objects.only(*_COLUMNS).prefetch_related("conditions", _interventions())
    stored = trials.in_bulk([int(key or 0) for key in keys])
    mine = _Named.of(trial)
    words = _rarest(now, trial.title)
    return [mine.common_with(stored[key], words) for key in map(int, filter(None, keys)) if key in stored]


def _interventions() -> Prefetch:
    return Prefetch("interventions", Intervention.objects.only("trial_id", "name"))


def _sought(now: Snapshot, trial: Trial) -> Iterator[Query]:
    named = _Named.of(trial)
    known = vocabulary()
    for things, weight in ((named.conditions, _CONDITION), (named.interventions, _INTERVENTION)):
        concepts = [thing for thing in things if thing in known]
        for concept in concepts:
            yield _weighed(keyed("concept", [concept.lower()]), weight)
        if weight == _CONDITION:
            for parent in {parent for concept in concepts for parent in known[concept].broader}:
                yield _weighed(keyed("concept", [parent.lower()]), _BROADER)
    for name in named.conditions.keys() - set(filter(known.__contains__, named.conditions)):
        yield _weighed(keyed("condition", [name]), _CONDITION)
    for word in _rarest(now, trial.title):
        yield _weighed(Query.term_query(SCHEMA, "title", word), _WORD)


def _weighed(query: Query, weight: float) -> Query:
    return Query.boost_query(query, weight)


def _rarest(now: Snapshot, title: str) -> dict[str, str]:
    """The words of a title that few others have, the rarest first: as the index has them, and as written."""
    written = {
        stem: word for word in _WORD_WRITTEN.findall(title) for stem in STEMMED.analyze(normalised(word))
    }
    number = {stem: now.searcher.doc_freq("title", stem) for stem in written}
    common = max(_COMMON, _COMMON_SHARE * now.searcher.num_docs)
    rare = (stem for stem in written if 1 < number[stem] <= common)
    return {stem: written[stem] for stem in sorted(rare, key=lambda stem: (number[stem], stem))[:_WORDS]}


@dataclass(frozen=True)
class _Named:
    """What a trial names: by concept, or where there is none by the folded name, each as written."""

    conditions: Mapping[str, str]
    interventions: Mapping[str, str]

    @classmethod
    def of(cls, trial: Trial) -> _Named:
        return cls(
            _things(condition.name for condition in trial.conditions.all()),
            _things(intervention.name for intervention in trial.interventions.all()),
        )

    def common_with(self, trial: Trial, words: Mapping[str, str]) -> Alike:
        other = _Named.of(trial)
        titled = _title_words(trial)
        same = _shared(self.conditions, other.conditions)
        close = [] if same else [name for thing, name in other.conditions.items() if self._is_close_to(thing)]
        return Alike(
            trial,
            same,
            _distinct(close),
            _shared(self.interventions, other.interventions),
            _distinct(word for stem, word in words.items() if stem in titled),
        )

    def _is_close_to(self, thing: str) -> bool:
        """Narrower or broader than one of the conditions, or next below the same one; none too general."""
        known = vocabulary()
        if thing not in known:
            return False
        mine = [each for each in self.conditions if each in known]
        return any(
            len(known.all_narrower(between)) <= _GENERAL
            for each in mine
            for between in (
                *({thing} & known.broader(each)),
                *({each} & known.broader(thing)),
                *(set(known[thing].broader) & set(known[each].broader)),
            )
        )


def _things(names: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in [name for name in names if folded(name) not in _EVERYWHERE][:_NAMES]:
        for thing in vocabulary().stands_for(name) or (folded(name),):
            found.setdefault(thing, name)
    return found


def _title_words(trial: Trial) -> set[str]:
    """As the index has them, of all its titles."""
    titles = (trial.brief_title, trial.official_title, trial.nickname, trial.acronym)
    return set(STEMMED.analyze(normalised(" ".join(titles))))


def _shared(mine: Mapping[str, str], theirs: Mapping[str, str]) -> list[str]:
    return _distinct(name for thing, name in theirs.items() if thing in mine)


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))[:_SHOWN]
