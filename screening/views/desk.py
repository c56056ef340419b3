"""A screening opened for a page: its tree, its answers, what follows from them, what its reader may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from screening import vault
from screening.access import DeskRequest, desk_view, screening_or_404
from screening.logic import Assessment, Outcome
from screening.models import Answer, Role, Screening, Status, Value
from screening.services.evaluation import assess
from screening.templatetags.desk import day
from screening.views.panel import Panel, group_value, panel_of
from screening.views.sheet import Given
from screening.views.words import version_words
from screening.wizard import Course, course_of
from trials.criteria.tree import Tree


@dataclass
class Desk:
    screening: Screening
    role: Role | None
    tree: Tree
    answers: dict[str, Answer]
    assessment: Assessment

    @property
    def may_write(self) -> bool:
        return self.role in (Role.COORDINATOR, Role.INVESTIGATOR)

    @property
    def may_answer(self) -> bool:
        return self.may_write and self.screening.status == Status.OPEN

    @cached_property
    def statements(self) -> frozenset[str]:
        return frozenset(node.identifier for node in self.tree.statements)

    @property
    def _settled(self) -> set[str]:
        """What has an answer: nobody needs to hear that another one would not matter."""
        return {each for each, answer in self.answers.items() if answer.value != Value.UNKNOWN}

    @cached_property
    def given(self) -> Given:
        patient = self.screening.patient
        return Given(
            tree=self.tree,
            cohort=self.screening.cohort.code if self.screening.cohort else "",
            answers=self.answers,
            comments={
                identifier: vault.unseal(patient, answer.comment_sealed)
                for identifier, answer in self.answers.items()
                if answer.comment_sealed
            },
            values={
                identifier: group_value(values) for identifier, values in self.assessment.node_values.items()
            },
            off=frozenset(self.statements - self.assessment.relevant - self._settled),
            decides=frozenset(self.assessment.why if self.assessment.outcome is Outcome.INELIGIBLE else ()),
            investigator=self.role == Role.INVESTIGATOR,
        )

    @cached_property
    def course(self) -> Course:
        values = {identifier: answer.value for identifier, answer in self.answers.items()}
        return course_of(self.tree, values, self.assessment)

    @cached_property
    def panel(self) -> Panel:
        return panel_of(self.given, self.assessment, self.course.next_question())

    @property
    def context(self) -> dict[str, Any]:
        """What every page and part about this screening needs."""
        screening = self.screening
        return {
            "screening": screening,
            "version": screening.version,
            "head": _head(screening),
            "panel": self.panel,
            "may_write": self.may_write,
            "may_answer": self.may_answer,
            "list_url": reverse("screening:checklist", args=[screening.pk]),
        }


def screening_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """A view of one screening: for people of a center, in the center's time while the request lasts."""

    @desk_view
    @wraps(view)
    def in_its_time(*args: Any, **kwargs: Any) -> HttpResponse:
        with timezone.override(None):
            return view(*args, **kwargs)

    return in_its_time


def open_desk(request: DeskRequest, pk: int) -> Desk:
    """The screening or 404. From here on the times of this `screening_view` are those of its center."""
    screening = screening_or_404(request, pk)
    timezone.activate(screening.center.zone)
    tree = screening.version.tree()
    answers = {answer.criterion.identifier: answer for answer in screening.answers.current().with_people()}
    assessment = assess(screening, {identifier: answer.value for identifier, answer in answers.items()})
    return Desk(screening, request.access.role_at(screening.center), tree, answers, assessment)


def _head(screening: Screening) -> dict[str, str]:
    """The line under the title."""
    kind = screening.get_kind_display().capitalize()
    if screening.consent_date:
        kind = _("After consent of %(day)s") % {"day": day(screening.consent_date)}
    concluded = ""
    if screening.status == Status.CONCLUDED:
        concluded = _("Concluded: %(conclusion)s") % {"conclusion": screening.get_conclusion_display()}
    site = screening.site
    return {
        "site": ", ".join(filter(None, (site.facility, site.city))),
        "kind": kind,
        "version": version_words(screening.version),
        "cohort": screening.cohort.label if screening.cohort else "",
        "started": _("Started %(day)s by %(who)s")
        % {"day": day(screening.started_at), "who": screening.started_by.printed_name},
        "concluded": concluded,
    }
