"""A screening opened for a page: its tree, its answers, what follows from them, what its reader may do."""

from __future__ import annotations

import datetime
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
from screening.asking import Experience, Order, experience_of, fastest_order
from screening.logic import Assessment, Outcome
from screening.models import AnchorDate, Answer, Role, Screening, Status, Value
from screening.services.answers import Source, source_of
from screening.services.evaluation import Standing, assess, standing_of
from screening.services.moving import amendments_of
from screening.services.proposals import Evidence, evidence_for
from screening.services.rules import local_date
from screening.services.signing import Validity, last_validity
from screening.templatetags.desk import day
from screening.views.due import Dues, dues_of
from screening.views.fact_words import source_words
from screening.views.order import chosen_order
from screening.views.panel import Panel, group_value, panel_of
from screening.views.proposed import Proposed, proposed_for, variables_of
from screening.views.sheet import Given
from screening.views.signed import recomputed_state
from screening.views.words import version_words
from screening.wizard import Course, course_of
from trials.criteria.tree import Tree
from trials.models import Site, Variable


@dataclass
class Desk:
    screening: Screening
    role: Role | None
    tree: Tree
    answers: dict[str, Answer]
    assessment: Assessment
    standing: Standing
    dates: list[AnchorDate]
    today: datetime.date
    order: Order = Order.PROTOCOL

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

    def source_of(self, answer: Answer) -> Source:
        """The document that an answer was read in, unsealed."""
        return source_of(self.screening.patient, answer)

    @cached_property
    def evidence(self) -> Evidence:
        return evidence_for(self.screening, self.today, dates=self.dates)

    @cached_property
    def labels(self) -> dict[str, str]:
        """What the variables are called that facts of this tree are about, by their codes."""
        codes = {code for node in self.tree.statements for code in variables_of(node.test)}
        return dict(Variable.objects.filter(code__in=codes).values_list("code", "label"))

    @cached_property
    def proposed(self) -> dict[str, Proposed]:
        """What the facts say, by statement."""
        found = {
            node.identifier: proposed_for(
                self.screening.pk,
                node,
                self.evidence.on(node),
                self.answers.get(node.identifier),
                self.evidence,
                self.labels,
                due=node.identifier in self.standing.expired,
            )
            for node in self.tree.statements
        }
        return {identifier: said for identifier, said in found.items() if said is not None}

    @cached_property
    def given(self) -> Given:
        patient = self.screening.patient
        return Given(
            screening=self.screening.pk,
            proposed=self.proposed,
            sources={
                identifier: source_words(answer, self.source_of(answer).quote)
                for identifier, answer in self.answers.items()
                if answer.source_kind
            },
            due=self.standing.expired,
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
        """What has run out is asked again; so is, of an investigator alone, what was proposed to one."""
        values = {
            identifier: value
            for identifier, value in self.standing.answers.items()
            if identifier not in self.standing.expired
        }
        if self.role != Role.INVESTIGATOR:
            values |= {each: Value.UNKNOWN for each, answer in self.answers.items() if answer.proposed}
        course = course_of(self.tree, values, self.assessment)
        if self.order is not Order.FASTEST:
            return course
        return course.asking(fastest_order(self.screening, values, course.open, self.experience))

    @cached_property
    def experience(self) -> Experience:
        """What the center knows of this trial's statements."""
        return experience_of(self.screening)

    @cached_property
    def panel(self) -> Panel:
        return panel_of(self.given, self.assessment, self.course.next_question())

    @cached_property
    def dues(self) -> Dues:
        return dues_of(self.given, self.assessment, self.standing, self.dates, may_answer=self.may_answer)

    @cached_property
    def validity(self) -> Validity | None:
        """Whether the last signature holds, recomputed; None where nobody has signed."""
        return last_validity(self.screening)

    @property
    def context(self) -> dict[str, Any]:
        """What every page and part about this screening needs."""
        screening = self.screening
        return {
            "screening": screening,
            "version": screening.version,
            "head": _head(screening),
            "panel": self.panel,
            "signed": recomputed_state(self.validity),
            "dues": self.dues,
            "may_write": self.may_write,
            "may_answer": self.may_answer,
            "list_url": reverse("screening:checklist", args=[screening.pk]),
            "amended": amendments_of(screening) if screening.status == Status.OPEN else (),
        }


def screening_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """A view of one screening: for people of a center, in the center's time while the request lasts."""

    @desk_view
    @wraps(view)
    def in_its_time(*args: Any, **kwargs: Any) -> HttpResponse:
        with timezone.override(None):
            return view(*args, **kwargs)

    return in_its_time


def focused(request: DeskRequest) -> bool:
    """Whether the page that asks shows one statement at a time."""
    return "view=focus" in (request.htmx.current_url or "")


def open_desk(request: DeskRequest, pk: int) -> Desk:
    """The screening or 404. From here on the times of this `screening_view` are those of its center."""
    screening = screening_or_404(request, pk)
    timezone.activate(screening.center.zone)
    tree = screening.version.tree()
    answers = list(screening.answers.current().with_people().with_standing())
    dates, today = list(screening.anchor_dates.all()), local_date(screening.center)
    standing = standing_of(screening, answers, dates, today)
    assessment = assess(screening, standing.answers, expired=standing.expired, anchors=standing.anchors)
    return Desk(
        screening=screening,
        role=request.access.role_at(screening.center),
        tree=tree,
        answers={answer.criterion.identifier: answer for answer in answers},
        assessment=assessment,
        standing=standing,
        dates=dates,
        today=today,
        order=chosen_order(request, screening),
    )


def _head(screening: Screening) -> dict[str, str | bool]:
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
        "site_left": site.origin == Site.Origin.REGISTRY and not site.listed,
        "kind": kind,
        "version": version_words(screening.version),
        "cohort": screening.cohort.label if screening.cohort else "",
        "started": _("Started %(day)s by %(who)s")
        % {"day": day(screening.started_at), "who": screening.started_by.printed_name},
        "concluded": concluded,
    }
