"""What somebody keeps of the catalogue: starred trials and saved searches. Everything here is one's own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from trials.finding.listing import lines_of
from trials.finding.saved import (
    MOST,
    NothingToSaveError,
    TooLongToSaveError,
    TooManySavedError,
    look_at,
    news_of,
    own_searches,
    save_search,
)
from trials.finding.stars import (
    NUMBER,
    TooManyStarsError,
    forget_in_browser,
    star_in_account,
    stars_in_browser,
    stars_of,
    unstar,
)
from trials.finding.stars import star as star_it
from trials.models import Trial
from trials.searching import engine
from trials.templatetags.finding import star as star_button


class KeptRequest(HttpRequest):
    htmx: HtmxDetails


@require_safe
def starred(request: KeptRequest) -> HttpResponse:
    stars = stars_of(request)
    lines = {line.trial.nct_id: line for line in lines_of(Q(nct_id__in=stars.numbers), stars)}
    listed = [lines[number] for number in stars.numbers if number in lines]
    context: dict[str, Any] = {"lines": listed, "next": request.path}
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
        response = HttpResponse(star_button(trial.nct_id, wanted))
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


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def saved(request: KeptRequest) -> HttpResponse:
    """One's saved searches, with what each has found since one last looked; a POST saves another."""
    if request.method == "POST":
        try:
            save_search(request.user, request.POST.get("query", ""))
            messages.success(request, _("The search is saved: here stands from now on what is new in it."))
        except NothingToSaveError:
            messages.warning(request, _("Search for something first: this would save the whole catalogue."))
        except TooLongToSaveError:
            messages.warning(request, _("This search is too long to be saved: choose less in it."))
        except TooManySavedError:
            words = _("%(n)s searches are saved, and that is all that are kept: remove one first.")
            messages.warning(request, words % {"n": MOST})
        return redirect("trials:saved")
    context = {"searches": news_of(request.user), "is_whole": engine.is_whole()}
    return render(request, "trials/saved.html", context)


@require_POST
@login_required
def look_at_new(request: KeptRequest, pk: int) -> HttpResponse:
    """On to what is new; from now on it counts as seen."""
    return redirect(look_at(get_object_or_404(own_searches(request.user), pk=pk)))


@require_POST
@login_required
def remove_saved(request: KeptRequest, pk: int) -> HttpResponse:
    get_object_or_404(own_searches(request.user), pk=pk).delete()
    messages.success(request, _("The search is no longer saved."))
    return redirect("trials:saved")


def _back(request: KeptRequest) -> HttpResponse:
    """To the page that the star is on; htmx has to be told to leave it."""
    there = request.POST.get("next", "")
    # Django would take what does not begin so for the name of a page.
    is_ours = there.startswith("/") and url_has_allowed_host_and_scheme(there, None)
    back = redirect(there if is_ours else "trials:starred")
    return HttpResponseClientRedirect(back.url) if request.htmx else back
