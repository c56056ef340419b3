"""Starting a screening: where and against which criteria first, then who."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from screening.access import DeskRequest, desk_view, may_start
from screening.forms import StartForm
from screening.models import CenterSite, Conclusion, Patient, Screening, Status
from screening.services import Refused, start_screening
from screening.services.rules import local_date
from screening.services.start import Offer, versions_to_start
from screening.templatetags.desk import day
from screening.views.sheet import kept_place
from screening.views.words import version_words
from trials.models import CriteriaVersion, Trial
from trials.reading.richtext import plain_line

KNOWN_CODES = 200


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def start(request: DeskRequest) -> HttpResponse:
    require_writer(request)
    places = _places(request)
    where = _where(request, places)
    context: dict[str, Any] = {
        "no_sites": not places,
        "where": where.form,
        "version": where.version,
        "problem": where.problem,
    }
    if where.center_site and where.version:
        posted = request.POST if request.method == "POST" else None
        again = _again(request, where.center_site)
        form = StartForm(
            posted,
            center_site=where.center_site,
            version=where.version,
            known_url=f"{reverse('screening:known_participant')}?site={where.center_site.pk}",
            initial={"code": again.patient.code} if again else {},
        )
        if posted is not None and (started := _started_by(request, posted.get("operation", ""))):
            return redirect("screening:checklist", started.pk)
        if posted is not None and form.is_valid():
            data = form.cleaned_data
            try:
                screening = start_screening(
                    user=request.user,
                    center_site=where.center_site,
                    version=where.version,
                    patient=form.patient,
                    patient_code=data["code"],
                    birth_date=data["birth_date"],
                    sex=data["sex"],
                    cohort=data.get("cohort"),
                    kind=data["kind"],
                    consent_date=data["consent_date"],
                    screening_number=data["number"].strip() or None,
                    operation_id=data["operation"],
                )
            except Refused as refused:
                form.add_error(None, refused.message)
            else:
                return redirect("screening:checklist", screening.pk)
        if form.is_bound:
            known, ticked = form.patient, bool(form.cleaned_data.get("again"))
        else:
            known, ticked = again.patient if again else None, True
        codes = Patient.objects.at_center(where.center_site.center).order_by("-pk")
        context |= {
            "form": form,
            "codes": codes.values_list("code", flat=True)[:KNOWN_CODES],
            "known": known_words(known, where.center_site.site.trial, ticked=ticked) if known else None,
        }
    swapped = request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request
    response = render(request, "screening/start.html#where" if swapped else "screening/start.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
@desk_view
def known_participant(request: DeskRequest) -> HttpResponse:
    """Whether a code is known at the center. Posted, so that no code stands in an address."""
    require_writer(request)
    site = request.GET.get("site", "")
    place = next((place for place in _places(request) if str(place.pk) == site), None)
    try:
        code = StartForm.base_fields["code"].clean(request.POST.get("code", ""))
    except ValidationError:
        code = ""
    patient = Patient.objects.at_center(place.center).with_code(code).first() if place and code else None
    known = known_words(patient, place.site.trial) if place and patient else None
    context = {"known": known, "known_new": bool(place and code)}
    return render(request, "screening/start.html#known", context)


def _started_by(request: DeskRequest, operation: str) -> Screening | None:
    """The screening that this very form has started already: it was sent twice."""
    try:
        sent = uuid.UUID(operation)
    except ValueError:
        return None
    return Screening.objects.visible_to(request.user).filter(start_operation=sent).first()


def require_writer(request: DeskRequest) -> None:
    if not may_start(request):
        raise PermissionDenied(_("Your role does not allow to start a screening."))


def _again(request: DeskRequest, place: CenterSite) -> Screening | None:
    """The concluded screening from whose page somebody comes to screen the same participant again."""
    number = request.GET.get("again", "")
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    concluded = Screening.objects.visible_to(request.user).filter(status=Status.CONCLUDED)
    return concluded.filter(center=place.center).select_related("patient").filter(pk=number).first()


def known_words(patient: Patient, trial: Trial, *, ticked: bool = False) -> dict[str, object]:
    """What stands beside the code of a participant whom the center knows."""
    earlier = list(patient.screenings.select_related("center").order_by("-started_at", "-pk"))
    here = [screening for screening in earlier if screening.trial_id == trial.pk]
    if not earlier:
        words = _("Known here, not screened yet.")
    else:
        words = ngettext(
            "Known here: %(count)d screening, on %(day)s.",
            "Known here: %(count)d screenings, the last on %(day)s.",
            len(earlier),
        ) % {"count": len(earlier), "day": day(earlier[0].started_at)}
    return {
        "words": words,
        "rescreen": _rescreen_words(here) if here else "",
        "again": StartForm.base_fields["again"].label,
        "ticked": ticked,
    }


def _rescreen_words(here: list[Screening]) -> str:
    """A new screening repeats one: which number it is, and how the one before it ended."""
    last = here[0]
    told = {"count": len(here) + 1, "number": last.screening_number, "day": day(last.started_at)}
    if last.status == Status.OPEN:
        return _("Screening %(number)s of this participant for this trial is still open.") % told
    if last.conclusion != Conclusion.SCREEN_FAILURE:
        return (
            _(
                "Screening no. %(count)d of this participant for this trial. "
                "The one before, %(number)s of %(day)s, was proposed as eligible."
            )
            % told
        )
    told["why"] = "; ".join(map(kept_place, last.deciding)) or last.get_failure_kind_display()
    return (
        _(
            "Screening no. %(count)d of this participant for this trial. "
            "The one before, %(number)s of %(day)s, was a screen failure (%(why)s). "
            "Facts that still hold are offered again."
        )
        % told
    )


@dataclass
class _Where:
    form: forms.Form
    center_site: CenterSite | None = None
    version: CriteriaVersion | None = None
    problem: str = ""


class _WhereForm(forms.Form):
    trial = forms.ChoiceField(label=gettext_lazy("Trial"), required=False)
    site = forms.ChoiceField(label=gettext_lazy("Site"), required=False)
    version = forms.ChoiceField(label=gettext_lazy("Criteria"), required=False)


def _places(request: DeskRequest) -> list[CenterSite]:
    """The sites where this person may screen."""
    return list(
        CenterSite.objects.visible_to(request.user)
        .filter(center__in=request.access.context.write_centers)
        .with_names()
        .order_by("site__trial__nct_id", "center__name", "site__facility", "site__city")
    )


def _where(request: HttpRequest, places: list[CenterSite]) -> _Where:
    """Trial, then site, then criteria: what there is only one of is chosen by itself."""
    trials = {place.site.trial.nct_id: place.site.trial for place in places}
    form = _WhereForm()
    form.fields["trial"].choices = [  # type: ignore[attr-defined]
        ("", _("Choose a trial")),
        *((nct_id, f"{nct_id} {plain_line(trial.title)}") for nct_id, trial in trials.items()),
    ]
    nct_id = request.GET.get("trial", "")
    site_field, version_field = form.fields.pop("site"), form.fields.pop("version")
    if nct_id not in trials:
        problem = _("Your center works no site of this trial.") if nct_id and places else ""
        return _Where(form, problem=problem)
    form.initial["trial"] = nct_id

    sites = [place for place in places if place.site.trial.nct_id == nct_id]
    chosen = next((place for place in sites if str(place.pk) == request.GET.get("site")), None)
    if chosen is None and len(sites) == 1:
        chosen = sites[0]
    form.fields["site"] = site_field
    form.fields["site"].choices = [  # type: ignore[attr-defined]
        *([("", _("Choose a site"))] if len(sites) > 1 else []),
        *((str(place.pk), f"{place.site} ({place.center})") for place in sites),
    ]
    if chosen is None:
        return _Where(form)
    form.initial["site"] = str(chosen.pk)

    today = local_date(chosen.center)
    offers = versions_to_start(chosen, today)
    if not offers:
        return _Where(
            form, problem=_("No criteria of this trial are published yet, so nothing can be screened.")
        )
    # What is in effect comes first, of that the protocol; what was replaced comes last.
    protocol = CriteriaVersion.Source.PROTOCOL
    offers.sort(key=lambda offer: (offer.replaced, _to_come(offer, today), offer.version.source != protocol))
    versions = [offer.version for offer in offers]
    version = next((each for each in versions if str(each.pk) == request.GET.get("version")), versions[0])
    form.fields["version"] = version_field
    form.fields["version"].choices = [  # type: ignore[attr-defined]
        (str(offer.version.pk), _offer_words(offer, today)) for offer in offers
    ]
    form.initial["version"] = str(version.pk)
    return _Where(form, chosen, version)


def _to_come(offer: Offer, today: datetime.date) -> bool:
    return offer.version.effective is not None and offer.version.effective > today


def _offer_words(offer: Offer, today: datetime.date) -> str:
    words = version_words(offer.version)
    if offer.replaced:
        return _("%(version)s, replaced: after consent before that") % {"version": words}
    if _to_come(offer, today):
        return _("%(version)s, in effect from %(day)s") % {
            "version": words,
            "day": day(offer.version.effective),
        }
    return words
