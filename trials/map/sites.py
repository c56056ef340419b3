"""Which sites are on the map and in the table beside it: those that the registry lists, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, Min, Q, QuerySet, TextField, Value, When
from django.utils.translation import gettext_lazy as _

from trials.map.asked import SitesWanted
from trials.models import Site, TrialSponsor
from trials.querysets import SiteQuerySet
from trials.search import NOT_REPORTED, Choice, Facet
from trials.text import humanised
from trials.vocabulary import Status

# Of trials and sponsors only those with most sites are offered; those chosen always are.
LONGEST_LIST = 40

_SORTS: dict[str, tuple[str, ...]] = {
    "site": ("facility", "city_folded"),
    "trial": ("trial__nct_id",),
    "place": ("country_normalised", "city_folded"),
    "status": ("status",),
}


@dataclass(frozen=True)
class Counts:
    all: int
    located: int
    approximate: int

    @property
    def missing(self) -> int:
        return self.all - self.located


def found(wanted: SitesWanted) -> SiteQuerySet:
    sites = Site.objects.listed()
    if wanted.trial:
        sites = sites.filter(trial__nct_id__in=wanted.trial)
    if wanted.status:
        sites = sites.filter(status__in=["" if value == NOT_REPORTED else value for value in wanted.status])
    if wanted.country:
        sites = sites.filter(country_normalised__in=wanted.country)
    if wanted.sponsor:
        parts = TrialSponsor.objects.filter(sponsor__name__in=wanted.sponsor)
        sites = sites.filter(trial__in=parts.values("trial"))
    return sites


def counted(sites: SiteQuerySet) -> Counts:
    unsaid, near = Q(latitude__isnull=True), Q(approximate_latitude__isnull=False)
    return Counts(
        **sites.order_by().aggregate(
            all=Count("pk"),
            located=Count("pk", filter=~unsaid | near),
            approximate=Count("pk", filter=unsaid & near),
        )
    )


def in_order(sites: SiteQuerySet, order: str) -> SiteQuerySet:
    sign = "-" if order.startswith("-") else ""
    return sites.order_by(
        *(sign + column for column in _SORTS[order.removeprefix("-")]), "trial", "position", "pk"
    )


def for_table(sites: QuerySet[Site]) -> QuerySet[Site]:
    """With what a line says: the site, its trial by name and its contacts."""
    shown = (
        "facility", "status", "city_normalised", "state_normalised", "zip_normalised", "country_normalised",
        "latitude", "longitude", "approximate_latitude", "approximate_longitude",
        "trial__nct_id", "trial__brief_title", "trial__official_title", "trial__nickname", "trial__acronym",
    )  # fmt: skip
    return sites.select_related("trial").only(*shown).prefetch_related("contacts")


def facets(wanted: SitesWanted) -> list[Facet]:
    return [
        Facet("status", _("Recruitment status"), _statuses(wanted)),
        Facet("trial", _("Trial"), _trials(wanted)),
        Facet("country", _("Country"), _countries(wanted)),
        Facet("sponsor", _("Sponsor or collaborator"), _sponsors(wanted)),
    ]


def _statuses(wanted: SitesWanted) -> list[Choice]:
    rows = found(wanted.without("status")).order_by().values_list("status").annotate(n=Count("pk"))
    counts = {status or NOT_REPORTED: number for status, number in rows}
    labels = {value: str(label) for value, label in Status.choices} | {NOT_REPORTED: str(_("Not reported"))}
    return [
        Choice(value, labels.get(value) or humanised(value), counts.get(value, 0), value in wanted.status)
        for value in [*labels, *sorted(counts.keys() - labels.keys())]
        if counts.get(value) or value in wanted.status
    ]


def _trials(wanted: SitesWanted) -> list[Choice]:
    rows = found(wanted.without("trial")).order_by().values("trial__nct_id")
    title = Case(
        When(~Q(trial__nickname=""), then="trial__nickname"),
        When(~Q(trial__acronym=""), then="trial__acronym"),
        When(~Q(trial__brief_title=""), then="trial__brief_title"),
        default="trial__official_title",
        output_field=TextField(),
    )
    named = rows.annotate(value=F("trial__nct_id"), title=Min(title))
    return [
        Choice(choice.value, _trial_label(choice), choice.count, choice.chosen)
        for choice in _most_frequent(named, "title", wanted.trial, number=Count("pk"))
    ]


def _trial_label(choice: Choice) -> str:
    title = choice.label if choice.label != choice.value else ""
    return f"{choice.value} {title[:60]}{'…' if len(title) > 60 else ''}".strip()


def _countries(wanted: SitesWanted) -> list[Choice]:
    """All of them: there are not so many, and each has to be within reach."""
    rows = found(wanted.without("country")).order_by().exclude(country_normalised="")
    named = rows.values("country_normalised").annotate(
        value=F("country_normalised"), title=F("country_normalised")
    )
    return _most_frequent(named, "title", wanted.country, number=Count("pk"), longest=None)


def _sponsors(wanted: SitesWanted) -> list[Choice]:
    # A sponsor stands once at a trial, whatever its parts in it.
    sites = found(wanted.without("sponsor")).order_by()
    rows = TrialSponsor.objects.filter(trial__in=sites.values("trial")).values("sponsor__name")
    named = rows.annotate(value=F("sponsor__name"), title=F("sponsor__name"))
    number = Count("trial__sites", filter=Q(trial__sites__in=sites), distinct=True)
    return _most_frequent(named, "title", wanted.sponsor, number=number)


def _most_frequent(
    rows: QuerySet[Any, Any],
    label: str,
    chosen: Sequence[str],
    *,
    number: Count,
    longest: int | None = LONGEST_LIST,
) -> list[Choice]:
    """Choices by falling count, those chosen among them however rare, even where nothing is left of them."""
    place = Case(When(value__in=list(chosen), then=0), default=1) if chosen else Value(1)
    ranked = rows.annotate(n=number, place=place).order_by("place", "-n", "value")
    listed = {row["value"]: (row[label], row["n"]) for row in ranked[: longest and longest + len(chosen)]}
    listed = dict.fromkeys(chosen, ("", 0)) | listed
    choices = [Choice(key, name or key, count, key in chosen) for key, (name, count) in listed.items()]
    return sorted(choices, key=lambda choice: (-choice.count, choice.label.casefold()))
