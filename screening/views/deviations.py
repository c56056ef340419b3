"""The protocol deviations of a screening, recorded beside its outcome."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from screening.access import DeskRequest, require_role
from screening.services import Refused
from screening.services.deviations import record_deviation
from screening.services.signing import content_to_sign
from screening.signing_forms import DeviationForm
from screening.views.desk import Desk, open_desk, screening_view
from screening.views.recorded import Recorded
from screening.views.sheet import place_of
from trials.criteria.tree import Op


@require_http_methods(["GET", "HEAD", "POST"])
@screening_view
def deviations(request: DeskRequest, pk: int) -> HttpResponse:
    desk = open_desk(request, pk)
    form, status = DeviationForm(places=_places(desk)), 200
    if request.method == "POST":
        require_role(request, desk.screening.center)
        form, status = DeviationForm(request.POST, places=_places(desk)), 422
        if form.is_valid():
            try:
                record_deviation(user=request.user, screening=desk.screening, **form.cleaned_data)
            except Refused as refused:
                form.add_error(None, refused.message)
            else:
                return redirect("screening:deviations", pk)
    recorded = Recorded(content_to_sign(desk.screening), desk.tree, desk.screening.patient)
    context = desk.context | {"recorded": recorded, "form": form if desk.may_write else None}
    return render(request, "screening/deviations.html", context, status=status)


def _places(desk: Desk) -> dict[str, str]:
    """Every criterion that has words or a number of its own."""
    return {
        node.identifier: place_of(desk.tree, node.identifier)
        for root in (desk.tree.inclusion, desk.tree.exclusion)
        for node in root.walk()
        if node is not root and (node.op is Op.STATEMENT or node.label)
    }
