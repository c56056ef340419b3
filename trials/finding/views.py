"""The public catalogue's first page and its search. Nothing here knows of patients."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect, push_url
from django_htmx.middleware import HtmxDetails

from trials.finding import suggested
from trials.finding.choices_page import ChoicesPage
from trials.finding.offered import LONG
from trials.finding.page import Finding
from trials.finding.stars import stars_of
from trials.searching import engine
from trials.searching.results import FacetAsked
from trials.searching.wanted import Wanted
from trials.vocabulary import Status


class TrialsRequest(HttpRequest):
    htmx: HtmxDetails
    access: Any


@require_safe
def home(request: TrialsRequest) -> HttpResponse:
    """For visitors; a sponsor's people go on to the map of their trials, others to what waits for them."""
    if request.user.is_authenticated:
        access = request.access
        comes_for_sites = access.context.sponsors and not (access.has_desk or access.context.edits_content)
        return redirect("trials:map" if comes_for_sites else "screening:today")
    found = engine.search(Wanted(), count=0, facets=[FacetAsked("status")])
    recruiting = {each.value: each.count for each in found.facets["status"].values}.get(Status.RECRUITING, 0)
    counts = {"trial_count": found.total, "trial_count_words": f"{found.total:,}"}
    return render(request, "trials/home.html", {**counts, "recruiting_count_words": f"{recruiting:,}"})


@require_safe
def trial_list(request: TrialsRequest) -> HttpResponse:
    found = Finding(request.GET, stars_of(request))
    if found.understanding.goes_to:
        there = redirect("trials:trial", found.understanding.goes_to)
        return HttpResponseClientRedirect(there.url) if request.htmx else there
    swapped = bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request
    context = {"found": found, "form": found.form, "swapped": swapped, "next": found.address}
    response = render(request, "trials/list.html" + ("#results" if swapped else ""), context)
    patch_vary_headers(response, ["HX-Request"])
    # The same search asked again is no new step to go back to.
    is_new = swapped and request.htmx.current_url_abs_path != found.address
    return push_url(response, found.address) if is_new else response


@require_safe
def choices(request: TrialsRequest, name: str) -> HttpResponse:
    """All that a long filter offers, by name or by number; htmx puts it in the place of the short list."""
    if name not in LONG:
        raise Http404
    page = ChoicesPage(name, request.GET, stars_of(request))
    swapped = bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request
    template = "trials/choices.html" + ("#choices" if swapped else "")
    response = render(request, template, {"page": page, "form": page.form, "swapped": swapped})
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def suggestions(request: TrialsRequest) -> HttpResponse:
    """What somebody may be about to type, as the options of a list: words (`q`) or a place (`near`)."""
    near = request.GET.get("near")
    options = suggested.words(request.GET.get("q", "")) if near is None else suggested.places(near)
    return render(request, "trials/suggestions.html", {"options": options})
