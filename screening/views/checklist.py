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

from screening.access import DeskRequest, desk_view, require_role
from screening.forms import CohortForm, ConsentForm
from screening.models import Kind
from screening.services import Refused, choose_cohort, record_consent
from screening.views.desk import Desk, open_desk
from screening.views.sheet import lines, statement_line, steps_to

FOCUS = "focus"


# Compressed, because ninety forms are much alike: a tenth of their weight. The page repeats nothing that the
# address says, so an attacker has nothing to vary (BREACH); Django's random padding comes on top.
@require_safe
@gzip_page
@desk_view
def checklist(request: DeskRequest, pk: int) -> HttpResponse:
    desk = open_desk(request, pk)
    focused = request.GET.get("view") == FOCUS
    context = desk.context | {
        "view": FOCUS if focused else "list",
        "answer_query": f"?view={FOCUS}" if focused else "",
        "cohort_form": _cohort_form(desk),
        "consent_form": _consent_form(desk),
    }
    if focused:
        context |= _step(desk, request.GET.get("at", ""), request.GET.get("after", ""))
    else:
        context["sheet"] = lines(desk.given)
    swapped = (
        focused and request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request
    )
    response = render(
        request, "screening/checklist.html#step" if swapped else "screening/checklist.html", context
    )
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
@desk_view
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
@desk_view
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
    if not desk.tree.cohorts or not desk.may_answer:
        return None
    return CohortForm(initial={"cohort": desk.screening.cohort_id}, version=desk.screening.version)


def _step(desk: Desk, at: str, after: str) -> dict[str, Any]:
    """The statement asked for, or the next open one; its neighbours in protocol order."""
    mine = [
        node.identifier for node in desk.tree.statements if node.identifier in desk.assessment.node_values
    ]
    still_open = set(desk.assessment.open_relevant)
    if at not in mine:
        begin = mine.index(after) + 1 if after in mine else 0
        at = next((each for each in [*mine[begin:], *mine[:begin]] if each in still_open), "")
    if not at:
        return {"line": None, "previous": mine[-1] if mine else "", "following": ""}
    place = mine.index(at)
    return {
        "line": statement_line(desk.given, desk.tree.nodes[at]),
        "path": steps_to(desk.tree, at),
        "position": place + 1,
        "previous": mine[place - 1] if place else "",
        "following": mine[place + 1] if place + 1 < len(mine) else "",
    }
