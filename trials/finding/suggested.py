"""What somebody who is typing may be about to type, as the lists under the fields of the search offer it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trials.places import suggest_places
from trials.searching import engine
from trials.searching.results import Kind, Suggestion

SHORTEST, LONGEST = 2, 100

_KINDS = {
    Kind.CONDITION: gettext_lazy("Condition"),
    Kind.INTERVENTION: gettext_lazy("Intervention"),
    Kind.SPONSOR: gettext_lazy("Sponsor"),
    Kind.PLACE: gettext_lazy("Place"),
}
# In this order, and of each so many.
_OFFERED = {Kind.CONDITION: 4, Kind.INTERVENTION: 3, Kind.SPONSOR: 2, Kind.PLACE: 1}
# The field of the search that a suggestion goes into: a sponsor is better chosen than sought in words.
_FIELDS = {Kind.CONDITION: "q", Kind.INTERVENTION: "q", Kind.SPONSOR: "sponsor", Kind.PLACE: "near"}


@dataclass(frozen=True)
class Option:
    text: str
    kind: str
    field: str
    number: str = ""


def words(text: str) -> list[Option]:
    """Conditions, interventions, sponsors and places that begin as `text` ends."""
    beginning = text.strip()[:LONGEST].replace("\0", "")
    if len(beginning) < SHORTEST:
        return []
    found = [engine.suggest(beginning, kinds=[kind], count=count) for kind, count in _OFFERED.items()]
    return [_option(each) for some in found for each in some]


def places(text: str) -> list[Option]:
    beginning = text.strip()[:LONGEST]
    if len(beginning) < SHORTEST:
        return []
    return [Option(place.label, _("Place"), "near") for place in suggest_places(beginning)]


def _option(suggestion: Suggestion) -> Option:
    n = suggestion.count
    number = ngettext("%(n)s trial", "%(n)s trials", n) % {"n": f"{n:,}"}
    return Option(suggestion.text, str(_KINDS[suggestion.kind]), _FIELDS[suggestion.kind], number)
