"""What the admin's pages have in common."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Max, Model, QuerySet
from django.forms import BaseModelFormSet
from django.http import HttpRequest

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


class WithinTrial(admin.ModelAdmin):
    """A page that is reached from its trial's, and not from the index."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False
