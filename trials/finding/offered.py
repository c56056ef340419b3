"""The filters beside the list of trials: what each is called, what it offers, and in which words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy

from trials.choices import SPONSOR, Choice, Facet
from trials.searching import results
from trials.searching.results import FacetAsked, FacetOrder
from trials.searching.wanted import NOT_REPORTED, Wanted
from trials.text import humanised
from trials.vocabulary import AgeGroup, AgencyClass, InterventionType, Phase, Sex, Status, StudyType

if TYPE_CHECKING:
    from django.db.models import TextChoices
    from django.utils.functional import Promise


# Of a list without end as many stand beside the results, and as many on its own page.
BESIDE, ALONE = 8, 60


@dataclass(frozen=True)
class Offered(Facet):
    """A filter as it stands beside the results; `all_address`: where a long one lists everything."""

    opens: bool = False
    find: str | Promise = ""
    all_address: str = ""

    @property
    def is_open(self) -> bool:
        return self.opens or bool(self.chosen)


@dataclass(frozen=True)
class Filter:
    """`words` are its values' in the order in which they are shown; without any, values are names.

    Beside the results one `on_demand` has only what is chosen of it, as counting it takes too long.
    """

    name: str
    heading: str | Promise
    words: Mapping[str, str | Promise] | None = None
    opens: bool = False
    find: str | Promise = ""
    on_demand: bool = False

    @property
    def asked(self) -> FacetAsked:
        return FacetAsked(self.name, size=BESIDE if self.words is None else ALONE)


def _vocabulary(choices: type[TextChoices]) -> Mapping[str, str | Promise]:
    return {**dict(choices.choices), NOT_REPORTED: gettext_lazy("Not reported")}


_SEXES = {
    Sex.FEMALE.value: gettext_lazy("Women and girls"),
    Sex.MALE.value: gettext_lazy("Men and boys"),
}
_AGE_GROUPS = {
    AgeGroup.CHILD.value: gettext_lazy("Children (up to 17)"),
    AgeGroup.ADULT.value: gettext_lazy("Adults (18 to 64)"),
    AgeGroup.OLDER_ADULT.value: gettext_lazy("Older adults (65 and over)"),
    NOT_REPORTED: gettext_lazy("Not reported"),
}


def _yes_or_no(yes: str | Promise, no: str | Promise) -> Mapping[str, str | Promise]:
    return {"yes": yes, "no": no, NOT_REPORTED: gettext_lazy("Not reported")}


FILTERS = (
    Filter("status", gettext_lazy("Recruitment status"), _vocabulary(Status), opens=True),
    Filter("sex", gettext_lazy("Open to"), _SEXES, opens=True),
    Filter("age_group", gettext_lazy("Age group"), _AGE_GROUPS),
    Filter(
        "healthy",
        gettext_lazy("Healthy volunteers"),
        _yes_or_no(gettext_lazy("Accepted"), gettext_lazy("Not accepted")),
    ),
    Filter("condition", gettext_lazy("Condition"), opens=True, find=gettext_lazy("Find more conditions")),
    Filter("phase", gettext_lazy("Phase"), _vocabulary(Phase), opens=True),
    Filter("study_type", gettext_lazy("Study type"), _vocabulary(StudyType)),
    Filter("intervention_type", gettext_lazy("Intervention"), _vocabulary(InterventionType)),
    Filter("country", gettext_lazy("Country"), opens=True, find=gettext_lazy("Find more countries")),
    Filter("sponsor", SPONSOR, find=gettext_lazy("Find a sponsor"), on_demand=True),
    Filter("sponsor_class", gettext_lazy("Kind of sponsor"), _vocabulary(AgencyClass)),
    Filter(
        "has_results",
        gettext_lazy("Results"),
        _yes_or_no(gettext_lazy("Published"), gettext_lazy("Not published")),
    ),
)
BY_NAME = {each.name: each for each in FILTERS}
LONG = frozenset(each.name for each in FILTERS if each.words is None)

# How the choices of a long list may be ordered on its own page.
ORDERS = {FacetOrder.COUNT: gettext_lazy("Most trials first"), FacetOrder.NAME: gettext_lazy("A to Z")}


def asked(wanted: Wanted) -> list[FacetAsked]:
    """What to count for the filters beside the results."""
    return [each.asked for each in FILTERS if not each.on_demand or wanted.chosen(each.name)]


def offered(found: Mapping[str, results.Facet], wanted: Wanted, query: str = "") -> list[Offered]:
    """Each filter with its choices. `query` is the search, which the page of a long list keeps."""
    return [
        facet_of(each, found.get(each.name) or results.Facet(each.name, has_more=True), wanted, query)
        for each in FILTERS
        if each.name in found or each.on_demand
    ]


def facet_of(kind: Filter, found: results.Facet, wanted: Wanted, query: str = "") -> Offered:
    chosen = wanted.chosen(kind.name)
    if kind.words is None:
        choices = [
            Choice(each.value, each.label, each.count, each.value in chosen)
            for each in _chosen_first(found.values, chosen)
        ]
    else:
        choices = _in_words(kind, {each.value: each.count for each in found.values}, chosen)
    if kind.name == "sex":
        choices = [_anyone(chosen), *choices]
    all_address = ""
    if found.has_more:
        all_address = reverse("trials:choices", args=[kind.name]) + (f"?{query}" if query else "")
    return Offered(
        kind.name,
        kind.heading,
        choices,
        found.has_more,
        opens=kind.opens,
        find=kind.find,
        all_address=all_address,
    )


def _chosen_first(values: Sequence[results.FacetValue], chosen: Sequence[str]) -> list[results.FacetValue]:
    return sorted(values, key=lambda each: each.value not in chosen)


def _in_words(kind: Filter, counts: Mapping[str, int], chosen: Sequence[str]) -> list[Choice]:
    """In the vocabulary's order; a value newer than the vocabulary comes after it."""
    words = kind.words or {}
    values = [*words, *sorted(counts.keys() - words.keys())]
    return [
        Choice(
            value,
            str(words[value]) if value in words else humanised(value),
            counts.get(value, 0),
            value in chosen,
        )
        for value in values
        if counts.get(value) or value in chosen
    ]


def _anyone(chosen: Sequence[str]) -> Choice:
    """One of them is always chosen, so it has no count: it takes the others away."""
    return Choice("", str(gettext_lazy("Anyone")), None, not chosen)
