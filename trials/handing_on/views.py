"""One trial as a file, and the schema of its criteria."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from trials.criteria.json_schema import published_schema
from trials.handing_on.answers import FHIR, JSON, RIS, as_file, as_json, unless_known
from trials.handing_on.published import criteria_document, fhir_bundle, trial_as_shown
from trials.handing_on.ris import as_ris
from trials.models import Trial
from trials.records import study_json


def _of_a_trial(view: Callable[[HttpRequest, Trial], HttpResponse]) -> Callable[..., HttpResponse]:
    """The trial by its number; a former number, or one in small letters, leads to the present one."""

    @require_safe
    @gzip_page
    @wraps(view)
    def found(request: HttpRequest, nct_id: str) -> HttpResponse:
        trial = Trial.objects.known_as(nct_id.upper()).select_related("record").first()
        if trial is None:
            raise Http404(_("There is no such trial here."))
        if trial.nct_id != nct_id:
            match = request.resolver_match
            return redirect(reverse(match.view_name, args=[trial.nct_id]) if match else "/")
        return view(request, trial)

    return found


@_of_a_trial
def trial_json(request: HttpRequest, trial: Trial) -> HttpResponse:
    """As its page shows it; the registry's own record is the read interface's to give."""
    response = unless_known(request, as_json(trial_as_shown(trial)), JSON)
    return as_file(response, f"{trial.nct_id}.json")


@_of_a_trial
def trial_ris(request: HttpRequest, trial: Trial) -> HttpResponse:
    reference = "".join(as_ris([study_json(trial)])).encode()
    return as_file(unless_known(request, reference, RIS), f"{trial.nct_id}.ris")


@_of_a_trial
def trial_fhir(request: HttpRequest, trial: Trial) -> HttpResponse:
    response = unless_known(request, as_json(fhir_bundle(trial)), FHIR)
    return as_file(response, f"{trial.nct_id}.fhir.json")


@_of_a_trial
def trial_criteria(request: HttpRequest, trial: Trial) -> HttpResponse:
    schema = request.build_absolute_uri(reverse("trials:criteria_schema"))
    response = unless_known(request, as_json(criteria_document(trial, schema)), JSON)
    return as_file(response, f"{trial.nct_id}.criteria.json")


@require_safe
@gzip_page
def criteria_schema(request: HttpRequest) -> HttpResponse:
    """Open to other sites' pages: a schema is read from wherever a document is checked."""
    schema = published_schema(request.build_absolute_uri(reverse("trials:criteria_schema")))
    response = unless_known(request, as_json(schema), "application/schema+json")
    response["Access-Control-Allow-Origin"] = "*"
    return response
