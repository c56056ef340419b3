"""The editor: versions of a trial's criteria, the tree of a draft, and every step of changing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import push_url

from trials.criteria.draft import EditError, places
from trials.drafts import (
    Draft,
    NotEditableError,
    StaleError,
    describe,
    discard,
    new_version_from,
    opened,
    publish_draft,
    redo,
    take_step,
    undo,
)
from trials.editor.access import EditorRequest, for_editors, trial_or_404, version_or_404
from trials.editor.changes import changes_between, in_words, version_before
from trials.editor.forms import NewVersionForm, ParticularsForm, PublishForm
from trials.editor.page import DraftPage, try_url
from trials.editor.steps import BadInputError, Step, step_of
from trials.editor.steps import in_words as why
from trials.models import CriteriaVersion, Variable
from trials.reading.criteria import criteria_parts
from trials.services import NotPublishableError

DRAFT = "trials/versions/draft.html"


@require_safe
@for_editors
def versions(request: EditorRequest, nct_id: str) -> HttpResponse:
    trial = trial_or_404(nct_id)
    rows = [
        (version, NewVersionForm(source=version, initial={"label": timezone.now().date().isoformat()}))
        for version in trial.criteria_versions.order_by("-number")
    ]
    return render(request, "trials/versions/list.html", {"trial": trial, "rows": rows})


@require_POST
@for_editors
def new_version(request: EditorRequest, nct_id: str, number: int) -> HttpResponse:
    version = version_or_404(nct_id, number)
    form = NewVersionForm(request.POST, source=version)
    if form.is_valid():
        try:
            draft = new_version_from(version, label=form.cleaned_data["label"])
        except NotEditableError:
            messages.error(request, _("A new version begins from a published one."))
        else:
            return redirect("trials:version", nct_id, draft.number)
    for complaint in form.complaints():
        messages.error(request, complaint)
    return redirect("trials:versions", nct_id)


# Compressed, because rows are much alike; the page repeats nothing that its address says (BREACH).
@require_safe
@gzip_page
@for_editors
def version_page(request: EditorRequest, nct_id: str, number: int) -> HttpResponse:
    version = version_or_404(nct_id, number)
    if version.is_published:
        return _published(request, version)
    page = DraftPage(opened(version), request.GET.get("at", ""))
    swapped = request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request
    response = render(request, f"{DRAFT}#panel" if swapped else DRAFT, {"page": page, "version": version})
    patch_vary_headers(response, ["HX-Request"])
    return push_url(response, request.get_full_path()) if swapped else response


def _published(request: EditorRequest, version: CriteriaVersion) -> HttpResponse:
    tree, before = version.tree(), version_before(version)
    context = {
        "version": version,
        "tree": tree,
        "inclusion": criteria_parts(tree, tree.inclusion),
        "exclusion": criteria_parts(tree, tree.exclusion),
        "before": before,
        "changes": changes_between(before, version) if before else None,
        "try_url": try_url(version),
    }
    return render(request, "trials/versions/published.html", context)


@require_POST
@gzip_page
@for_editors
def step(request: EditorRequest, nct_id: str, number: int) -> HttpResponse:
    """One step. With htmx the answer is what changed on the page; else it leads back to the page."""
    version = version_or_404(nct_id, number)
    if version.is_published:
        return _too_late(request, version)
    base, at = _number(request.POST.get("base", "")), request.POST.get("at", "")
    try:
        draft, shows, redraws = _taken(version, request, base)
    except BadInputError as error:
        return _refused(request, version, at, error.form.complaints(), 422)
    except EditError as error:
        return _refused(request, version, at, [why(error)], 422)
    except StaleError as error:
        return _stale(request, version, at, error)
    except NotEditableError:
        return _refused(request, version, at, [_("This version was published meanwhile.")], 409)
    if not request.htmx:
        address = reverse("trials:version", args=[nct_id, number])
        return redirect(f"{address}?at={shows}#row-{shows}" if shows else address)
    context = {"page": DraftPage(draft, shows), "version": version, "redraws": redraws, "saved": True}
    return render(request, f"{DRAFT}#stepped", context)


def _taken(version: CriteriaVersion, request: EditorRequest, base: int) -> tuple[Draft, str, bool]:
    at = request.POST.get("at", "")
    if request.POST.get("do") in ("undo", "redo"):
        back = undo if request.POST["do"] == "undo" else redo
        return back(version, base=base), at, True
    wanted: Step = step_of(request.POST, lambda identifier: _around(version, identifier))
    draft = take_step(
        version, base=base, action=wanted.action, edit=wanted.edit, identifier=wanted.identifier
    )
    return draft, wanted.shows, wanted.redraws


def _around(version: CriteriaVersion, identifier: str) -> str:
    place = places(opened(version).document).get(identifier)
    return place.parent["identifier"] if place else ""


def _refused(
    request: EditorRequest, version: CriteriaVersion, at: str, problems: list[str], status: int, **more: Any
) -> HttpResponse:
    """Nothing was done, and why. Without JavaScript the whole page says so, with what is stored."""
    context: dict[str, Any] = {"problems": problems, "version": version, "at": at, **more}
    if request.htmx:
        return render(request, f"{DRAFT}#status", context, status=status)
    return render(request, DRAFT, context | {"page": DraftPage(opened(version), at)}, status=status)


def _stale(request: EditorRequest, version: CriteriaVersion, at: str, error: StaleError) -> HttpResponse:
    labels = dict(Variable.objects.values_list("code", "label"))
    changes = in_words(error.before, error.after, labels)
    return _refused(request, version, at, [], 409, stale=error.steps, changes=changes)


@require_http_methods(["GET", "HEAD", "POST"])
@for_editors
def publish(request: EditorRequest, nct_id: str, number: int) -> HttpResponse:
    """What changes and what is wrong with it; then, with a reason and a date, it is published for good."""
    version = version_or_404(nct_id, number)
    if version.is_published:
        return redirect("trials:version", nct_id, number)
    page, before = DraftPage(opened(version)), version_before(version)
    data = request.POST if request.method == "POST" else None
    form = PublishForm(data, warned=bool(page.warnings), initial={"effective": timezone.now().date()})
    status = 200
    if data is not None:
        if form.is_valid() and _published_now(request, version, form):
            return redirect("trials:version", nct_id, number)
        status = 422
    context = {
        "version": version,
        "page": page,
        "before": before,
        "changes": changes_between(before, version) if before else None,
        "form": form,
    }
    return render(request, "trials/versions/publish.html", context, status=status)


def _published_now(request: EditorRequest, version: CriteriaVersion, form: PublishForm) -> bool:
    """Whether it is published now; else the form has the reasons."""
    said = form.cleaned_data
    try:
        publish_draft(
            version,
            base=_number(request.POST.get("base", "")),
            reason=said["reason"],
            effective=said["effective"],
            warnings_seen=said.get("seen", True),
            published_by=str(request.user),
        )
    except NotPublishableError as error:
        form.add_error(None, list(error.reasons))
        return False
    except StaleError:
        form.add_error(
            None, _("The draft was changed after this page was shown. Look at the differences again.")
        )
        return False
    messages.success(request, _("The version is published."))
    return True


@require_POST
@for_editors
def particulars(request: EditorRequest, nct_id: str, number: int) -> HttpResponse:
    """What a draft is called, and whether it claims to have all of the protocol."""
    version = version_or_404(nct_id, number)
    if version.is_published:
        return _too_late(request, version)
    form = ParticularsForm(request.POST, version=version)
    if not form.is_valid():
        page = DraftPage(opened(version), particulars=form)
        return render(request, DRAFT, {"page": page, "version": version}, status=422)
    try:
        describe(version, label=form.cleaned_data["label"], completeness=form.cleaned_data["completeness"])
    except NotEditableError:
        return _too_late(request, version)
    messages.success(request, _("Saved."))
    return redirect("trials:version", nct_id, number)


def _too_late(request: EditorRequest, version: CriteriaVersion) -> HttpResponse:
    messages.error(request, _("This version is published and never changes."))
    return redirect("trials:version", version.trial.nct_id, version.number)


@require_POST
@for_editors
def discard_draft(request: EditorRequest, nct_id: str, number: int) -> HttpResponse:
    version = version_or_404(nct_id, number)
    try:
        discard(version)
    except NotEditableError:
        messages.error(request, _("This version is published and stays."))
    else:
        messages.success(request, _("The draft “%(label)s” is discarded.") % {"label": version.label})
    return redirect("trials:versions", nct_id)


def _number(text: str) -> int:
    """A revision; what is none is one that never was."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
