"""What may be asked of the catalogue, and what is said to somebody who asks it wrongly."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext_lazy as _

from trials.models import Condition, Site, Sponsor
from trials.search import NOT_REPORTED, Wanted
from trials.text import folded
from trials.vocabulary import Phase, Sex, Status

_UNKNOWN = _("There is no choice “%(value)s” here, so it is not applied.")
ORDERS = [("updated", _("Last updated")), ("start", _("Start date")), ("title", _("Title"))]


class NamesField(forms.Field):
    """Names that must occur in the catalogue: a mistyped address finds a message and not an empty list."""

    widget = forms.SelectMultiple
    default_validators = [ProhibitNullCharactersValidator()]

    def __init__(self, known: Callable[[list[str]], Iterable[str]], **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.known = known

    def clean(self, value: Any) -> list[str]:
        given = [name for name in value or [] if name]
        for name in given:
            self.run_validators(name)
        if not given:
            return []
        known = set(self.known(given))
        for name in given:
            if name not in known:
                raise ValidationError(
                    _("No trial here has “%(value)s”, so it is not applied."), params={"value": name[:80]}
                )
        return given


class ConditionsField(NamesField):
    def clean(self, value: Any) -> list[str]:
        return super().clean([folded(name) for name in value or []])


def _conditions(names: list[str]) -> Iterable[str]:
    return Condition.objects.filter(folded__in=names).values_list("folded", flat=True)


def countries(names: list[str]) -> Iterable[str]:
    rows = Site.objects.listed().filter(country_normalised__in=names)
    return rows.values_list("country_normalised", flat=True).distinct()


def sponsors(names: list[str]) -> Iterable[str]:
    return Sponsor.objects.filter(name__in=names).values_list("name", flat=True)


def several(vocabulary: list[tuple[str, Any]]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        choices=[*vocabulary, (NOT_REPORTED, _("Not reported"))],
        required=False,
        error_messages={"invalid_choice": _UNKNOWN},
    )


class Seeking(forms.CharField):
    """Words that a filter's choices bear: its list shows those alone. It changes nothing of what is found."""

    def __init__(self) -> None:
        super().__init__(
            required=False,
            max_length=100,
            error_messages={"max_length": _("Look for 100 characters of a name at most.")},
        )


class SeekingForm(forms.Form):
    """A form whose `Seeking` fields are named "find_" and the filter."""

    def sought(self) -> dict[str, str]:
        return {
            name.removeprefix("find_"): self.cleaned_data.get(name, "")
            for name, field in self.fields.items()
            if isinstance(field, Seeking)
        }


class SearchForm(SeekingForm):
    q = forms.CharField(
        required=False,
        max_length=300,
        error_messages={"max_length": _("Search for 300 characters at most.")},
    )
    status = several(Status.choices)
    phase = several(Phase.choices)
    condition = ConditionsField(_conditions)
    sex = forms.ChoiceField(
        choices=[(Sex.FEMALE.value, Sex.FEMALE.label), (Sex.MALE.value, Sex.MALE.label)],
        required=False,
        error_messages={"invalid_choice": _UNKNOWN},
    )
    age = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=130,
        error_messages={
            "invalid": _("Write the age in whole years, such as 54."),
            "min_value": _("Write an age from 0 to 130 years."),
            "max_value": _("Write an age from 0 to 130 years."),
        },
    )
    country = NamesField(countries)
    sponsor = NamesField(sponsors)
    find_condition = Seeking()
    find_country = Seeking()
    find_sponsor = Seeking()
    sort = forms.ChoiceField(choices=ORDERS, required=False, error_messages={"invalid_choice": _UNKNOWN})

    def wanted(self) -> Wanted:
        """What was asked for as far as it was understood; `errors` says what was not."""
        self.full_clean()
        said = self.cleaned_data
        return Wanted(
            text=said.get("q", ""),
            status=said.get("status", ()),
            phase=said.get("phase", ()),
            condition=said.get("condition", ()),
            sex=said.get("sex", ""),
            age=said.get("age"),
            country=said.get("country", ()),
            sponsor=said.get("sponsor", ()),
        )

    def order(self) -> str:
        return self.cleaned_data.get("sort") or "updated"
