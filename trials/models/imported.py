from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from trials.models.trial import Trial


class TrialImport(models.Model):
    """What one import changed of a trial; one that changed nothing leaves no trace.

    `changes` is empty for the import that made the trial. Else it has by name:

    - a column of the trial: `[before, after]`
    - a list that belongs to it (`conditions`, `keywords`, `other_identifiers`, `sponsors`, `officials`,
      `central_contacts`, `outcomes`): `{"removed": […], "added": […], "changed": [[before, after], …]}`, each
      entry with the columns of its row; or `{"order": [before, after]}` where only that differs
    - `groups`: such a difference each for `arms`, `interventions` and `links`, which are [arm, intervention]
    - `sites`: such a difference; an entry has its address (`facility`, `city`, `state`, `zip`, `country`),
      `status`, `coordinates` and `contacts`, and where it changed, beside the address only what differs
    - `record`: what has no column, by its path in the record: `[before, after]`, the difference of a list, or
      None for a part of the record in which very much differs

    A kind of which there is nothing is left out. In older rows lists and sites have None: nothing is known.
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
