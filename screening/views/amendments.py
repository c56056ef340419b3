"""What amendments mean: to whoever publishes one in numbers, to each center for its own participants."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from screening.access import DeskRequest, desk_view, log_or_404
from screening.models import AnchorDate, Answer, Screening
from screening.services.amendments import Asked, Text, alike_of, consequences, effect
from screening.services.rules import database_time
from screening.views.passages import WHY, Shown, shown
from screening.views.sheet import place_of
from trials.criteria.tree import Tree, TreeError
from trials.editor.access import for_editors
from trials.models import CriteriaVersion

PAGE_SIZE = 25


@dataclass(frozen=True)
class Line:
    """One open screening, and what its move to the newest version would do."""

    screening: Screening
    amendment: CriteriaVersion
    not_yet: bool
    before: Shown
    after: Shown
    carried: int
    anew: int
    may_move: bool

    @property
    def changes(self) -> bool:
        return self.before != self.after


@require_safe
@desk_view
def amendments(request: DeskRequest) -> HttpResponse:
    """The open screenings of the reader's centers whose criteria were amended."""
    behind = log_or_404(request).open().behind().for_log().order_by("trial__nct_id", "started_at", "pk")
    page = Paginator(behind, PAGE_SIZE).get_page(request.GET.get("page"))
    lines = _lines(list(page.object_list), request)
    return render(request, "screening/amendments.html", {"page": page, "lines": lines})


def _lines(screenings: list[Screening], request: DeskRequest) -> list[Line]:
    """In a number of queries that does not grow with them."""
    trials = {screening.trial_id for screening in screenings}
    newest = CriteriaVersion.objects.filter(trial__in=trials).newest()
    answers: dict[int, list[Answer]] = defaultdict(list)
    for answer in Answer.objects.filter(screening__in=screenings).current().with_standing():
        answers[answer.screening_id].append(answer)
    dates: dict[int, list[AnchorDate]] = defaultdict(list)
    for date in AnchorDate.objects.filter(screening__in=screenings):
        dates[date.screening_id].append(date)
    now = database_time()
    lines = []
    for screening in screenings:
        today = now.astimezone(screening.center.zone).date()
        amendment = newest[screening.trial_id, screening.version.source]
        alike = alike_of(screening, answers[screening.pk], dates[screening.pk], today)
        found = effect(alike, Text.of(screening.version), Text.of(amendment))
        lines.append(
            Line(
                screening=screening,
                amendment=amendment,
                not_yet=amendment.effective is not None and amendment.effective > today,
                before=shown(found.before),
                after=shown(found.after),
                carried=len(found.carried.answers),
                anew=len(found.carried.anew),
                may_move=request.access.may_write(screening.center),
            )
        )
    return lines


@dataclass(frozen=True)
class AskedLine:
    place: str
    text: str
    why: str | Promise
    screenings: int


@require_safe
@for_editors
def open_screenings(request: DeskRequest, pk: int) -> HttpResponse:
    """What a version means for all open screenings, in numbers; who they are is their centers' alone."""
    versions = CriteriaVersion.objects.select_related("trial")
    version = get_object_or_404(versions, pk=pk)
    context: dict[str, object] = {"version": version}
    try:
        found = consequences(version)
        tree = version.tree()
    except TreeError:
        context["faulty"] = True
    else:
        context |= {
            "found": found,
            "shifts": [
                (shown(before), shown(after), count) for (before, after), count in found.shifts.items()
            ],
            "asked": [_asked(tree, asked) for asked in found.asked],
        }
    template = "screening/open_screenings.html"
    response = render(request, f"{template}#numbers" if request.htmx else template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _asked(tree: Tree, asked: Asked) -> AskedLine:
    identifier = asked.identifier
    return AskedLine(
        place_of(tree, identifier), tree.nodes[identifier].text, WHY[asked.why], asked.screenings
    )
