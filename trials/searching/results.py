"""What a search answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class FacetOrder(StrEnum):
    COUNT = "count"
    NAME = "name"


@dataclass(frozen=True)
class FacetAsked:
    """Which values of a filter to list: the first `size` in an order, or those whose label bears `words`."""

    name: str
    words: str = ""
    order: FacetOrder = FacetOrder.COUNT
    size: int = 40


@dataclass(frozen=True)
class FacetValue:
    """How many trials choosing `value` would find. `label` is how records write it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Facet:
    """The values listed, those asked for always among them; `has_more` where others were left out."""

    name: str
    values: tuple[FacetValue, ...] = ()
    has_more: bool = False


@dataclass(frozen=True)
class Nearest:
    """The nearest site that recruits or, where none does within reach, the nearest of all."""

    site: int
    trial: int
    km: float
    recruiting: bool


@dataclass(frozen=True)
class Hit:
    pk: int
    nct_id: str
    score: float = 0.0
    nearest: Nearest | None = None


@dataclass(frozen=True)
class Term:
    """One part of what was typed, and what was sought for it."""

    typed: str
    sought: str
    is_phrase: bool = False
    is_excluded: bool = False
    is_beginning: bool = False
    synonyms: tuple[str, ...] = ()
    name: str = ""
    narrower: tuple[str, ...] = ()
    more_narrower: int = 0


@dataclass(frozen=True)
class Understanding:
    """How a text was read.

    `words` is it in one line, spelling corrected; `corrections` what was typed and what was sought instead;
    `ignored` what no search could use; `goes_to` the one trial whose number it is; `doubts` are like
    `corrections`, but only to be offered: with them far more would be found.
    """

    words: str = ""
    terms: tuple[Term, ...] = ()
    corrections: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()
    goes_to: str = ""
    doubts: tuple[tuple[str, str], ...] = ()

    @property
    def has_synonyms(self) -> bool:
        return any(term.synonyms or term.narrower for term in self.terms)


@dataclass(frozen=True)
class Building:
    """The index is not complete yet: how many trials it has of those that there are."""

    indexed: int
    trials: int


@dataclass(frozen=True)
class Results:
    total: int
    hits: tuple[Hit, ...] = ()
    facets: Mapping[str, Facet] = field(default_factory=dict)
    understanding: Understanding = field(default_factory=Understanding)
    building: Building | None = None


@dataclass(frozen=True)
class Page:
    """A part of a list; `following` is where the next one begins, nothing after the last."""

    total: int
    hits: tuple[Hit, ...]
    following: str = ""


class Kind(StrEnum):
    CONDITION = "condition"
    INTERVENTION = "intervention"
    SPONSOR = "sponsor"
    PLACE = "place"


@dataclass(frozen=True)
class Suggestion:
    kind: Kind
    text: str
    count: int


# A text in parts, each with whether it is one of the words sought.
type Parts = tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Snippet:
    title: Parts
    text: Parts
