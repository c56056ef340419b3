"""What was said of a statement, on which facts, with which source; and what was said before."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from screening.models.access import Center
from screening.models.fact import Fact, SourceKind
from screening.models.patient import Patient
from screening.models.screening import Screening
from screening.querysets import AnswerQuerySet


class Value(models.TextChoices):
    YES = "yes", _("yes")
    NO = "no", _("no")
    UNKNOWN = "unknown", _("unknown")
    NOT_APPLICABLE = "not_applicable", _("not applicable")


class Said(models.Model):
    """What an answer says, and each change of it keeps."""

    value = models.CharField(_("answer"), max_length=14, choices=Value)
    comment_sealed = models.TextField(blank=True)
    # A coordinator's word where an investigator has to judge: open until an investigator settles it.
    proposed = models.BooleanField(_("proposed"), default=False)
    # What the facts proposed when it was given, and until when that holds.
    proposal = models.CharField(max_length=14, choices=Value, blank=True)
    valid_until = models.DateField(_("holds until"), null=True, blank=True)
    source_kind = models.CharField(_("source"), max_length=16, choices=SourceKind, blank=True)
    source_date = models.DateField(_("date of the source"), null=True, blank=True)
    source_page = models.CharField(_("page"), max_length=40, blank=True)
    source_reference_sealed = models.TextField(blank=True)
    source_quote_sealed = models.TextField(blank=True)

    class Meta:
        abstract = True


class Answer(Said):
    """What was last said of one statement; what was said before is in its changes."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    # (screening, center), (screening, version) of a pin, (criterion, version), (carried from, screening):
    # foreign keys of the migrations.
    screening = models.ForeignKey(
        Screening, on_delete=models.PROTECT, related_name="answers", db_constraint=False
    )
    version = models.ForeignKey(
        "trials.CriteriaVersion", on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    criterion = models.ForeignKey(
        "trials.Criterion", on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    carried_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_constraint=False
    )
    revision = models.PositiveIntegerField(default=1)
    # The browser tab that gave it and that tab's own count, so that a late older message never wins.
    client = models.CharField(max_length=64, blank=True)
    client_sequence = models.PositiveBigIntegerField(default=0)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(_("answered"), db_default=Now())

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.UniqueConstraint(name="one_answer_per_statement", fields=["screening", "criterion"]),
            models.UniqueConstraint(name="answer_and_center", fields=["id", "center"]),
            models.UniqueConstraint(name="answer_and_screening", fields=["id", "screening"]),
            models.CheckConstraint(name="answer_value", condition=Q(value__in=Value.values)),
            models.CheckConstraint(
                name="answer_proposal", condition=Q(proposal__in=["", "yes", "no", "not_applicable"])
            ),
            models.CheckConstraint(
                name="answer_source_kind", condition=Q(source_kind__in=["", *SourceKind.values])
            ),
        ]

    def __str__(self) -> str:
        return self.get_value_display()


class AnswerFact(models.Model):
    """A fact that the present value of an answer rests on: of the same patient, the database holds it."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    # (answer, center), (answer, screening), (screening, patient) and (fact, patient): composite foreign keys.
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    answer = models.ForeignKey(
        Answer, on_delete=models.PROTECT, related_name="answer_facts", db_constraint=False
    )
    fact = models.ForeignKey(Fact, on_delete=models.PROTECT, related_name="decides", db_constraint=False)

    class Meta:
        verbose_name = _("fact of an answer")
        verbose_name_plural = _("facts of answers")
        ordering = ("answer", "fact")
        constraints = [models.UniqueConstraint(name="answer_rests_on_once", fields=["answer", "fact"])]

    def __str__(self) -> str:
        return f"{self.answer_id}: {self.fact_id}"


class AnswerChange(Said):
    """One act of answering. Rows are only ever added; the database refuses anything else."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    # (answer, center) and (answer, screening) are composite foreign keys of the migration.
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="changes", db_constraint=False)
    screening = models.ForeignKey(
        Screening, on_delete=models.PROTECT, related_name="changes", db_constraint=False
    )
    operation_id = models.UUIDField()
    revision = models.PositiveIntegerField()
    previous_value = models.CharField(max_length=14, choices=Value, blank=True)
    # The facts that it rested on then.
    facts = ArrayField(models.BigIntegerField(), default=list, blank=True)
    reason_sealed = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("change of an answer")
        verbose_name_plural = _("changes of answers")
        ordering = ("answer", "revision")
        constraints = [
            models.UniqueConstraint(
                name="operation_once_per_screening", fields=["screening", "operation_id"]
            ),
            models.UniqueConstraint(name="one_change_per_revision", fields=["answer", "revision"]),
        ]

    def __str__(self) -> str:
        return f"{self.previous_value} → {self.value}"
