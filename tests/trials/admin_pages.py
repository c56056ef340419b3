"""What the tests of the administrator's pages share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse

from config.context import acting_as, system
from tests.trials.records import record
from trials.importers.ctgov import read_study
from trials.importers.store import save_study
from trials.models import Trial


def load_trial(nct_id: str = "NCT01234567", **modules: dict[str, Any]) -> Trial:
    modules.setdefault("identificationModule", {})["nctId"] = nct_id
    with acting_as(system("import", importing=True)):
        return save_study(read_study(record(**modules))).trial


def address(page: str, *args: object, **query: object) -> str:
    return reverse(f"admin:trials_{page}", args=args, query=query or None)


def filled(page: Any, **changes: Any) -> dict[str, Any]:
    """What a browser would send from the page, with some fields changed."""
    admin_form = page.context["adminform"].form
    parts = [admin_form]
    for inline in page.context["inline_admin_formsets"]:
        parts += [inline.formset.management_form, *inline.formset.forms]
    data = {}
    for form in parts:
        for bound in form:
            value = bound.value()
            if bound.field.show_hidden_initial:
                data[bound.html_initial_name] = value
            if isinstance(bound.field, forms.NullBooleanField):
                data[bound.html_name] = {True: "true", False: "false"}.get(value, "unknown")
            elif value is True:
                data[bound.html_name] = "on"
            elif value is not None and value is not False:
                # Browsers end lines in their own way.
                data[bound.html_name] = value.replace("\n", "\r\n") if isinstance(value, str) else value
    return {**data, **changes}
