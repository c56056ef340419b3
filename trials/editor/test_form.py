"""The form that types a statement: from the fields to the document's test, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from trials.criteria.typed import without_blanks
from trials.editor.durations import duration_words, read_duration
from trials.editor.expressions import NUMBER, read_number, read_term, term_line
from trials.editor.forms import PlainForm
from trials.editor.words import ANCHORS, APPLIES_TO, COMPARATORS, DIRECTIONS, RELATIVES, Choices, value_words

_BLANK: Choices = [("", "")]
_VALUELESS = ("present", "absent")
_NUMERIC = ("<", "<=", ">", ">=", "=", "!=")


class DurationField(forms.CharField):
    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return read_duration(text) if text else None

    def run_validators(self, value: Any) -> None:
        """`to_python` has checked it; the validators ask a text for its length."""


class TermsField(forms.CharField):
    """Terms of which the smallest or the largest counts, one a line."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        super().run_validators(text)
        return [read_term(" ".join(line.split())) for line in text.splitlines() if line.strip()]

    def run_validators(self, value: Any) -> None:
        """`to_python` has run them, on the text."""


class TestForm(PlainForm):
    __test__ = False  # no test of ours, whatever a test runner makes of its name

    variable = forms.CharField(
        label=_("Variable"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"list": "variables", "autocomplete": "off"}),
        help_text=_("What is measured or known. Type a part of its name and choose."),
    )
    comparator = forms.ChoiceField(label=_("Compared"), required=False, choices=[*_BLANK, *COMPARATORS])
    value = forms.CharField(
        label=_("Value"),
        required=False,
        help_text=_("A number, 18 to 75, or codes with commas between them."),
    )
    pick = forms.ChoiceField(
        label=_("Which of several"),
        required=False,
        choices=[*_BLANK, ("min", _("the smallest of these")), ("max", _("the largest of these"))],
        widget=forms.Select(attrs={"data-with": "terms"}),
    )
    terms = TermsField(
        label=_("These values, one a line"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "data-with": "pick"}),
        help_text=_(
            "A number, a multiple of a limit such as 2 × ULN, or “earlier value: last before the infusion”,"  # noqa: RUF001
            " where needed with its variable in brackets: [lab.b_cells]."
        ),
    )
    unit = forms.CharField(
        label=_("Unit (UCUM)"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"list": "units", "autocomplete": "off"}),
        help_text=_("As in kg/m2, mg/dL or a (years)."),
    )
    relative_to = forms.ChoiceField(
        label=_("Multiple or percentage of"),
        required=False,
        choices=[*_BLANK, *RELATIVES],
        help_text=_("For 3 × ULN: the value 3, and the upper limit of normal here."),  # noqa: RUF001
    )
    scale = forms.CharField(label=_("Scale"), required=False, help_text=_("Such as VAS 10 cm."))
    direction = forms.ChoiceField(
        label=_("When"),
        required=False,
        choices=[*_BLANK, *DIRECTIONS],
        widget=forms.Select(attrs={"data-with": "anchor"}),
    )
    anchor = forms.ChoiceField(
        label=_("Event"),
        required=False,
        choices=[*_BLANK, *ANCHORS.items()],
        widget=forms.Select(attrs={"data-with": "direction"}),
    )
    latest = DurationField(
        label=_("Within"),
        required=False,
        help_text=_("Such as 6 months, or longer of 4 weeks or 5 half-lives."),
    )
    earliest = DurationField(label=_("At least this long from it"), required=False)
    and_during_screening = forms.BooleanField(label=_("And during screening"), required=False)
    min_duration = DurationField(
        label=_("Lasting at least"), required=False, help_text=_("Such as “used for 3 months”.")
    )
    applies_to = forms.ChoiceField(
        label=_("Asked only of"),
        required=False,
        choices=[*_BLANK, *APPLIES_TO],
        help_text=_("For everybody else it is not applicable."),
    )
    judgement = forms.BooleanField(label=_("The investigator alone decides"), required=False)
    open_list = forms.BooleanField(label=_("The text gives examples only (“e.g.”, “etc.”)"), required=False)

    @classmethod
    def of(cls, test: Mapping[str, Any]) -> TestForm:
        window = test.get("window") or {}
        value = test.get("value")
        pick, terms = next(iter(value.items())) if isinstance(value, dict) else ("", [])
        initial = {
            **test,
            "value": "" if pick else value_words(test),
            "pick": pick,
            "terms": "\n".join(term_line(term) for term in terms),
            "direction": window.get("direction", ""),
            "anchor": window.get("anchor", ""),
            "latest": duration_words(window["max"]) if window.get("max") else "",
            "earliest": duration_words(window["min"]) if window.get("min") else "",
            "and_during_screening": window.get("and_during_screening", False),
            "min_duration": duration_words(test["min_duration"]) if test.get("min_duration") else "",
        }
        return cls(initial=initial, auto_id="test-%s")

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        comparator, written = cleaned.get("comparator", ""), str(cleaned.get("value", "")).strip()
        if written and (not comparator or comparator in _VALUELESS):
            self.add_error("comparator", _("Choose how the value is compared, or take the value away."))
        elif written:
            try:
                cleaned["value"] = read_value(written, comparator)
            except ValidationError as error:
                self.add_error("value", error)
        self._clean_terms(comparator, written)
        window = [cleaned.get(name) for name in ("latest", "earliest", "and_during_screening")]
        ends = bool(cleaned.get("direction")), bool(cleaned.get("anchor"))
        if ends[0] != ends[1] or (any(window) and not all(ends)):
            self.add_error("direction", _("A time needs both: before, after or at, and the event."))
        return cleaned

    def _clean_terms(self, comparator: str, written: str) -> None:
        pick, terms = self.cleaned_data.get("pick"), self.cleaned_data.get("terms")
        if terms is None or not (pick or terms):
            return
        if not pick:
            self.add_error("pick", _("Choose whether the smallest or the largest counts."))
        elif len(terms) < 2:
            self.add_error("terms", _("Write two at least, each on a line of its own."))
        elif comparator not in _NUMERIC:
            self.add_error(
                "comparator", _("Choose how the smallest or largest is compared, such as less than.")
            )
        elif written:
            self.add_error("value", _("Give a value, or the smallest or largest of several: not both."))
        else:
            self.cleaned_data["value"] = {pick: terms}

    def test(self) -> dict[str, Any] | None:
        """The document's test; None where every field is blank."""
        cleaned = self.cleaned_data
        window = {
            "anchor": cleaned["anchor"],
            "direction": cleaned["direction"],
            "min": cleaned["earliest"],
            "max": cleaned["latest"],
            "and_during_screening": cleaned["and_during_screening"],
        }
        test = {
            "variable": cleaned["variable"],
            "comparator": cleaned["comparator"],
            "value": cleaned["value"],
            "unit": cleaned["unit"],
            "relative_to": cleaned["relative_to"],
            "scale": cleaned["scale"],
            "window": {key: each for key, each in window.items() if each} if cleaned["anchor"] else None,
            "min_duration": cleaned["min_duration"],
            "judgement": cleaned["judgement"],
            "open_list": cleaned["open_list"],
            "applies_to": cleaned["applies_to"],
        }
        return without_blanks(**test) or None


def read_value(text: str, comparator: str) -> Any:
    """What was written as a value, in the document's form."""
    if comparator in ("in", "not_in"):
        codes = [code.strip() for code in text.split(",") if code.strip()]
        if len(set(codes)) < len(codes):
            raise ValidationError(_("A code stands there twice."))
        return codes
    if comparator == "between":
        ends = re.fullmatch(rf"({NUMBER})\s*(?:to|and|–|,|;|\s-\s)\s*({NUMBER})", text)  # noqa: RUF001
        if ends is None or read_number(ends[1]) > read_number(ends[2]):
            raise ValidationError(_("Write both limits, the lower one first: 18 to 75."))
        return [read_number(ends[1]), read_number(ends[2])]
    if re.fullmatch(NUMBER, text):
        return read_number(text)
    if comparator in ("=", "!="):
        return text
    raise ValidationError(_("Write a number, with a point for decimals: 18.5."))
