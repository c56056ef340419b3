"""Column types for what a registry says: dates of any precision, and enumerations that may grow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partialmethod
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _

from trials.dates import PartialDate
from trials.text import humanised

if TYPE_CHECKING:
    DateText = models.CharField[PartialDate | str | None, PartialDate | None]
    EnumerationText = models.CharField[str, str]
else:
    DateText = EnumerationText = models.CharField


class PartialDateFormField(forms.CharField):
    def prepare_value(self, value: Any) -> Any:
        return value.iso if isinstance(value, PartialDate) else value

    def to_python(self, value: Any) -> Any:
        return partial_date(super().to_python(value.iso if isinstance(value, PartialDate) else value))

    def run_validators(self, value: Any) -> None:
        """`to_python` has checked it; the validators ask a text for its length."""


class RegistryFormField(forms.TypedChoiceField):
    """Offers the values that have words, and keeps one that has none."""

    def prepare_value(self, value: Any) -> Any:
        if value and not super().valid_value(value):
            offered: list[Any] = list(self.choices)  # type: ignore[arg-type]
            self.choices = [*offered, (value, humanised(str(value)))]
        return value

    def valid_value(self, value: Any) -> bool:
        return super().valid_value(value) or re.fullmatch(r"[A-Z][A-Z0-9_]*", str(value)) is not None


def partial_date(value: Any) -> PartialDate | None:
    """What a person or a form wrote, as a date; `ValidationError` says how to write it."""
    if value is None or value == "" or isinstance(value, PartialDate):
        return value or None
    try:
        return PartialDate(str(value))
    except ValueError as error:
        raise ValidationError(
            _("“%(value)s” is no date. Write the date as 2024-12-17, 2024-12 or 2024."),
            params={"value": str(value)[:40]},
        ) from error


class PartialDateField(DateText):
    """A `PartialDate` kept as its text ("2024-12"), which sorts by itself; unknown is NULL."""

    description = _("Date of any precision")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(max_length=10, null=True, blank=True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "null", "blank"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs

    def from_db_value(
        self, value: str | None, expression: object, connection: BaseDatabaseWrapper
    ) -> PartialDate | None:
        return PartialDate(value) if value else None

    def to_python(self, value: Any) -> PartialDate | None:
        return partial_date(value)

    def get_prep_value(self, value: Any) -> str | None:
        if isinstance(value, PartialDate):
            return value.iso
        return str(value) if value else None

    def run_validators(self, value: Any) -> None:
        """`to_python` has checked it; the validators ask a text for its length."""

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj)) or ""

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"form_class": PartialDateFormField, **kwargs})


def _words(self: models.Model, field: models.Field[Any, Any]) -> str:
    value = getattr(self, field.attname)
    labels = dict(field.flatchoices)
    return str(labels[value]) if value in labels else humanised(value or "")


class RegistryField(EnumerationText):
    """An enumeration of the registry's. A value newer than our list is kept as written and shown readable."""

    description = _("Registry enumeration")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 64)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, f"get_{name}_display", partialmethod(_words, field=self))

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        if not value or value in dict(self.flatchoices):
            super().validate(value, model_instance)

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"choices_form_class": RegistryFormField, **kwargs})
