"""Rounds of practice with made-up patients. They are never in the log and count in no figure of screening."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from screening.models.access import Center
from screening.models.answer import Value
from screening.models.screening import Outcome


class PracticeRound(models.Model):
    """One person's round through the practice patients of a version. `seed` makes the same cases again."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey("trials.CriteriaVersion", on_delete=models.PROTECT, related_name="+")
    seed = models.BigIntegerField()
    cases = models.JSONField(default=list)
    started_at = models.DateTimeField(_("started"), db_default=Now())
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("practice round")
        verbose_name_plural = _("practice rounds")
        ordering = ("-started_at", "-id")
        constraints = [models.UniqueConstraint(name="practice_round_and_center", fields=["id", "center"])]

    def __str__(self) -> str:
        return f"{self.version_id}, {self.started_at}"


class PracticeAnswer(models.Model):
    """What was said of a practice patient's statement, and what would have been right; never changed.

    Without an identifier it is about the outcome.
    """

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    # (round, center) is a composite foreign key of the migration.
    round = models.ForeignKey(
        PracticeRound, on_delete=models.PROTECT, related_name="answers", db_constraint=False
    )
    case = models.PositiveSmallIntegerField()
    identifier = models.CharField(max_length=64, blank=True)
    value = models.CharField(max_length=20, choices=[*Value.choices, *Outcome.choices])
    expected = models.CharField(max_length=20, choices=[*Value.choices, *Outcome.choices])
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("practice answer")
        verbose_name_plural = _("practice answers")
        ordering = ("round", "case", "id")
        constraints = [
            models.UniqueConstraint(
                name="one_practice_answer_per_statement", fields=["round", "case", "identifier"]
            ),
            models.CheckConstraint(
                name="practice_values",
                condition=(~Q(identifier="") & Q(value__in=Value.values, expected__in=Value.values))
                | Q(identifier="", value__in=Outcome.values, expected__in=Outcome.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.identifier or 'outcome'}: {self.value}"
