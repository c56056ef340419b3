"""The editor's forms, each a part of what one criterion is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from trials.criteria.draft import NodeDocument
from trials.criteria.schema import COHORT_CODE
from trials.editor.words import GROUPS
from trials.models import CriteriaVersion


class PlainForm(forms.Form):
    """Fields that look like the rest of the product, with help that a screen reader hears."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        for field in self.fields.values():
            widget = field.widget
            if isinstance(widget, forms.CheckboxInput | forms.CheckboxSelectMultiple):
                widget.attrs.setdefault("class", "form-check-input")
            elif isinstance(widget, forms.Select):
                widget.attrs.setdefault("class", "form-select form-select-sm")
            else:
                widget.attrs.setdefault("class", "form-control form-control-sm")

    def complaints(self) -> list[str]:
        """What is wrong, field by field, as one would say it."""
        return [
            f"{self.fields[name].label}: {error}" if name in self.fields else str(error)
            for name, errors in self.errors.items()
            for error in errors
        ]


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class WordsForm(PlainForm):
    label = forms.CharField(
        label=_("Label as printed"),
        required=False,
        max_length=100,
        help_text=_("The number or letter in front of it, such as 4) or b."),
    )
    text = forms.CharField(
        label=_("Text"),
        required=False,
        widget=_lines(4),
        help_text=_("The words of the source, unchanged. This is what is answered yes or no."),
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        widget=_lines(2),
        help_text=_("A remark for those who screen. It decides nothing."),
    )
    quota = forms.CharField(
        label=_("Quota"),
        required=False,
        help_text=_("Such as “at most 30% of the participants”. It excludes nobody."),
    )
    warnings = forms.CharField(
        label=_("To be checked with the protocol"),
        required=False,
        widget=_lines(2),
        help_text=_("Contradictions and doubts, one a line."),
    )

    @classmethod
    def of(cls, node: NodeDocument) -> WordsForm:
        initial = {key: node.get(key, "") for key in ("label", "text", "note", "quota")}
        return cls(initial=initial | {"warnings": "\n".join(node.get("warnings", ()))}, auto_id="words-%s")

    def clean_warnings(self) -> list[str]:
        return str(self.cleaned_data["warnings"]).splitlines()


class SplitForm(PlainForm):
    op = forms.ChoiceField(label=_("The parts count as"), choices=GROUPS[:3])
    texts = forms.CharField(
        label=_("Parts"),
        widget=_lines(3),
        help_text=_("One a line. The whole sentence stays above them as their heading."),
    )

    def clean_texts(self) -> list[str]:
        return [line.strip() for line in str(self.cleaned_data["texts"]).splitlines() if line.strip()]


class CohortForm(PlainForm):
    code = forms.RegexField(
        rf"^{COHORT_CODE}$",
        label=_("Code"),
        max_length=64,
        help_text=_("Short, such as SLE: letters, digits and . _ -"),
        error_messages={"invalid": _("Use letters, digits and . _ - only.")},
    )
    label = forms.CharField(label=_("Name"), max_length=200)
    note = forms.CharField(label=_("Note"), required=False)


class _LabelForm(PlainForm):
    """The label tells a version from the others of its trial and source, `beside`."""

    label = forms.CharField(
        label=_("Label"),
        max_length=200,
        help_text=_("How people will name the version: the date or number of the protocol it comes from."),
    )
    beside: QuerySet[CriteriaVersion]

    def clean_label(self) -> str:
        label = str(self.cleaned_data["label"])
        if self.beside.filter(label=label).exists():
            raise ValidationError(_("There is a version with this label already."))
        return label


class NewVersionForm(_LabelForm):
    def __init__(self, *args: Any, source: CriteriaVersion, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"new-{source.number}-%s", **kwargs)
        self.beside = CriteriaVersion.objects.filter(trial=source.trial_id, source=source.source)


class ParticularsForm(_LabelForm):
    """What is said of a draft as a whole. `seen` is what was said of it when the page was shown."""

    completeness = forms.ChoiceField(
        label=_("Completeness"),
        choices=CriteriaVersion.Completeness.choices,
        help_text=_("By an abridged text nobody is found eligible: the protocol may say more."),
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, version: CriteriaVersion, **kwargs: Any) -> None:
        self.now = f"{version.completeness} {version.label}"
        initial = {"label": version.label, "completeness": version.completeness, "seen": self.now}
        super().__init__(*args, initial=initial, auto_id="particulars-%s", **kwargs)
        same = CriteriaVersion.objects.filter(trial=version.trial_id, source=version.source)
        self.beside = same.exclude(pk=version.pk)

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("seen") != self.now:
            raise ValidationError(_("Somebody else changed this meanwhile. Load the draft as it is now."))
        return self.cleaned_data


class PublishForm(PlainForm):
    reason = forms.CharField(
        label=_("Reason"),
        widget=_lines(3),
        help_text=_("What changed and why, for those who screen. It stays with the version for good."),
    )
    effective = forms.DateField(
        label=_("In effect from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Screenings that begin on or after this day use the version."),
    )
    seen = forms.BooleanField(label=_("I have looked at the warnings"), required=False)

    def __init__(self, *args: Any, warned: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not warned:
            del self.fields["seen"]
        else:
            self.fields["seen"].required = True
            self.fields["seen"].error_messages["required"] = _("Say that you have looked at the warnings.")
