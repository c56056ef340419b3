"""The checklist of a screening, whole or one statement at a time."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import push_url

from screening.access import DeskRequest, require_role
from screening.asking import Order
from screening.forms import CohortForm, ConsentForm
from screening.models import Conclusion, Kind
from screening.services import Refused, choose_cohort, record_consent
from screening.views.desk import Desk, open_desk, screening_view
from screening.views.order import ground_words, order_context
from screening.views.sheet import lines, statement_line, steps_to

FOCUS = "focus"


# Compressed, because ninety forms are much alike: a tenth of their weight. The page repeats nothing that the
# address says, so an attacker has nothing to vary (BREACH); Django's random padding comes on top.
@require_safe
@gzip_page
@screening_view
def checklist(request: DeskRequest, pk: int) -> HttpResponse:
    desk = open_desk(request, pk)
    focused = request.GET.get("view") == FOCUS
    swapped = request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request
    context = desk.context | {
        "view": FOCUS if focused else "list",
        "answer_query": f"?view={FOCUS}" if focused else "",
        "cohort_form": _cohort_form(desk),
        "consent_form": _consent_form(desk),
    }
    if focused:
        at = _place(desk, request.GET.get("at", ""), request.GET.get("after", ""))
        here = f"{context['list_url']}?view={FOCUS}&at={at}"
        if at and at != request.GET.get("at") and not swapped:
            return redirect(here)  # so that Back and reload come to this statement again
        template = "screening/checklist.html#step" if swapped else "screening/checklist.html"
        order = order_context(desk.order, desk.experience)
        response = render(request, template, context | order | _step(desk, at))
        if at and swapped:
            push_url(response, here)
    else:
        response = render(request, "screening/checklist.html", context | {"sheet": lines(desk.given)})
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
@screening_view
def cohort(request: DeskRequest, pk: int) -> HttpResponse:
    desk = open_desk(request, pk)
    require_role(request, desk.screening.center)
    form = CohortForm(request.POST, version=desk.screening.version)
    if form.is_valid():
        try:
            choose_cohort(user=request.user, screening=desk.screening, cohort=form.cleaned_data["cohort"])
        except Refused as refused:
            messages.error(request, refused.message)
    else:
        messages.error(request, _("That is not a cohort of this version. Choose one of the list."))
    return redirect("screening:checklist", pk)


@require_POST
@screening_view
def consent(request: DeskRequest, pk: int) -> HttpResponse:
    desk = open_desk(request, pk)
    require_role(request, desk.screening.center)
    form = ConsentForm(request.POST)
    if form.is_valid():
        try:
            record_consent(user=request.user, screening=desk.screening, **form.cleaned_data)
        except Refused as refused:
            messages.error(request, refused.message)
    else:
        messages.error(request, _("Give the date of consent."))
    return redirect("screening:checklist", pk)


def _consent_form(desk: Desk) -> ConsentForm | None:
    return ConsentForm() if desk.may_answer and desk.screening.kind == Kind.PRE_SCREENING else None


def _cohort_form(desk: Desk) -> CohortForm | None:
    screening = desk.screening
    proposed = screening.conclusion == Conclusion.PROPOSED_ELIGIBLE and not screening.disposition
    if not desk.tree.cohorts or not (desk.may_answer or (desk.may_write and proposed)):
        return None
    return CohortForm(initial={"cohort": desk.screening.cohort_id}, version=desk.screening.version)


def _place(desk: Desk, at: str, after: str) -> str:
    """The statement asked for, else the next question; empty where there is none."""
    if at in desk.statements:
        return at
    following = desk.course.next_question(after)
    return following.identifier if following else ""


def _step(desk: Desk, at: str) -> dict[str, Any]:
    """One statement, where it stands, and its neighbours."""
    if not at:
        return {"line": None}
    previous, following = desk.course.neighbours(at)
    fastest = desk.order is Order.FASTEST
    return {
        "line": statement_line(desk.given, desk.tree.nodes[at]),
        "path": steps_to(desk.tree, at),
        "previous": previous,
        # In the fastest order there is no next one but that which the figures put next.
        "following": None if fastest else following,
        "ground": ground_words(desk.screening, at, desk.experience)
        if fastest and at in desk.course.open
        else "",
    }
