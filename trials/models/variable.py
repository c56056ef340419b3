from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Variable(models.Model):
    """A data element that criteria ask about: what it is called, measured in and coded as."""

    class Kind(models.TextChoices):
        NUMBER = "number", _("Number")
        CODE = "code", _("Code")
        BOOLEAN = "boolean", _("Yes or no")
        DATE = "date", _("Date")
        TEXT = "text", _("Text")

    code = models.CharField(_("code"), max_length=64, unique=True)
    label = models.CharField(_("label"))
    kind = models.CharField(_("kind"), max_length=7, choices=Kind)
    unit = models.CharField(_("unit (UCUM)"), max_length=64, blank=True, default="")
    loinc = models.CharField(_("LOINC"), max_length=10, blank=True, default="")
    codes = ArrayField(models.CharField(), verbose_name=_("codes"), blank=True, default=list)
    note = models.TextField(_("note"), blank=True, default="")
    # Where a column has another value than this, an administrator's word stands.
    documented = models.JSONField(_("as its document has it"), null=True, editable=False)

    class Meta:
        verbose_name = _("variable")
        verbose_name_plural = _("variables")
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=["number", "code", "boolean", "date", "text"]),
                name="variable_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(loinc="") | Q(loinc__regex=r"^[0-9]{1,7}-[0-9]$"),
                name="variable_loinc_format",
                violation_error_message=_("A LOINC code is digits, a hyphen and a check digit."),
            ),
        )

    def __str__(self) -> str:
        return self.label

    @property
    def edited_here(self) -> list[str]:
        """The columns in which an administrator's word stands beside that of the document."""
        return [name for name, said in (self.documented or {}).items() if getattr(self, name) != said]
