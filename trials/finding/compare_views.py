"""Trials side by side."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trials.finding.listing import NearestSite
from trials.finding.side_by_side import (
    FEWEST,
    MOST,
    Criteria,
    criteria_of,
    for_comparison,
    labels_of,
    nearest_of,
    rows,
)
from trials.finding.stars import stars_of
from trials.models import Trial
from trials.near import USUAL, around, radius, unknown

# Of what an address names.
LOOKED_AT = 20


@dataclass(frozen=True)
class Column:
    """One of the trials, the address of the page without it, and its sites near the place asked for."""

    trial: Trial
    label: str
    is_starred: bool
    without: str
    nearest: list[NearestSite]
    criteria: Criteria


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Those that `nct` names, in its order; what is missing or too many is said, and nothing else lost."""
    given = request.GET.getlist("nct")[:LOOKED_AT]
    asked = list(dict.fromkeys(number.replace("\0", "").strip().upper()[:20] for number in given))
    known = {trial.nct_id: trial for trial in for_comparison(Trial.objects.filter(nct_id__in=asked))}
    problems = [
        _("There is no trial “%(number)s” here.") % {"number": number}
        for number in asked
        if number not in known
    ]
    trials = [known[number] for number in asked if number in known]
    if len(trials) > MOST:
        problems.append(_("Only %(n)s fit side by side: these are the first ones.") % {"n": MOST})
    trials = trials[:MOST]
    if len(trials) < FEWEST:
        problems.append(_("Tick two to four trials in a list to see them side by side."))
    near = request.GET.get("near", "").replace("\0", "").strip()[:100]
    within = radius(request.GET.get("within", "")) or USUAL
    place = around(near) if near else None
    stars = stars_of(request)
    columns = [
        Column(
            trial,
            label,
            trial.nct_id in stars,
            _without(trial, trials, near),
            nearest_of(trial, place, within) if place else [],
            criteria,
        )
        for trial, label, criteria in zip(trials, labels_of(trials), criteria_of(trials), strict=True)
    ]
    context = {
        "columns": columns,
        "near": near,
        "place": place,
        "near_problem": unknown(near) if near and not place else "",
        "rows": rows(trials) if trials else [],
        "problems": problems,
        "next": request.get_full_path(),
    }
    return render(request, "trials/compare.html", context)


def _without(trial: Trial, trials: list[Trial], near: str) -> str:
    left = [("nct", other.nct_id) for other in trials if other is not trial]
    left += [("near", near)] if near else []
    return f"{reverse('trials:compare')}?{urlencode(left)}"
