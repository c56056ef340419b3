"""The public catalogue: first page, list of trials, page of a trial. Nothing here knows of patients."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect, push_url
from django_htmx.middleware import HtmxDetails

from trials.asked import address, asked, chips, loosenings
from trials.comparing import CompareForm, comparable
from trials.editor.changes import changes_between
from trials.forms import SearchForm
from trials.models import Trial
from trials.page import TrialPage, for_page
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
    if number and (known := _nct_id_now(number)):
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


# Compressed for people who are signed in too, because criteria and sites are long and much alike. The page
# repeats nothing that its address says, so an attacker has nothing to vary (BREACH).
@require_safe
@gzip_page
def trial_page(request: HttpRequest, nct_id: str) -> HttpResponse:
    number = nct_id_in(nct_id)
    trial = for_page(Trial.objects.all()).filter(nct_id=number).first()
    if trial is None:
        known = number and _nct_id_now(number)
        if not known:
            raise Http404(_("There is no such trial here."))
        return redirect("trials:trial", known)
    if nct_id != trial.nct_id:
        return redirect("trials:trial", trial.nct_id)
    return render(request, "trials/trial.html", {"trial": trial, "page": TrialPage(trial)})


# Compressed like the trial's page, for the same reason.
@require_safe
@gzip_page
def compare_criteria(request: HttpRequest, nct_id: str) -> HttpResponse:
    """Any two versions side by side: the registry's for everybody, a protocol's for those who may read it."""
    trial = Trial.objects.for_title().filter(nct_id=nct_id).first()
    if trial is None:
        known = _nct_id_now(nct_id_in(nct_id) or nct_id)
        if not known:
            raise Http404(_("There is no such trial here."))
        there = reverse("trials:compare_criteria", args=[known])
        return redirect(f"{there}?{request.GET.urlencode()}" if request.GET else there)
    versions = comparable(trial)
    form = CompareForm(request.GET.dict(), versions)
    pair = form.pair() if versions else None
    context = {"trial": trial, "form": form, "versions": versions, "pair": pair}
    if pair:
        context |= {"before": pair[0], "after": pair[1], "changes": changes_between(*pair)}
    return render(
        request, "trials/versions/compare.html", context, status=200 if pair or not versions else 404
    )


def _nct_id_now(number: str) -> str | None:
    """The number under which a trial is kept here, when one or a former one is given."""
    kept = Trial.objects.filter(nct_id=number) | Trial.objects.filter(nct_id_aliases__contains=[number])
    return kept.values_list("nct_id", flat=True).first()


def _page_addresses(page: Page[Any], parameters: dict[str, list[str]]) -> dict[str, str]:
    near = {}
    if page.has_previous():
        near["previous"] = address(parameters, page.previous_page_number())
    if page.has_next():
        near["next"] = address(parameters, page.next_page_number())
    return near
