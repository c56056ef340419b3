"""A version as a coordinator will see it, with answers to try: for administrators, and nothing is stored."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from screening.access import DeskRequest
from screening.logic import Assessment, Outcome, evaluate
from screening.models import Answer, Value
from screening.views.panel import group_value, panel_of
from screening.views.sheet import Given, lines
from screening.wizard import course_of
from trials.criteria.tree import Tree, TreeError
from trials.editor.access import for_editors
from trials.models import CriteriaVersion

PAGE = "screening/try_out.html"


@require_http_methods(["GET", "HEAD", "POST"])
@gzip_page
@for_editors
def try_out(request: DeskRequest, pk: int) -> HttpResponse:
    """A POST only works out what follows from the answers in it, so it leads nowhere else."""
    version = get_object_or_404(CriteriaVersion.objects.select_related("trial"), pk=pk)
    try:
        tree = version.tree()
    except TreeError as error:
        return render(request, PAGE, {"version": version, "problems": len(error.problems)})
    answers = {
        node.identifier: value
        for node in tree.statements
        if (value := request.POST.get(f"a-{node.identifier}", "")) in Value.values
    }
    cohort = request.POST.get("cohort", "")
    cohort = cohort if cohort in [each.code for each in tree.cohorts] else ""
    assessment = evaluate(
        tree,
        answers,
        complete=version.completeness == CriteriaVersion.Completeness.COMPLETE,
        reviewed=version.is_published,
        cohort=cohort or None,
    )
    swapped = request.htmx and not request.htmx.boosted
    context = _context(version, tree, answers, cohort, assessment)
    response = render(request, f"{PAGE}#follows" if swapped else PAGE, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _context(
    version: CriteriaVersion, tree: Tree, answers: dict[str, str], cohort: str, assessment: Assessment
) -> dict[str, Any]:
    settled = {identifier for identifier, value in answers.items() if value != Value.UNKNOWN}
    given = Given(
        tree=tree,
        cohort=cohort,
        answers={
            identifier: Answer(value=value) for identifier, value in answers.items()
        },  # rows of no table
        comments={},
        values={identifier: group_value(values) for identifier, values in assessment.node_values.items()},
        off=frozenset({node.identifier for node in tree.statements} - assessment.relevant - settled),
        decides=frozenset(assessment.why if assessment.outcome is Outcome.INELIGIBLE else ()),
        investigator=False,
    )
    following = course_of(tree, answers, assessment).next_question()
    return {
        "version": version,
        "tree": tree,
        "cohort": cohort,
        "sheet": lines(given),
        "panel": panel_of(given, assessment, following),
        "list_url": reverse("screening:try_out", args=[version.pk]),
    }
