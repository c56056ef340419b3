"""An investigator's signature: what it takes, what it is bound to, whether it holds, and what voids it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from config.context import reason_given
from screening import vault
from screening.models import (
    Conclusion,
    Meaning,
    Outcome,
    Role,
    Screening,
    Signature,
    User,
    VoidKind,
)
from screening.services.errors import ReasonNeeded, Refused
from screening.services.proposals import proposals_for
from screening.services.rules import database_time, local_date, locked, not_erased, role_that_writes
from screening.services.signed_content import content_of
from screening.signature import Content, Difference, Part, changed_since, differences, digest_of, text_of
from trials.criteria.tree import Tree


@dataclass
class ChangedSinceRead(Exception):  # noqa: N818  (an answer, not an error)
    """What would be signed is no longer what was read: here is where it differs."""

    differences: list[Difference]

    def __str__(self) -> str:
        return "changed since it was read"


@dataclass(frozen=True)
class Validity:
    """Whether a signature holds. `differences` are between what was signed and what the rows say now."""

    signature: Signature
    altered: bool
    differences: tuple[Difference, ...]

    @property
    def voided(self) -> bool:
        return self.signature.voided_at is not None

    @property
    def valid(self) -> bool:
        return not (self.voided or self.altered or self.differences)


@transaction.atomic
def sign_screening(
    *,
    user: User,
    screening: Screening,
    meaning: Meaning | str,
    digest_read: str,
    outline_read: dict[str, str] | None = None,
    attestation: str = "",
) -> Signature:
    """Sign what was read, or raise `ChangedSinceRead`, `ReasonNeeded` or `Refused`.

    The caller has just confirmed the signer's password. `digest_read` is the digest of the content that the
    signer was shown; from `outline_read` follows what has changed since, where it has.
    """
    if role_that_writes(user, screening.center) != Role.INVESTIGATOR:
        raise Refused(_("Only an investigator of this center can sign."))
    screening = locked(screening)
    not_erased(screening.patient)
    _stand_alone(screening, user)
    content = content_to_sign(screening)
    if digest_of(text_of(content)) != digest_read:
        raise ChangedSinceRead(changed_since(outline_read or {}, content))
    meaning, attestation = Meaning(meaning), attestation.strip()
    refuse_against_the_outcome(screening, content, meaning, attestation)
    refuse_against_facts(screening, content)
    refuse_without_sources(screening, content)
    attestation_sealed = vault.seal(screening.patient, attestation)
    signature = Signature(
        center_id=screening.center_id,
        screening=screening,
        version_id=screening.version_id,
        signer=user,
        printed_name=user.printed_name,
        meaning=meaning,
        outcome=content[Part.OUTCOME]["value"],
        cohort_label=screening.cohort.label if screening.cohort else "",
        attestation_sealed=attestation_sealed,
        signed_at=database_time(),
    )
    signature.content = text_of(content | {Part.SIGNATURE: _manifestation(signature)})
    signature.digest = digest_of(signature.content)
    with reason_given(attestation_sealed):
        signature.save(force_insert=True)
    return signature


def content_to_sign(screening: Screening) -> dict[str, Any]:
    """What an investigator would sign now."""
    return content_of(screening, on=local_date(screening.center))


def validity(signature: Signature, screening: Screening) -> Validity:
    """Recompute what was signed from the rows as they are now, on the day that it was signed."""
    altered = digest_of(signature.content) != signature.digest
    signed: Content = json.loads(signature.content)
    # What was entered after what followed was recorded is no longer about this decision.
    followed = screening.disposition_recorded_at
    until = max(followed, signature.signed_at) if followed else None
    day = signature.signed_at.astimezone(screening.center.zone).date()
    now = content_of(screening, on=day, until=until, signed=signed)
    found = differences(signed, now | {Part.SIGNATURE: _manifestation(signature)})
    return Validity(signature, altered, tuple(found))


def last_validity(screening: Screening) -> Validity | None:
    """That of the last signature, voided or not; None where nobody has signed."""
    signature = screening.signatures.select_related("version", "voided_by").order_by("pk").last()
    return validity(signature, screening) if signature else None


def void_signatures(screening: Screening, kind: VoidKind, *, by: User) -> None:
    """What was signed no longer stands. Call it in the transaction that changes it."""
    Signature.objects.filter(screening=screening, voided_at=None).update(
        voided_at=database_time(), voided_by=by, void_kind=kind
    )


def void_where_changed(screenings: Iterable[Screening], kind: VoidKind, *, by: User) -> None:
    """The same for a change that need not be about each of these screenings, such as a patient's fact."""
    # Locked, so that a signature given meanwhile is seen here, or sees the change.
    found = Screening.objects.filter(pk__in=[screening.pk for screening in screenings])
    keys = list(found.select_for_update().order_by("pk").values_list("pk", flat=True))
    standing = Signature.objects.filter(screening__in=keys, voided_at=None)
    for signature in standing.select_related("screening"):
        screening = Screening.objects.for_log().get(pk=signature.screening_id)
        if not validity(signature, screening).valid:
            void_signatures(screening, kind, by=by)


def require_eligible_signature(screening: Screening, *, on: datetime.date) -> None:
    """Nobody is enrolled without a valid one, nor `on` a day to which its answers no longer reach."""
    last = last_validity(screening)
    if last is None or last.signature.meaning != Meaning.ELIGIBLE:
        raise Refused(_("First an investigator signs that the participant is eligible."))
    if not last.valid:
        raise Refused(_("Something signed has changed since: an investigator signs again first."))
    content: Content = json.loads(last.signature.content)
    until = {
        identifier: answer["valid_until"]
        for identifier, answer in content[Part.ANSWERS].items()
        if answer["valid_until"] and identifier in content[Part.OUTCOME]["why"]
    }
    lapsed = [identifier for identifier, day in until.items() if day < on.isoformat()]
    if lapsed:
        raise Refused(
            _("On that day these answers no longer hold: %(which)s. Repeat them, and sign again.")
            % {"which": _named(screening.version.tree(), lapsed)}
        )


def refuse_against_the_outcome(
    screening: Screening, content: Content, meaning: Meaning, attestation: str
) -> None:
    """There is no override: what is signed is what the answers say."""
    outcome = Outcome(content[Part.OUTCOME]["value"])
    if meaning == Meaning.NOT_ELIGIBLE:
        otherwise = screening.conclusion == Conclusion.SCREEN_FAILURE and content[Part.FAILURE]
        if outcome != Outcome.INELIGIBLE and not otherwise:
            raise Refused(
                _(
                    "No criterion excludes this participant by the answers given. “Not eligible” can be "
                    "signed once one does, or once the screening is concluded as failed for another reason."
                )
            )
    elif content[Part.FAILURE]:
        raise Refused(_("This screening is concluded as failed: “eligible” cannot be signed."))
    elif outcome == Outcome.INELIGIBLE:
        raise Refused(_("By the answers this participant is not eligible: “eligible” cannot be signed."))
    elif outcome == Outcome.UNDETERMINED:
        raise Refused(_("Open statements could still decide: “eligible” cannot be signed yet."))
    elif content[Part.COHORT] is None and screening.version.tree().cohorts:
        raise Refused(_("Choose the cohort first: at the top of the checklist."))
    needed = meaning == Meaning.ELIGIBLE and outcome == Outcome.POTENTIALLY_ELIGIBLE
    if needed and not any(sign.isalnum() for sign in attestation):
        raise ReasonNeeded(_("Write what you checked against the full protocol."))
    if attestation and not needed:
        raise Refused(_("There is nothing left to attest: leave that sentence out."))


def refuse_against_facts(screening: Screening, content: Content) -> None:
    found = contradicted(screening, content)
    if found:
        raise Refused(
            _(
                "Facts entered since contradict these answers: %(which)s. On the checklist confirm what the "
                "facts say, or answer again and say why your answer differs."
            )
            % {"which": _named(screening.version.tree(), found)}
        )


def contradicted(screening: Screening, content: Content) -> list[str]:
    """The answers that the outcome rests on and of which the facts say otherwise, without a reason why."""
    answers, proposals = content[Part.ANSWERS], proposals_for(screening)

    def contradicts(identifier: str) -> bool:
        proposal, answer = proposals.get(identifier), answers.get(identifier)
        if proposal is None or answer is None or proposal.value is None or proposal.judgement:
            return False
        # What the facts said when it was answered: to differ from that took a reason.
        return proposal.value.value not in (answer["value"], answer["proposal"])

    return [identifier for identifier in content[Part.OUTCOME]["why"] if contradicts(identifier)]


def refuse_without_sources(screening: Screening, content: Content) -> None:
    missing = without_source(screening, content)
    if screening.trial.requires_sources and missing:
        raise Refused(
            _("This trial requires a source for each answer that matters, and these have none: %(which)s.")
            % {"which": _named(screening.version.tree(), missing)}
        )


def without_source(screening: Screening, content: Content) -> list[str]:
    """The answered statements that the outcome rests on and for which no document is named, nor by a fact."""
    answers, facts = content[Part.ANSWERS], content[Part.FACTS]

    def has_source(answer: dict[str, Any]) -> bool:
        resting = (facts[str(number)] for number in answer["facts"])
        return bool(answer["source"]["kind"]) or any(fact["source"]["kind"] for fact in resting)

    return [
        identifier
        for identifier in content[Part.OUTCOME]["why"]
        if identifier in answers and not has_source(answers[identifier])
    ]


def _stand_alone(screening: Screening, user: User) -> None:
    """One signature stands at a time: a second one takes that the first no longer holds."""
    last = last_validity(screening)
    if last is None or last.voided:
        return
    if last.valid:
        raise Refused(
            _("%(name)s has signed this already, and nothing has changed since.")
            % {"name": last.signature.printed_name}
        )
    void_signatures(screening, VoidKind.FOUND, by=user)


def _manifestation(signature: Signature) -> dict[str, Any]:
    """Of the row itself, so that it cannot be altered either."""
    return {
        "signer": signature.signer_id,
        "name": signature.printed_name,
        "meaning": str(signature.meaning),
        "at": signature.signed_at.astimezone(datetime.UTC).isoformat(timespec="microseconds"),
        "attestation": signature.attestation_sealed,
    }


def _named(tree: Tree, identifiers: Iterable[str]) -> str:
    """Statements as a message names them, by label and first words."""
    nodes = (tree.nodes[identifier] for identifier in identifiers)
    return "; ".join(f"{node.label} {node.text}".strip()[:60] for node in nodes)
