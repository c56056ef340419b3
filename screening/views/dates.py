"""Dates of the events that windows count from, and half-lives of products."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from screening.access import DeskRequest, require_role
from screening.fact_forms import AnchorForm, HalfLifeForm
from screening.services import Refused, record_anchor, record_half_life
from screening.views.desk import Desk, open_desk, screening_view
from trials.criteria.tree import Anchor
from trials.editor.words import ANCHORS


@require_http_methods(["GET", "HEAD", "POST"])
@screening_view
def dates(request: DeskRequest, pk: int) -> HttpResponse:
    """Planned and actual, of each event that this version speaks of."""
    desk = open_desk(request, pk)
    require_role(request, desk.screening.center)
    sent: AnchorForm | None = None
    if request.method == "POST":
        sent = AnchorForm(request.POST, prefix=request.POST.get("event", ""))
        if sent.is_valid():
            try:
                record_anchor(user=request.user, screening=desk.screening, **sent.cleaned_data)
            except Refused as refused:
                sent.add_error(None, refused.message)
            else:
                messages.success(request, _("The dates are kept."))
                # Who came from a statement that waits for this date goes back to it.
                return redirect("screening:checklist" if "anchor" in request.GET else "screening:dates", pk)
    context = desk.context | {"events": _events(desk, sent), "here": request.GET.get("anchor", "")}
    return render(request, "screening/dates.html", context, status=422 if sent else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@screening_view
def half_life(request: DeskRequest, pk: int) -> HttpResponse:
    """Entered once for a product at a center."""
    desk = open_desk(request, pk)
    center = desk.screening.center
    require_role(request, center)
    form = HalfLifeForm(
        request.POST if request.method == "POST" else None,
        initial={"product": request.GET.get("product", "")[:200]},
    )
    if request.method == "POST" and form.is_valid():
        try:
            record_half_life(user=request.user, center=center, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("The half-life is kept."))
            return HttpResponseRedirect(reverse("screening:checklist", args=[pk]))
    context = desk.context | {"form": form, "known": center.half_lives.all()}
    return render(request, "screening/half_life.html", context, status=422 if form.is_bound else 200)


def _events(desk: Desk, sent: AnchorForm | None) -> list[dict[str, Any]]:
    """The events that the tree's windows count from, and those that have a date, in the order of a trial."""
    asked = {node.test.window.anchor for node in desk.tree.statements if node.test and node.test.window}
    rows = {Anchor(row.anchor): row for row in desk.dates}
    events = []
    for anchor in ANCHORS:
        if anchor is Anchor.CONSENT or (anchor not in asked and anchor not in rows):
            continue
        row = rows.get(anchor)
        initial = {
            "anchor": anchor.value,
            "planned_on": row.planned_on if row else None,
            "actual_on": row.actual_on if row else None,
        }
        mine = sent is not None and sent.prefix == anchor.value
        form = sent if mine else AnchorForm(initial=initial, prefix=anchor.value)
        events.append({"anchor": anchor.value, "words": str(ANCHORS[anchor]).capitalize(), "form": form})
    return events
