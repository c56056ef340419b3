"""What the index finds for a request, as keys: all of them, a page by number, or a page by relevance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from tantivy import DocAddress, FieldType, Order, Query

from trials.searching import engine, ordering, queries
from trials.searching.schema import SCHEMA
from trials.searching.sought import every
from trials.searching.wanted import Area, Near, Sort, Wanted


class Indexed:
    """The trials in which the texts are found, each in its area, and that have a site near a place.

    Words are read with their synonyms and without help with spelling: a program says what it means.
    """

    def __init__(self, texts: Sequence[tuple[Area, str]], near: Near | None = None) -> None:
        self._wanted = Wanted(areas=tuple(texts), near=near, exact=True)
        self._now = engine.snapshot()
        self.complete = self._now.complete
        self._words = queries.words(self._now, self._wanted)
        self._found = queries.found_by(self._now, self._wanted, self._words)

    @cached_property
    def total(self) -> int:
        found: Any = self._now.searcher.search(self._found, 1)
        return int(found.count)

    def all(self) -> list[int]:
        """Every key, in no order."""
        return self._read("pk", self._hits(self._found, max(self.total, 1)))

    def by_number(self, after: int, count: int) -> list[tuple[int, int]]:
        """The next after a number, in their order: (key, number)."""
        later = Query.range_query(SCHEMA, "number", FieldType.Unsigned, lower_bound=after + 1)
        found = every([self._found, later])
        hits = self._hits(found, count, order_by_field="number", order=Order.Asc)
        return list(zip(self._read("pk", hits), self._read("number", hits), strict=True))

    def by_relevance(self, first: int, count: int) -> list[int]:
        """A page, and one more where there is one: what the next page begins with is none of this one's."""
        wanted = replace(self._wanted, sort=Sort.RELEVANCE)
        found = ordering.ranked(self._now, wanted, self._words, self.total, first, count)
        addresses = [one.address for one in found]
        keys, numbers = (self._read(name, addresses) for name in ("pk", "number"))
        if ordering.order_of(wanted, self._words) is not Sort.RELEVANCE:
            return keys
        # Equals stand in the order of the index, which says nothing to anybody: by number, on each page.
        scores = [-one.value for one in found]
        rows = list(zip(scores, numbers, keys, strict=True))
        return [key for _score, _number, key in [*sorted(rows[: count - 1]), *rows[count - 1 :]]]

    def _hits(self, query: Query, count: int, **options: Any) -> list[DocAddress]:
        found = self._now.searcher.search(query, count, count=False, **options)
        return [address for _key, address in found.hits]

    def _read(self, name: str, hits: list[DocAddress]) -> list[int]:
        return [int(value or 0) for value in self._now.searcher.fast_field_values(name, hits)]
