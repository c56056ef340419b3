"""Which sites are on the map and in the table beside it: those that the registry lists, and no others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db.models import Case, Count, F, Min, Q, QuerySet, TextField, When
from django.utils.translation import gettext_lazy as _

from trials.choices import SPONSOR, Choice, Facet, most_frequent, named
from trials.map.asked import SitesWanted
from trials.models import Site, TrialSponsor
from trials.querysets import SiteQuerySet
from trials.searching.wanted import NOT_REPORTED
from trials.text import humanised
from trials.vocabulary import Status

if TYPE_CHECKING:
    from trials.choices import Sought

_SITES = Count("pk")
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


def facets(wanted: SitesWanted, sought: Sought) -> list[Facet]:
    places = found(wanted.without("country")).order_by().exclude(country_normalised="")
    # A sponsor stands once at a trial, whatever its parts in it.
    sites = found(wanted.without("sponsor")).order_by()
    parts = TrialSponsor.objects.filter(trial__in=sites.values("trial"))
    return [
        Facet("status", _("Recruitment status"), _statuses(wanted)),
        _trials(wanted, sought.get("trial", "")),
        # All of them: there are not so many, and each has to be within reach.
        most_frequent(
            Facet("country", _("Country")),
            named(places, "country_normalised"),
            wanted.country,
            _SITES,
            longest=None,
        ),
        most_frequent(
            Facet("sponsor", SPONSOR, sought=sought.get("sponsor", "")),
            named(parts, "sponsor__name"),
            wanted.sponsor,
            Count("trial__sites", filter=Q(trial__sites__in=sites), distinct=True),
        ),
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


def _trials(wanted: SitesWanted, sought: str) -> Facet:
    title = Case(
        When(~Q(trial__nickname=""), then="trial__nickname"),
        When(~Q(trial__acronym=""), then="trial__acronym"),
        When(~Q(trial__brief_title=""), then="trial__brief_title"),
        default="trial__official_title",
        output_field=TextField(),
    )
    rows = found(wanted.without("trial")).order_by().values(value=F("trial__nct_id"))
    facet = most_frequent(
        Facet("trial", _("Trial"), sought=sought), rows.annotate(label=Min(title)), wanted.trial, _SITES
    )
    return replace(facet, choices=[replace(choice, label=_trial_label(choice)) for choice in facet.choices])


def _trial_label(choice: Choice) -> str:
    title = choice.label if choice.label != choice.value else ""
    return f"{choice.value} {title[:60]}{'…' if len(title) > 60 else ''}".strip()
