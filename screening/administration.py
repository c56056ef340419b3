"""The administrator's room as a whole: its name, and each page's history from the audit trail."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.admin import AdminSite
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _

from screening.history import acts, events_of, imports_of

EVENTS_A_PAGE = 200
_ORDER = ("Trial", "Site", "CriteriaVersion", "Variable", "Sponsor", "Caption", "User", "Center")


class Administration(AdminSite):
    site_title = _("Trialdesk administration")
    site_header = _("Trialdesk")
    index_title = _("Administration")
    enable_nav_sidebar = False  # lists of sites and people need the room

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """The history of every page is ours: Django's own knows of no reason and of no bulk change."""
        history = path("<slug:app>/<slug:name>/<path:object_id>/history/", self.admin_view(self.history))
        return [history, *super().get_urls()]

    def get_app_list(self, request: Any, app_label: str | None = None) -> list[Any]:
        """What is edited most comes first."""
        found = super().get_app_list(request, app_label)
        for app in found:
            app["models"].sort(key=lambda model: _place(model["object_name"]))
        return sorted(found, key=lambda app: app["app_label"] == "screening")

    def history(self, request: HttpRequest, app: str, name: str, object_id: str) -> HttpResponse:
        try:
            model = apps.get_model(app, name)
        except LookupError as error:
            raise Http404 from error
        if not self.is_registered(model):
            raise Http404
        pages = self.get_model_admin(model)
        row = pages.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not pages.has_view_or_change_permission(request, row):
            raise PermissionDenied
        page = Paginator(events_of(row), EVENTS_A_PAGE).get_page(request.GET.get("page"))
        context = {
            **self.each_context(request),
            "title": _("History: %s") % row,
            "acts": acts(page.object_list, row),
            "imports": imports_of(row) if page.number == 1 else [],
            "page": page,
            "object": row,
            "opts": model._meta,
        }
        return TemplateResponse(request, "admin/history.html", context)


def _place(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)
