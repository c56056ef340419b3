from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class LoadedDocument(models.Model):
    """What was loaded last under a name, so that the same again does not undo what was edited since."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    digest = models.CharField(_("digest"), max_length=64)
    loaded_at = models.DateTimeField(_("loaded"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("loaded document")
        verbose_name_plural = _("loaded documents")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
