"""A patient as the center knows one: by its own code. What identifies is sealed under the patient's key."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from screening.models.access import Center
from screening.querysets import PatientQuerySet


class Sex(models.TextChoices):
    FEMALE = "female", _("female")
    MALE = "male", _("male")


class Patient(models.Model):
    center = models.ForeignKey(
        Center, on_delete=models.PROTECT, related_name="patients", verbose_name=_("center")
    )
    code = models.CharField(_("participant code"), max_length=40)
    sex = models.CharField(_("sex"), max_length=6, choices=Sex, blank=True)
    birth_date_sealed = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    objects = PatientQuerySet.as_manager()

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ("code",)
        constraints = [
            models.UniqueConstraint(
                models.F("center"), models.functions.Upper("code"), name="patient_code_per_center"
            ),
            models.UniqueConstraint(name="patient_and_center", fields=["id", "center"]),
            models.CheckConstraint(name="patient_sex", condition=models.Q(sex__in=["", *Sex.values])),
            models.CheckConstraint(name="patient_code_given", condition=~models.Q(code="")),
        ]

    def __str__(self) -> str:
        return self.code


class PatientKey(models.Model):
    """The key to this patient's sealed texts, itself wrapped. Deleting the row erases them for good."""

    # The composite foreign key (patient, center) of the migration stands in for the two single ones.
    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="key", db_constraint=False)
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    wrapped = models.TextField()

    class Meta:
        verbose_name = _("participant's key")
        verbose_name_plural = _("participants' keys")

    def __str__(self) -> str:
        return f"key of {self.patient_id}"
