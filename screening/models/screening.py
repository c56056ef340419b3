"""One patient against one criteria version at one site."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now, Upper
from django.utils.translation import gettext_lazy as _

from screening.models.access import Center, CenterSite
from screening.models.patient import Patient
from screening.querysets import ScreeningQuerySet


class Kind(models.TextChoices):
    PRE_SCREENING = "pre_screening", _("pre-screening")
    CONSENTED = "consented", _("after consent")


class Status(models.TextChoices):
    OPEN = "open", _("open")
    CONCLUDED = "concluded", _("concluded")


class Outcome(models.TextChoices):
    ELIGIBLE = "eligible", _("eligible")
    POTENTIALLY_ELIGIBLE = "potentially_eligible", _("potentially eligible")
    INELIGIBLE = "ineligible", _("ineligible")
    UNDETERMINED = "undetermined", _("undetermined")


class Conclusion(models.TextChoices):
    PROPOSED_ELIGIBLE = "proposed_eligible", _("proposed as eligible")
    SCREEN_FAILURE = "screen_failure", _("screen failure")


class FailureKind(models.TextChoices):
    CRITERIA = "criteria", _("eligibility criteria")
    WITHDRAWN = "withdrawn", _("participant withdrew")
    OTHER = "other", _("other reason")


class Disposition(models.TextChoices):
    ENROLLED = "enrolled", _("enrolled")
    RANDOMISED = "randomised", _("randomised")
    NOT_ENROLLED = "not_enrolled", _("eligible, not enrolled")


class Screening(models.Model):
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+", verbose_name=_("center"))
    # Composite foreign keys of the migration stand in for the single ones: (patient, center),
    # (center site, center, site), (site, trial), (version, trial), (cohort, version),
    # (earlier, patient, trial). They are not deferred.
    patient = models.ForeignKey(
        Patient,
        on_delete=models.PROTECT,
        related_name="screenings",
        db_constraint=False,
        verbose_name=_("participant"),
    )
    center_site = models.ForeignKey(
        CenterSite,
        on_delete=models.PROTECT,
        related_name="screenings",
        db_constraint=False,
        verbose_name=_("center's site"),
    )
    site = models.ForeignKey(
        "trials.Site", on_delete=models.PROTECT, related_name="+", db_constraint=False, verbose_name=_("site")
    )
    trial = models.ForeignKey(
        "trials.Trial", on_delete=models.PROTECT, related_name="+", verbose_name=_("trial")
    )
    version = models.ForeignKey(
        "trials.CriteriaVersion",
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        verbose_name=_("criteria version"),
    )
    cohort = models.ForeignKey(
        "trials.Cohort",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_constraint=False,
        verbose_name=_("cohort"),
    )
    screening_number = models.CharField(_("screening number"), max_length=30)
    number_assigned_by_sponsor = models.BooleanField(_("number assigned by the sponsor"), default=False)
    # The screening that this one repeats: of the same participant for the same trial.
    earlier = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="repeats",
        null=True,
        blank=True,
        db_constraint=False,
        verbose_name=_("re-screening of"),
    )
    kind = models.CharField(_("kind"), max_length=13, choices=Kind)
    consent_date = models.DateField(_("date of consent"), null=True, blank=True)

    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome, default=Outcome.UNDETERMINED)

    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.OPEN)
    conclusion = models.CharField(_("conclusion"), max_length=17, choices=Conclusion, blank=True)
    failure_kind = models.CharField(_("reason of the failure"), max_length=9, choices=FailureKind, blank=True)
    failure_text_sealed = models.TextField(blank=True)
    # What forced a screen failure, as it stood then: [{"identifier", "category", "label", "text"}].
    deciding = models.JSONField(_("deciding criteria"), default=list, blank=True)
    disposition = models.CharField(_("what followed"), max_length=12, choices=Disposition, blank=True)
    disposition_date = models.DateField(_("on"), null=True, blank=True)
    disposition_reason_sealed = models.TextField(blank=True)
    disposition_recorded_at = models.DateTimeField(_("recorded"), null=True, blank=True)

    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(_("started"), db_default=Now(), editable=False)
    # Made by the form that started it: sending the form twice starts one screening.
    start_operation = models.UUIDField(null=True, blank=True, editable=False)
    concluded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    concluded_at = models.DateTimeField(_("concluded"), null=True, blank=True)

    objects = ScreeningQuerySet.as_manager()

    class Meta:
        verbose_name = _("screening")
        verbose_name_plural = _("screenings")
        ordering = ("-started_at", "-id")
        indexes = [models.Index(name="screening_log", fields=["center", "-started_at"])]
        constraints = [
            models.UniqueConstraint(
                models.F("center_site"), Upper("screening_number"), name="screening_number_per_site"
            ),
            models.UniqueConstraint(name="screening_and_center", fields=["id", "center"]),
            models.UniqueConstraint(name="screening_and_patient", fields=["id", "patient"]),
            models.UniqueConstraint(name="screening_of_patient_in_trial", fields=["id", "patient", "trial"]),
            models.UniqueConstraint(name="screening_started_once", fields=["center", "start_operation"]),
            models.UniqueConstraint(
                name="one_open_screening_per_trial",
                fields=["patient", "trial"],
                condition=models.Q(status="open"),
            ),
            models.CheckConstraint(
                name="screening_consent_dated",
                condition=models.Q(kind="consented", consent_date__isnull=False)
                | models.Q(kind="pre_screening", consent_date__isnull=True),
            ),
            models.CheckConstraint(name="screening_outcome", condition=models.Q(outcome__in=Outcome.values)),
            models.CheckConstraint(
                name="screening_concluded_in_full",
                condition=models.Q(
                    status="open",
                    conclusion="",
                    concluded_at__isnull=True,
                    concluded_by__isnull=True,
                    disposition="",
                )
                | models.Q(
                    status="concluded",
                    conclusion__in=Conclusion.values,
                    concluded_at__isnull=False,
                    concluded_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="screening_failure_has_kind",
                condition=models.Q(conclusion="screen_failure", failure_kind__in=FailureKind.values)
                | (~models.Q(conclusion="screen_failure") & models.Q(failure_kind="")),
            ),
            models.CheckConstraint(
                name="screening_disposition_dated",
                condition=models.Q(disposition="", disposition_date__isnull=True)
                | models.Q(
                    disposition__in=Disposition.values,
                    disposition_date__isnull=False,
                    conclusion="proposed_eligible",
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.screening_number


class VersionPin(models.Model):
    """A criteria version that a screening is, or was, on; the first one comes with its start.

    Answers belong to a pin, so that those to an earlier version stay readable. Rows are only ever added.
    """

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    # (screening, center) is a composite foreign key of the migration.
    screening = models.ForeignKey(
        Screening, on_delete=models.PROTECT, related_name="pins", db_constraint=False
    )
    version = models.ForeignKey("trials.CriteriaVersion", on_delete=models.PROTECT, related_name="+")
    previous_version = models.ForeignKey(
        "trials.CriteriaVersion", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    moved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    moved_at = models.DateTimeField(_("moved"), db_default=Now())
    reason_sealed = models.TextField(blank=True)
    # What became of the answers: identifiers only.
    summary = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("criteria version of a screening")
        verbose_name_plural = _("criteria versions of a screening")
        ordering = ("screening", "id")
        constraints = [
            models.UniqueConstraint(name="pinned_once_per_version", fields=["screening", "version"]),
        ]

    def __str__(self) -> str:
        return f"{self.screening_id}: {self.version_id}"
