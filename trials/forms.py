"""Fields of the forms that filter what is public, and what is said to somebody who fills one in wrongly."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext_lazy as _

from trials.models import Site, Sponsor
from trials.searching.wanted import NOT_REPORTED

UNKNOWN_CHOICE = _("There is no choice “%(value)s” here, so it is not applied.")


class NamesField(forms.Field):
    """Names that must occur in the catalogue: a mistyped address finds a message and not an empty list."""

    widget = forms.SelectMultiple
    default_validators = [ProhibitNullCharactersValidator()]

    def __init__(self, known: Callable[[list[str]], Iterable[str]], **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.known = known

    def read(self, name: str) -> str:
        """A name that is written otherwise than it is kept."""
        return name

    def clean(self, value: Any) -> list[str]:
        given = self._given(value)
        for name in given:
            self.run_validators(name)
        holding = self.holding(given)
        for name in given:
            if name not in holding:
                raise ValidationError(
                    _("No trial here has “%(value)s”, so it is not applied."), params={"value": name[:80]}
                )
        return given

    def holding(self, value: Any) -> list[str]:
        given = [name for name in self._given(value) if "\0" not in name]
        known = set(self.known(given)) if given else set()
        return [name for name in given if name in known]

    def _given(self, value: Any) -> list[str]:
        return [self.read(name) for name in value or [] if name]


class ChoicesField(forms.MultipleChoiceField):
    """Choices of a vocabulary; newer ones, too, that `known` says trials have."""

    def __init__(self, known: Callable[[list[str]], Iterable[str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.known = known

    def valid_value(self, value: str) -> bool:
        return super().valid_value(value) or ("\0" not in value and value in self.known([value]))

    def holding(self, value: Any) -> list[str]:
        return [each for each in value or [] if self.valid_value(each)]


class HoldingForm(forms.Form):
    """A form of which what is understood holds: also the values beside one that is not."""

    def clean(self) -> None:
        for name in self.errors:
            field = self.fields.get(name)
            if isinstance(field, NamesField | ChoicesField):
                self.cleaned_data[name] = field.holding(self[name].data)


def countries(names: list[str]) -> Iterable[str]:
    rows = Site.objects.listed().filter(country_normalised__in=names)
    return rows.values_list("country_normalised", flat=True).distinct()


def sponsors(names: list[str]) -> Iterable[str]:
    return Sponsor.objects.filter(name__in=names).values_list("name", flat=True)


def several(
    vocabulary: Iterable[tuple[str, Any]], known: Callable[[list[str]], Iterable[str]] = lambda values: ()
) -> ChoicesField:
    return ChoicesField(
        known,
        choices=[*vocabulary, (NOT_REPORTED, _("Not reported"))],
        required=False,
        error_messages={"invalid_choice": UNKNOWN_CHOICE},
    )


class Seeking(forms.CharField):
    """Words that a filter's choices bear: its list shows those alone. It changes nothing of what is found."""

    def __init__(self) -> None:
        super().__init__(
            required=False,
            max_length=100,
            error_messages={"max_length": _("Look for 100 characters of a name at most.")},
        )


class SeekingForm(HoldingForm):
    """A form whose `Seeking` fields are named "find_" and the filter."""

    def sought(self) -> dict[str, str]:
        return {
            name.removeprefix("find_"): self.cleaned_data.get(name, "")
            for name, field in self.fields.items()
            if isinstance(field, Seeking)
        }
