from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from trials.models import Caption
from trials.reading.sections import SECTIONS

_AS_THEY_COME = {section.key: section for section in SECTIONS}


def _choices() -> list[tuple[str, str]]:
    return [(section.key, f"{section.title}: {section.caption}") for section in SECTIONS]


class CaptionForm(forms.ModelForm):
    key = forms.ChoiceField(
        label=_("Section"),
        choices=_choices,
        help_text=_(
            "The sections of a trial's page, each with the heading and the caption that it comes with."
        ),
    )

    class Meta:
        model = Caption
        fields = ("key", "heading", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 3, "cols": 80})}


@admin.register(Caption)
class CaptionAdmin(admin.ModelAdmin):
    """Only what differs is kept here: deleting a caption brings back the one that comes with Trialdesk."""

    form = CaptionForm
    list_display = ("section", "heading", "text", "as_it_comes")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("section", "as_it_comes") if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("section", "as_it_comes", "heading", "text") if obj else ("key", "heading", "text")

    @admin.display(description=_("section"), ordering="key")
    def section(self, caption: Caption) -> str:
        known = _AS_THEY_COME.get(caption.key)
        return str(known.title) if known else caption.key

    @admin.display(description=_("as it comes"))
    def as_it_comes(self, caption: Caption) -> str:
        known = _AS_THEY_COME.get(caption.key)
        return str(known.caption) if known else ""
