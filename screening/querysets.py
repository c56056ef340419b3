"""The desk's queries. Row-level security is the floor; `visible_to` says the same where the code is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from screening.deciding.facts import Presence
from trials.models import CriteriaVersion

if TYPE_CHECKING:
    from screening.models import Answer, Center, CenterSite, Fact, Patient, Screening, User  # noqa: F401


class OfCenterQuerySet[M: models.Model](models.QuerySet[M]):
    """Rows that belong to a center."""

    def visible_to(self, user: User) -> Self:
        return self.filter(center__memberships__user=user)

    def at_center(self, center: Center) -> Self:
        return self.filter(center=center)


class CenterSiteQuerySet(OfCenterQuerySet["CenterSite"]):
    def in_trial(self, trial: Any) -> Self:
        return self.filter(site__trial=trial)

    def with_names(self) -> Self:
        return self.select_related("center", "site", "site__trial")


class PatientQuerySet(OfCenterQuerySet["Patient"]):
    def with_code(self, code: str) -> Self:
        return self.filter(code__iexact=code.strip())


class ScreeningQuerySet(OfCenterQuerySet["Screening"]):
    def open(self) -> Self:
        return self.filter(status="open")

    def in_trial(self, trial: Any) -> Self:
        return self.filter(trial=trial)

    def rescreens(self) -> Self:
        """Those that repeat an earlier screening of the same participant for the same trial."""
        return self.filter(earlier__isnull=False)

    def behind(self) -> Self:
        """Those whose criteria were amended: a later version of the same source is published."""
        amendments = CriteriaVersion.objects.after(
            trial=models.OuterRef("trial"),
            source=models.OuterRef("version__source"),
            effective=models.OuterRef("version__effective"),
            published_at=models.OuterRef("version__published_at"),
            number=models.OuterRef("version__number"),
        )
        return self.filter(models.Exists(amendments))

    def for_log(self) -> Self:
        """Everything that one line of the log shows, in one query."""
        return self.select_related(
            "center",
            "patient",
            "patient__key",
            "trial",
            "version",
            "cohort",
            "site",
            "started_by",
            "concluded_by",
            "earlier",
        )

    def with_signatures(self) -> Self:
        """Without what they are bound to, which is long."""
        signatures = apps.get_model("screening", "Signature").objects.defer("content")
        return self.prefetch_related(models.Prefetch("signatures", queryset=signatures))

    def share_with_source(self) -> Self:
        """With `answered` and `sourced`: current answers, and those whose source or whose fact's is given.

        What a coordinator proposed for an investigator to settle is none yet.
        """
        current = (
            apps.get_model("screening", "Answer")
            .objects.filter(
                screening=models.OuterRef("pk"), version=models.OuterRef("version"), proposed=False
            )
            .order_by()
            .values("screening")
        )
        number = models.Count("pk", distinct=True)
        own = ~models.Q(source_kind="")
        from_fact = models.Q(answer_facts__isnull=False) & ~models.Q(answer_facts__fact__source_kind="")
        return self.annotate(
            answered=_number(current.annotate(number=number)),
            sourced=_number(current.filter(own | from_fact).annotate(number=number)),
        )


class FactQuerySet(OfCenterQuerySet["Fact"]):
    def current(self) -> Self:
        """Neither withdrawn nor corrected since."""
        return self.filter(withdrawn_at=None, replacement=None)


class AnswerQuerySet(OfCenterQuerySet["Answer"]):
    def current(self) -> Self:
        """To the criteria version that the screening is on now; answers to earlier ones stay as they were."""
        return self.filter(version=models.F("screening__version"))

    def with_people(self) -> Self:
        return self.select_related("criterion", "answered_by")

    def with_standing(self) -> Self:
        """With what tells whether an answer still holds.

        `rests_on_gone`: whether a fact that it rests on was withdrawn or corrected since;
        `first_observed`, `last_observed`: the days of the values of the statement's own variable that it
        rests on, None without any. Not of what such a value follows from, nor of "absent", which looks back:
        these may well be dated outside the statement's window.
        """
        rests_on = apps.get_model("screening", "AnswerFact").objects.filter(answer=models.OuterRef("pk"))
        gone = rests_on.exclude(fact__withdrawn_at=None, fact__replacement=None)
        own = rests_on.filter(fact__variable__code=KeyTextTransform("variable", "answer__criterion__test"))
        days = own.exclude(fact__code=Presence.ABSENT).order_by().values("answer")
        return self.select_related("criterion").annotate(
            rests_on_gone=models.Exists(gone),
            first_observed=models.Subquery(days.annotate(day=models.Min("fact__observed_on")).values("day")),
            last_observed=models.Subquery(days.annotate(day=models.Max("fact__observed_on")).values("day")),
        )


def _number(counted: models.QuerySet[Any]) -> Coalesce:
    return Coalesce(models.Subquery(counted.values("number")), 0)
