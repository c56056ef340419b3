"""What may be asked of the map, as an address: the same for the table, the map's data and the downloads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from trials.choices import Chip
from trials.forms import NamesField, Seeking, SeekingForm, countries, several, sponsors
from trials.models import Sponsor, Trial
from trials.vocabulary import Status

if TYPE_CHECKING:
    from collections.abc import Set

    from django.http import QueryDict

    from trials.choices import Facet

# Said where no filter is: without it, an address opens on what its reader came for.
ALL = ("sites", "all")
COLUMNS = {"site": _("Site"), "trial": _("Trial"), "place": _("Place"), "status": _("Status")}
USUAL_ORDER = "place"


@dataclass(frozen=True)
class SitesWanted:
    """Values within one filter widen what is found, filters together narrow it."""

    trial: Sequence[str] = ()
    status: Sequence[str] = ()
    country: Sequence[str] = ()
    sponsor: Sequence[str] = ()

    def without(self, name: str) -> SitesWanted:
        nothing: dict[str, Any] = {name: ()}
        return replace(self, **nothing)

    def parameters(self) -> dict[str, list[str]]:
        filters = {name: list(values) for name, values in vars(self).items() if values}
        return filters or {ALL[0]: [ALL[1]]}


class TrialsField(NamesField):
    def read(self, name: str) -> str:
        return name.strip().upper()


def _trials(numbers: list[str]) -> Iterable[str]:
    return Trial.objects.filter(nct_id__in=numbers).values_list("nct_id", flat=True)


class SitesForm(SeekingForm):
    trial = TrialsField(_trials)
    status = several(Status.choices)
    country = NamesField(countries)
    sponsor = NamesField(sponsors)
    find_trial = Seeking()
    find_sponsor = Seeking()
    sort = forms.ChoiceField(
        choices=[(sign + name, words) for name, words in COLUMNS.items() for sign in ("", "-")],
        required=False,
        error_messages={"invalid_choice": _("The table cannot be sorted by “%(value)s”.")},
    )
    site = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), _("A site is asked for by its number.")
        ),
    )

    def wanted(self) -> SitesWanted:
        """What was asked for as far as it was understood; `errors` says what was not."""
        self.full_clean()
        return SitesWanted(**{name: self.cleaned_data.get(name, ()) for name in vars(SitesWanted())})

    def order(self) -> str:
        return self.cleaned_data.get("sort") or USUAL_ORDER


def landing(*, sponsors: Set[int], signed_in: bool) -> SitesWanted:
    """What is shown where nothing is asked: a sponsor's people their own trials, the public what recruits."""
    if sponsors:
        names = Sponsor.objects.filter(pk__in=sponsors).order_by("name").values_list("name", flat=True)
        return SitesWanted(sponsor=list(names))
    return SitesWanted() if signed_in else SitesWanted(status=[Status.RECRUITING.value])


def asks_for_something(query: QueryDict) -> bool:
    return bool({*vars(SitesWanted()), ALL[0]} & query.keys())


def address(name: str, wanted: SitesWanted, *, sort: str = USUAL_ORDER, page: int = 1, **more: object) -> str:
    """An address of the map, or of a part of it; equal questions have equal addresses."""
    parameters: Mapping[str, object] = {
        **wanted.parameters(),
        **({} if sort == USUAL_ORDER else {"sort": sort}),
        **({"page": page} if page > 1 else {}),
        **more,
    }
    return f"{reverse(name)}?{urlencode(parameters, doseq=True)}"


def chips(wanted: SitesWanted, facets: Sequence[Facet]) -> list[Chip]:
    """Each part of what is asked for, and the address without it."""

    def without(name: str, value: str) -> SitesWanted:
        left = [other for other in getattr(wanted, name) if other != value]
        return replace(wanted, **{name: left})

    return [
        Chip(
            facet.name,
            f"{facet.heading}: {choice.label}",
            address("trials:map", without(facet.name, choice.value)),
        )
        for facet in facets
        for choice in facet.choices
        if choice.chosen
    ]
