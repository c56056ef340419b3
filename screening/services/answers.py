"""Answers, one statement at a time, and the cohort: whatever moves the outcome of an open screening."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from config.context import reason_given
from screening import vault
from screening.models import (
    Answer,
    AnswerChange,
    Conclusion,
    Role,
    Screening,
    Status,
    User,
    Value,
)
from screening.services.conclusion import MAY_BE_PROPOSED
from screening.services.errors import Conflict, ReasonNeeded, Refused
from screening.services.evaluation import outcome_of
from screening.services.rules import database_time, locked, not_erased, open_and_locked, role_that_writes
from trials.criteria.tree import Op
from trials.models import Cohort, Criterion

FREELY_CHANGED = datetime.timedelta(minutes=1)


@dataclass(frozen=True)
class Recorded:
    """The answer as it now stands; `repeated` when this call itself stored nothing."""

    answer: Answer
    repeated: bool


@transaction.atomic
def record_answer(
    *,
    user: User,
    screening: Screening,
    identifier: str,
    value: Value | str,
    operation_id: UUID,
    comment: str | None = None,
    reason: str = "",
    client: str = "",
    sequence: int = 0,
    base_revision: int = 0,
) -> Recorded:
    """Record one answer, or raise `Conflict`, `ReasonNeeded` or `Refused`. `comment=None` leaves the comment.

    `base_revision` is the revision that the form was shown with (0: not answered); a form without JavaScript
    sends no client and no sequence.
    """
    done = _done_already(screening, operation_id, identifier)
    if done is not None:
        return Recorded(done, repeated=True)
    screening, role = open_and_locked(user, screening)
    # Asked again: another copy of the same message may have been stored while this one waited for the lock.
    done = _done_already(screening, operation_id, identifier)
    if done is not None:
        return Recorded(done, repeated=True)
    not_erased(screening.patient)
    answer = _current(screening, identifier)
    if answer is not None and client and client == answer.client:
        if sequence <= answer.client_sequence:
            return Recorded(answer, repeated=True)
    elif base_revision != (answer.revision if answer else 0):
        raise Conflict(answer)

    said = _Said(Value(value), comment.strip() if comment is not None else _comment(screening, answer))
    if answer is not None and said == _Said(Value(answer.value), _comment(screening, answer)):
        # Nothing new is said; but what the same tab sent earlier must not arrive later and win.
        answer.client, answer.client_sequence = client, sequence
        answer.save(update_fields=["client", "client_sequence"])
        return Recorded(answer, repeated=True)
    reason = reason.strip()
    _check_reason(screening, identifier, answer, said, user=user, role=role, reason=reason)
    sealed_reason = vault.seal(screening.patient, reason)
    with reason_given(sealed_reason):
        answer = _store(
            screening,
            identifier,
            answer,
            said,
            user=user,
            operation_id=operation_id,
            client=client,
            sequence=sequence,
            sealed_reason=sealed_reason,
        )
        _keep_outcome(screening)
    return Recorded(answer, repeated=False)


@transaction.atomic
def choose_cohort(*, user: User, screening: Screening, cohort: Cohort | None) -> Screening:
    """Name the cohort, another one, or leave it open again.

    After eligibility was proposed it can still be named, until what followed is recorded.
    """
    role_that_writes(user, screening.center)
    screening = locked(screening)
    proposed = screening.conclusion == Conclusion.PROPOSED_ELIGIBLE and not screening.disposition
    if screening.status != Status.OPEN and not proposed:
        raise Refused(_("This screening is concluded. Reopen it before you change it."))
    if cohort is not None and cohort.version_id != screening.version_id:
        raise Refused(_("Choose a cohort of this screening's criteria version."))
    if screening.cohort != cohort:
        screening.cohort = cohort
        screening.save(update_fields=["cohort"])
        _keep_outcome(screening)
        if proposed and screening.outcome not in MAY_BE_PROPOSED:
            raise Refused(_("For this cohort the answers do not make this participant eligible."))
    return screening


@dataclass(frozen=True)
class _Said:
    value: Value
    comment: str


def _done_already(screening: Screening, operation_id: UUID, identifier: str) -> Answer | None:
    change = (
        AnswerChange.objects.filter(screening=screening, operation_id=operation_id)
        .select_related("answer__criterion", "answer__answered_by")
        .first()
    )
    if change is None:
        return None
    if change.answer.criterion.identifier != identifier:
        raise Refused(_("This message was used for another statement: load the page again."))
    return change.answer


def _current(screening: Screening, identifier: str) -> Answer | None:
    answers = screening.answers.current().with_people()
    return answers.filter(criterion__identifier=identifier).first()


def _comment(screening: Screening, answer: Answer | None) -> str:
    return vault.unseal(screening.patient, answer.comment_sealed) if answer else ""


def _check_reason(
    screening: Screening,
    identifier: str,
    answer: Answer | None,
    said: _Said,
    *,
    user: User,
    role: Role,
    reason: str,
) -> None:
    """Due after a minute, for another's answer, and for a "not applicable" that is not offered."""
    newly_not_applicable = said.value == Value.NOT_APPLICABLE and (
        answer is None or answer.value != Value.NOT_APPLICABLE
    )
    if newly_not_applicable and not screening.version.tree().na_offered(identifier):
        if role != Role.INVESTIGATOR:
            raise Refused(
                _("Only an investigator can answer “not applicable” here: choose another answer, or ask one.")
            )
        if not reason:
            raise ReasonNeeded(_("Say why this statement is not applicable."))
    if answer is not None and not reason:
        first, last = _free_since(answer)
        if not answer.answered_by_id == last.by_id == user.pk:
            raise ReasonNeeded(_("Somebody else gave this answer: say why you change it."))
        if database_time() - min(answer.answered_at, first.at) > FREELY_CHANGED:
            raise ReasonNeeded(_("This answer was given more than a minute ago: say why you change it."))


def _free_since(answer: Answer) -> tuple[AnswerChange, AnswerChange]:
    """When the value was given, at first or for a reason, and the last change: free ones do not extend it."""
    changes = list(answer.changes.order_by("-revision"))
    given = (each for each in changes if each.reason_sealed and each.value != each.previous_value)
    return next(given, changes[-1]), changes[0]


def _store(
    screening: Screening,
    identifier: str,
    answer: Answer | None,
    said: _Said,
    *,
    user: User,
    operation_id: UUID,
    client: str,
    sequence: int,
    sealed_reason: str,
) -> Answer:
    previous_value = answer.value if answer else ""
    if answer is None:
        criterion = Criterion.objects.filter(version=screening.version, identifier=identifier).first()
        if criterion is None or criterion.op != Op.STATEMENT:
            raise Refused(_("This criteria version has no such statement: load the page again."))
        answer = Answer(
            center_id=screening.center_id,
            screening=screening,
            version_id=screening.version_id,
            criterion=criterion,
            revision=0,
        )
    answer.value = said.value
    answer.comment_sealed = vault.seal(screening.patient, said.comment)
    answer.revision += 1
    answer.client, answer.client_sequence = client, sequence
    now = database_time()
    if said.value != previous_value:
        # Who only comments on a value has not given it.
        answer.answered_by, answer.answered_at = user, now
    answer.save()
    AnswerChange.objects.create(
        center_id=screening.center_id,
        answer=answer,
        screening=screening,
        operation_id=operation_id,
        revision=answer.revision,
        value=said.value,
        previous_value=previous_value,
        comment_sealed=answer.comment_sealed,
        reason_sealed=sealed_reason,
        by=user,
        at=now,
    )
    return answer


def _keep_outcome(screening: Screening) -> None:
    """Beside the answers, for the log."""
    outcome = outcome_of(screening)
    if screening.outcome != outcome:
        screening.outcome = outcome
        screening.save(update_fields=["outcome"])
