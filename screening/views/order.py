"""The order of the questions: chosen for a screening, explained, and fed with a center's estimates."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from screening.access import DeskRequest, desk_view, require_role, screening_or_404
from screening.asking import Experience, Ground, Order, experience_of, ground_of
from screening.chances import ENOUGH_SCREENINGS
from screening.forms import EstimateForm
from screening.models import CenterSite, ChanceEstimate, Screening
from screening.services import Refused
from screening.services.estimates import record_estimates
from screening.views.sheet import path_of
from trials.models import CriteriaVersion, Trial

# In the session: the screenings of which somebody has chosen the fastest order.
CHOSEN = "fastest_order"
REMEMBERED = 50
TEXT_SHOWN = 200


@require_POST
@desk_view
def order(request: DeskRequest, pk: int) -> HttpResponse:
    """Remember for this person and this screening; a choice of how to look, open to readers too."""
    screening = screening_or_404(request, pk)
    chosen = [each for each in request.session.get(CHOSEN, []) if each != screening.pk]
    if request.POST.get("order") == Order.FASTEST and experience_of(screening).is_enough:
        chosen.append(screening.pk)
    request.session[CHOSEN] = chosen[-REMEMBERED:]
    return redirect(reverse("screening:checklist", args=[screening.pk]) + "?view=focus")


def chosen_order(request: HttpRequest, screening: Screening) -> Order:
    return Order.FASTEST if screening.pk in request.session.get(CHOSEN, []) else Order.PROTOCOL


def order_context(order: Order, experience: Experience) -> dict[str, Any]:
    """For the choice on the page. Without figures there is none, and it says what is missing."""
    return {
        "order": order.value,
        "order_offered": experience.is_enough,
        "order_missing": _(
            "The fastest order is offered from %(enough)d screenings of your center in this trial on "
            "(now %(now)d), or with estimates of your own."
        )
        % {"enough": ENOUGH_SCREENINGS, "now": experience.screenings},
    }


def ground_words(screening: Screening, identifier: str, experience: Experience) -> str:
    """Why this question comes now."""
    ground = ground_of(screening, identifier, experience)
    if ground is None or not (ground.answered or ground.estimate):
        return _("Nothing is known of this statement yet: it is taken for an average one.")
    return _counted(ground) if ground.answered else _expected(ground)


def _counted(ground: Ground) -> str:
    said = {"stood": ground.stood, "answered": ground.answered}
    if ground.alone:
        return (
            ngettext(
                "It decided %(stood)d of %(answered)d screening at your center.",
                "It decided %(stood)d of %(answered)d screenings at your center.",
                ground.answered,
            )
            % said
        )
    return (
        ngettext(
            "It stood against the participant in %(stood)d of %(answered)d screening at your center.",
            "It stood against the participant in %(stood)d of %(answered)d screenings at your center.",
            ground.answered,
        )
        % said
    )


def _expected(ground: Ground) -> str:
    return _("Your center expects it to stop %(percent)d of 100 participants.") % {"percent": ground.estimate}


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def estimates(request: DeskRequest) -> HttpResponse:
    """Of one trial at one center (?site=): how many of a hundred each statement is expected to stop."""
    sites = CenterSite.objects.visible_to(request.user).with_names().order_by("site__trial__nct_id", "pk")
    asked = request.GET.get("site", "")
    if not asked.isdecimal():
        writing = [each for each in sites if request.access.may_write(each.center)]
        return render(request, "screening/estimates.html", {"sites": writing, "center_site": None})
    center_site = get_object_or_404(sites, pk=int(asked[:18]))
    require_role(request, center_site.center)
    trial = center_site.site.trial
    version = _version(trial)
    context: dict[str, Any] = {"center_site": center_site, "trial": trial, "version": version}
    if version is None:
        return render(request, "screening/estimates.html", context)
    tree = version.tree()
    known = ChanceEstimate.objects.filter(center=center_site.center, trial=trial)
    form = EstimateForm(
        request.POST or None,
        tree=tree,
        words={
            node.identifier: f"{path_of(tree, node.identifier)}: {Truncator(node.text).chars(TEXT_SHOWN)}"
            for node in tree.statements
        },
        known=dict(known.values_list("identifier", "percent_against")),
    )
    if request.method == "POST" and form.is_valid():
        try:
            changed = record_estimates(
                user=request.user, center=center_site.center, trial=trial, percent_against=form.estimates()
            )
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            words = ngettext("%(count)d estimate kept.", "%(count)d estimates kept.", changed)
            messages.success(request, words % {"count": changed})
            return redirect(request.get_full_path())
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "screening/estimates.html", context | {"form": form}, status=status)


def _version(trial: Trial) -> CriteriaVersion | None:
    """The one that is screened against: the protocol's, where the reader may see one."""
    versions = list(CriteriaVersion.objects.filter(trial=trial).in_effect())
    protocols = [each for each in versions if each.source == CriteriaVersion.Source.PROTOCOL]
    return next(iter(protocols or versions), None)
