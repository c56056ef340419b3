"""One participant: what is known, on a line of time; every screening; what is due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from screening import vault
from screening.access import DeskRequest, desk_view
from screening.dues import dues
from screening.models import Fact, Outcome, Patient, Screening
from screening.services.evaluation import read_standings
from screening.templatetags.desk import day
from screening.views.due_words import due_lines
from screening.views.fact_words import fact_value_words, number_words
from screening.views.panel import GLYPHS, LOOKS
from screening.views.signed import SignedState, signed_state


@dataclass(frozen=True)
class Point:
    """One value of a variable. `gone` says why it does not count any more, and when that was said."""

    fact: Fact
    value: str
    limits: str
    beyond: str
    source: str
    gone: str


@dataclass(frozen=True)
class Line:
    """A screening of this participant."""

    screening: Screening
    look: str
    glyph: str
    outcome: str
    signed: SignedState | None
    due: list[str]


@require_safe
@desk_view
def patient(request: DeskRequest, pk: int) -> HttpResponse:
    patients = Patient.objects.visible_to(request.user).select_related("center", "key")
    found = get_object_or_404(patients, pk=pk)
    with timezone.override(found.center.zone):
        facts = found.facts.select_related("variable", "entered_by", "withdrawn_by", "replacement")
        screenings = list(found.screenings.for_log().with_signatures().order_by("-started_at", "-pk"))
        context = {
            "patient": found,
            "erased": vault.is_erased(found),
            "may_write": request.access.may_write(found.center),
            "variables": _by_variable(found, facts.order_by("variable__label", "-observed_on", "-pk")),
            "lines": _lines(screenings),
        }
        return render(request, "screening/patient.html", context)


def _by_variable(patient: Patient, facts: Iterable[Fact]) -> list[tuple[str, list[Point]]]:
    """By the variable's name, and of a treatment by its product; the newest value first."""
    named = sorted(facts, key=_name)
    return [(name, [_point(patient, fact) for fact in group]) for name, group in groupby(named, key=_name)]


def _name(fact: Fact) -> str:
    return f"{fact.variable.label} ({fact.product})" if fact.product else fact.variable.label


def _point(patient: Patient, fact: Fact) -> Point:
    return Point(
        fact=fact,
        value=vault.unseal(patient, fact.text_sealed) if fact.text_sealed else fact_value_words(fact),
        limits=_limits(fact),
        beyond=_beyond(fact),
        source=_source(patient, fact),
        gone=_gone(patient, fact),
    )


def _limits(fact: Fact) -> str:
    """The laboratory's own."""
    low, high = fact.lower_limit, fact.upper_limit
    if low is not None and high is not None:
        return _("%(low)s to %(high)s") % {"low": number_words(low), "high": number_words(high)}
    if high is not None:
        return _("up to %(high)s") % {"high": number_words(high)}
    return _("from %(low)s") % {"low": number_words(low)} if low is not None else ""


def _beyond(fact: Fact) -> str:
    if fact.number is not None and fact.upper_limit is not None and fact.number > fact.upper_limit:
        return "above"
    if fact.number is not None and fact.lower_limit is not None and fact.number < fact.lower_limit:
        return "below"
    return ""


def _source(patient: Patient, fact: Fact) -> str:
    if not fact.source_kind:
        return ""
    words = fact.get_source_kind_display().capitalize()
    if fact.source_date:
        words = _("%(what)s of %(day)s") % {"what": words, "day": day(fact.source_date)}
    reference = vault.unseal(patient, fact.source_reference_sealed)
    return f"{words}: {reference}" if reference else words


def _gone(patient: Patient, fact: Fact) -> str:
    if fact.withdrawn_at and fact.withdrawn_by:
        said = {
            "day": day(fact.withdrawn_at),
            "who": fact.withdrawn_by.printed_name,
            "why": vault.unseal(patient, fact.withdrawn_reason_sealed),
        }
        return _("Withdrawn on %(day)s by %(who)s: %(why)s") % said
    replacement = getattr(fact, "replacement", None)
    if replacement is not None:
        return _("Corrected on %(day)s to %(value)s") % {
            "day": day(replacement.entered_at),
            "value": fact_value_words(replacement),
        }
    return ""


def _lines(screenings: list[Screening]) -> list[Line]:
    standings = read_standings(screenings)
    due = {each.screening.pk: due_lines(each) for each in dues(screenings, standings)}
    return [_line(screening, due.get(screening.pk, [])) for screening in screenings]


def _line(screening: Screening, due: list[str]) -> Line:
    outcome = Outcome(screening.outcome)
    return Line(
        screening, LOOKS[outcome], GLYPHS[outcome], outcome.label.capitalize(), signed_state(screening), due
    )
