"""How often a center expects a criterion to stop a participant, for the fastest order of questions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from screening.models.access import Center


class ChanceEstimate(models.Model):
    """Of a hundred participants, how many one statement of a trial stops, whatever the version."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    trial = models.ForeignKey("trials.Trial", on_delete=models.PROTECT, related_name="+")
    identifier = models.CharField(_("criterion"), max_length=64)
    percent_against = models.PositiveSmallIntegerField(_("stops of a hundred"))
    estimated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    estimated_at = models.DateTimeField(_("estimated"), db_default=Now())

    class Meta:
        verbose_name = _("estimate")
        verbose_name_plural = _("estimates")
        ordering = ("trial", "identifier")
        constraints = [
            models.UniqueConstraint(
                name="one_estimate_per_criterion", fields=["center", "trial", "identifier"]
            ),
            models.CheckConstraint(
                name="estimate_in_percent", condition=Q(percent_against__gte=1, percent_against__lte=99)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.identifier}: {self.percent_against} %"
