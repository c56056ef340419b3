from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from trials.models.criteria import CriteriaVersion


class DraftRevision(models.Model):
    """What a draft was after one step of editing it, and who made the step. Nothing is taken out again.

    `base` is the revision that the step was made on. Undoing is a step as well: `restores` is the revision
    whose document it brings back.
    """

    class Action(models.TextChoices):
        START = "start", _("Began")
        ADD = "add", _("Added")
        REMOVE = "remove", _("Removed")
        MOVE = "move", _("Moved")
        OPERATOR = "operator", _("Changed how it counts")
        SPLIT = "split", _("Split")
        JOIN = "join", _("Joined")
        WRAP = "wrap", _("Put into a group")
        UNWRAP = "unwrap", _("Dissolved the group")
        WORDS = "words", _("Changed the words")
        TEST = "test", _("Changed what decides it")
        COHORTS = "cohorts", _("Changed for whom it is")
        COHORT = "cohort", _("Changed a cohort")
        UNDO = "undo", _("Undone")
        REDO = "redo", _("Done again")

    version = models.ForeignKey(
        CriteriaVersion, models.CASCADE, related_name="revisions", verbose_name=_("version")
    )
    number = models.PositiveIntegerField(_("number"))
    base = models.PositiveIntegerField(_("made on"), null=True)
    restores = models.PositiveIntegerField(_("restores"), null=True)
    action = models.CharField(_("step"), max_length=8, choices=Action)
    subject = models.TextField(_("criterion"), blank=True, default="")
    document = models.JSONField(_("document"))
    made_at = models.DateTimeField(_("made"), db_default=Now())
    made_by = models.CharField(_("made by"))

    class Meta:
        verbose_name = _("revision of a draft")
        verbose_name_plural = _("revisions of a draft")
        ordering = ("version", "number")
        constraints = (
            models.UniqueConstraint(fields=("version", "number"), name="draftrevision_number"),
            models.CheckConstraint(
                condition=models.Q(base__lt=models.F("number")) | models.Q(base__isnull=True, number=0),
                name="draftrevision_made_on_an_earlier_one",
            ),
        )

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.get_action_display(), self.subject)))

    @property
    def stands_for(self) -> int:
        """The step whose document this one has."""
        return self.number if self.restores is None else self.restores
