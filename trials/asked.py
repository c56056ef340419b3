"""A search as an address: what is in force, how to take a part of it away, and what that would find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from trials.search import Facet, Wanted, found

if TYPE_CHECKING:
    type Asked = Mapping[str, Sequence[str]]


# The one filter whose name in an address is not its own.
_PARAMETER = {"text": "q"}


@dataclass(frozen=True)
class Chip:
    """One part of a search that is in force, and the address of the search without it."""

    name: str
    label: str
    address: str


@dataclass(frozen=True)
class Loosening:
    """A filter which, taken away, finds something."""

    label: str
    address: str
    count: int


def asked(wanted: Wanted, order: str) -> dict[str, list[str]]:
    """The parameters of a search; what is as usual is left out, so equal searches have equal addresses."""
    parameters = {
        "q": [wanted.text],
        "status": list(wanted.status),
        "phase": list(wanted.phase),
        "sex": [wanted.sex],
        "age": [] if wanted.age is None else [str(wanted.age)],
        "condition": list(wanted.condition),
        "country": list(wanted.country),
        "sponsor": list(wanted.sponsor),
        "sort": [] if order == "updated" else [order],
    }
    return {name: values for name, values in parameters.items() if any(values)}


def address(parameters: Asked, page: int = 1) -> str:
    paged = {**parameters, "page": [str(page)]} if page > 1 else parameters
    query = urlencode(paged, doseq=True)
    return f"{reverse('trials:list')}?{query}" if query else reverse("trials:list")


def chips(parameters: Asked, facets: Sequence[Facet]) -> list[Chip]:
    def chip(name: str, value: str, label: str) -> Chip:
        left = [other for other in parameters[name] if other != value]
        return Chip(name, label, address({**parameters, name: left}))

    typed = [chip("q", text, _("Words: %(text)s") % {"text": text}) for text in parameters.get("q", ())]
    ages = [chip("age", age, _("Age: %(age)s") % {"age": age}) for age in parameters.get("age", ())]
    chosen = [
        chip(facet.name, choice.value, f"{facet.heading}: {choice.label}")
        for facet in facets
        for choice in facet.choices
        if choice.chosen and choice.value
    ]
    return [*typed, *ages, *chosen]


def loosenings(wanted: Wanted, parameters: Asked, facets: Sequence[Facet]) -> list[Loosening]:
    """What to give up first: the filter without which most is found."""
    headings = {facet.name: str(facet.heading) for facet in facets}
    headings |= {"text": _("Words"), "age": _("Age")}
    tried = [
        Loosening(
            headings[name],
            address({key: values for key, values in parameters.items() if key != _PARAMETER.get(name, name)}),
            found(wanted.without(name)).count(),
        )
        for name in headings
        if _PARAMETER.get(name, name) in parameters
    ]
    return sorted((one for one in tried if one.count), key=lambda one: -one.count)
