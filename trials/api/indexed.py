"""What the index finds for a request, as keys: all of them, a page by number, or a page by relevance."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from tantivy import DocAddress, FieldType, Order, Query

from trials.searching import queries
from trials.searching.engine import snapshot
from trials.searching.schema import SCHEMA
from trials.searching.sought import every, keyed
from trials.searching.wanted import Area, Near, Wanted


class Indexed:
    """The trials in which the texts are found, each in its area, and that have a site near all the places.

    Words are read with their synonyms and without help with spelling: a program says what it means.
    """

    def __init__(self, texts: Sequence[tuple[Area, str]], near: Sequence[Near] = ()) -> None:
        self._now = snapshot()
        self.complete = self._now.complete
        self._words = queries.words(self._now, Wanted(areas=tuple(texts), exact=True))
        within = self._now.places.within
        self._places = [
            keyed("place", [place.key for place in within(one.latitude, one.longitude, one.km)])
            for one in near
        ]

    @cached_property
    def total(self) -> int:
        return int(self._now.searcher.search(self._found(), 1).count)

    def all(self) -> list[int]:
        """Every key, in no order."""
        return self._read("pk", self._hits(self._found(), max(self.total, 1)))

    def by_number(self, after: int, count: int) -> list[tuple[int, int]]:
        """The next after a number, in their order: (key, number)."""
        later = Query.range_query(SCHEMA, "number", FieldType.Unsigned, lower_bound=after + 1)
        found = every([*self._words.queries(scored=False), *self._places, later])
        hits = self._hits(found, count, order_by_field="number", order=Order.Asc)
        return list(zip(self._read("pk", hits), self._read("number", hits), strict=True))

    def by_relevance(self, first: int, count: int) -> list[int]:
        scored = every([*self._words.queries(scored=True), *queries.unscored(self._places)])
        return self._read("pk", self._hits(scored, count, offset=first))

    def _found(self) -> Query:
        return every([*self._words.queries(scored=False), *self._places])

    def _hits(self, query: Query, count: int, **options: Any) -> list[DocAddress]:
        found = self._now.searcher.search(query, count, count=False, **options)
        return [address for _key, address in found.hits]

    def _read(self, name: str, hits: list[DocAddress]) -> list[int]:
        return [int(value or 0) for value in self._now.searcher.fast_field_values(name, hits)]
