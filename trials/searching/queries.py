"""A search as queries to the index: its words, and each of its filters."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from tantivy import FieldType, Query

from trials.searching import sought
from trials.searching.index import Snapshot
from trials.searching.interpreting import Interpretation, Interpreter
from trials.searching.results import Understanding
from trials.searching.schema import SCHEMA
from trials.searching.sought import Sought, every, keyed
from trials.searching.wanted import FACETS, Area, Wanted
from trials.text import folded

# Of all trials.
_LITTLE = 0.15


@dataclass(frozen=True)
class Words:
    """What a search's texts seek, and in which area each; `rare` is what they require and few trials have."""

    parts: tuple[tuple[Area, Sought], ...]
    understanding: Understanding
    rare: tuple[Query, ...] = ()

    def queries(self, *, given: Sequence[Query] = ()) -> Iterator[Query]:
        for area, part in self.parts:
            yield sought.query(part, area, given=[*self.rare, *given])

    def boosts(self) -> Iterator[Query]:
        for area, part in self.parts:
            if area is Area.ANYWHERE:
                yield from sought.boosts(part)


def words(snapshot: Snapshot, wanted: Wanted, *, doubting: bool = False) -> Words:
    def read(text: str) -> Interpretation:
        interpreter = Interpreter(
            snapshot.searcher, lambda: snapshot.spelling, wanted.synonyms, wanted.exact, doubting
        )
        return interpreter.interpreted(text)

    typed = read(wanted.text)
    parts = [(Area.ANYWHERE, typed.sought)]
    for area, text in wanted.areas:
        parts.append((area, _identifier(text) if area is Area.IDENTIFIER else read(text).sought))
    there = tuple((area, part) for area, part in parts if part is not None)
    rarest = [sought.rarest(part, area, snapshot.searcher) for area, part in there]
    rare = tuple(found[1] for found in rarest if found and found[0] <= _LITTLE)
    return Words(there, typed.understanding, rare)


def filters(snapshot: Snapshot, wanted: Wanted, *, but: Collection[str] = ()) -> list[Query]:
    """One query for each filter in force, except those named in `but`."""
    found = [keyed(name, wanted.chosen(name)) for name in FACETS if name not in but and wanted.chosen(name)]
    if wanted.age is not None:
        found.append(keyed("age", [str(wanted.age)]))
    if wanted.near is not None:
        near = wanted.near
        places = snapshot.places.within(near.latitude, near.longitude, near.km)
        found.append(keyed("place", [place.key for place in places]))
    if wanted.nct_ids:
        found.append(keyed("identifier", [folded(number) for number in wanted.nct_ids]))
    if wanted.only is not None:
        found.append(keyed("pk", sorted(wanted.only)))
    if wanted.newer_than is not None:
        found.append(_range("revision", wanted.newer_than + 1, None))
    return found


def selective(snapshot: Snapshot, wanted: Wanted, *, but: Collection[str] = ()) -> list[Query]:
    """The filters in force that leave little: quick to ask for again with each name of a thing."""
    limit = _LITTLE * snapshot.searcher.num_docs
    return [
        keyed(name, chosen)
        for name in FACETS
        if name not in but
        and len(chosen := wanted.chosen(name)) == 1
        and snapshot.searcher.doc_freq(name, chosen[0]) <= limit
    ]


def unscored(queries: Sequence[Query]) -> list[Query]:
    """To narrow what is found without a say in its order."""
    return [Query.const_score_query(query, 0.0) for query in queries]


def found_by(snapshot: Snapshot, wanted: Wanted, sought_words: Words, *, but: Collection[str] = ()) -> Query:
    """Everything that fits, in no order."""
    given = selective(snapshot, wanted, but=but)
    return every([*sought_words.queries(given=given), *filters(snapshot, wanted, but=but)])


def guessed(snapshot: Snapshot, wanted: Wanted, sought_words: Words) -> float:
    """About how many trials fit, without looking at any: words and filters count, places do not."""
    searcher = snapshot.searcher
    trials = max(searcher.num_docs, 1)
    of_words = [sought.share(part, area, searcher) for area, part in sought_words.parts]
    of_filters = [
        min(1.0, sum(searcher.doc_freq(name, value) for value in chosen) / trials)
        for name in FACETS
        if (chosen := wanted.chosen(name))
    ]
    return trials * sought.together([*of_words, *of_filters])


def _range(name: str, lowest: int, highest: int | None) -> Query:
    return Query.range_query(SCHEMA, name, FieldType.Unsigned, lower_bound=lowest, upper_bound=highest)


def _identifier(text: str) -> Sought | None:
    """Numbers, any of them; a text of several words may be one number too."""
    whole = folded(text)
    return (
        sought.Identified(tuple(dict.fromkeys((whole, *whole.replace(",", " ").split())))) if whole else None
    )
