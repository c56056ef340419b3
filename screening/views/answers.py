"""One statement's answer: recorded, shown, its history. And who is signed in, for a page that waits."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from screening import vault
from screening.access import DeskRequest, require_role
from screening.forms import AnswerForm
from screening.models import Answer, AnswerChange, Screening
from screening.services import Conflict, Overtaken, ReasonNeeded, Refused, record_answer
from screening.templatetags.desk import when
from screening.views.desk import Desk, open_desk, screening_view
from screening.views.fact_words import source_words
from screening.views.sheet import statement_line, value_words

WITHOUT_SCRIPT = uuid.UUID("6d1f5c1e-4f6e-4f5a-9a52-3f3a7f3f5b1d")


@dataclass(frozen=True)
class Asks:
    """What a statement asks back before its answer can be kept."""

    words: str
    keep: str
    send: str = ""
    reason: bool = False


@require_safe
def session(request: HttpRequest) -> JsonResponse:
    """Who is signed in, and a token that is good now."""
    user = request.user.pk if request.user.is_authenticated else None
    return JsonResponse({"user": user, "csrf": get_token(request)})


@require_http_methods(["GET", "HEAD", "POST"])
@screening_view
def answer(request: DeskRequest, pk: int, identifier: str) -> HttpResponse:
    desk = open_desk(request, pk)
    if identifier not in desk.statements:
        raise Http404
    if request.method != "POST":
        if not request.htmx:
            return HttpResponseRedirect(_place(desk, identifier))
        return _part(request, desk, identifier, "by")
    require_role(request, desk.screening.center)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _refused(request, desk, identifier, _("Choose an answer first."))
    data = form.cleaned_data
    try:
        record_answer(
            user=request.user,
            screening=desk.screening,
            identifier=identifier,
            value=data["value"],
            comment=data["comment"],
            reason=data["reason"].strip(),
            operation_id=data["operation"] or _operation(request, desk.screening, identifier, data),
            client=data["client"],
            sequence=data["sequence"],
            base_revision=data["base"],
            version=data["version"],
            facts=data["facts"],
        )
    except Overtaken as overtaken:
        return _refused(request, open_desk(request, pk), identifier, overtaken.message, status=409)
    except Conflict as conflict:
        if _says_the_same(conflict.current, data):
            return _saved(request, pk, identifier)
        return _asks_back(
            request, pk, identifier, data, conflict.current, _difference(conflict.current, data["value"])
        )
    except ReasonNeeded as needed:
        current = desk.answers.get(identifier)
        keep = _("Keep “%(value)s”") % {"value": value_words(current.value if current else "")}
        asks = Asks(words=needed.message, keep=keep, send=_("Save with this reason"), reason=True)
        return _asks_back(request, pk, identifier, data, current, asks)
    except Refused as refused:
        return _refused(request, desk, identifier, refused.message)
    return _saved(request, pk, identifier)


@require_safe
@screening_view
def history(request: DeskRequest, pk: int, identifier: str) -> HttpResponse:
    desk = open_desk(request, pk)
    if identifier not in desk.statements:
        raise Http404
    patient = desk.screening.patient
    changes = [
        {
            "at": change.at,
            "who": change.by.printed_name,
            "value_words": value_words(change.value),
            "previous_words": value_words(change.previous_value) if change.previous_value else "",
            "reason": vault.unseal(patient, change.reason_sealed),
            "comment": vault.unseal(patient, change.comment_sealed),
            "proposed": change.proposed,
            "source": source_words(change, vault.unseal(patient, change.source_quote_sealed))
            if change.source_kind
            else "",
        }
        for change in AnswerChange.objects.filter(
            screening=desk.screening, answer__criterion__identifier=identifier
        )
        .select_related("by")
        .order_by("-pk")
    ]
    line = statement_line(desk.given, desk.tree.nodes[identifier])
    context = desk.context | {"line": line, "changes": changes}
    return render(
        request, "screening/history.html#history" if request.htmx else "screening/history.html", context
    )


def _saved(request: DeskRequest, pk: int, identifier: str) -> HttpResponse:
    """What follows now: drawn from the rows as they are after the answer."""
    desk = open_desk(request, pk)
    if not request.htmx:
        return HttpResponseRedirect(_after(request, desk, identifier))
    response = _part(request, desk, identifier, "saved")
    response["X-Saved-At"] = when(timezone.now())
    return response


def _says_the_same(current: Answer | None, data: dict[str, Any]) -> bool:
    return current is not None and current.value == data["value"] and data["comment"] is None


def _operation(
    request: DeskRequest, screening: Screening, identifier: str, data: dict[str, Any]
) -> uuid.UUID:
    """Without JavaScript a form sent twice says the same thing on the same revision: one operation."""
    said = (
        request.user.pk,
        screening.pk,
        identifier,
        data["base"],
        data["value"],
        data["comment"],
        data["reason"],
        data["facts"],
    )
    return uuid.uuid5(WITHOUT_SCRIPT, repr(said))


def _difference(current: Answer | None, chosen: str) -> Asks:
    if current is None:
        return Asks(words=_("This answer has changed meanwhile."), keep=_("Show what is stored"))
    said = {
        "who": current.answered_by.printed_name,
        "theirs": value_words(current.value),
        "time": when(current.answered_at),
        "yours": value_words(chosen),
    }
    return Asks(
        words=_("%(who)s answered %(theirs)s at %(time)s; you chose %(yours)s. To use yours, say why.")
        % said,
        keep=_("Keep %(theirs)s") % said,
        send=_("Use %(yours)s") % said,
        reason=True,
    )


def _asks_back(
    request: DeskRequest, pk: int, identifier: str, data: dict[str, Any], current: Answer | None, asks: Asks
) -> HttpResponse:
    """409 with what stands now, or 422 for a reason; the statement asks, nothing is stored."""
    status = 422 if current is None or current.revision == data["base"] else 409
    return _with(request, open_desk(request, pk), identifier, data["value"], asks, status)


def _refused(
    request: DeskRequest, desk: Desk, identifier: str, message: str, *, status: int = 422
) -> HttpResponse:
    asks = Asks(words=message, keep=_("Show what is stored"))
    response = _with(request, desk, identifier, "", asks, status)
    response["X-Answer"] = "refused"
    return response


def _with(
    request: DeskRequest, desk: Desk, identifier: str, chosen: str, asks: Asks, status: int
) -> HttpResponse:
    if request.htmx:
        return _part(request, desk, identifier, "by", asks=asks, status=status)
    # Without JavaScript: a page of this one statement, with what was chosen still chosen.
    line = statement_line(desk.given, desk.tree.nodes[identifier])
    context = desk.context | {"line": line, "asks": asks, "chosen": chosen}
    return render(request, "screening/ask.html", context, status=status)


def _part(
    request: DeskRequest,
    desk: Desk,
    identifier: str,
    part: str,
    *,
    asks: Asks | None = None,
    status: int = 200,
) -> HttpResponse:
    line = statement_line(desk.given, desk.tree.nodes[identifier])
    context = desk.context | {"line": line, "asks": asks, "here": not request.POST.get("elsewhere")}
    return render(request, f"screening/checklist.html#{part}", context, status=status)


def _place(desk: Desk, identifier: str) -> str:
    return f"{reverse('screening:checklist', args=[desk.screening.pk])}#c-{identifier}"


def _after(request: HttpRequest, desk: Desk, identifier: str) -> str:
    """Where a form without JavaScript leads: back to its row, or on in the focus view."""
    if request.GET.get("view") == "focus":
        return f"{reverse('screening:checklist', args=[desk.screening.pk])}?view=focus&after={identifier}"
    return _place(desk, identifier)
