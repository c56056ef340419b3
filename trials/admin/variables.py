from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from trials.admin.forms import LinesField
from trials.admin.help_texts import VARIABLE
from trials.admin.pages import ExplainedAdmin, ReasonField
from trials.models import Criterion, Variable
from trials.reading.in_words import column_in_words


class VariableForm(forms.ModelForm):
    codes = LinesField(
        label=_("Codes"), help_text=_("For the kind Code: the values that it can have, one a line.")
    )
    reason = ReasonField()

    class Meta:
        model = Variable
        fields = ("code", "label", "kind", "unit", "loinc", "codes", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Beside what was edited here stands what the dictionary's document says."""
        super().__init__(*args, **kwargs)
        for name in self.instance.edited_here:
            column: Any = Variable._meta.get_field(name)
            said = column_in_words(column, self.instance.documented[name])
            words = _("Edited here; the document that was loaded says: %(said)s") % {"said": said or "—"}
            self.fields[name].help_text = format_html(
                '{}<span class="local-edit">{}</span>', self.fields[name].help_text, words
            )


@admin.register(Variable)
class VariableAdmin(ExplainedAdmin):
    """The dictionary: what criteria may ask about."""

    form = VariableForm
    fields = ("code", "label", "kind", "unit", "loinc", "codes", "note", "reason")
    help_texts = VARIABLE
    list_display = ("code", "label", "kind", "unit", "loinc")
    list_filter = ("kind",)
    search_fields = ("code", "label", "loinc", "note")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A variable that a criterion rests on stays."""
        return obj is not None and not Criterion.objects.filter(test__variable=obj.code).exists()
