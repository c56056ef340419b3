from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trials.fields import RegistryField
from trials.models.trial import Trial
from trials.vocabulary import AgencyClass, ContactRole


class Sponsor(models.Model):
    """An organisation or person, known by name. Its class here is that of the record that first named it."""

    name = models.CharField(_("name"), max_length=500, unique=True)
    folded = models.CharField(_("search key"), max_length=1000, editable=False, db_index=True)
    agency_class = RegistryField(_("class"), choices=AgencyClass)

    class Meta:
        verbose_name = _("sponsor")
        verbose_name_plural = _("sponsors")
        ordering = ("folded",)

    def __str__(self) -> str:
        return self.name


class TrialSponsor(models.Model):
    """A sponsor's part in one trial, with the class that this trial's record gives it (records differ)."""

    class Role(models.TextChoices):
        LEAD = "lead", _("Sponsor")
        COLLABORATOR = "collaborator", _("Collaborator")

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="sponsor_parts", verbose_name=_("trial"))
    position = models.PositiveSmallIntegerField(_("position"))
    sponsor = models.ForeignKey(Sponsor, models.PROTECT, related_name="parts", verbose_name=_("sponsor"))
    role = models.CharField(_("role"), max_length=12, choices=Role)
    agency_class = RegistryField(_("class"), choices=AgencyClass)

    class Meta:
        verbose_name = _("sponsor of a trial")
        verbose_name_plural = _("sponsors of trials")
        ordering = ("trial", "position")
        constraints = (
            models.UniqueConstraint(fields=("trial", "position"), name="trialsponsor_position"),
            models.UniqueConstraint(
                fields=("trial",), condition=Q(role="lead"), name="trialsponsor_one_lead"
            ),
            models.CheckConstraint(
                condition=Q(role__in=["lead", "collaborator"]), name="trialsponsor_role_known"
            ),
        )

    def __str__(self) -> str:
        return str(self.sponsor)


class Official(models.Model):
    """Somebody who answers for the trial as a whole."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="officials", verbose_name=_("trial"))
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"))
    affiliation = models.CharField(_("affiliation"), blank=True, default="")
    role = RegistryField(_("role"), choices=ContactRole)

    class Meta:
        verbose_name = _("official")
        verbose_name_plural = _("officials")
        ordering = ("trial", "position")
        constraints = (models.UniqueConstraint(fields=("trial", "position"), name="official_position"),)

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """How a person is reached; a role that the record does not give is not inferred."""

    name = models.CharField(_("name"), blank=True, default="")
    role = RegistryField(_("role"), choices=ContactRole)
    phone = models.CharField(_("phone"), blank=True, default="")
    phone_ext = models.CharField(_("extension"), blank=True, default="")
    email = models.CharField(_("e-mail"), blank=True, default="")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name or self.email or self.phone


class CentralContact(Contact):
    """A contact for all sites, used where a site names nobody."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="central_contacts", verbose_name=_("trial"))
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        verbose_name = _("central contact")
        verbose_name_plural = _("central contacts")
        ordering = ("trial", "position")
        constraints = (models.UniqueConstraint(fields=("trial", "position"), name="centralcontact_position"),)
