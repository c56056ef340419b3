"""All that a long filter offers, on a page of its own or unfolded beside the results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from trials.choices import Facet
from trials.finding.asked import address, query_of, without
from trials.finding.forms import SearchForm
from trials.finding.offered import ALONE, BY_NAME, ORDERS, facet_of
from trials.finding.stars import Stars
from trials.searching import engine
from trials.searching.results import FacetAsked, FacetOrder

if TYPE_CHECKING:
    from django.http import QueryDict


class ChoicesForm(forms.Form):
    find = forms.CharField(
        required=False,
        max_length=100,
        error_messages={"max_length": _("Look for 100 characters of a name at most.")},
    )
    order = forms.ChoiceField(choices=list(ORDERS.items()), required=False)


class ChoicesPage:
    def __init__(self, name: str, query: QueryDict, stars: Stars) -> None:
        self.name, self.filter = name, BY_NAME[name]
        self.search = SearchForm(query)
        self.wanted = self.search.wanted(stars)
        self.form = ChoicesForm(query)
        self.form.full_clean()
        said = self.form.cleaned_data
        self.find = said.get("find", "")
        self.order = FacetOrder(said.get("order") or FacetOrder.COUNT)
        asked = FacetAsked(name, words=self.find, order=self.order, size=ALONE)
        self.facet: Facet = facet_of(self.filter, engine.facet(self.wanted, asked), self.wanted)
        self.parameters = self.search.parameters()

    @property
    def address(self) -> str:
        """Of this page, before anything is sought in it."""
        return f"{reverse('trials:choices', args=[self.name])}?{query_of(self.parameters)}"

    @property
    def asked(self) -> list[tuple[str, str]]:
        return [(name, value) for name, values in self.parameters.items() for value in values]

    @property
    def back(self) -> str:
        """The results as they are without what is chosen here."""
        return address(self.parameters)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The rest of the search, which choosing here leaves as it is."""
        rest = without(self.parameters, self.name)
        return [(name, value) for name, values in rest.items() for value in values]
