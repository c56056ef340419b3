"""What is public of one trial: its page, and its criteria in two versions side by side."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from django_htmx.http import push_url
from django_htmx.middleware import HtmxDetails

from trials.editor.changes import changes_between
from trials.models import Trial
from trials.paging import page_of
from trials.reading.comparing import CompareForm, comparable
from trials.reading.history import lines_of, told
from trials.reading.long import LONG, portion
from trials.reading.page import TrialPage, for_page
from trials.reading.portions import ROOM_ALONE, shown
from trials.reading.related import related
from trials.reading.sites import SitesPage
from trials.searching import engine
from trials.text import nct_id_in

IMPORTS_A_PAGE = 20
# On the trial's page, and on a page of their own.
ALIKE, ALIKE_ALONE = 5, 20


class TrialsRequest(HttpRequest):
    htmx: HtmxDetails


# Compressed for people who are signed in too, because criteria and sites are long and much alike. The only
# secret on it is the token against forged requests, which is masked anew for each answer (BREACH).
@require_safe
@gzip_page
def trial_page(request: TrialsRequest, nct_id: str) -> HttpResponse:
    number, asked = nct_id_in(nct_id), request.GET.dict()
    swapped = bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request
    trials = Trial.objects.for_title() if swapped else for_page(Trial.objects.all())
    trial = trials.filter(nct_id=number).first()
    if trial is None or nct_id != trial.nct_id:
        return redirect("trials:trial", trial.nct_id if trial else _nct_id_now(nct_id))
    if swapped:
        sites = SitesPage(trial, asked)
        context = {"trial": trial, "sites": sites}
        response = push_url(render(request, "trials/sections/locations.html#sites", context), sites.here)
    else:
        page = TrialPage(trial, asked)
        response = render(request, "trials/trial.html", {"trial": trial, "page": page, "sites": page.sites})
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
@gzip_page
def long_part(request: HttpRequest, nct_id: str, name: str) -> HttpResponse:
    """All of one list or text that the page of the trial may have no room for, page by page."""
    if name not in LONG:
        raise Http404(_("A trial has no such list."))
    trial = for_page(Trial.objects.all()).filter(nct_id=nct_id).first()
    if trial is None:
        return redirect("trials:long", _nct_id_now(nct_id), name)
    whole = portion(TrialPage(trial, {}), name)
    page, problem = page_of(Paginator(whole.runs(), 1), request.GET.get("page", "1"))
    context = {"trial": trial, "whole": whole, "page_problem": problem, "run_page": page, "run": page[0]}
    return render(request, "trials/long.html", context)


@require_safe
@gzip_page
def trial_history(request: HttpRequest, nct_id: str) -> HttpResponse:
    """What each import of its record changed of the trial, the newest first."""
    trial = Trial.objects.for_title().filter(nct_id=nct_id).first()
    if trial is None:
        return redirect("trials:history", _nct_id_now(nct_id))
    page, problem = page_of(Paginator(trial.imports.all(), IMPORTS_A_PAGE), request.GET.get("page", "1"))
    imports = list(map(told, page))
    found = shown({str(each.pk): lines_of(each) for each in imports}, ROOM_ALONE)
    context = {
        "trial": trial,
        "page": page,
        "page_problem": problem,
        "imports": [(each, found[str(each.pk)]) for each in imports],
    }
    return render(request, "trials/history.html", context)


@require_safe
@gzip_page
def one_import(request: HttpRequest, nct_id: str, pk: int) -> HttpResponse:
    """All that one import changed, page by page."""
    trial = Trial.objects.for_title().filter(nct_id=nct_id).first()
    if trial is None:
        return redirect("trials:import", _nct_id_now(nct_id), pk)
    this = told(get_object_or_404(trial.imports, pk=pk))
    page, problem = page_of(Paginator(lines_of(this).runs(), 1), request.GET.get("page", "1"))
    context = {"trial": trial, "told": this, "page_problem": problem, "run_page": page, "run": page[0]}
    return render(request, "trials/import.html", context)


# Compressed like the trial's page, for the same reason.
@require_safe
@gzip_page
def compare_criteria(request: HttpRequest, nct_id: str) -> HttpResponse:
    """Any two versions side by side: the registry's for everybody, a protocol's for those who may read it."""
    trial = Trial.objects.for_title().filter(nct_id=nct_id).first()
    if trial is None:
        there = reverse("trials:compare_criteria", args=[_nct_id_now(nct_id)])
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


@require_safe
def related_trials(request: TrialsRequest, nct_id: str) -> HttpResponse:
    """Trials like this one, with what they have in common: a page, or its list for the trial's page."""
    trials = Trial.objects.for_title().prefetch_related("conditions", "interventions")
    trial = trials.filter(nct_id=nct_id).first()
    if trial is None:
        return redirect("trials:related", _nct_id_now(nct_id))
    whole = not request.htmx or request.htmx.boosted
    template = "trials/related.html" if whole else "trials/related.html#alike"
    alike = related(trial, count=ALIKE_ALONE if whole else ALIKE)
    context = {"trial": trial, "alike": alike, "is_whole": engine.is_whole()}
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _nct_id_now(nct_id: str) -> str:
    """The number under which a trial is kept here; given is that or a former one, however it is written."""
    numbers = Trial.objects.known_as(nct_id_in(nct_id) or nct_id).values_list("nct_id", flat=True)
    number = numbers.first()
    if number is None:
        raise Http404(_("There is no such trial here."))
    return number
