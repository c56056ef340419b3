"""An open screening goes on under an amendment: what holds is carried over, the rest is asked anew."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from config.context import reason_given
from screening.carrying import Carried, carry
from screening.models import (
    Answer,
    AnswerChange,
    AnswerFact,
    Screening,
    Status,
    User,
    VersionPin,
    VoidKind,
)
from screening.models.answer import Said
from screening.services.errors import Overtaken, ReasonNeeded, Refused
from screening.services.evaluation import outcome_of
from screening.services.rules import locked, not_erased, role_that_writes, sealed
from screening.services.signing import void_signatures
from trials.models import Cohort, CriteriaVersion, Criterion
from trials.querysets import CriteriaVersionQuerySet

SAID = tuple(field.attname for field in Said._meta.fields)


def amendments_of(screening: Screening) -> CriteriaVersionQuerySet:
    """The versions that a screening may move to, newest first: published, of the same source, and later."""
    return CriteriaVersion.objects.following(screening.version)


def cohort_in(version: CriteriaVersion, cohort: Cohort | None) -> Cohort | None:
    """The cohort that has this one's code in another version; None where it has none any more."""
    return Cohort.objects.filter(version=version, code=cohort.code).first() if cohort else None


@transaction.atomic
def move_screening(
    *,
    user: User,
    screening: Screening,
    version: CriteriaVersion,
    reason: str,
    seen_on: int | None = None,
) -> Screening:
    """Pin it to a later version. The answers to the version before stay as they were given, and readable.

    `seen_on` is the key of the version that the page showed it on; raises `Overtaken` where somebody has
    moved it elsewhere since. Moved to where it is already, nothing happens.
    """
    role_that_writes(user, screening.center)
    screening = locked(screening)
    if screening.version_id == version.pk:
        return screening
    if screening.status != Status.OPEN:
        raise Overtaken(_("This screening is concluded. Reopen it before you move it."))
    if seen_on is not None and seen_on != screening.version_id:
        raise Overtaken(_("This screening was moved meanwhile: look at what carries over from there."))
    if not amendments_of(screening).filter(pk=version.pk).exists():
        raise Refused(_("Choose a published version of these criteria that is newer than the present one."))
    reason = reason.strip()
    if not reason:
        raise ReasonNeeded(_("Say why this screening moves to another version."))
    not_erased(screening.patient)
    given = {
        answer.criterion.identifier: answer
        for answer in screening.answers.current().select_related("criterion").prefetch_related("answer_facts")
    }
    cohort = cohort_in(version, screening.cohort)
    carried = carry(
        screening.version.tree(),
        version.tree(),
        {identifier: answer.value for identifier, answer in given.items()},
        cohort=cohort.code if cohort else None,
    )
    sealed_reason = sealed(screening.patient, reason)
    with reason_given(sealed_reason):
        VersionPin.objects.create(
            center_id=screening.center_id,
            screening=screening,
            version=version,
            previous_version=screening.version,
            moved_by=user,
            reason_sealed=sealed_reason,
            summary=_summary(carried),
        )
        screening.version, screening.cohort = version, cohort
        screening.save(update_fields=["version", "cohort"])
        _store(screening, [given[identifier] for identifier in carried.answers], user, sealed_reason)
        screening.outcome = outcome_of(screening)
        screening.save(update_fields=["outcome"])
        void_signatures(screening, VoidKind.VERSION, by=user)
    return screening


def _summary(carried: Carried) -> dict[str, object]:
    return {
        "carried": list(carried.answers),
        "anew": {identifier: why.value for identifier, why in carried.anew.items()},
        "dropped": list(carried.dropped),
    }


def _store(screening: Screening, given: list[Answer], user: User, sealed_reason: str) -> None:
    """Copies of these answers, to the statements of the version that the screening is on now.

    Who gave each and when stays with it; that it was carried over, and by whom, is its first change.
    """
    criteria = _criteria(screening.version_id, given)
    answers = Answer.objects.bulk_create(
        Answer(
            center_id=screening.center_id,
            screening=screening,
            version_id=screening.version_id,
            criterion_id=criteria[answer.criterion.identifier],
            carried_from=answer,
            answered_by_id=answer.answered_by_id,
            answered_at=answer.answered_at,
            **{name: getattr(answer, name) for name in SAID},
        )
        for answer in given
    )
    facts = [[row.fact_id for row in answer.answer_facts.all()] for answer in given]
    AnswerChange.objects.bulk_create(
        AnswerChange(
            center_id=screening.center_id,
            answer=answer,
            screening=screening,
            operation_id=uuid.uuid4(),
            revision=answer.revision,
            facts=rests_on,
            reason_sealed=sealed_reason,
            by=user,
            **{name: getattr(answer, name) for name in SAID},
        )
        for answer, rests_on in zip(answers, facts, strict=True)
    )
    AnswerFact.objects.bulk_create(
        AnswerFact(
            center_id=screening.center_id,
            patient_id=screening.patient_id,
            screening=screening,
            answer=answer,
            fact_id=fact,
        )
        for answer, rests_on in zip(answers, facts, strict=True)
        for fact in rests_on
    )


def _criteria(version: int, given: list[Answer]) -> Mapping[str, int]:
    identifiers = [answer.criterion.identifier for answer in given]
    rows = Criterion.objects.filter(version=version, identifier__in=identifiers)
    return dict(rows.values_list("identifier", "pk"))
