"""What is sought in the index for a text, and the query that seeks it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tantivy import Occur, Query, Searcher

from trials.searching.schema import SCHEMA
from trials.searching.wanted import Area

# By how much a word counts more where it stands in these than anywhere.
_BOOSTS = (("title", 4.0), ("condition_words", 3.0), ("intervention_words", 2.0))
# What a trial gets for being about the thing under whatever name: as much as a common word somewhere.
_CONCEPT_SCORE = 2.0
# And for naming it anywhere, or in its title.
_MENTION_SCORE, _TITLED_SCORE = 1.0, 4.0

# More values are looked up together, once and for all trials; fewer can be skipped through.
_SET = 8

_FIELDS = {
    Area.ANYWHERE: ("text",),
    Area.TITLE: ("title",),
    Area.CONDITION: ("condition_words", "title"),
    Area.INTERVENTION: ("intervention_words", "title"),
    Area.OUTCOME: ("outcome_words",),
    Area.SPONSOR: ("sponsor_words",),
    Area.LEAD_SPONSOR: ("lead_sponsor_words",),
    Area.PLACE: ("place_words",),
}
_CONCEPTUAL = frozenset({Area.CONDITION, Area.INTERVENTION})
# The concepts that are named there.
_MENTIONED = {Area.ANYWHERE: "mention", Area.TITLE: "title_mention"}


@dataclass(frozen=True)
class Tokens:
    """One of these sequences of tokens of the index, each side by side: "il 6" or "il6"."""

    spellings: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class OneOf:
    """Any of these tokens: what begins with something."""

    tokens: tuple[str, ...]


@dataclass(frozen=True)
class Identified:
    """Trials with one of these identifiers, folded."""

    identifiers: tuple[str, ...]


@dataclass(frozen=True)
class Synonymous:
    """Named anywhere by any of its names, or what conditions, interventions or titles are a kind of.

    Where it stands as typed counts more, but finds nothing else. In titles it is to be named there.
    """

    typed: Sought
    concepts: tuple[str, ...]


@dataclass(frozen=True)
class Without:
    part: Sought


@dataclass(frozen=True)
class Every:
    parts: tuple[Sought, ...]


@dataclass(frozen=True)
class Some:
    parts: tuple[Sought, ...]


type Sought = Tokens | OneOf | Identified | Synonymous | Without | Every | Some


def query(sought: Sought, area: Area = Area.ANYWHERE, *, given: Sequence[Query] = ()) -> Query:
    """`given` is asked for beside this anyway: with each alternative, it spares going through all of that."""
    return _Queries(area, given).of(sought)


def boosts(sought: Sought) -> Iterator[Query]:
    """By what a trial counts more: the words where they stand in titles and names."""
    match sought:
        case Tokens(spellings):
            for field, boost in _BOOSTS:
                yield Query.boost_query(some([_phrase(field, tokens) for tokens in spellings]), boost)
        case OneOf(tokens):
            yield from boosts(Tokens(tuple((token,) for token in tokens)))
        case Synonymous(typed, concepts):
            yield Query.const_score_query(keyed("concept", concepts), _CONCEPT_SCORE)
            yield Query.const_score_query(keyed("title_mention", concepts), _TITLED_SCORE)
            yield from boosts(typed)
        case Every(parts) | Some(parts):
            for part in parts:
                yield from boosts(part)


def rarest(sought: Sought, area: Area, searcher: Searcher) -> tuple[float, Query] | None:
    """Of words that are all required the rarest: in what share of all trials, and a query without score."""
    if not isinstance(sought, Every):
        return None
    words = [part for part in sought.parts if isinstance(part, Tokens | OneOf | Identified | Synonymous)]
    shares = [(share(part, area, searcher), place) for place, part in enumerate(words)]
    if not shares:
        return None
    least, place = min(shares)
    return least, Query.const_score_query(query(words[place], area), 0.0)


def is_affirmative(sought: Sought) -> bool:
    """Whether nothing in it is excluded."""
    match sought:
        case Without():
            return False
        case Every(parts) | Some(parts):
            return all(map(is_affirmative, parts))
        case _:
            return True


def share(sought: Sought, area: Area, searcher: Searcher) -> float:
    """In about what share of all trials it is: a guess by how common its words are, from 0 to 1."""
    trials = max(searcher.num_docs, 1)

    def one(field: str, value: object) -> float:
        return min(1.0, searcher.doc_freq(field, value) / trials)

    def side_by_side(tokens: Sequence[str]) -> float:
        every = (math.prod(one(field, token) for token in tokens) for field in _FIELDS.get(area, ("text",)))
        return max(every) / (2 if len(tokens) > 1 else 1)

    match sought:
        case Tokens(spellings):
            return max(map(side_by_side, spellings))
        case OneOf(tokens):
            return max((side_by_side((token,)) for token in tokens), default=0.0)
        case Identified(identifiers):
            return max((one("identifier", identifier) for identifier in identifiers), default=0.0)
        case Synonymous(_typed, concepts) if area in _MENTIONED:
            return max(one(_MENTIONED[area], concept) for concept in concepts)
        case Synonymous(typed, concepts):
            return max(share(typed, area, searcher), *(one("concept", concept) for concept in concepts))
        case Without(part):
            return 1 - share(part, area, searcher)
        case Every(parts):
            return together([share(part, area, searcher) for part in parts])
        case Some(parts):
            return max(share(part, area, searcher) for part in parts)


def together(shares: Sequence[float]) -> float:
    """Of what is sought together: more than if one said nothing of the other, less than if it implied it."""
    return math.sqrt(min(shares, default=1.0) * math.prod(shares))


def every(queries: Sequence[Query]) -> Query:
    if not queries:
        return Query.all_query()
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Must, each) for each in queries])


def some(queries: Sequence[Query]) -> Query:
    if not queries:
        return Query.empty_query()
    return (
        queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, each) for each in queries])
    )


def number_of(searcher: Searcher, query: Query) -> int:
    """How many trials it finds."""
    return int(searcher.search(query, 1).count)  # type: ignore[attr-defined]  # its stub leaves it out


def keyed(field: str, values: Sequence[object]) -> Query:
    """Trials with one of the values, whatever it is."""
    if len(values) > _SET:
        return Query.term_set_query(SCHEMA, field, values)
    return some([Query.term_query(SCHEMA, field, value, index_option="basic") for value in values])


@dataclass(frozen=True)
class _Queries:
    area: Area
    given: Sequence[Query]

    def of(self, sought: Sought) -> Query:
        match sought:
            case Tokens(spellings):
                return self._some([self._side_by_side(tokens) for tokens in spellings])
            case OneOf(tokens):
                return some([self._side_by_side((token,)) for token in tokens])
            case Identified(identifiers):
                return Query.const_score_query(keyed("identifier", identifiers), 1.0)
            case Synonymous():
                return self._synonymous(sought)
            case Without(part):
                return Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, self.of(part))])
            case Every(parts):
                return self._every(parts)
            case Some(parts):
                return self._some([self.of(part) for part in parts])

    def _some(self, queries: Sequence[Query]) -> Query:
        return some([every([each, *self.given]) for each in queries] if len(queries) > 1 else queries)

    def _every(self, parts: Sequence[Sought]) -> Query:
        """Exclusions beside what is sought, so that no part has to go through all trials."""
        wanted = [self.of(part) for part in parts if not isinstance(part, Without)] or [Query.all_query()]
        unwanted = [self.of(part.part) for part in parts if isinstance(part, Without)]
        if not unwanted:
            return every(wanted)
        return Query.boolean_query(
            [*((Occur.Must, each) for each in wanted), *((Occur.MustNot, each) for each in unwanted)]
        )

    def _synonymous(self, sought: Synonymous) -> Query:
        if self.area in _MENTIONED:
            return Query.const_score_query(keyed(_MENTIONED[self.area], sought.concepts), _MENTION_SCORE)
        typed = self.of(sought.typed)
        if self.area not in _CONCEPTUAL:
            return typed
        about = Query.const_score_query(keyed("concept", sought.concepts), _CONCEPT_SCORE)
        return self._some([typed, about])

    def _side_by_side(self, tokens: Sequence[str]) -> Query:
        if self.area is Area.IDENTIFIER:
            return Query.empty_query()
        return some([_phrase(field, tokens) for field in _FIELDS[self.area]])


def _phrase(field: str, tokens: Sequence[str]) -> Query:
    if len(tokens) == 1:
        return Query.term_query(SCHEMA, field, tokens[0])
    return Query.phrase_query(SCHEMA, field, list(tokens))
