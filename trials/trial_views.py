"""What is public of one trial: its page, and its criteria in two versions side by side."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from trials.comparing import CompareForm, comparable
from trials.editor.changes import changes_between
from trials.models import Trial
from trials.page import TrialPage, for_page
from trials.search import nct_id_in


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
    return Trial.objects.known_as(number).values_list("nct_id", flat=True).first()
