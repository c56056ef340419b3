from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from trials.models.trial import Trial


class TrialImport(models.Model):
    """What one import changed of a trial; one that changed nothing leaves no trace.

    `changes` has a column's value before and after under its name, and nothing but the name for a list of the
    trial's (`arms` and the like) or its `sites`. It is empty for the import that made the trial.
    """

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="imports", verbose_name=_("trial"))
    at = models.DateTimeField(_("imported"), db_default=Now(), editable=False)
    by = models.TextField(_("imported by"))
    changes = models.JSONField(_("changes"), default=dict)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ("trial", "-pk")

    def __str__(self) -> str:
        return f"{self.by}, {self.at}"
