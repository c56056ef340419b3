from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from trials.models.trial import Trial


class Star(models.Model):
    """A trial that one person wants to find again. Nobody else sees that it is starred."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DB_CASCADE, related_name="+", verbose_name=_("person")
    )
    # Deleted by the database: whoever deletes a trial does not see the stars of others.
    trial = models.ForeignKey(Trial, models.DB_CASCADE, related_name="stars", verbose_name=_("trial"))
    at = models.DateTimeField(_("starred"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("star")
        verbose_name_plural = _("stars")
        ordering = ("-at", "-pk")
        constraints = (models.UniqueConstraint(fields=("user", "trial"), name="star_once"),)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.trial_id}"


class SavedSearch(models.Model):
    """A search that one person asks again: its address, and how far that person has seen what it finds.

    What has a revision above `seen_revision` is new to its owner, or has changed since.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DB_CASCADE, related_name="+", verbose_name=_("person")
    )
    name = models.CharField(_("name"), max_length=200)
    query = models.TextField(_("address of the search"), help_text=_("As it stands after the question mark."))
    saved_at = models.DateTimeField(_("saved"), db_default=Now(), editable=False)
    seen_at = models.DateTimeField(_("last looked at"), db_default=Now(), editable=False)
    seen_revision = models.BigIntegerField(_("last revision seen"), editable=False)

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        ordering = ("name", "pk")
        constraints = (models.UniqueConstraint(fields=("user", "query"), name="saved_search_once"),)

    def __str__(self) -> str:
        return self.name
