from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from trials.admin.forms import LinesField
from trials.models import Criterion, Variable


class VariableForm(forms.ModelForm):
    codes = LinesField(label=_("Codes"), help_text=_("For the kind Code: one a line."))

    class Meta:
        model = Variable
        fields = ("code", "label", "kind", "unit", "loinc", "codes", "note")


@admin.register(Variable)
class VariableAdmin(admin.ModelAdmin):
    form = VariableForm
    list_display = ("code", "label", "kind", "unit", "loinc")
    list_filter = ("kind",)
    search_fields = ("code", "label", "loinc", "note")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A variable that a criterion rests on stays."""
        return obj is not None and not Criterion.objects.filter(test__variable=obj.code).exists()
