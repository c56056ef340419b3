"""What is known of a patient: dated values, half-lives of products, and the dates that windows count from."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from screening.models.access import Center
from screening.models.patient import Patient
from screening.models.screening import Screening
from screening.querysets import FactQuerySet
from trials.criteria.tree import Anchor


class SourceKind(models.TextChoices):
    LABORATORY = "laboratory", _("laboratory report")
    IMAGING = "imaging", _("imaging report")
    CLINIC_LETTER = "clinic_letter", _("clinic letter")
    DISCHARGE_LETTER = "discharge_letter", _("discharge letter")
    MEDICAL_RECORD = "medical_record", _("medical record")
    QUESTIONNAIRE = "questionnaire", _("questionnaire")
    PARTICIPANT = "participant", _("the participant's own word")
    OTHER = "other", _("other document")


class Fact(models.Model):
    """A dated value of a variable. It is never edited: a new one replaces it, or it is withdrawn, once.

    A boolean variable has the codes "present" and "absent".
    """

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    # (patient, center) and (replaces, patient) are composite foreign keys of the migration.
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="facts", db_constraint=False)
    variable = models.ForeignKey("trials.Variable", on_delete=models.PROTECT, related_name="+")
    number = models.DecimalField(max_digits=24, decimal_places=8, null=True, blank=True)
    code = models.CharField(max_length=200, blank=True)
    date = models.DateField(null=True, blank=True)
    text_sealed = models.TextField(blank=True)
    unit = models.CharField(_("unit (UCUM)"), max_length=64, blank=True)
    observed_on = models.DateField(_("observed on"))
    # The laboratory's own limits of normal, in the unit of the number.
    lower_limit = models.DecimalField(max_digits=24, decimal_places=8, null=True, blank=True)
    upper_limit = models.DecimalField(max_digits=24, decimal_places=8, null=True, blank=True)
    # Of a treatment: the name of the drug, and its key for half-lives.
    product = models.CharField(_("product"), max_length=200, blank=True)
    product_folded = models.CharField(max_length=200, blank=True)
    source_kind = models.CharField(_("source"), max_length=16, choices=SourceKind, blank=True)
    source_date = models.DateField(_("date of the source"), null=True, blank=True)
    source_reference_sealed = models.TextField(blank=True)
    replaces = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        related_name="replacement",
        null=True,
        blank=True,
        db_constraint=False,
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    withdrawn_reason_sealed = models.TextField(blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("entered"), db_default=Now())
    operation_id = models.UUIDField()

    objects = FactQuerySet.as_manager()

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        ordering = ("observed_on", "id")
        indexes = [models.Index(name="facts_of_patient", fields=["patient", "variable", "observed_on"])]
        constraints = [
            models.UniqueConstraint(name="fact_and_center", fields=["id", "center"]),
            models.UniqueConstraint(name="fact_and_patient", fields=["id", "patient"]),
            models.UniqueConstraint(name="fact_entered_once", fields=["patient", "operation_id"]),
            models.CheckConstraint(
                name="fact_has_one_value",
                condition=Q(number__isnull=False, code="", date__isnull=True, text_sealed="")
                | (Q(number__isnull=True, date__isnull=True, text_sealed="") & ~Q(code=""))
                | Q(number__isnull=True, code="", date__isnull=False, text_sealed="")
                | (Q(number__isnull=True, code="", date__isnull=True) & ~Q(text_sealed="")),
            ),
            models.CheckConstraint(
                name="fact_of_number_has_unit_and_limits",
                condition=Q(number__isnull=False)
                | Q(unit="", lower_limit__isnull=True, upper_limit__isnull=True),
            ),
            models.CheckConstraint(
                name="fact_limits_in_order",
                condition=Q(lower_limit__isnull=True)
                | Q(upper_limit__isnull=True)
                | Q(lower_limit__lte=F("upper_limit")),
            ),
            models.CheckConstraint(
                name="fact_source_kind", condition=Q(source_kind__in=["", *SourceKind.values])
            ),
            models.CheckConstraint(
                name="fact_withdrawn_in_full",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_reason_sealed="")
                | (
                    Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_reason_sealed="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variable_id} of {self.observed_on}"


class HalfLife(models.Model):
    """How fast a product leaves the body: entered once at a center, used in each window that counts in it."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="half_lives")
    product = models.CharField(_("product"), max_length=200)
    product_folded = models.CharField(max_length=200)
    hours = models.DecimalField(_("half-life in hours"), max_digits=10, decimal_places=3)
    source = models.CharField(_("source"), max_length=500)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("entered"), db_default=Now())

    class Meta:
        verbose_name = _("half-life")
        verbose_name_plural = _("half-lives")
        ordering = ("product_folded",)
        constraints = [
            models.UniqueConstraint(name="half_life_once_per_product", fields=["center", "product_folded"]),
            models.CheckConstraint(name="half_life_of_a_product", condition=~Q(product_folded="")),
            models.CheckConstraint(name="half_life_is_positive", condition=Q(hours__gt=0)),
            models.CheckConstraint(name="half_life_has_a_source", condition=~Q(source="")),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.hours} h"


class AnchorDate(models.Model):
    """When an event that windows count from is planned, and when it was. Consent's is the screening's own."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    # (screening, center) is a composite foreign key of the migration.
    screening = models.ForeignKey(
        Screening, on_delete=models.PROTECT, related_name="anchor_dates", db_constraint=False
    )
    anchor = models.CharField(
        _("event"), max_length=13, choices=[(each.value, each.value) for each in Anchor]
    )
    planned_on = models.DateField(_("planned"), null=True, blank=True)
    actual_on = models.DateField(_("actual"), null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded"), db_default=Now())

    class Meta:
        verbose_name = _("date of an event")
        verbose_name_plural = _("dates of events")
        ordering = ("screening", "anchor")
        constraints = [
            models.UniqueConstraint(name="anchor_dated_once", fields=["screening", "anchor"]),
            models.CheckConstraint(
                name="anchor_known",
                condition=Q(anchor__in=[each.value for each in Anchor if each is not Anchor.CONSENT]),
            ),
            models.CheckConstraint(
                name="anchor_has_a_date", condition=Q(planned_on__isnull=False) | Q(actual_on__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.anchor}: {self.actual_on or self.planned_on}"
