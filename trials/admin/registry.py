"""The registry's value beside a local edit: shown at its field, listed, and taken back."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from trials.admin.pages import ExplainedAdmin, ReasonField, RowForm, StackOf, TableOf
from trials.local_edits import COLUMNS, by_hand, plain, take_back
from trials.models import LocalEdit, Site, Trial
from trials.reading.in_words import LIST_NAMES, column_in_words, list_in_words

# Fields of the forms whose value is kept under another name.
_KEPT_AS = {"condition_names": "conditions", "keyword_names": "keywords", "latitude": "coordinates"}
# What comes from the documents that are loaded beside the registry's record.
_OF_DOCUMENTS = {
    "nickname", "plain_summary", "plain_summary_machine_made", "periods", "notices", "about_sponsor",
    "worldwide_contacts_note", "people_applied", "launched", "current_as_of", "related_trials",
}  # fmt: skip
_SHORT = 200


def edits_of(row: Trial | Site) -> dict[str, LocalEdit]:
    """Where an administrator's word stands in the trial itself, or in the site."""
    if not row.pk:
        return {}
    edits = LocalEdit.objects.filter(site=row) if isinstance(row, Site) else row.local_edits.filter(site=None)
    return {edit.field: edit for edit in edits}


def note(edit: LocalEdit, *, ticked: bool = False) -> SafeString:
    """What the registry says, who edited it and when, and a tick to take it back."""
    if edit.field in LIST_NAMES:
        said = list_in_words(edit.field, edit.registry)
    else:
        column = COLUMNS[edit.field] if edit.site_id is None else Site._meta.get_field("status")
        said = column_in_words(column, edit.registry)
    context = {
        "edit": edit,
        "said": said,
        "is_long": len(said) > _SHORT or said.count("\n") > 2,
        "of_document": edit.field in _OF_DOCUMENTS,
        "ticked": ticked,
    }
    return render_to_string("admin/trials/local_edit.html", context)


class RegistryForm(RowForm):
    """Beside each field that was edited here stands what the registry says.

    What somebody else or an import changed since the page was opened is not overwritten with what it showed.
    """

    reason = ReasonField()
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.edits = edits_of(self.instance)
        self.ticked = set(self.data.getlist("take_back")) if hasattr(self.data, "getlist") else set()
        self.initial["seen"] = self._standing() if self.instance.pk else ""
        for name, field in self.fields.items():
            if edit := self.edits.get(_KEPT_AS.get(name, name)):
                field.help_text = format_html("{}{}", field.help_text, self.note(edit))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("seen") and cleaned["seen"] != self.initial["seen"]:
            raise forms.ValidationError(
                _("This was changed since you opened the page. Open it anew, then make your change.")
            )
        return cleaned

    def _standing(self) -> str:
        """Short for all that the page shows, as it is stored now."""
        columns = sorted(field.attname for field in self.instance._meta.concrete_fields if field.editable)
        values = [plain(getattr(self.instance, name)) for name in columns]
        return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]

    def note(self, edit: LocalEdit) -> SafeString:
        return note(edit, ticked=edit.field in self.ticked)


class ListTable(TableOf):
    """One of the lists that a record fills: an edit of any row is an edit of the list."""

    template = "admin/trials/list_of_rows.html"
    stock_template = "admin/edit_inline/tabular.html"
    kept_as = ""
    shown_note: SafeString | str = ""


class ListStack(StackOf):
    """The same for rows with long texts."""

    template = "admin/trials/list_of_rows.html"
    stock_template = "admin/edit_inline/stacked.html"
    kept_as = ""
    shown_note: SafeString | str = ""


class EditedHere(admin.SimpleListFilter):
    title = _("local edits")
    parameter_name = "edited"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Edited here")), ("no", _("As the registry says"))]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        if self.value() not in ("yes", "no"):
            return queryset
        edited = Exists(LocalEdit.objects.filter(**{self.owner(queryset): OuterRef("pk")}))
        return queryset.filter(edited if self.value() == "yes" else ~Q(edited))

    @staticmethod
    def owner(queryset: QuerySet[Any]) -> str:
        return "site" if queryset.model is Site else "trial"


class BesideRegistry(ExplainedAdmin):
    """Changes that are made on these pages are remembered as local edits; ticked ones are taken back."""

    def concerned(self, object_id: str) -> dict[str, list[int]]:
        """What the page of this object edits, as `by_hand` wants it."""
        raise NotImplementedError

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        known = object_id is not None and object_id.isascii() and object_id.isdigit()
        if request.method != "POST" or not known or object_id is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        with by_hand(**self.concerned(object_id)):
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_inline_formsets(
        self, request: HttpRequest, formsets: Any, inline_instances: Any, obj: Any = None, **kwargs: Any
    ) -> Any:
        shown = super().get_inline_formsets(request, formsets, inline_instances, obj, **kwargs)
        edits = edits_of(obj) if obj else {}
        ticked = request.POST.getlist("take_back")
        for formset in shown:
            edit = edits.get(getattr(formset.opts, "kept_as", ""))
            formset.opts.shown_note = note(edit, ticked=edit.field in ticked) if edit else ""
        return shown

    def take_back_ticked(self, request: HttpRequest, form: RegistryForm) -> bool:
        """Whether anything was ticked. Comes after the page's own changes, and wins over them."""
        ticked = [edit for field, edit in form.edits.items() if field in request.POST.getlist("take_back")]
        return bool(take_back(ticked))
