"""The versions that a screening is and was on: what an amendment does to its answers, and moving it there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from screening import vault
from screening.access import DeskRequest, require_role
from screening.forms import REASON
from screening.models import Screening, Status, VersionPin
from screening.services import Overtaken, Refused, amendments_of, move_screening
from screening.services.amendments import Text, alike_of, effect
from screening.views.desk import Desk, open_desk, screening_view
from screening.views.passages import Fates, Passage, passage_of, shown
from trials.models import CriteriaVersion


class MoveForm(forms.Form):
    """To which version, by its number, and from which the page showed it, by its key."""

    to = forms.IntegerField(widget=forms.HiddenInput)
    seen_on = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Such as the approval of the amendment at your center, and its date."),
    )


# Compressed like the checklist, for the same reason.
@require_http_methods(["GET", "HEAD", "POST"])
@gzip_page
@screening_view
def version(request: DeskRequest, pk: int) -> HttpResponse:
    desk = open_desk(request, pk)
    if request.method != "POST":
        return _page(request, desk)
    require_role(request, desk.screening.center)
    form = MoveForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            moved = _moved(request, desk.screening, form.cleaned_data)
        except Refused as refused:
            messages.error(request, refused.message)
            status = 409 if isinstance(refused, Overtaken) else 422
        else:
            label = {"label": moved.version.label}
            messages.success(request, _("This screening is now on the version “%(label)s”.") % label)
            return redirect("screening:checklist", pk)
        desk = open_desk(request, pk)  # as it stands now: somebody else may have been quicker
    elif "reason" not in form.errors:
        messages.error(
            request, _("Part of the form was missing. Look at the page as it is, and send it again.")
        )
    return _page(request, desk, status)


def _moved(request: DeskRequest, screening: Screening, said: dict[str, Any]) -> Screening:
    target = CriteriaVersion.objects.filter(trial=screening.trial_id, number=said["to"]).first()
    if target is None:
        raise Refused(_("There is no such version. Choose one that is offered."))
    return move_screening(
        user=request.user,
        screening=screening,
        version=target,
        reason=said["reason"],
        seen_on=said["seen_on"],
    )


def _page(request: DeskRequest, desk: Desk, status: int = 200) -> HttpResponse:
    """Another version to move to, or an earlier one to look back at (`of`); else the last move, if any."""
    screening = desk.screening
    pins = list(screening.pins.select_related("version", "previous_version", "moved_by"))
    moves = {pin.previous_version: pin for pin in pins if pin.previous_version}
    amendments = list(amendments_of(screening)) if screening.status == Status.OPEN else []
    context = desk.context | {
        "pins": [(pin, vault.unseal(screening.patient, pin.reason_sealed)) for pin in reversed(pins)],
        "amendments": amendments,
    }
    back = _chosen(request, "of", moves)
    if amendments and back is None:
        target = _chosen(request, "to", amendments) or amendments[0]
        context |= _ahead(desk, target)
        if desk.may_answer:
            context["form"] = _form(request, screening, target)
    elif moves:
        context["passage"] = _behind(screening, moves[back] if back else pins[-1])
    return render(request, "screening/version.html", context, status=status)


def _form(request: DeskRequest, screening: Screening, target: CriteriaVersion) -> MoveForm:
    """About what the page shows, whatever was sent; the reason that was typed is kept."""
    values = {"to": target.number, "seen_on": screening.version_id}
    if request.method != "POST":
        return MoveForm(initial=values)
    return MoveForm(values | {"reason": request.POST.get("reason", "")})


def _ahead(desk: Desk, target: CriteriaVersion) -> dict[str, Any]:
    screening, today = desk.screening, desk.today
    alike = alike_of(screening, desk.answers.values(), desk.dates, today)
    found = effect(alike, Text.of(screening.version), Text.of(target))
    return {
        "ahead": True,
        "not_yet": target.effective is not None and target.effective > today,
        "outcomes": [shown(outcome) for outcome in (found.before, found.after)],
        "passage": passage_of(
            screening.version,
            target,
            Fates.of(found.carried),
            desk.answers,
            screening.patient,
        ),
    }


def _behind(screening: Screening, pin: VersionPin) -> Passage:
    before = pin.previous_version
    assert before is not None  # noqa: S101 (the caller has chosen a move)
    rows = screening.answers.filter(version=before).with_people()
    answers = {answer.criterion.identifier: answer for answer in rows}
    return passage_of(before, pin.version, Fates.kept(pin), answers, screening.patient)


def _chosen(request: DeskRequest, key: str, among: Iterable[CriteriaVersion]) -> CriteriaVersion | None:
    asked = request.POST.get(key) or request.GET.get(key)
    return next((version for version in among if str(version.number) == asked), None)
