"""Values entered while answering, and what they propose confirmed, one by one or together."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from screening.access import DeskRequest, require_role
from screening.fact_forms import FactForm, SourceForm
from screening.services import Conflict, Refused, Source, record_answer, record_fact
from screening.views.desk import Desk, focused, open_desk, screening_view
from screening.views.fact_words import fact_words
from screening.views.proposed import fact_url, variables_of
from screening.views.sheet import statement_line
from trials.criteria.tree import Node
from trials.models import Variable

TOGETHER = uuid.UUID("0d7a2b0e-8f0b-4c1d-9a54-5c5f2f7a6a10")
PAGE = "screening/facts.html"


@require_http_methods(["GET", "HEAD", "POST"])
@screening_view
def facts(request: DeskRequest, pk: int) -> HttpResponse:
    """A value of a variable that a statement rests on, or that this one is worked out from."""
    desk = open_desk(request, pk)
    require_role(request, desk.screening.center)
    statement = desk.tree.nodes.get(request.GET.get("statement", ""))
    known = {
        variable.code: variable
        for variable in Variable.objects.filter(code__in=variables_of(statement.test if statement else None))
    }
    if statement is None or not known:
        raise Http404
    variable = known.get(request.GET.get("variable", "")) or _first(desk, statement, known)
    options: dict[str, Any] = {"variable": variable, "today": desk.today, "test": statement.test}
    # Of a page with many such forms: what is typed into one must not be labelled by another.
    options["auto_id"] = f"{statement.identifier}-%s"
    form = FactForm(request.POST if request.method == "POST" else None, **options)
    if request.method == "POST" and form.is_valid():
        try:
            fact = record_fact(
                user=request.user, patient=desk.screening.patient, variable=variable, **form.said()
            )
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            return _kept(request, pk, statement, _("Kept: %(fact)s.") % {"fact": fact_words(fact)})
    others = [
        {"url": fact_url(pk, statement, other.code), "label": other.label}
        for other in known.values()
        if other != variable
    ]
    context = desk.context | {
        "form": form,
        "variable": variable,
        "others": others,
        "line": statement_line(desk.given, statement),
        "action": fact_url(pk, statement, variable.code),
    }
    status = 422 if form.is_bound else 200
    return render(request, f"{PAGE}#entry" if request.htmx else PAGE, context, status=status)


@require_POST
@screening_view
def confirm(request: DeskRequest, pk: int) -> HttpResponse:
    """All that the page proposed and nothing contradicts: each is recorded by itself, once."""
    desk = open_desk(request, pk)
    require_role(request, desk.screening.center)
    done, left = 0, 0
    for each in request.POST.getlist("proposal")[: len(desk.statements)]:
        identifier, base, value, shown = (*each.split("=", 3), "", "", "")[:4]
        if identifier not in desk.statements or not base.isdecimal():
            left += 1
            continue
        try:
            record_answer(
                user=request.user,
                screening=desk.screening,
                identifier=identifier,
                value=value,
                facts=[int(key) for key in shown.split(",") if key.isdecimal()],
                operation_id=uuid.uuid5(TOGETHER, f"{request.user.pk} {pk} {each}"),
                base_revision=int(base),
            )
            done += 1
        except (Refused, Conflict, ValueError):
            left += 1
    if done:
        said = ngettext("%(count)d proposal confirmed.", "%(count)d proposals confirmed.", done)
        messages.success(request, said % {"count": done})
    if left:
        said = ngettext(
            "%(count)d was left: it has changed meanwhile.",
            "%(count)d were left: they have changed meanwhile.",
            left,
        )
        messages.warning(request, said % {"count": left})
    return redirect("screening:checklist", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@screening_view
def source(request: DeskRequest, pk: int, identifier: str) -> HttpResponse:
    """The document that an answer was read in."""
    desk = open_desk(request, pk)
    require_role(request, desk.screening.center)
    if identifier not in desk.statements:
        raise Http404
    line = statement_line(desk.given, desk.tree.nodes[identifier])
    answer = desk.answers.get(identifier)
    if answer is None:
        return _source_page(request, desk, {"line": line}, 422 if request.method == "POST" else 200)
    kept = desk.source_of(answer)
    initial = {
        f"source_{name}": getattr(kept, name) for name in ("kind", "date", "page", "reference", "quote")
    }
    initial |= {"base": answer.revision, "operation": uuid.uuid4()}
    form = SourceForm(
        request.POST if request.method == "POST" else None, initial=initial, auto_id=f"{identifier}-source-%s"
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            record_answer(
                user=request.user,
                screening=desk.screening,
                identifier=identifier,
                value=answer.value,
                source=Source(
                    kind=said["source_kind"],
                    date=said["source_date"],
                    page=said["source_page"].strip(),
                    reference=said["source_reference"].strip(),
                    quote=said["source_quote"].strip(),
                ),
                reason=said["reason"],
                operation_id=said["operation"],
                base_revision=said["base"],
            )
        except Refused as refused:
            form.add_error(None, refused.message)
        except Conflict:
            form.add_error(None, _("This answer has changed meanwhile: load the page again."))
        else:
            return _kept(request, pk, desk.tree.nodes[identifier], _("The source is kept."), renewed=True)
    return _source_page(request, desk, {"form": form, "line": line}, 422 if form.is_bound else 200)


def _source_page(request: DeskRequest, desk: Desk, context: dict[str, Any], status: int) -> HttpResponse:
    template = "screening/source.html#entry" if request.htmx else "screening/source.html"
    return render(request, template, desk.context | context, status=status)


def _kept(
    request: DeskRequest, pk: int, statement: Node, words: str, *, renewed: bool = False
) -> HttpResponse:
    """Back at the statement, with what every statement that rests on it has to say now.

    `renewed`: its answer has a new revision.
    """
    desk = open_desk(request, pk)
    if not request.htmx:
        messages.success(request, words)
        return HttpResponseRedirect(f"{desk.context['list_url']}#c-{statement.identifier}")
    # In the focus view no other statement is on the page.
    mine = set(variables_of(statement.test))
    touched = [
        node
        for node in desk.tree.statements
        if node is statement or (not focused(request) and mine.intersection(variables_of(node.test)))
    ]
    context = desk.context | {
        "kept": words,
        "renewed": renewed,
        "lines": [statement_line(desk.given, node) for node in touched],
        "line": statement_line(desk.given, statement),
    }
    return render(request, "screening/checklist.html#kept", context)


def _first(desk: Desk, statement: Node, known: dict[str, Variable]) -> Variable:
    """What is missing of what the variable is worked out from, else the variable itself."""
    own, *inputs = variables_of(statement.test)
    missing = [code for code in inputs if code in known and code not in desk.evidence.values]
    return known.get(missing[0] if missing else own) or next(iter(known.values()))
