"""Values of a participant entered, corrected and withdrawn, whatever the screening."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from screening.access import DeskRequest, desk_view, require_role
from screening.fact_forms import FactForm, VariableForm, WithdrawForm
from screening.models import Fact, Patient
from screening.services import Refused, record_fact, withdraw_fact
from screening.services.rules import local_date
from screening.views.fact_words import fact_words
from trials.models import Variable


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def patient_facts(request: DeskRequest, pk: int) -> HttpResponse:
    """First the variable is chosen, then its value entered; or a value is corrected."""
    patients = Patient.objects.visible_to(request.user).select_related("center", "key")
    patient = get_object_or_404(patients, pk=pk)
    require_role(request, patient.center)
    with timezone.override(patient.center.zone):
        replaces = None
        if request.GET.get("replaces", "").isdecimal():
            present = Fact.objects.current().select_related("variable").filter(patient=patient)
            replaces = get_object_or_404(present, pk=int(request.GET["replaces"]))
        chosen = VariableForm(request.GET if "variable" in request.GET else None)
        variable = replaces.variable if replaces else None
        if variable is None and chosen.is_bound and chosen.is_valid():
            variable = chosen.cleaned_data["variable"]
        form = _form(request, patient, variable, replaces) if variable else None
        if request.method == "POST" and form is not None and form.is_valid() and variable:
            try:
                fact = record_fact(
                    user=request.user, patient=patient, variable=variable, replaces=replaces, **form.said()
                )
            except Refused as refused:
                form.add_error(None, refused.message)
            else:
                messages.success(request, _("Kept: %(fact)s.") % {"fact": fact_words(fact)})
                return redirect("screening:patient", pk)
        context = {
            "patient": patient,
            "chosen": chosen,
            "form": form,
            "variable": variable,
            "replaces": fact_words(replaces) if replaces else "",
        }
        status = 422 if request.method == "POST" else 200
        return render(request, "screening/patient_facts.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def withdraw(request: DeskRequest, pk: int) -> HttpResponse:
    facts = Fact.objects.visible_to(request.user).select_related("patient__center", "center", "variable")
    fact = get_object_or_404(facts, pk=pk)
    require_role(request, fact.center)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_fact(user=request.user, fact=fact, reason=form.cleaned_data["reason"])
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("Withdrawn. Answers that rest on it are to be checked again."))
            return redirect("screening:patient", fact.patient_id)
    context = {"fact": fact, "words": fact_words(fact), "patient": fact.patient, "form": form}
    return render(request, "screening/withdraw.html", context, status=422 if form.is_bound else 200)


def _form(request: DeskRequest, patient: Patient, variable: Variable, replaces: Fact | None) -> FactForm:
    initial: dict[str, Any] = {}
    if replaces is not None:
        names = ("number", "code", "date", "unit", "lower_limit", "upper_limit", "product")
        initial = {
            name: getattr(replaces, name) for name in (*names, "observed_on", "source_kind", "source_date")
        }
    return FactForm(
        request.POST if request.method == "POST" else None,
        variable=variable,
        today=local_date(patient.center),
        initial=initial,
    )
