"""The page that an investigator reads whole, and signs."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from screening.access import DeskRequest, require_role
from screening.models import Meaning, Outcome, Role
from screening.services import ChangedSinceRead, ReasonNeeded, Refused, sign_screening
from screening.services.reauthentication import NotConfirmed, confirm_password
from screening.services.signing import (
    content_to_sign,
    refuse_against_facts,
    refuse_against_the_outcome,
    without_source,
)
from screening.signature import Content, Part, differences, digest_of, outline_of, text_of
from screening.signing_forms import SignForm
from screening.views.desk import Desk, open_desk, screening_view
from screening.views.recorded import Reason, Recorded, recorded_of
from screening.views.signed import changes

PAGE = "screening/sign.html"


@require_http_methods(["GET", "HEAD", "POST"])
@screening_view
def sign(request: DeskRequest, pk: int) -> HttpResponse:
    desk = open_desk(request, pk)
    if request.method != "POST":
        return render(request, PAGE, _page(desk))
    require_role(request, desk.screening.center, Role.INVESTIGATOR)
    form = SignForm(request.POST)
    if not form.is_valid():
        problems = [str(problem) for each in form.errors.values() for problem in each]
        return _again(request, desk, form, problems)
    said = form.cleaned_data
    try:
        confirm_password(user=request.user, password=said["password"])
        signature = sign_screening(
            user=request.user,
            screening=desk.screening,
            meaning=said["meaning"],
            digest_read=said["digest"],
            outline_read=said["outline"],
            attestation=said["attestation"],
        )
    except (NotConfirmed, ReasonNeeded) as refused:
        return _again(request, desk, form, [refused.message])
    except ChangedSinceRead as stale:
        page = _page(open_desk(request, pk), form)
        page["changed_since_read"] = changes(stale.differences, page["recorded"])
        return render(request, PAGE, page, status=409)
    except Refused as refused:
        messages.error(request, refused.message)
        return render(request, PAGE, _page(open_desk(request, pk), form), status=409)
    messages.success(request, _("Signed: %(meaning)s.") % {"meaning": signature.get_meaning_display()})
    return redirect("screening:record", pk)


def _again(request: DeskRequest, desk: Desk, form: SignForm, problems: list[str]) -> HttpResponse:
    page = _page(desk, form)
    if "form" in page:
        page["form"].fields["password"].widget.attrs["autofocus"] = True  # the page is long
    return render(request, PAGE, page | {"problems": problems}, status=422)


def _page(desk: Desk, sent: SignForm | None = None) -> dict[str, Any]:
    screening = desk.screening
    content = content_to_sign(screening)
    recorded = Recorded(content, desk.tree, screening.patient)
    last = desk.validity
    page = desk.context | {
        "recorded": recorded,
        "stands": bool(last and last.valid),
        "without_source": _named(recorded, without_source(screening, content)),
        "requires_sources": screening.trial.requires_sources,
    }
    if last and last.valid:
        return page
    if last:
        before = recorded_of(last.signature, screening)
        found = [each for each in differences(before.content, content) if each.part is not Part.SIGNATURE]
        page["changed"] = changes(found, recorded, before)
    meaning, hindrance = _offered(desk, content)
    if page["requires_sources"] and page["without_source"] and not hindrance:
        hindrance = _("This trial requires a source for each answer that matters: some have none yet.")
    page |= {"meaning": meaning, "hindrance": hindrance}
    if not hindrance and desk.role == Role.INVESTIGATOR:
        page["form"] = _form(sent, content, meaning)
    return page


def _offered(desk: Desk, content: Content) -> tuple[Meaning, str]:
    """What could be signed as things stand, and what stands against it."""
    ineligible = content[Part.OUTCOME]["value"] == Outcome.INELIGIBLE
    meaning = Meaning.NOT_ELIGIBLE if ineligible or content[Part.FAILURE] else Meaning.ELIGIBLE
    attested = "attested" if _attests(content, meaning) else ""
    try:
        refuse_against_the_outcome(desk.screening, content, meaning, attested)
        refuse_against_facts(desk.screening, content)
    except Refused as refused:
        return meaning, refused.message
    return meaning, ""


def _attests(content: Content, meaning: Meaning) -> bool:
    potentially = content[Part.OUTCOME]["value"] == Outcome.POTENTIALLY_ELIGIBLE
    return meaning == Meaning.ELIGIBLE and potentially


def _form(sent: SignForm | None, content: Content, meaning: Meaning) -> SignForm:
    """For what is read now. What was written is kept; the password never."""
    form = SignForm(
        initial={
            "meaning": meaning.value,
            "digest": digest_of(text_of(content)),
            "outline": json.dumps(outline_of(content), separators=(",", ":")),
            "attestation": sent.data.get("attestation", "") if sent else "",
        }
    )
    if not _attests(content, meaning):
        del form.fields["attestation"]
    return form


def _named(recorded: Recorded, identifiers: list[str]) -> list[Reason]:
    return [reason for reason in recorded.reasons if reason.identifier in identifiers]
