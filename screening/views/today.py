"""The first page of whoever is signed in: what waits for them today, by what they are here for."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from screening.access import DeskRequest, log_or_404, may_start
from screening.dues import Due, dues
from screening.models import Conclusion, Outcome, Role, Screening, Status
from screening.querysets import ScreeningQuerySet
from screening.services import assess
from screening.services.evaluation import Standing, read_standings
from screening.views.due_words import due_lines
from screening.views.panel import GLYPHS, LOOKS, progress_words
from screening.views.signed import SignedState, signed_state
from trials.finding.saved import new_in_saved
from trials.models import CriteriaVersion, Trial
from trials.vocabulary import Status as TrialStatus

SHOWN = 10
# Open screenings that are searched for what is due.
LOOKED_AT = 300
LATELY = datetime.timedelta(days=14)


@dataclass(frozen=True)
class Line:
    """One screening, with how far it is while it is open."""

    screening: Screening
    look: str
    glyph: str
    progress: str
    started: datetime.datetime
    concluded: datetime.datetime | None
    signed: SignedState | None


@dataclass(frozen=True)
class Part:
    """Some screenings that belong together. `all_url` is the log with the same ones."""

    key: str
    title: str | Promise
    hint: str | Promise
    empty: str | Promise
    lines: list[Line]
    total: int
    all_url: str


@dataclass(frozen=True)
class DueList:
    """What is due of open screenings, the most pressing first; `more` are left out."""

    lines: list[tuple[Screening, list[str]]]
    more: int


@require_safe
@login_required
def today(request: DeskRequest) -> HttpResponse:
    access = request.access
    context: dict[str, Any] = {"may_start": may_start(request), "may_edit": access.context.edits_content}
    context["new_in_saved"] = new_in_saved(request.user)
    if access.has_desk:
        context["behind"] = log_or_404(request).open().behind().count()
        context["due"] = _due(log_or_404(request))
        context["parts"] = _desk(log_or_404(request), frozenset(access.roles.values()))
    if access.context.sponsors:
        context["sponsored"] = _sponsored(access.context.sponsors)
    if access.context.edits_content:
        drafts = CriteriaVersion.objects.drafts()
        context["drafts"] = drafts.touched().select_related("trial").order_by("-created_at")
        context["untouched"] = drafts.untouched().count()
        context["edited"] = Trial.objects.order_by("-revision")[:SHOWN]
    return render(request, "screening/today.html", context)


def _desk(seen: ScreeningQuerySet, roles: frozenset[Role]) -> list[Part]:
    """What is open comes first for those who answer, what waits for a decision for those who decide."""
    still_open = _part(
        "open",
        _("Open screenings"),
        _("The one that has been open longest comes first."),
        _("No screening is open."),
        seen.open().order_by("started_at", "pk"),
        {"status": Status.OPEN.value, "sort": "started"},
    )
    proposed = _part(
        "proposed",
        _("Proposed as eligible"),
        _("Enrolled, randomised or not: what followed is not recorded yet."),
        _("Nobody waits for a decision."),
        seen.filter(conclusion=Conclusion.PROPOSED_ELIGIBLE, disposition="").order_by("concluded_at", "pk"),
        {"conclusion": Conclusion.PROPOSED_ELIGIBLE.value},
    )
    lately = seen.filter(status=Status.CONCLUDED, concluded_at__gte=timezone.now() - LATELY)
    concluded = _part(
        "concluded",
        _("Concluded lately"),
        _("In the last 14 days, newest first."),
        _("Nothing was concluded in the last 14 days."),
        lately.exclude(conclusion=Conclusion.PROPOSED_ELIGIBLE, disposition="").order_by(
            "-concluded_at", "-pk"
        ),
        {"status": Status.CONCLUDED.value},
    )
    decides = Role.INVESTIGATOR in roles and Role.COORDINATOR not in roles
    return [proposed, still_open, concluded] if decides else [still_open, proposed, concluded]


def _due(seen: ScreeningQuerySet) -> DueList:
    """Of those that have been open longest; nobody has more of them than are looked at."""
    screenings = list(seen.open().for_log().order_by("started_at", "pk")[:LOOKED_AT])
    found = sorted(filter(None, dues(screenings, read_standings(screenings))), key=_pressing)
    lines = [(each.screening, due_lines(each)) for each in found[:SHOWN]]
    return DueList(lines, max(len(found) - SHOWN, 0))


def _pressing(due: Due) -> tuple[bool, bool, datetime.date]:
    days = [day for day, _what in due.planned] + ([due.expires[0]] if due.expires else [])
    return not due.again, not due.judgements, min(days, default=datetime.date.max)


def _part(
    key: str,
    title: str | Promise,
    hint: str | Promise,
    empty: str | Promise,
    found: ScreeningQuerySet,
    query: Mapping[str, str],
) -> Part:
    screenings = list(found.for_log().with_signatures()[:SHOWN])
    standings = read_standings(each for each in screenings if each.status == Status.OPEN)
    lines = [_line(screening, standings.get(screening.pk)) for screening in screenings]
    all_url = f"{reverse('screening:log')}?{urlencode(query)}"
    return Part(key, title, hint, empty, lines, found.count(), all_url)


def _line(screening: Screening, standing: Standing | None) -> Line:
    outcome, zone = Outcome(screening.outcome), screening.center.zone
    progress = ""
    if standing is not None:
        assessment = assess(screening, standing.answers, expired=standing.expired, anchors=standing.anchors)
        # What has run out since the last answer counts now, whatever the log kept.
        outcome = Outcome(assessment.outcome.value)
        progress = progress_words(screening.version.tree(), standing.answers, assessment)
    return Line(
        screening=screening,
        look=LOOKS[outcome],
        glyph=GLYPHS[outcome],
        progress=progress,
        started=timezone.localtime(screening.started_at, zone),
        concluded=timezone.localtime(screening.concluded_at, zone) if screening.concluded_at else None,
        signed=signed_state(screening),
    )


def _sponsored(sponsors: frozenset[int]) -> QuerySet[Trial]:
    """A sponsor's trials and their sites as the registry has them; nothing of the screenings there."""
    theirs = Trial.objects.filter(sponsor_parts__sponsor__in=sponsors)
    listed = Q(sites__listed=True)
    return (
        Trial.objects.filter(pk__in=theirs.values("pk"))
        .annotate(
            site_count=Count("sites", filter=listed),
            recruiting_count=Count("sites", filter=listed & Q(sites__status=TrialStatus.RECRUITING)),
        )
        .order_by("nct_id")
    )
