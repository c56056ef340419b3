"""Every field of an administrator's page says what it is for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.test import RequestFactory

from config.context import acting_as, system
from tests.factories import make_user
from trials.models import CriteriaVersion

pytestmark = pytest.mark.django_db


def pages() -> Iterator[tuple[str, Any]]:
    for model, page in admin.site._registry.items():
        if model is not CriteriaVersion:
            yield model._meta.label, page


def test_every_field_explains_itself() -> None:
    request = RequestFactory().get("/")
    request.user = make_user("Ada", is_staff=True)
    silent = []
    with acting_as(system("test", edits_content=True)):
        for label, page in pages():
            forms = {label: page.get_form(request)()}
            for inline in page.get_inline_instances(request):
                forms[f"{label} {inline.model.__name__}"] = inline.get_formset(request)().empty_form
            for name, form in forms.items():
                silent += [
                    f"{name}.{field}"
                    for field, bound in form.fields.items()
                    if not bound.help_text and not bound.widget.is_hidden and field not in ("DELETE", "id")
                ]
    assert silent == []
