from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from trials.fields import RegistryField
from trials.models.trial import Trial
from trials.vocabulary import ArmType, InterventionType


class Arm(models.Model):
    trial = models.ForeignKey(Trial, models.CASCADE, related_name="arms", verbose_name=_("trial"))
    position = models.PositiveSmallIntegerField(_("position"))
    label = models.CharField(_("label"))
    type = RegistryField(_("type"), choices=ArmType)
    description = models.TextField(_("description"), blank=True, default="")
    interventions: "models.ManyToManyField[Intervention, ArmIntervention]" = models.ManyToManyField(
        "Intervention", through="ArmIntervention", related_name="arms", verbose_name=_("interventions")
    )

    class Meta:
        verbose_name = _("arm")
        verbose_name_plural = _("arms")
        ordering = ("trial", "position")
        constraints = (models.UniqueConstraint(fields=("trial", "position"), name="arm_position"),)

    def __str__(self) -> str:
        return self.label


class Intervention(models.Model):
    trial = models.ForeignKey(Trial, models.CASCADE, related_name="interventions", verbose_name=_("trial"))
    position = models.PositiveSmallIntegerField(_("position"))
    type = RegistryField(_("type"), choices=InterventionType)
    name = models.CharField(_("name"))
    description = models.TextField(_("description"), blank=True, default="")
    other_names = ArrayField(models.CharField(), verbose_name=_("other names"), blank=True, default=list)

    class Meta:
        verbose_name = _("intervention")
        verbose_name_plural = _("interventions")
        ordering = ("trial", "position")
        constraints = (models.UniqueConstraint(fields=("trial", "position"), name="intervention_position"),)

    def __str__(self) -> str:
        return self.name


class ArmIntervention(models.Model):
    arm = models.ForeignKey(Arm, models.CASCADE, verbose_name=_("arm"))
    intervention = models.ForeignKey(Intervention, models.CASCADE, verbose_name=_("intervention"))

    class Meta:
        verbose_name = _("intervention of an arm")
        verbose_name_plural = _("interventions of arms")
        constraints = (models.UniqueConstraint(fields=("arm", "intervention"), name="armintervention_once"),)

    def __str__(self) -> str:
        return f"{self.arm} / {self.intervention}"
