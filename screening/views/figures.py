"""Figures of one's own centers, and of a sponsor's trials; with the flow of participants as a drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from screening.access import DeskRequest, log_or_404
from screening.figures import (
    ENTERED,
    FAILED,
    SEVERAL,
    ByCriterion,
    Criterion,
    Figures,
    SponsorFigures,
    Stage,
    by_criterion,
    figures_of,
    sponsor_figures,
)
from screening.flow import Drawing, Step, draw
from screening.forms import FiguresForm
from screening.suppression import LEAST, TOTAL
from screening.views.sheet import kept_place
from trials.models import Trial

type Counts = Mapping[Stage, int | None]


@dataclass(frozen=True)
class Flow:
    """The same numbers three times: drawn, in words for who cannot see the drawing, and as a table."""

    drawing: Drawing
    summary: str
    rows: list[tuple[str, str]]


@require_safe
@login_required
def figures(request: DeskRequest) -> HttpResponse:
    if request.access.has_desk:
        return render(request, "screening/figures.html", _desk(request))
    return render(request, "screening/sponsor_figures.html", _sponsor(request))


@require_safe
@login_required
def flow_svg(request: DeskRequest) -> HttpResponse:
    context = _desk(request) if request.access.has_desk else _sponsor(request)
    if context["flow"] is None:
        raise Http404
    response = HttpResponse(
        render_to_string("screening/_flow.svg", context | {"alone": True}), content_type="image/svg+xml"
    )
    response["Content-Disposition"] = 'attachment; filename="flow.svg"'
    return response


def _desk(request: DeskRequest) -> dict[str, Any]:
    """Of the centers of whoever asks; by criterion where it is about one trial."""
    seen = log_or_404(request)
    form = FiguresForm(request.GET, seen=seen)
    form.is_valid()
    trial, center = form.cleaned_data.get("trial"), form.cleaned_data.get("center")
    found = seen.filter(trial__nct_id=trial) if trial else seen
    found = found.filter(center=center) if center else found
    nct_id = trial or form.only_trial
    counted = figures_of(found)
    return {
        "form": form,
        "trial": Trial.objects.filter(nct_id=nct_id).first() if nct_id else None,
        "query": request.GET.urlencode(),
        "figures": counted,
        "days": _days(counted.days),
        "flow": _flow(counted.stages, counted) if counted.screened else None,
        "criteria": [_criterion_row(each) for each in by_criterion(found)] if nct_id else [],
    }


def _sponsor(request: DeskRequest) -> dict[str, Any]:
    """Of one trial that the asker's organisation leads or supports."""
    sponsors = request.access.context.sponsors
    if not sponsors:
        raise PermissionDenied(_("Figures are for people of a center or of a trial's sponsor."))
    trials = Trial.objects.filter(sponsor_parts__sponsor__in=sponsors).distinct().order_by("nct_id")
    nct_id = request.GET.get("trial", "")
    trial = get_object_or_404(trials, nct_id=nct_id) if nct_id else trials.first()
    counted = sponsor_figures(trial) if trial else None
    return {
        "trials": trials,
        "trial": trial,
        "query": request.GET.urlencode(),
        "most": LEAST - 1,
        "flow": _flow({stage: counted.stages[TOTAL, stage] for stage in Stage}) if counted else None,
        "stages": [stage.label.capitalize() for stage in Stage],
        "centers": _center_rows(counted) if counted else [],
        "failures": [(_place(criterion), number) for criterion, number in counted.failures]
        if counted
        else [],
    }


def _center_rows(counted: SponsorFigures) -> list[tuple[str, list[str]]]:
    rows = [(center, center) for center in counted.centers] + [(_("All centers"), TOTAL)]
    return [
        (words, [_shown(counted.stages[row, column]) for column in (*Stage, TOTAL)]) for words, row in rows
    ]


def _flow(counts: Counts, whole: Figures | None = None) -> Flow:
    """Without `whole` some counts may be kept back; a sum is then shown only where all its parts are."""

    def of(*stages: Stage) -> str:
        parts = [counts.get(stage, 0) for stage in stages]
        return _shown(None if None in parts else sum(filter(None, parts)))

    def lines(*stages: Stage) -> tuple[str, ...]:
        return tuple(f"{stage.label.capitalize()}: {of(stage)}" for stage in stages)

    beyond = (Stage.WAITING, Stage.NOT_ENROLLED, *ENTERED)
    people: tuple[str, ...] = ()
    if whole is not None:
        people = (
            ngettext("%(count)d participant", "%(count)d participants", whole.participants)
            % {"count": whole.participants},
            _("of the screenings, re-screenings: %(count)d") % {"count": whole.rescreenings},
        )
    rows = [
        (_("Screened"), of(*Stage), people, False),
        (_("Screen failures"), of(*FAILED), lines(*FAILED), True),
        (_("Still in screening"), of(Stage.OPEN), (), True),
        (_("Proposed as eligible"), of(*beyond), (), False),
        (
            _("Not enrolled"),
            of(Stage.NOT_ENROLLED, Stage.WAITING),
            lines(Stage.NOT_ENROLLED, Stage.WAITING),
            True,
        ),
        (_("Enrolled"), of(*ENTERED), lines(Stage.RANDOMISED), False),
    ]
    steps = [
        Step(_("%(what)s (n = %(number)s)") % {"what": words, "number": number}, below, leaves)
        for words, number, below, leaves in rows
    ]
    table = [(words, number) for words, number, _below, _leaves in rows]
    summary = "; ".join(f"{words}: {number}" for words, number in table)
    return Flow(draw(steps), summary, table)


def _shown(number: int | None) -> str:
    # Translators: stands where a number would be, in a narrow column.
    return _("kept back") if number is None else str(number)


def _criterion_row(each: ByCriterion) -> dict[str, object]:
    return {"place": _place(each.criterion), "text": each.criterion.text, "counts": each}


def _place(criterion: Criterion) -> str:
    if criterion == SEVERAL:
        return _("More than one criterion")
    return kept_place({"category": criterion.category, "label": criterion.label, "text": criterion.text})


def _days(days: float | None) -> str:
    if days is None:
        return _("nothing is concluded yet")
    if days < 1 / 24:
        return _("less than an hour")
    if days < 1:
        return _("%(number)s hours") % {"number": number_format(days * 24, 1)}
    return _("%(number)s days") % {"number": number_format(days, 1)}
