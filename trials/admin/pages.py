"""What the admin's pages have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import ForeignKey, Max, Model, QuerySet
from django.forms import BaseInlineFormSet, BaseModelFormSet
from django.forms.formsets import DELETION_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from config.context import reason_given
from trials.admin.help_texts import Help
from trials.text import folded


def found_by_key(queryset: QuerySet[Any], column: str, term: str) -> QuerySet[Any]:
    """The rows whose folded column has every word of `term`, accents and case aside."""
    for word in folded(term).split():
        queryset = queryset.filter(**{f"{column}__contains": word})
    return queryset


def save_rows(formset: BaseModelFormSet, scope: str) -> None:
    """Save an inline's rows; new ones go to the end of their list (`scope` is the column of its owner)."""
    rows = formset.save(commit=False)
    for row in formset.deleted_objects:
        row.delete()
    for row in rows:
        if row.pk is None and hasattr(row, "position"):
            row.position = next_position(row, scope)
        row.save()
    formset.save_m2m()


def next_position(row: Model, scope: str) -> int:
    kind = {"kind": row.kind} if hasattr(row, "kind") else {}  # outcomes are counted by kind
    rows = type(row)._default_manager.filter(**{scope: getattr(row, scope)}, **kind)
    last = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else int(last) + 1


class ReasonField(forms.CharField):
    """Why something is changed: it goes to the audit trail, with everything that the form changes."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Reason for the change"))
        kwargs.setdefault(
            "help_text", _("Kept in the history beside what was changed. Write nothing about patients.")
        )
        kwargs.setdefault("required", False)
        super().__init__(
            max_length=1000, widget=forms.Textarea(attrs={"rows": 2, "cols": 80}), **kwargs
        )  # fmt: skip


def reason_of(request: HttpRequest) -> str:
    """What was written in the form's `reason`; the form itself says what is wrong with it."""
    return request.POST.get("reason", "").replace("\0", "").strip()[:1000]


class ExplainedAdmin(admin.ModelAdmin):
    """Each field says what it is for; each change carries the reason that was given for it."""

    help_texts: Help = {}

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change=change, help_texts=self.help_texts, **kwargs)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        with reason_given(reason_of(request)):
            return super().changeform_view(request, object_id, form_url, extra_context)


class KnownAutocomplete(AutocompleteSelect):
    """Shows the object that its row has already fetched, where the stock one asks for it row by row."""

    known: Model | None = None

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        if self.known is None or list(value) != [str(self.known.pk)]:
            return super().optgroups(name, value, attr)
        option = self.create_option(name, value[0], str(self.known), True, 0)
        return [(None, [option], 0)]


class RowForm(forms.ModelForm):
    """A row that is sent back as it was is as it was, with the spaces that browsers and forms take away."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            widget = getattr(field.widget, "widget", field.widget)
            if isinstance(widget, KnownAutocomplete) and self.instance.pk:
                widget.known = self.instance._state.fields_cache.get(name)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, value in cleaned.items():
            was = self.initial.get(name)
            if isinstance(value, str) and isinstance(was, str) and self._looks_alike(name, value, was):
                cleaned[name] = was
        return cleaned

    def _looks_alike(self, name: str, value: str, was: str) -> bool:
        if isinstance(self.fields[name].widget, forms.Textarea):
            return value == was.strip()
        return value.split() == was.split()


class NamedFormSet(BaseInlineFormSet):
    """In a table the head of the column is no label that a screen reader would say at each field."""

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        for name, field in form.fields.items():
            widget: Any = getattr(field.widget, "widget", field.widget)
            label = _("Delete this row") if name == DELETION_FIELD_NAME else field.label
            widget.attrs.setdefault("aria-label", label or name)


class RowsOf(admin.options.InlineModelAdmin):
    """Rows on the page of what they belong to, each of their fields explained."""

    form = RowForm
    extra = 0
    help_texts: Help = {}

    def get_formset(self, request: Any, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, **{"help_texts": self.help_texts, **kwargs})

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KnownAutocomplete(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class TableOf(RowsOf, admin.TabularInline):
    formset = NamedFormSet


class StackOf(RowsOf, admin.StackedInline):
    pass
