"""What may be asked of a search. Values within one filter widen it, filters together narrow it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from trials.searching.synonyms import canonical

# Asks for those whose record says nothing there.
NOT_REPORTED = "none"


class Sort(StrEnum):
    """Where nothing else is asked for: by relevance if words are sought, and else by the last update."""

    RELEVANCE = "relevance"
    DISTANCE = "distance"
    UPDATED = "updated"
    START = "start"
    TITLE = "title"


class Area(StrEnum):
    """A part of a record in which words may be sought alone."""

    ANYWHERE = "anywhere"
    TITLE = "title"
    CONDITION = "condition"
    INTERVENTION = "intervention"
    OUTCOME = "outcome"
    SPONSOR = "sponsor"
    LEAD_SPONSOR = "lead_sponsor"
    PLACE = "place"
    IDENTIFIER = "identifier"


@dataclass(frozen=True)
class Near:
    """Degrees; within `km`, or however far away."""

    latitude: float
    longitude: float
    km: float | None = None


@dataclass(frozen=True)
class Wanted:
    """A search. The names of filters with counts (`FACETS`) are those of its attributes.

    `synonyms` and `exact` say how `text` is read: with the vocabulary's other words for a thing, and without
    any help with spelling. `areas` are further texts, each sought in its part alone. `only` are primary keys;
    `newer_than` is a revision; `nct_ids` are numbers, former ones too. `sort` None is the usual order.
    """

    text: str = ""
    synonyms: bool = True
    exact: bool = False
    areas: Sequence[tuple[Area, str]] = ()
    status: Sequence[str] = ()
    phase: Sequence[str] = ()
    study_type: Sequence[str] = ()
    sex: str = ""
    age: int | None = None
    age_group: Sequence[str] = ()
    healthy: Sequence[str] = ()
    condition: Sequence[str] = ()
    intervention_type: Sequence[str] = ()
    sponsor: Sequence[str] = ()
    sponsor_class: Sequence[str] = ()
    country: Sequence[str] = ()
    has_results: Sequence[str] = ()
    near: Near | None = None
    nct_ids: Sequence[str] = ()
    only: frozenset[int] | None = None
    newer_than: int | None = None
    sort: Sort | None = None
    ascending: bool = False

    def without(self, name: str) -> Wanted:
        nothing: dict[str, Any] = {name: getattr(Wanted(), name)}
        return replace(self, **nothing)

    def chosen(self, name: str) -> tuple[str, ...]:
        """The values asked for in a filter with counts; conditions by their canonical names."""
        values = getattr(self, name)
        if name == "condition":
            return tuple(dict.fromkeys(map(canonical, values)))
        return ((values,) if values else ()) if isinstance(values, str) else tuple(values)

    @property
    def order(self) -> Sort:
        has_words = bool(self.text.strip()) or any(text.strip() for _area, text in self.areas)
        return self.sort or (Sort.RELEVANCE if has_words else Sort.UPDATED)


# Filters whose values are counted. `condition` is known by `synonyms.canonical`, `sex` counts whom it admits,
# `healthy` and `has_results` are "yes" or "no"; any but `sex` and the names may be NOT_REPORTED.
FACETS = (
    "status",
    "phase",
    "study_type",
    "sex",
    "age_group",
    "healthy",
    "condition",
    "intervention_type",
    "sponsor",
    "sponsor_class",
    "country",
    "has_results",
)
