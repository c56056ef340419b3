"""Answers, one statement at a time, and the cohort: whatever moves the outcome of an open screening."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from config.context import reason_given
from screening import vault
from screening.deciding.proposal import Proposal
from screening.models import (
    Answer,
    AnswerChange,
    AnswerFact,
    Conclusion,
    Patient,
    Role,
    Screening,
    SourceKind,
    Status,
    User,
    Value,
    VoidKind,
)
from screening.services.conclusion import MAY_BE_PROPOSED
from screening.services.errors import Conflict, Overtaken, ReasonNeeded, Refused
from screening.services.evaluation import keep_outcome, read_standing
from screening.services.proposals import evidence_for
from screening.services.rules import (
    database_time,
    local_date,
    locked,
    not_erased,
    open_and_locked,
    role_that_writes,
)
from screening.services.signing import void_signatures
from trials.criteria.tree import Node, Op
from trials.models import Cohort, Criterion

FREELY_CHANGED = datetime.timedelta(minutes=1)


@dataclass(frozen=True)
class Recorded:
    """The answer as it now stands; `repeated` when this call itself stored nothing."""

    answer: Answer
    repeated: bool


@dataclass(frozen=True)
class Source:
    """The document that an answer was read in, and the words in it."""

    kind: SourceKind | str = ""
    date: datetime.date | None = None
    page: str = ""
    reference: str = ""
    quote: str = ""


@transaction.atomic
def record_answer(
    *,
    user: User,
    screening: Screening,
    identifier: str,
    value: Value | str,
    operation_id: UUID,
    comment: str | None = None,
    source: Source | None = None,
    facts: Collection[int] | None = None,
    reason: str = "",
    client: str = "",
    sequence: int = 0,
    base_revision: int = 0,
    version: int | None = None,
) -> Recorded:
    """Record one answer, or raise `Conflict`, `Overtaken`, `ReasonNeeded` or `Refused`.

    `comment=None` leaves the comment, `source=None` the source. `base_revision` is the revision that the form
    was shown with (0: not answered), `version` the key of the criteria version that it showed, `facts` are
    those that it showed as proposing this value; a form without JavaScript sends no client and no sequence.
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
    if version is not None and version != screening.version_id:
        raise Overtaken(_("This screening was moved to another criteria version: load the page again."))
    answer = _current(screening, identifier)
    if answer is not None and client and client == answer.client:
        if sequence <= answer.client_sequence:
            return Recorded(answer, repeated=True)
    elif base_revision != (answer.revision if answer else 0):
        raise Conflict(answer)
    statement = screening.version.tree().nodes.get(identifier)
    if statement is None or statement.op is not Op.STATEMENT:
        raise Refused(_("This criteria version has no such statement: load the page again."))

    today = local_date(screening.center)
    proposal = evidence_for(screening, today).on(statement) or Proposal()
    if facts and set(facts) != set(proposal.facts):
        raise Overtaken(_("The facts about this participant have changed: load the page again."))
    before = _said_before(screening, answer) if answer else None
    due = answer is not None and identifier in read_standing(screening, today).expired
    said = _Said(
        value=Value(value),
        comment=before.comment if before and comment is None else (comment or "").strip(),
        source=source or (before.source if before else Source()),
        **_grounds(before, Value(value), proposal, statement, role, due=due, seen=facts),
    )
    added = before is not None and _only_adds(before, said)
    if added and before is not None:
        # A comment or a source leaves what the value rests on, who gave it and whether it is due.
        said = replace(before, comment=said.comment, source=said.source)
    if answer is not None and said == before and not due:
        # Nothing new is said; but what the same tab sent earlier must not arrive later and win.
        answer.client, answer.client_sequence = client, sequence
        answer.save(update_fields=["client", "client_sequence"])
        return Recorded(answer, repeated=True)
    reason = reason.strip()
    _check_not_applicable(screening, statement, answer, said, role=role, reason=reason)
    if not reason:
        _check_against_facts(statement, before, said, proposal)
        if answer is not None and before is not None:
            _check_change(answer, before, said, user=user)
    sealed_reason = vault.seal(screening.patient, reason)
    with reason_given(sealed_reason):
        answer = _store(
            screening,
            identifier,
            answer,
            said,
            # What is due may be said again, unchanged: somebody has looked.
            anew=not added
            and (due or before is None or (said.value, said.proposed) != (before.value, before.proposed)),
            user=user,
            operation_id=operation_id,
            client=client,
            sequence=sequence,
            sealed_reason=sealed_reason,
        )
        keep_outcome(screening)
        void_signatures(screening, VoidKind.ANSWER, by=user)
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
        keep_outcome(screening)
        void_signatures(screening, VoidKind.COHORT, by=user)
        if proposed and screening.outcome not in MAY_BE_PROPOSED:
            raise Refused(_("For this cohort the answers do not make this participant eligible."))
    return screening


@dataclass(frozen=True)
class _Said:
    value: Value
    comment: str
    source: Source
    proposed: bool
    proposal: str
    facts: tuple[int, ...]
    valid_until: datetime.date | None


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


def _only_adds(before: _Said, said: _Said) -> bool:
    """Whether nothing but the comment or the source is new."""
    return said.value == before.value and (said.comment, said.source) != (before.comment, before.source)


def _grounds(
    before: _Said | None,
    value: Value,
    proposal: Proposal,
    statement: Node,
    role: Role,
    *,
    due: bool,
    seen: Collection[int] | None,
) -> dict[str, Any]:
    """What a value rests on: the facts, where they propose it and were seen to; and whether it is settled."""
    confirmed = (
        proposal.value is not None
        and value == proposal.value.value
        and (seen is None or set(seen) == set(proposal.facts))
    )
    judged = statement.test is not None and statement.test.judgement
    settled = before is not None and before.value == value and not before.proposed and not due
    return {
        "proposed": judged and role != Role.INVESTIGATOR and not settled,
        "proposal": proposal.value.value if proposal.value else "",
        "facts": tuple(sorted(proposal.facts)) if confirmed else (),
        "valid_until": proposal.valid_until if confirmed else None,
    }


def _said_before(screening: Screening, answer: Answer) -> _Said:
    return _Said(
        value=Value(answer.value),
        comment=vault.unseal(screening.patient, answer.comment_sealed),
        source=source_of(screening.patient, answer),
        proposed=answer.proposed,
        proposal=answer.proposal,
        facts=tuple(sorted(answer.answer_facts.values_list("fact", flat=True))),
        valid_until=answer.valid_until,
    )


def source_of(patient: Patient, answer: Answer) -> Source:
    """An answer's source, unsealed."""
    return Source(
        kind=answer.source_kind,
        date=answer.source_date,
        page=answer.source_page,
        reference=vault.unseal(patient, answer.source_reference_sealed),
        quote=vault.unseal(patient, answer.source_quote_sealed),
    )


def _check_not_applicable(
    screening: Screening, statement: Node, answer: Answer | None, said: _Said, *, role: Role, reason: str
) -> None:
    """Where it is not offered, it takes an investigator and a reason."""
    newly = said.value == Value.NOT_APPLICABLE and (answer is None or answer.value != Value.NOT_APPLICABLE)
    if newly and not screening.version.tree().na_offered(statement.identifier):
        if role != Role.INVESTIGATOR:
            raise Refused(
                _("Only an investigator can answer “not applicable” here: choose another answer, or ask one.")
            )
        if not reason:
            raise ReasonNeeded(_("Say why this statement is not applicable."))


def _check_against_facts(statement: Node, before: _Said | None, said: _Said, proposal: Proposal) -> None:
    """What differs from the facts takes a reason; in a judgement they are no more than help."""
    if proposal.value is None or said.value == proposal.value.value or proposal.judgement:
        return
    if before is not None and (before.value, before.proposal) == (said.value, said.proposal):
        return  # this was said before, for a reason, and the facts say the same as then
    raise ReasonNeeded(
        _("The facts say “%(proposed)s”: say why your answer differs.")
        % {"proposed": Value(proposal.value.value).label}
    )


def _check_change(answer: Answer, before: _Said, said: _Said, *, user: User) -> None:
    """Due after a minute, and for another's answer. To settle a proposal or to add evidence is no change."""
    if before.proposed and not said.proposed:
        return
    added = said.source if before.source == Source() else before.source
    if (said.value, said.comment, said.source) == (before.value, before.comment, added):
        return
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
    anew: bool,
    user: User,
    operation_id: UUID,
    client: str,
    sequence: int,
    sealed_reason: str,
) -> Answer:
    """`anew`: the value is this person's from now on; who only adds to it has not given it."""
    patient = screening.patient
    previous_value = answer.value if answer else ""
    if answer is None:
        answer = Answer(
            center_id=screening.center_id,
            screening=screening,
            version_id=screening.version_id,
            criterion=Criterion.objects.get(version=screening.version, identifier=identifier),
            revision=0,
        )
    content = {
        "value": said.value,
        "comment_sealed": vault.seal(patient, said.comment),
        "proposed": said.proposed,
        "proposal": said.proposal,
        "valid_until": said.valid_until,
        "source_kind": said.source.kind,
        "source_date": said.source.date,
        "source_page": said.source.page,
        "source_reference_sealed": vault.seal(patient, said.source.reference),
        "source_quote_sealed": vault.seal(patient, said.source.quote),
    }
    for name, part in content.items():
        setattr(answer, name, part)
    answer.revision += 1
    answer.client, answer.client_sequence = client, sequence
    now = database_time()
    if anew:
        answer.answered_by, answer.answered_at = user, now
    answer.save()
    if answer.revision > 1:
        AnswerFact.objects.filter(answer=answer).exclude(fact__in=said.facts).delete()
    AnswerFact.objects.bulk_create(
        (
            AnswerFact(
                center_id=screening.center_id,
                patient=patient,
                screening=screening,
                answer=answer,
                fact_id=fact,
            )
            for fact in said.facts
        ),
        ignore_conflicts=True,
    )
    AnswerChange.objects.create(
        center_id=screening.center_id,
        answer=answer,
        screening=screening,
        operation_id=operation_id,
        revision=answer.revision,
        previous_value=previous_value,
        facts=list(said.facts),
        reason_sealed=sealed_reason,
        by=user,
        at=now,
        **content,
    )
    return answer
