"""Forms for what a plain column cannot say: lists of texts, and age limits that have to be in order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from trials.admin.pages import RowForm
from trials.admin.registry import RegistryForm
from trials.ages import maximum_days, minimum_days
from trials.models import Intervention, Trial
from trials.text import humanised
from trials.vocabulary import AgeGroup, Phase, WhoMasked


class PlainTextarea(AdminTextareaWidget):
    """Keeps line ends as the registry writes them: browsers send others, and every text would seem edited."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return value.replace("\r\n", "\n") if isinstance(value, str) else value


TEXTS_AS_THEY_ARE: dict[type[models.Field[Any, Any]], dict[str, Any]] = {
    models.TextField: {"widget": PlainTextarea}
}


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    def __init__(self, *, longest: int | None = None, **kwargs: Any) -> None:
        self.longest = longest
        kwargs.setdefault("help_text", _("One a line."))
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 3, "cols": 80}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        lines = value if isinstance(value, list) else (value or "").splitlines()
        return [line.strip() for line in lines if line.strip()]

    def validate(self, value: Any) -> None:
        if self.longest and any(len(line) > self.longest for line in value):
            raise ValidationError(
                _("A line has at most %(longest)s characters."), params={"longest": self.longest}
            )

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(initial) != self.to_python(data)


class EnumerationsField(forms.MultipleChoiceField):
    """A list of the registry's values; one that has no words yet stays in it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.CheckboxSelectMultiple, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        offered: list[Any] = list(self.choices)  # type: ignore[arg-type]
        known = {choice for choice, _label in offered}
        unknown = [(item, humanised(str(item))) for item in value or () if item not in known]
        self.choices = [*offered, *unknown]
        return value

    def valid_value(self, value: Any) -> bool:
        return super().valid_value(value) or str(value).isupper()


class TrialForm(RegistryForm):
    phases = EnumerationsField(
        label=_("Phases"), choices=Phase.choices, help_text=_("How far the treatment has come. One or two.")
    )
    std_ages = EnumerationsField(
        label=_("Age groups"),
        choices=AgeGroup.choices,
        help_text=_("Child: below 18 years. Adult: 18 to 64. Older adult: 65 and more."),
    )
    who_masked = EnumerationsField(
        label=_("Who is masked"),
        choices=WhoMasked.choices,
        help_text=_("Those who do not know who receives what."),
    )
    nct_id_aliases = LinesField(
        label=_("Former NCT numbers"), help_text=_("Numbers it had before, one a line. Searches find them.")
    )
    condition_names = LinesField(
        label=_("Conditions"), longest=500, help_text=_("The diseases that the trial is about, one a line.")
    )
    keyword_names = LinesField(
        label=_("Keywords"), longest=500, help_text=_("Other words to find the trial by, one a line.")
    )
    periods = LinesField(
        label=_("Periods of the study"), help_text=_("Such as Screening, Treatment, Follow-up: one a line.")
    )
    notices = LinesField(
        label=_("Notices"), help_text=_("What readers have to be told on the trial's page, one a line.")
    )

    class Meta:
        model = Trial
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name, rows in (
                ("condition_names", self.instance.conditions),
                ("keyword_names", self.instance.keywords),
            ):
                self.initial[name] = list(rows.values_list("name", flat=True))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        days: dict[str, int | None] = {}
        for name, convert in (("minimum_age", minimum_days), ("maximum_age", maximum_days)):
            try:
                days[name] = convert(self.cleaned_data.get(name, ""))
            except ValueError:
                self.add_error(name, _("Write the age as 18 Years or 6 Months; leave it empty for no limit."))
                return cleaned
        lower, upper = days["minimum_age"], days["maximum_age"]
        if lower is not None and upper is not None and lower > upper:
            raise ValidationError(_("The minimum age is above the maximum age."))
        self.instance.minimum_age_days, self.instance.maximum_age_days = lower, upper
        return cleaned


class InterventionForm(RowForm):
    other_names = LinesField(label=_("Other names"), help_text=_("Names it also goes by, one a line."))

    class Meta:
        model = Intervention
        fields = ("type", "name", "description", "other_names")


class PublishForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3, "cols": 80}),
        help_text=_("What changed and why. It is kept with the version and in the audit trail."),
    )
    effective = forms.DateField(
        label=_("In effect from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Screenings that begin on or after this day use the version."),
    )
