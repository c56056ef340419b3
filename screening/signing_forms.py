"""What the pages of signatures and deviations send."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from screening.forms import FREE_TEXT, DateField
from screening.models import Meaning

LONGEST_OUTLINE = 200_000


class OutlineField(forms.CharField):
    """What was read, part by part; anything else means that nothing is known of it."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> dict[str, str]:
        text = super().clean(value)
        try:
            outline = json.loads(text)
            json.dumps(outline, ensure_ascii=False).encode()  # no half of a pair, which no page can show
        except (ValueError, RecursionError):
            return {}
        return outline if isinstance(outline, dict) else {}


class SignForm(forms.Form):
    """The digest of what was read goes with it; the password is asked anew each time."""

    meaning = forms.ChoiceField(choices=Meaning, widget=forms.HiddenInput)
    digest = forms.RegexField(r"\A[0-9a-f]{64}\Z", widget=forms.HiddenInput)
    outline = OutlineField(required=False, max_length=LONGEST_OUTLINE)
    attestation = forms.CharField(
        label=_("What you checked against the full protocol"),
        required=False,
        max_length=FREE_TEXT,
        help_text=_(
            "The outcome is “potentially eligible”: this text is not the whole protocol, or something is "
            "still to be checked again. Your sentence becomes part of what you sign. Write no names."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Enter your password: it stands for your handwritten signature.")},
    )


class DeviationForm(forms.Form):
    identifier = forms.ChoiceField(label=_("Criterion"))
    reason = forms.CharField(
        label=_("What was not followed, and why"),
        max_length=FREE_TEXT,
        help_text=_("Kept encrypted; write no names of participants."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    approved_by = forms.CharField(label=_("Approved by"), max_length=200)
    approved_on = DateField(label=_("Approved on"))

    def __init__(self, *args: Any, places: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [("", _("Choose a criterion")), *places.items()]
        self.fields["identifier"].choices = choices  # type: ignore[attr-defined]
