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
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

    from trials.querysets import TrialQuerySet

    # The name of a filter and what is sought in its list.
    type Sought = Mapping[str, str]

NOT_REPORTED = "none"
# Of a list without end only the most frequent choices are offered, and those that bear what is sought in it.
LONGEST_LIST = 40
UNFOLDED_CHOICES = 6

SPONSOR = _("Sponsor or collaborator")

_TRIALS = Count("trial", distinct=True)
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
    """A filter. `is_cut` where it has more choices than it lists; `sought`: words that the others bear."""

    name: str
    heading: str | _StrPromise
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

    def _is_first(self, place: int, choice: Choice) -> bool:
        return place < UNFOLDED_CHOICES or choice.chosen or bool(self.sought)


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


def facets(wanted: Wanted, sought: Sought) -> list[Facet]:
    conditions = Condition.objects.filter(trial__in=found(wanted.without("condition"))).order_by()
    sites = Site.objects.listed().filter(trial__in=found(wanted.without("country"))).order_by()
    parts = TrialSponsor.objects.filter(trial__in=found(wanted.without("sponsor"))).order_by()
    return [
        Facet("status", _("Recruitment status"), _statuses(wanted)),
        Facet("phase", _("Phase"), _phases(wanted)),
        Facet("sex", _("Open to"), _sexes(wanted)),
        most_frequent(
            Facet("condition", _("Condition"), sought=sought.get("condition", "")),
            conditions.values(value=F("folded")).annotate(label=Min("name")),
            wanted.condition,
            _TRIALS,
        ),
        most_frequent(
            Facet("country", _("Country"), sought=sought.get("country", "")),
            named(sites.exclude(country_normalised=""), "country_normalised"),
            wanted.country,
            _TRIALS,
        ),
        most_frequent(
            Facet("sponsor", SPONSOR, sought=sought.get("sponsor", "")),
            named(parts, "sponsor__name"),
            wanted.sponsor,
            _TRIALS,
        ),
    ]


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
    choices.sort(key=lambda choice: (-choice.count, choice.label.casefold()))
    return replace(facet, choices=choices, is_cut=len(fetched) > len(fetched[:most]))


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


def _labels(vocabulary: type[TextChoices]) -> dict[str, str]:
    return {value: str(label) for value, label in vocabulary.choices} | {NOT_REPORTED: str(_("Not reported"))}
