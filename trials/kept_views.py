"""What somebody keeps of the catalogue: starred trials and saved searches. Everything here is one's own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from trials.kept import (
    NUMBER,
    TooManyStarsError,
    forget_in_browser,
    star_in_account,
    stars_in_browser,
    stars_of,
    unstar,
)
from trials.kept import star as star_it
from trials.listing import for_list, lines_of
from trials.models import Trial


class KeptRequest(HttpRequest):
    htmx: HtmxDetails


@require_safe
def starred(request: KeptRequest) -> HttpResponse:
    stars = stars_of(request)
    rows = {trial.nct_id: trial for trial in for_list(Trial.objects.filter(nct_id__in=stars.numbers))}
    trials = [rows[number] for number in stars.numbers if number in rows]
    context: dict[str, Any] = {"lines": lines_of(trials, stars), "next": request.path}
    if stars.user:
        context["in_browser"] = len(stars_in_browser(request))
    return render(request, "trials/starred.html", context)


@require_POST
def star(request: KeptRequest) -> HttpResponse:
    """Star a trial (`star`) or take its star away (`unstar`), each by its NCT number."""
    wanted = "star" in request.POST
    number = request.POST.get("star" if wanted else "unstar", "")
    if not NUMBER.fullmatch(number):
        raise Http404
    trial = get_object_or_404(Trial.objects.for_title(), nct_id=number)
    stars = stars_of(request)
    response = _back(request)
    if request.htmx:
        response = render(request, "trials/star.html", {"number": trial.nct_id, "is_starred": wanted})
    try:
        (star_it if wanted else unstar)(stars, trial, response)
    except TooManyStarsError:
        words = _("This browser keeps no more than %(n)s stars. Take one away, or sign in to keep more.")
        messages.warning(request, words % {"n": len(stars)})
        return _back(request)
    return response


@require_POST
@login_required
def take_over(request: KeptRequest) -> HttpResponse:
    """What this browser kept before its user signed in comes into the account."""
    trials = list(Trial.objects.filter(nct_id__in=stars_in_browser(request).numbers).only("pk"))
    star_in_account(request.user, trials)
    n = len(trials)
    words = ngettext("%(n)s trial is in your account now.", "%(n)s trials are in your account now.", n)
    messages.success(request, words % {"n": n})
    response = redirect("trials:starred")
    forget_in_browser(response)
    return response


def _back(request: KeptRequest) -> HttpResponse:
    """To the page that the star is on; htmx has to be told to leave it."""
    there = request.POST.get("next", "")
    back = redirect(there if url_has_allowed_host_and_scheme(there, None) else "trials:starred")
    return HttpResponseClientRedirect(back.url) if request.htmx else back
