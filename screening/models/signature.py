"""What an investigator put their name to, and the deviations from the protocol recorded beside it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from screening.models.access import Center
from screening.models.screening import Outcome, Screening


class Meaning(models.TextChoices):
    ELIGIBLE = "eligible", _("eligible")
    NOT_ELIGIBLE = "not_eligible", _("not eligible")


class VoidKind(models.TextChoices):
    """What came after a signature and voided it."""

    ANSWER = "answer", _("an answer changed")
    COHORT = "cohort", _("the cohort changed")
    CONSENT = "consent", _("consent was recorded")
    ANCHOR = "anchor", _("the date of an event changed")
    FACT = "fact", _("a fact was added, corrected or withdrawn")
    HALF_LIFE = "half_life", _("a half-life changed")
    DEVIATION = "deviation", _("a protocol deviation was recorded")
    VERSION = "version", _("the screening moved to another criteria version")
    REOPENED = "reopened", _("the screening was opened again")
    CONCLUSION = "conclusion", _("the screening was concluded for another reason")
    FOUND = "found", _("something signed was found changed")


class Signature(models.Model):
    """An investigator's decision on an outcome, bound to the content that was read. It is voided once."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    # (screening, center) and (screening, version) of a pin are composite foreign keys of the migration.
    screening = models.ForeignKey(
        Screening, on_delete=models.PROTECT, related_name="signatures", db_constraint=False
    )
    version = models.ForeignKey(
        "trials.CriteriaVersion", on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    printed_name = models.CharField(_("printed name"), max_length=150)
    meaning = models.CharField(_("meaning"), max_length=12, choices=Meaning)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome)
    cohort_label = models.CharField(_("cohort"), blank=True)
    # Canonical JSON; free text in it only as sealed. The digest is its SHA-256.
    content = models.TextField()
    digest = models.CharField(max_length=64)
    attestation_sealed = models.TextField(blank=True)
    # By the database's clock; part of the content, so it is given with it.
    signed_at = models.DateTimeField(_("signed"))
    voided_at = models.DateTimeField(_("voided"), null=True, blank=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    void_kind = models.CharField(max_length=10, choices=VoidKind, blank=True)

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ("screening", "id")
        constraints = [
            models.UniqueConstraint(
                name="one_standing_signature", fields=["screening"], condition=Q(voided_at__isnull=True)
            ),
            models.CheckConstraint(name="signature_meaning", condition=Q(meaning__in=Meaning.values)),
            models.CheckConstraint(
                name="signature_follows_the_outcome",
                condition=Q(meaning="not_eligible", outcome__in=Outcome.values)
                | Q(meaning="eligible", outcome="eligible")
                | (Q(meaning="eligible", outcome="potentially_eligible") & ~Q(attestation_sealed="")),
            ),
            models.CheckConstraint(
                name="signature_voided_in_full",
                condition=Q(voided_at__isnull=True, voided_by__isnull=True, void_kind="")
                | Q(voided_at__isnull=False, void_kind__in=VoidKind.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.printed_name}: {self.get_meaning_display()}"


class Deviation(models.Model):
    """A protocol deviation recorded beside an outcome, which it never changes. Rows are only ever added."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    # (screening, center), (screening, version) of a pin, (version, identifier): keys of the migration.
    screening = models.ForeignKey(
        Screening, on_delete=models.PROTECT, related_name="deviations", db_constraint=False
    )
    version = models.ForeignKey(
        "trials.CriteriaVersion", on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    identifier = models.CharField(_("criterion"), max_length=64)
    reason_sealed = models.TextField()
    approved_by_sealed = models.TextField()
    approved_on = models.DateField(_("approved on"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded"), db_default=Now())

    class Meta:
        verbose_name = _("protocol deviation")
        verbose_name_plural = _("protocol deviations")
        ordering = ("screening", "id")
        constraints = [
            models.CheckConstraint(
                name="deviation_has_a_reason_and_an_approver",
                condition=~Q(reason_sealed="") & ~Q(approved_by_sealed=""),
            ),
        ]

    def __str__(self) -> str:
        return self.identifier
