"""From a request to the version that an administrator may edit."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from trials.models import CriteriaVersion, Trial


class EditorRequest(HttpRequest):
    """What a view gets behind `for_editors`."""

    htmx: HtmxDetails


def for_editors(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For administrators. With an expired session, parts of pages are answered 401, not a login page."""

    @wraps(view)
    def only_for_editors(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            part = request.htmx and not request.htmx.boosted
            return HttpResponse(status=401) if part else redirect_to_login(request.get_full_path())
        if not request.user.is_staff:
            raise PermissionDenied(_("Criteria are edited by administrators."))
        return view(request, *args, **kwargs)

    return only_for_editors


def trial_or_404(nct_id: str) -> Trial:
    return get_object_or_404(Trial, nct_id=nct_id)


def version_or_404(nct_id: str, number: int) -> CriteriaVersion:
    """Which versions there are at all, the database decides by who asks."""
    versions = CriteriaVersion.objects.select_related("trial")
    return get_object_or_404(versions, trial__nct_id=nct_id, number=number)
