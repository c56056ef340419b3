"""A search as an address: what is in force, how to take a part of it away, and what that would find."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from trials.choices import Chip, Facet
from trials.finding.offered import BY_NAME
from trials.near import radius_words
from trials.searching import engine
from trials.searching.wanted import Wanted

if TYPE_CHECKING:
    from trials.finding.forms import SearchForm
    from trials.searching.results import Term

    type Asked = Mapping[str, Sequence[str]]


# Parts of a search whose names in an address are not those of what is wanted.
_WANTED = {"q": "text", "starred": "only", "since": "newer_than"}
# What joins words: without one of them they would say something else.
_OPERATORS = re.compile(r"""["“”„()]|(^|\s)[-−–]\S|\b(AND|OR|NOT)\b""")  # noqa: RUF001
# Of more words nobody can say which is to blame.
_MOST_WORDS = 8
# What says how another part is meant, and goes with it.
_OF = {"q": ("synonyms", "exactly"), "near": ("within",)}


@dataclass(frozen=True)
class Loosening:
    """A part of a search which, taken away, finds something; `label` says which."""

    label: str
    address: str
    count: int
    is_unknown: bool = False

    @property
    def number(self) -> str:
        return f"{self.count:,}"


def query_of(parameters: Asked, page: int = 1) -> str:
    """As it stands after the question mark."""
    return urlencode({**parameters, "page": [str(page)]} if page > 1 else parameters, doseq=True)


def address(parameters: Asked, page: int = 1) -> str:
    query = query_of(parameters, page)
    return f"{reverse('trials:list')}?{query}" if query else reverse("trials:list")


def without(parameters: Asked, name: str) -> dict[str, Sequence[str]]:
    gone = {name, *_OF.get(name, ())}
    return {key: values for key, values in parameters.items() if key not in gone}


def chips(form: SearchForm, parameters: Asked, facets: Sequence[Facet]) -> list[Chip]:
    def whole(name: str, label: str) -> Chip:
        return Chip(name, label, address(without(parameters, name)))

    def one(facet: Facet, value: str, label: str) -> Chip:
        left = [other for other in parameters[facet.name] if other != value]
        rest = {**parameters, facet.name: left} if left else without(parameters, facet.name)
        return Chip(facet.name, f"{facet.heading}: {label}", address(rest))

    said = [whole("q", _("Words: %(text)s") % {"text": text}) for text in parameters.get("q", ())]
    if form.around:
        place = {"place": form.around.label, "within": radius_words(form.radius)}
        said.append(whole("near", _("Near %(place)s, %(within)s") % place))
    said += [whole("age", _("Age: %(age)s") % {"age": age}) for age in parameters.get("age", ())]
    said += [
        one(facet, choice.value, choice.label)
        for facet in facets
        for choice in facet.chosen
        if facet.name in parameters
    ]
    if "starred" in parameters:
        said.append(whole("starred", _("Starred")))
    if "since" in parameters:
        said.append(whole("since", _("New or changed since you last looked")))
    return said


def fewer_words(wanted: Wanted, parameters: Asked, terms: Sequence[Term]) -> list[Loosening]:
    """Where words are sought that no trial has together: each of them, and what the others find.

    A word that no trial has at all comes first, as `is_unknown`; of signs and operators nothing is said.
    """
    typed = [term.typed for term in terms]
    if not 1 < len(typed) <= _MOST_WORDS or _OPERATORS.search(wanted.text):
        return []
    found = []
    for place, word in enumerate(typed):
        rest = " ".join(typed[:place] + typed[place + 1 :])
        there = {name: said for name, said in parameters.items() if name != "exactly"}
        unknown = not engine.count(Wanted(text=word, synonyms=wanted.synonyms, exact=True))
        count = engine.count(replace(wanted, text=rest, exact=True))
        found.append(Loosening(word, address({**there, "q": [rest]}), count, unknown))
    return sorted(
        (each for each in found if each.count or each.is_unknown),
        key=lambda each: (not each.is_unknown, -each.count),
    )


def loosenings(wanted: Wanted, parameters: Asked, *, but: str = "", only: str = "") -> list[Loosening]:
    """What to give up first: the part without which most is found; `but` one of them, or `only` that one."""
    headings = {name: str(each.heading) for name, each in BY_NAME.items()}
    headings |= {"near": _("Near"), "age": _("Age"), "starred": _("Starred")}
    headings |= {"since": _("New or changed since you last looked")}
    labels = {"q": _("the words “%(words)s”") % {"words": wanted.text}}
    labels |= {name: f"“{heading}”" for name, heading in headings.items()}
    tried = [
        Loosening(
            label,
            address(without(parameters, name)),
            engine.count(wanted.without(_WANTED.get(name, name))),
        )
        for name, label in labels.items()
        if name in parameters and name != but and only in ("", name)
    ]
    return sorted((each for each in tried if each.count), key=lambda each: -each.count)
