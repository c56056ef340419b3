"""The record of a screening as it was signed, or as it stands where nobody has: a page, and a PDF."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from screening import vault
from screening.access import DeskRequest
from screening.models import Meaning, Screening, Signature
from screening.services.rules import database_time
from screening.services.signing import Validity, content_to_sign, validity
from screening.signature import digest_of, text_of
from screening.views.desk import Desk, open_desk, screening_view
from screening.views.record_pdf import pdf_of
from screening.views.recorded import Recorded, recorded_of
from screening.views.signed import Change, SignedState, changes, recomputed_state, utc
from screening.views.trail import TrailLine, trail_of
from screening.views.words import version_words


@dataclass(frozen=True)
class Manifestation:
    """What a signature shows of itself (21 CFR 11.50): who, when, and what it means."""

    name: str
    meaning: str
    utc: str
    local: str
    attestation: str


@dataclass
class Record:
    """What the page and the PDF show. Without a signature: the content as it is now."""

    screening: Screening
    recorded: Recorded
    validity: Validity | None
    digest: str
    printed: str

    @property
    def number(self) -> str:
        return self.recorded.number

    @property
    def head(self) -> list[tuple[str, str]]:
        screening, site = self.screening, self.screening.site
        version = self.validity.signature.version if self.validity else screening.version
        rows = (
            (_("Screening"), self.recorded.number),
            (_("Participant"), self.recorded.participant),
            (_("Trial"), f"{screening.trial.nct_id} {screening.trial.title}"),
            (_("Site"), ", ".join(filter(None, (site.facility, site.city, site.country)))),
            (_("Center"), screening.center.name),
            (_("Consent"), self.recorded.consent),
            (_("Criteria"), version_words(version)),
            (_("Cohort"), self.recorded.cohort),
            (_("Failed for another reason"), self.recorded.failure),
        )
        return [(name, words) for name, words in rows if words]

    @property
    def state(self) -> SignedState:
        return recomputed_state(self.validity) or SignedState(
            "quiet", "○", _("Not signed"), _("as it stood on %s") % self.printed
        )

    @property
    def manifestation(self) -> Manifestation | None:
        if self.validity is None:
            return None
        signature, zone = self.validity.signature, self.screening.center.zone
        local = date_format(signature.signed_at.astimezone(zone), "j M Y, H:i")
        return Manifestation(
            name=signature.printed_name,
            meaning=str(Meaning(signature.meaning).label),
            utc=utc(signature.signed_at),
            local=f"{local} ({zone.key})",
            attestation=vault.unseal(self.screening.patient, signature.attestation_sealed),
        )

    @property
    def found(self) -> list[Change]:
        """Where the rows differ from what was signed, though nobody voided the signature."""
        if self.validity is None or self.validity.voided or not self.validity.differences:
            return []
        now = Recorded(content_to_sign(self.screening), self.recorded.tree, self.screening.patient)
        return changes(self.validity.differences, now, self.recorded)

    @cached_property
    def trail(self) -> list[TrailLine]:
        return trail_of(self.screening, self.recorded)


@require_safe
@screening_view
def record(request: DeskRequest, pk: int) -> HttpResponse:
    desk = open_desk(request, pk)
    signatures = list(desk.screening.signatures.defer("content").order_by("-pk"))
    context = desk.context | {"record": _record(request, desk), "signatures": signatures}
    return render(request, "screening/record.html", context)


@require_safe
@screening_view
def record_pdf(request: DeskRequest, pk: int) -> HttpResponse:
    found = _record(request, open_desk(request, pk))
    response = HttpResponse(pdf_of(found), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="screening-{pk}.pdf"'
    return response


def _record(request: DeskRequest, desk: Desk) -> Record:
    """Of the last signature, or of the one that the address names."""
    screening = desk.screening
    signature = _signature(screening, request.GET.get("signature", ""))
    printed = utc(database_time())
    if signature is None:
        content = content_to_sign(screening)
        recorded = Recorded(content, desk.tree, screening.patient)
        return Record(screening, recorded, None, digest_of(text_of(content)), printed)
    found = validity(signature, screening)
    return Record(screening, recorded_of(signature, screening), found, signature.digest, printed)


def _signature(screening: Screening, key: str) -> Signature | None:
    own = screening.signatures.select_related("version", "voided_by").order_by("pk")
    if not key:
        return own.last()
    named = own.filter(pk=key).first() if key.isdecimal() and len(key) < 19 else None
    if named is None:
        raise Http404
    return named
