"""What a registry wrote of a trial, as it came; and which trials are gone, for those who keep a copy."""

from __future__ import annotations

import json
import zlib
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from trials.models.trial import NEXT_REVISION, Trial


class TrialRecord(models.Model):
    """The record that a trial's rows were last made from; nothing that it says is lost for want of a column.

    `content` is the record's bytes as they came, compressed by zlib: JSON columns of a database change
    numbers and drop keys. `digest` is of what counts in it: a record that says the same again, in another
    order of its keys or under a new version of the registry's data, is no change. `reader` is the edition of
    our reading: where it was another, an unchanged record is read again.
    """

    trial = models.OneToOneField(
        Trial, models.CASCADE, primary_key=True, related_name="record", verbose_name=_("trial")
    )
    content = models.BinaryField(_("content"))
    digest = models.BinaryField(_("digest"))
    reader = models.PositiveSmallIntegerField(_("edition of the reading"))

    class Meta:
        verbose_name = _("record")
        verbose_name_plural = _("records")

    def __str__(self) -> str:
        return f"record of trial {self.trial_id}"

    @property
    def raw(self) -> bytes:
        """The record as it came: JSON in UTF-8."""
        return zlib.decompress(self.content)

    @property
    def study(self) -> dict[str, Any]:
        study: dict[str, Any] = json.loads(self.raw)
        return study


class TrialRemoval(models.Model):
    """A trial that was deleted, written by a trigger: whoever keeps a copy of the catalogue takes it out."""

    trial_id = models.BigIntegerField(_("key of the trial"))
    nct_id = models.CharField(_("NCT number"), max_length=11)
    revision = models.BigIntegerField(_("revision"), db_default=NEXT_REVISION, db_index=True)

    class Meta:
        verbose_name = _("removal of a trial")
        verbose_name_plural = _("removals of trials")
        ordering = ("revision",)

    def __str__(self) -> str:
        return self.nct_id
