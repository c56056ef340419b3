"""The public catalogue: first page and list of trials. Nothing here knows of patients."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect, push_url
from django_htmx.middleware import HtmxDetails

from trials.asked import address, asked, chips, loosenings
from trials.forms import SearchForm
from trials.models import Trial
from trials.paging import page_of
from trials.search import facets, for_list, found, in_order, nct_id_in

PAGE_SIZE = 25


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
    trials = Trial.objects.all()
    counts = {"trial_count": trials.count(), "recruiting_count": trials.recruiting().count()}
    return render(request, "trials/home.html", counts)


@require_safe
def trial_list(request: TrialsRequest) -> HttpResponse:
    number = nct_id_in(request.GET.get("q", ""))
    if number and (known := Trial.objects.known_as(number).values_list("nct_id", flat=True).first()):
        there = redirect("trials:trial", known)
        return HttpResponseClientRedirect(there.url) if request.htmx else there

    form = SearchForm(request.GET)
    wanted = form.wanted()
    parameters = asked(wanted, form.order())
    trials = in_order(found(wanted), form.order())
    page, page_problem = page_of(Paginator(for_list(trials), PAGE_SIZE), request.GET.get("page", "1"))
    offered = facets(wanted, form.sought())
    swapped = bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request
    context = {
        "form": form,
        "facets": offered,
        "chips": chips(parameters, offered),
        "page": page,
        "page_problem": page_problem,
        "page_addresses": _page_addresses(page, parameters),
        "loosenings": [] if page.paginator.count else loosenings(wanted, parameters, offered),
        "unknown_number": number,
        "swapped": swapped,
    }
    response = render(request, "trials/list.html" + ("#results" if swapped else ""), context)
    patch_vary_headers(response, ["HX-Request"])
    here = address(parameters, page.number)
    # The same search asked again is no new step to go back to.
    return push_url(response, here) if swapped and request.htmx.current_url_abs_path != here else response


def _page_addresses(page: Page[Any], parameters: dict[str, list[str]]) -> dict[str, str]:
    near = {}
    if page.has_previous():
        near["previous"] = address(parameters, page.previous_page_number())
    if page.has_next():
        near["next"] = address(parameters, page.next_page_number())
    return near
