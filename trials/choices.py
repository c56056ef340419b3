"""What a filter offers: its values in words, with how many each would find, and which are in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from zlib import crc32

from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import Promise

    # The name of a filter and what is sought in its list.
    type Sought = Mapping[str, str]

# Of a list without end only the most frequent choices are offered, and those that bear what is sought in it.
LONGEST_LIST = 40
UNFOLDED_CHOICES = 6

SPONSOR = _("Sponsor or collaborator")


@dataclass(frozen=True)
class Chip:
    """One part of a search that is in force, and the address of the search without it."""

    name: str
    label: str
    address: str


@dataclass(frozen=True)
class Choice:
    """A value of a filter; `count` None where choosing it takes the filter away."""

    value: str
    label: str
    count: int | None
    chosen: bool

    @property
    def key(self) -> str:
        """An element's id needs a short name that stays the same, whatever the script of the value."""
        return f"{crc32(self.value.encode()):08x}"

    @property
    def number(self) -> str:
        return "" if self.count is None else f"{self.count:,}"


@dataclass(frozen=True)
class Facet:
    """A filter. `is_cut` where it has more choices than it lists; `sought`: words that the others bear."""

    name: str
    heading: str | Promise
    choices: list[Choice] = field(default_factory=list)
    is_cut: bool = False
    sought: str = ""

    @property
    def first(self) -> list[Choice]:
        """What is shown without unfolding: the most frequent, and everything chosen or sought."""
        return [choice for place, choice in enumerate(self.choices) if self._is_first(place, choice)]

    @property
    def rest(self) -> list[Choice]:
        return [choice for place, choice in enumerate(self.choices) if not self._is_first(place, choice)]

    @property
    def chosen(self) -> list[Choice]:
        return [choice for choice in self.choices if choice.chosen and choice.value]

    def _is_first(self, place: int, choice: Choice) -> bool:
        return place < UNFOLDED_CHOICES or choice.chosen or bool(self.sought)


def named(rows: QuerySet[Any, Any], column: str) -> QuerySet[Any, Any]:
    """Choices whose value is what they are called."""
    return rows.values(value=F(column)).annotate(label=F(column))


def most_frequent(
    facet: Facet,
    rows: QuerySet[Any, Any],
    chosen: Sequence[str],
    number: Count,
    *,
    longest: int | None = LONGEST_LIST,
) -> Facet:
    """With choices by falling count, those chosen among them however rare, even where none is left of them.

    `rows` have a `value` and a `label` each; `number` counts what one of them would find.
    """
    if facet.sought:
        bearing = Q(label__icontains=facet.sought) | Q(value__icontains=facet.sought)
        rows = rows.filter(bearing | Q(value__in=list(chosen)))
    place = Case(When(value__in=list(chosen), then=0), default=1) if chosen else Value(1)
    ranked = rows.annotate(n=number, place=place).order_by("place", "-n", "value")
    most = longest and longest + len(chosen)
    fetched = list(ranked[: most and most + 1])
    listed = {row["value"]: (row["label"], row["n"]) for row in fetched[:most]}
    listed = dict.fromkeys(chosen, ("", 0)) | listed
    choices = [Choice(key, name or key, count, key in chosen) for key, (name, count) in listed.items()]
    choices.sort(key=lambda choice: (-(choice.count or 0), choice.label.casefold()))
    return replace(facet, choices=choices, is_cut=len(fetched) > len(fetched[:most]))
