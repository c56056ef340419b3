"""What a search means: which trials fit, and how many would fit under each choice beside it.

Plain queries. A choice's count is taken under all other filters, so it says what choosing it would find.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from zlib import crc32

from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, CharField, Count, F, Func, Min, Q, QuerySet, TextChoices, Value, When
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _

from trials.models import Condition, Site, Trial, TrialSponsor
from trials.text import humanised
from trials.vocabulary import Phase, Sex, Status

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from trials.querysets import TrialQuerySet

NOT_REPORTED = "none"
# Of conditions, countries and sponsors only the most frequent are offered; those chosen always are.
LONGEST_LIST = 40

_NCT_ID = re.compile(r"\s*(NCT[0-9]{8})\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Wanted:
    """What was asked for. Values within one filter widen the search, filters together narrow it."""

    text: str = ""
    status: Sequence[str] = ()
    phase: Sequence[str] = ()
    condition: Sequence[str] = ()
    sex: str = ""
    age: int | None = None
    country: Sequence[str] = ()
    sponsor: Sequence[str] = ()

    def without(self, name: str) -> Wanted:
        nothing: dict[str, Any] = {name: getattr(Wanted(), name)}
        return replace(self, **nothing)


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    count: int
    chosen: bool

    @property
    def key(self) -> str:
        """An element's id needs a short name that stays the same, whatever the script of the value."""
        return f"{crc32(self.value.encode()):08x}"


@dataclass(frozen=True)
class Facet:
    name: str
    heading: str | _StrPromise
    choices: list[Choice] = field(default_factory=list)

    @property
    def first(self) -> list[Choice]:
        """What is shown without unfolding: the most frequent, and everything chosen."""
        return [choice for place, choice in enumerate(self.choices) if place < 6 or choice.chosen]

    @property
    def rest(self) -> list[Choice]:
        return [choice for place, choice in enumerate(self.choices) if not (place < 6 or choice.chosen)]


def nct_id_in(text: str) -> str:
    """The NCT number, where the text is one and nothing else."""
    number = _NCT_ID.fullmatch(text)
    return number[1].upper() if number else ""


def found(wanted: Wanted) -> TrialQuerySet:
    trials = Trial.objects.all()
    if wanted.text:
        trials = trials.matching(wanted.text)
    if wanted.status:
        trials = trials.filter(overall_status__in=_stored(wanted.status))
    if wanted.phase:
        unsaid = Q(phases=[]) if NOT_REPORTED in wanted.phase else Q(pk__in=[])
        trials = trials.filter(Q(phases__overlap=list(wanted.phase)) | unsaid)
    if wanted.condition:
        named = Condition.objects.filter(folded__in=wanted.condition)
        trials = trials.filter(pk__in=named.values("trial"))
    if wanted.sex:
        trials = trials.open_to_sex(wanted.sex)
    if wanted.age is not None:
        trials = trials.open_to_age(wanted.age)
    if wanted.country:
        there = Site.objects.listed().filter(country_normalised__in=wanted.country)
        trials = trials.filter(pk__in=there.values("trial"))
    if wanted.sponsor:
        parts = TrialSponsor.objects.filter(sponsor__name__in=wanted.sponsor)
        trials = trials.filter(pk__in=parts.values("trial"))
    return trials


_ORDERS: dict[str, list[Any]] = {
    "updated": [F("updated").desc(nulls_last=True), "nct_id"],
    "start": [F("start_date").desc(nulls_last=True), "nct_id"],
    "title": [Lower("brief_title"), "nct_id"],
}


def in_order(trials: TrialQuerySet, order: str) -> TrialQuerySet:
    updated = Coalesce("last_update_posted_date", "last_update_submitted_date")
    return trials.annotate(updated=updated).order_by(*_ORDERS[order])


def for_list(trials: TrialQuerySet) -> TrialQuerySet:
    """With what a line of the list shows."""
    listed = Q(sites__listed=True)
    return trials.prefetch_related("conditions", "sponsor_parts__sponsor").annotate(
        site_count=Count("sites", filter=listed),
        recruiting_count=Count("sites", filter=listed & Q(sites__status=Status.RECRUITING)),
        country_count=Count(
            "sites__country_normalised", filter=listed & ~Q(sites__country_normalised=""), distinct=True
        ),
    )


def facets(wanted: Wanted) -> list[Facet]:
    return [
        Facet("status", _("Recruitment status"), _statuses(wanted)),
        Facet("phase", _("Phase"), _phases(wanted)),
        Facet("sex", _("Open to"), _sexes(wanted)),
        Facet("condition", _("Condition"), _conditions(wanted)),
        Facet("country", _("Country"), _countries(wanted)),
        Facet("sponsor", _("Sponsor or collaborator"), _sponsors(wanted)),
    ]


def _stored(values: Sequence[str]) -> list[str]:
    return ["" if value == NOT_REPORTED else value for value in values]


def _in_words(counts: dict[str, int], labels: dict[str, str], chosen: Sequence[str]) -> list[Choice]:
    """Choices in the vocabulary's order; a value newer than the vocabulary comes after it."""
    values = [*labels, *sorted(counts.keys() - labels.keys())]
    return [
        Choice(value, labels.get(value) or humanised(value), counts.get(value, 0), value in chosen)
        for value in values
        if counts.get(value) or value in chosen
    ]


def _statuses(wanted: Wanted) -> list[Choice]:
    rows = found(wanted.without("status")).order_by().values_list("overall_status").annotate(n=Count("pk"))
    counts = {status or NOT_REPORTED: count for status, count in rows}
    return _in_words(counts, _labels(Status), wanted.status)


def _phases(wanted: Wanted) -> list[Choice]:
    said = Case(
        When(phases=[], then=Value([NOT_REPORTED], output_field=ArrayField(CharField()))), default=F("phases")
    )
    one = Func(said, function="unnest", output_field=CharField())
    one.set_returning = True
    trials = found(wanted.without("phase")).order_by().annotate(one=one)
    rows = trials.values_list("one").annotate(n=Count("pk"))
    return _in_words(dict(rows), _labels(Phase), wanted.phase)


def _sexes(wanted: Wanted) -> list[Choice]:
    labels = {Sex.FEMALE.value: _("Women and girls"), Sex.MALE.value: _("Men and boys")}
    counts = found(wanted.without("sex")).aggregate(
        anyone=Count("pk"), **{sex: Count("pk", filter=Q(sex__in=[sex, Sex.ALL, ""])) for sex in labels}
    )
    anyone = Choice("", str(_("Anyone")), counts["anyone"], not wanted.sex)
    one_sex = [Choice(sex, str(label), counts[sex], wanted.sex == sex) for sex, label in labels.items()]
    return [anyone, *(choice for choice in one_sex if choice.count or choice.chosen)]


def _conditions(wanted: Wanted) -> list[Choice]:
    rows = Condition.objects.filter(trial__in=found(wanted.without("condition"))).order_by()
    named = rows.values("folded").annotate(label=Min("name"))
    return _most_frequent(named, "folded", "label", wanted.condition)


def _countries(wanted: Wanted) -> list[Choice]:
    sites = Site.objects.listed().filter(trial__in=found(wanted.without("country"))).order_by()
    named = sites.exclude(country_normalised="").values("country_normalised")
    return _most_frequent(named, "country_normalised", "country_normalised", wanted.country)


def _sponsors(wanted: Wanted) -> list[Choice]:
    parts = TrialSponsor.objects.filter(trial__in=found(wanted.without("sponsor"))).order_by()
    return _most_frequent(parts.values("sponsor__name"), "sponsor__name", "sponsor__name", wanted.sponsor)


def _most_frequent(rows: QuerySet, value: str, label: str, chosen: Sequence[str]) -> list[Choice]:
    """Choices by falling count, those chosen among them however rare, even where nothing is left of them."""
    ranked = rows.annotate(
        n=Count("trial", distinct=True),
        place=Case(When(**{f"{value}__in": list(chosen)}, then=0), default=1) if chosen else Value(1),
    ).order_by("place", "-n", value)
    listed = {row[value]: (row[label], row["n"]) for row in ranked[: LONGEST_LIST + len(chosen)]}
    listed = dict.fromkeys(chosen, ("", 0)) | listed
    choices = [Choice(key, name or key, count, key in chosen) for key, (name, count) in listed.items()]
    return sorted(choices, key=lambda choice: (-choice.count, choice.label.casefold()))


def _labels(vocabulary: type[TextChoices]) -> dict[str, str]:
    return {value: str(label) for value, label in vocabulary.choices} | {NOT_REPORTED: str(_("Not reported"))}
