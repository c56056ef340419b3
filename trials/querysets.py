"""The vocabulary in which trials, sites and criteria versions are asked for."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Coalesce, Now, TruncDate

from trials.ages import days_of_years
from trials.vocabulary import Sex, Status

if TYPE_CHECKING:
    from trials.models import CriteriaVersion, Site, Trial


class TrialQuerySet(models.QuerySet["Trial"]):
    def recruiting(self) -> Self:
        return self.filter(overall_status=Status.RECRUITING)

    def known_as(self, number: str) -> Self:
        """By an NCT number: whose present one it is comes before those of which it is a former one."""
        known = self.filter(nct_id=number) | self.filter(nct_id_aliases__contains=[number])
        return known.order_by(Case(When(nct_id=number, then=0), default=1), "pk")

    def for_title(self) -> Self:
        """No more than it takes to name a trial, without its long texts."""
        return self.only("nct_id", "brief_title", "official_title", "nickname", "acronym")

    def open_to_age(self, years: int) -> Self:
        """Trials whose written age limits admit somebody of so many years; an unknown limit admits."""
        youngest, oldest = days_of_years(years), days_of_years(years + 1) - 1
        return self.filter(
            Q(minimum_age_days__isnull=True) | Q(minimum_age_days__lte=oldest),
            Q(maximum_age_days__isnull=True) | Q(maximum_age_days__gte=youngest),
        )

    def open_to_sex(self, sex: str) -> Self:
        return self.filter(sex__in=[sex, Sex.ALL, ""])


class SiteQuerySet(models.QuerySet["Site"]):
    def listed(self) -> Self:
        """Sites that the registry's record names today."""
        return self.filter(listed=True)

    def recruiting(self) -> Self:
        return self.filter(status=Status.RECRUITING)

    def located(self) -> Self:
        """Sites with coordinates: the record's, or those of their city."""
        return self.filter(Q(latitude__isnull=False) | Q(approximate_latitude__isnull=False))

    def by_place(self) -> Self:
        return self.order_by("country_normalised", "city_folded", "position", "pk")


class CriteriaVersionQuerySet(models.QuerySet["CriteriaVersion"]):
    def published(self) -> Self:
        return self.filter(published_at__isnull=False)

    def drafts(self) -> Self:
        return self.filter(published_at__isnull=True)

    def untouched(self) -> Self:
        """Drafts that imports made and nobody has edited."""
        return self.filter(untouched=True)

    def touched(self) -> Self:
        return self.filter(untouched=False)

    def newest_first(self) -> Self:
        return self.order_by("-published_at", "-number")

    def in_effect(self, on: date | None = None) -> Self:
        """Published versions to screen against on a day (today in UTC, by the database's clock), best first.

        The date of effect decides, then the publication. A version whose date is not known is older than any
        that has one: correcting it later does not bring it back.
        """
        day = TruncDate(Now()) if on is None else on
        started = Q(effective__isnull=True) | Q(effective__lte=day)
        return self.published().filter(started).in_order()

    def in_order(self) -> Self:
        """The newest first, by the order in which versions take effect."""
        return self.order_by(models.F("effective").desc(nulls_last=True), "-published_at", "-number")

    def newest(self) -> dict[tuple[int, str], CriteriaVersion]:
        """By trial and source, the published version that takes effect last."""
        found: dict[tuple[int, str], CriteriaVersion] = {}
        for version in self.published().in_order():
            found.setdefault((version.trial_id, version.source), version)
        return found

    def following(self, version: CriteriaVersion) -> Self:
        """The amendments of a published version, newest first."""
        return self.after(
            trial=version.trial_id,
            source=version.source,
            effective=Value(version.effective, models.DateField()),
            published_at=version.published_at,
            number=version.number,
        )

    def after(self, *, trial: Any, source: Any, effective: Any, published_at: Any, number: Any) -> Self:
        """The published versions that take effect after one of these particulars, newest first.

        Each is a value or a reference to an outer query's.
        """
        unknown = Value(date.min)
        later = Q(published_at__gt=published_at) | Q(published_at=published_at, number__gt=number)
        return (
            self.published()
            .filter(trial=trial, source=source)
            .alias(since=Coalesce("effective", unknown), others=Coalesce(effective, unknown))
            .filter(Q(since__gt=models.F("others")) | Q(since=models.F("others")) & later)
            .in_order()
        )
