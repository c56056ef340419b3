from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from trials.models.site import Site
from trials.models.trial import Trial


class LocalEdit(models.Model):
    """A field in which an administrator's word stands, and what the registry says there.

    `field` is a column of the trial or of the site, or a list that belongs to it, such as `arms`. An import
    leaves the field as it is and brings `registry` up to date; the row goes when both say the same.
    """

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="local_edits", verbose_name=_("trial"))
    site = models.ForeignKey(
        Site, models.CASCADE, null=True, blank=True, related_name="local_edits", verbose_name=_("site")
    )
    field = models.CharField(_("field"), max_length=64)
    registry = models.JSONField(_("value of the registry"), null=True)
    imported = models.BooleanField(
        _("imported"), default=True, help_text=_("Whether any record has been imported that says something.")
    )
    edited_by = models.TextField(_("edited by"))
    edited_at = models.DateTimeField(_("edited"), db_default=Now())

    class Meta:
        verbose_name = _("local edit")
        verbose_name_plural = _("local edits")
        ordering = ("trial", "site", "field")
        constraints = (
            models.UniqueConstraint(
                fields=("trial", "site", "field"), nulls_distinct=False, name="localedit_once"
            ),
        )

    def __str__(self) -> str:
        return self.field
