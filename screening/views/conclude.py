"""How a screening ends: concluded, opened again, and what followed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from screening import vault
from screening.access import DeskRequest, require_role
from screening.forms import ConcludeForm, DispositionForm, ReasonForm
from screening.logic import Outcome
from screening.models import Conclusion, FailureKind, Meaning, Screening, Status
from screening.services import Refused, conclude_screening, record_disposition, reopen_screening
from screening.views.desk import Desk, open_desk, screening_view
from screening.views.panel import Reason
from screening.views.sheet import kept_place, path_of

# What the page's forms do, by their `act`: the form's name in the template, its class, the service.
ACTS: dict[str, tuple[type[forms.Form], Callable[..., Screening]]] = {
    "conclude": (ConcludeForm, conclude_screening),
    "reopen": (ReasonForm, reopen_screening),
    "disposition": (DispositionForm, record_disposition),
}
_STALE = gettext_lazy("This screening has changed meanwhile: look at what stands now. Nothing was recorded.")


@require_http_methods(["GET", "HEAD", "POST"])
@screening_view
def conclude(request: DeskRequest, pk: int) -> HttpResponse:
    desk = open_desk(request, pk)
    context = desk.context | _record(desk)
    if request.method == "POST":
        require_role(request, desk.screening.center)
        act = request.POST.get("act", "")
        if act not in ACTS:
            return HttpResponseBadRequest()
        form_class, service = ACTS[act]
        form = form_class(request.POST)
        if form.is_valid():
            try:
                service(user=request.user, screening=desk.screening, **form.cleaned_data)
            except Refused as refused:
                form.add_error(None, refused.message)
            else:
                return redirect("screening:conclude", pk)
            desk = open_desk(request, pk)  # as it stands now: somebody else may have been quicker
            context = desk.context | _record(desk)
        if f"{act}_form" not in context:
            for problem in form.non_field_errors() or [_STALE]:
                messages.error(request, str(problem))
            return render(request, "screening/conclude.html", context, status=409)
        if isinstance(form, ConcludeForm):
            form.offer(proposal=not context["hint"])
        context[f"{act}_form"] = form
    return render(request, "screening/conclude.html", context)


def _record(desk: Desk) -> dict[str, Any]:
    """What is recorded of the end, and the forms that may follow from where the screening stands."""
    screening = desk.screening
    record: dict[str, Any] = {
        "failure_text": vault.unseal(screening.patient, screening.failure_text_sealed),
        "disposition_reason": vault.unseal(screening.patient, screening.disposition_reason_sealed),
        "deciding": [_deciding(desk, kept) for kept in screening.deciding],
    }
    if not desk.may_write:
        return record
    if screening.status == Status.OPEN:
        return record | _proposal(desk)
    if screening.conclusion == Conclusion.PROPOSED_ELIGIBLE:
        record["disposition_form"] = DispositionForm()
        last = desk.validity
        record["unsigned"] = last is None or not last.valid or last.signature.meaning != Meaning.ELIGIBLE
    if not screening.disposition:
        record["reopen_form"] = ReasonForm()
    return record


def _proposal(desk: Desk) -> dict[str, Any]:
    """The form with what the outcome suggests chosen, and why something else cannot be."""
    outcome = desk.assessment.outcome
    if outcome is Outcome.INELIGIBLE:
        initial = {"conclusion": Conclusion.SCREEN_FAILURE, "failure_kind": FailureKind.CRITERIA}
        form = ConcludeForm(initial=initial)
        hint = _("By the answers the participant is not eligible, so nobody can be proposed as eligible.")
    elif outcome is Outcome.UNDETERMINED:
        form = ConcludeForm()
        hint = _("Open statements could still decide, so nobody can be proposed as eligible yet.")
    else:
        form = ConcludeForm(initial={"conclusion": Conclusion.PROPOSED_ELIGIBLE})
        hint = ""
    form.offer(proposal=not hint)
    return {"conclude_form": form, "hint": hint}


def _deciding(desk: Desk, kept: dict[str, str]) -> Reason:
    """A reason as it stood when the screening was concluded."""
    identifier = kept["identifier"]
    known = identifier in desk.tree.nodes
    return Reason(identifier, path_of(desk.tree, identifier) if known else kept_place(kept), kept["text"])
