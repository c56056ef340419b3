"""The desk's queries. Row-level security is the floor; `visible_to` says the same where the code is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models

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
