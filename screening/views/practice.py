"""The practice room: what can be practised, rounds of made-up participants, a center's readiness."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from screening.access import DeskRequest, desk_view, require_role
from screening.models import Center, CenterSite, Outcome, PracticeAnswer, PracticeRound, Value
from screening.practice.cases import Barrier, Case
from screening.practice.charts import Element
from screening.practice.making import typed
from screening.practice.rounds import Practice
from screening.services.errors import Refused
from screening.services.practice import (
    CASES,
    OUTCOME,
    answer_case,
    cases_of,
    dictionary,
    start_round,
)
from screening.services.rules import local_date
from screening.views.panel import GLYPHS
from screening.views.practice_words import (
    ChartPage,
    chart_page,
    explanation,
    labels_of,
    outcome_explanation,
)
from screening.views.readiness import (
    CriterionScore,
    Practised,
    Score,
    hardest,
    readiness_of,
    scores_by_criterion,
)
from screening.views.sheet import Step, path_of, place_of, steps_to, value_words
from screening.views.words import version_words
from trials.criteria.tree import Tree
from trials.models import CriteriaVersion

HARDEST_SHOWN = 8
BARRIERS = {
    Barrier.JUDGEMENT: gettext_lazy("the investigator's judgement settles it"),
    Barrier.NOT_COMPARED: gettext_lazy("no value decides it"),
    Barrier.NO_FACTS: gettext_lazy("no made-up fact answers it both yes and no"),
    Barrier.ENTANGLED: gettext_lazy("its facts decide another statement at the same time"),
    Barrier.NEVER_MATTERS: gettext_lazy("no answers to the others were found with which it decides"),
}


@dataclass(frozen=True)
class Offer:
    """A version that a center can practise, and who has."""

    center: Center
    version: CriteriaVersion
    words: str
    people: list[Practised]
    may_practise: bool
    unfinished: PracticeRound | None

    @property
    def ready(self) -> int:
        return sum(person.score.look == "good" for person in self.people)


@dataclass(frozen=True)
class Row:
    """A statement of a case, and after the answer what was right."""

    identifier: str
    place: str
    text: str
    steps: list[Step]
    choices: tuple[tuple[str, str], ...]
    value: str
    value_words: str = ""
    right_words: str = ""
    is_right: bool = False
    explanation: str = ""


@dataclass(frozen=True)
class CaseLine:
    """A case in the list of a finished round."""

    number: int
    code: str
    place: str
    is_right: bool


@require_safe
@desk_view
def practice(request: DeskRequest) -> HttpResponse:
    """The versions of the reader's trials, or of one of them, with each center's readiness."""
    offers, nct_id = _offers(request), request.GET.get("trial", "")
    if nct_id:
        offers = [offer for offer in offers if offer.version.trial.nct_id == nct_id]
    return render(request, "screening/practice.html", {"offers": offers, "nct_id": nct_id})


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def start(request: DeskRequest, pk: int) -> HttpResponse:
    """What a version's practice is about and how a center stands; posted, a round begins or goes on."""
    version = get_object_or_404(CriteriaVersion.objects.published().select_related("trial"), pk=pk)
    centers = _centers(request, version)
    chosen = request.POST.get("center") or request.GET.get("center", "")
    center = next((each for each in centers if str(each.pk) == chosen), centers[0])
    if request.method == "POST":
        require_role(request, center)
        again = request.POST.get("again", "")
        try:
            begun = start_round(
                user=request.user, center=center, version=version, again=_own_round(request, again)
            )
        except Refused as refused:
            messages.error(request, refused.message)
            return redirect("screening:practice_start", version.pk)
        return redirect("screening:practice_round", begun.pk)
    tree = version.tree()
    decidable = sum(typed(node) is not None for node in tree.statements)
    barriers = _barriers(tree, tuple(dictionary().items()), local_date(center))
    hindered = sum(typed(tree.nodes[each]) is not None for each, _why in barriers)
    context = {
        "version": version,
        "words": version_words(version),
        "center": center,
        "centers": centers,
        "people": readiness_of([center.pk], [version.pk])[center.pk, version.pk],
        "hardest": hardest(tree, center, version.pk)[:HARDEST_SHOWN],
        "may_practise": request.access.may_write(center),
        "unfinished": _unfinished(request).get((center.pk, version.pk)),
        "practised": decidable - hindered,
        "decidable": decidable,
        "barriers": [(path_of(tree, each), tree.nodes[each].text, BARRIERS[why]) for each, why in barriers],
        "count": CASES,
    }
    return render(request, "screening/practice_start.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def practice_round(request: DeskRequest, pk: int) -> HttpResponse:
    """A participant of one's own round, asked or explained; when all are answered, the score."""
    rounds = PracticeRound.objects.select_related("version__trial", "center")
    begun = get_object_or_404(rounds, pk=pk, user=request.user)
    version, tree, cases = begun.version, begun.version.tree(), cases_of(begun)
    answers = _answers(begun)
    problem, posted = "", {}
    if request.method == "POST":
        require_role(request, begun.center)
        number = _number(request.POST.get("case", ""), len(cases))
        posted = {
            identifier: request.POST.get(f"a-{identifier}", "") for identifier in cases[number].answers
        } | {OUTCOME: request.POST.get("outcome", "")}
        try:
            answer_case(
                user=request.user,
                practice_round=begun,
                number=number,
                answers=posted,
                outcome=posted[OUTCOME],
            )
        except Refused as refused:
            problem = refused.message
        else:
            return redirect(f"{request.path}?case={number + 1}")
    else:
        number = _shown(request.GET.get("case", ""), len(cases), len(answers))
    context = {
        "round": begun,
        "version": version,
        "words": version_words(version),
        "total": len(cases),
        "answered": len(answers),
        "problem": problem,
    }
    if number == len(cases):
        context |= _score(tree, cases, answers)
    else:
        context |= _case(version, tree, cases[number], answers.get(number), posted)
        context |= {"number": number + 1, "following": min(number + 2, len(answers) + 1)}
    return render(request, "screening/practice_round.html", context, status=422 if problem else 200)


def _offers(request: DeskRequest) -> list[Offer]:
    """In a number of queries that does not grow with the trials."""
    places = CenterSite.objects.visible_to(request.user).select_related("center", "site")
    trials_of: dict[Center, set[int]] = {}
    for place in places:
        trials_of.setdefault(place.center, set()).add(place.site.trial_id)
    every = {trial for trials in trials_of.values() for trial in trials}
    newest = CriteriaVersion.objects.filter(trial__in=every).select_related("trial").newest()
    people = readiness_of([center.pk for center in trials_of], [each.pk for each in newest.values()])
    unfinished = _unfinished(request)
    return [
        Offer(
            center,
            version,
            version_words(version),
            people[center.pk, version.pk],
            request.access.may_write(center),
            unfinished.get((center.pk, version.pk)),
        )
        for center in sorted(trials_of, key=lambda each: each.name)
        for version in sorted(newest.values(), key=lambda each: (each.trial.nct_id, each.source))
        if version.trial_id in trials_of[center]
    ]


def _centers(request: DeskRequest, version: CriteriaVersion) -> list[Center]:
    """The reader's centers that work the version's trial; without one there is nothing here."""
    places = CenterSite.objects.visible_to(request.user).filter(site__trial=version.trial_id)
    centers = {place.center for place in places.select_related("center")}
    if not centers:
        raise Http404
    return sorted(centers, key=lambda each: (not request.access.may_write(each), each.name))


def _unfinished(request: DeskRequest) -> dict[tuple[int, int], PracticeRound]:
    own = PracticeRound.objects.filter(user=request.user, finished_at=None).defer("cases")
    return {(each.center_id, each.version_id): each for each in own}


def _own_round(request: DeskRequest, pk: str) -> PracticeRound | None:
    if not re.fullmatch(r"[0-9]{1,18}", pk):
        return None
    return get_object_or_404(PracticeRound, pk=int(pk), user=request.user)


@lru_cache(maxsize=64)
def _barriers(
    tree: Tree, elements: tuple[tuple[str, Element], ...], today: date
) -> tuple[tuple[str, Barrier], ...]:
    """Worked out once a day and process, as cases have to be made; an abridged text changes nothing."""
    return tuple(Practice(tree, dict(elements), complete=True, today=today).barriers().items())


def _answers(begun: PracticeRound) -> dict[int, dict[str, PracticeAnswer]]:
    """By case and statement; the outcome has no statement."""
    found: dict[int, dict[str, PracticeAnswer]] = {}
    for answer in begun.answers.all():
        found.setdefault(answer.case, {})[answer.identifier] = answer
    return found


def _number(given: str, total: int) -> int:
    """Of the case that a form is about, from 0."""
    if not re.fullmatch(r"[0-9]{1,4}", given) or not 1 <= int(given) <= total:
        raise Http404
    return int(given) - 1


def _shown(given: str, total: int, answered: int) -> int:
    """The case asked for, as far as the round has come; else the next one; behind the last, the score."""
    if re.fullmatch(r"[0-9]{1,4}", given) and 1 <= int(given) <= min(total, answered + 1):
        return int(given) - 1
    return answered


def _case(
    version: CriteriaVersion,
    tree: Tree,
    case: Case,
    answers: Mapping[str, PracticeAnswer] | None,
    posted: Mapping[str, str],
) -> dict[str, Any]:
    labels = labels_of({code: element.label for code, element in dictionary().items()})
    complete = version.completeness == CriteriaVersion.Completeness.COMPLETE
    chart: ChartPage = chart_page(case, tree, labels)
    context: dict[str, Any] = {
        "case": case,
        "chart": chart,
        "abridged": not complete,
        "rows": [_row(tree, case, identifier, answers, posted, labels) for identifier in case.answers],
        "outcomes": [(value, label.capitalize(), GLYPHS[Outcome(value)]) for value, label in Outcome.choices],
        "outcome": posted.get(OUTCOME, ""),
    }
    if answers is not None:
        said, right = Outcome(answers[OUTCOME].value), Outcome(case.outcome.value)
        context["explained"] = {
            "said": said.label.capitalize(),
            "right": right.label.capitalize(),
            "glyph": GLYPHS[right],
            "outcome": right.value,
            "is_right": said == right,
            "why": outcome_explanation(case, tree, complete=complete),
            "score": Score(sum(each.value == each.expected for each in answers.values()), len(answers)),
        }
    return context


def _row(
    tree: Tree,
    case: Case,
    identifier: str,
    answers: Mapping[str, PracticeAnswer] | None,
    posted: Mapping[str, str],
    labels: Mapping[str, str],
) -> Row:
    node, right = tree.nodes[identifier], case.answers[identifier].value
    offered = tree.na_offered(identifier) or right == Value.NOT_APPLICABLE
    told: dict[str, Any] = {}
    if answers is not None:
        value = answers[identifier].value
        told = {
            "value_words": value_words(value),
            "right_words": value_words(right),
            "is_right": value == right,
            "explanation": explanation(case, tree, identifier, labels),
        }
    else:
        value = posted.get(identifier, "")
    return Row(
        identifier=identifier,
        place=path_of(tree, identifier),
        text=node.text,
        steps=steps_to(tree, identifier),
        choices=_choices(with_na=offered),
        value=value,
        **told,
    )


def _choices(*, with_na: bool) -> tuple[tuple[str, str], ...]:
    return tuple(
        (value, value_words(value)) for value in Value.values if with_na or value != Value.NOT_APPLICABLE
    )


def _score(
    tree: Tree, cases: list[Case], answers: Mapping[int, Mapping[str, PracticeAnswer]]
) -> dict[str, Any]:
    every = [answer for of_case in answers.values() for answer in of_case.values()]
    right = [answer.value == answer.expected for answer in every]
    outcomes = [answer for answer in every if answer.identifier == OUTCOME]
    criteria: list[CriterionScore] = scores_by_criterion(
        tree, [(answer.identifier, int(answer.value == answer.expected), 1) for answer in every]
    )
    lines = [
        CaseLine(
            number + 1,
            case.code,
            place_of(tree, case.practised),
            all(answer.value == answer.expected for answer in answers.get(number, {}).values()),
        )
        for number, case in enumerate(cases)
    ]
    return {
        "score": Score(sum(right), len(right)),
        "outcome_score": Score(sum(answer.value == answer.expected for answer in outcomes), len(outcomes)),
        "criteria": criteria,
        "lines": lines,
        "some_wrong": not all(line.is_right for line in lines),
    }
