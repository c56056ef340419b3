"""Practice rounds: a coordinator or an investigator screens made-up participants, and learns what was right.

Nothing of a real participant is read or written here, and nothing that is written counts in a log or in
figures.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from screening.models import Center, CenterSite, Outcome, PracticeAnswer, PracticeRound, User, Value
from screening.practice.cases import Case
from screening.practice.charts import Dictionary, Element
from screening.practice.rounds import Practice, topic_key
from screening.services.errors import Refused
from screening.services.rules import local_date, lock_name, role_that_writes
from trials.models import CriteriaVersion, Variable

CASES = 10
# Under this name an answer is about the outcome, not about a statement.
OUTCOME = ""


def dictionary() -> Dictionary:
    """What the charts need of the variables."""
    rows = Variable.objects.values_list("code", "label", "unit", "codes")
    return {code: Element(label, unit, tuple(codes)) for code, label, unit, codes in rows}


def practice_for(version: CriteriaVersion, center: Center) -> Practice:
    """Cases are set in the present at the center: windows count from its local date."""
    complete = version.completeness == CriteriaVersion.Completeness.COMPLETE
    return Practice(version.tree(), dictionary(), complete=complete, today=local_date(center))


def cases_of(practice_round: PracticeRound) -> list[Case]:
    """As they were when the round began, whatever has changed in how cases are made."""
    return [Case.from_json(data) for data in practice_round.cases]


@transaction.atomic
def start_round(
    *, user: User, center: Center, version: CriteriaVersion, again: PracticeRound | None = None
) -> PracticeRound:
    """A round of new cases, or of those answered wrong in an earlier one (`again`).

    A round that is not finished is gone on with instead: a form sent twice starts one round.
    """
    role_that_writes(user, center)
    if not _can_be_practised(center, version):
        raise Refused(_("Your center works no site of this trial, or the version is not published."))
    lock_name("practice", user.pk)
    own = PracticeRound.objects.filter(user=user, center=center, version=version)
    if unfinished := own.filter(finished_at=None).first():
        return unfinished
    practice, seed = practice_for(version, center), secrets.randbits(62)
    if again is not None:
        if not own.filter(pk=again.pk).exists():
            raise Refused(_("Choose a round of your own."))
        cases = practice.again(seed, wrong_cases(again))
        if not cases:
            raise Refused(_("Nothing was wrong in that round: start a new one."))
    else:
        known = {topic_key(case["key"]) for cases in own.values_list("cases", flat=True) for case in cases}
        cases = practice.round(seed, CASES, known=known)
        if not cases:
            raise Refused(_("No participants can be made up for this version: it has no typed statements."))
    return PracticeRound.objects.create(
        center=center, user=user, version=version, seed=seed, cases=[case.to_json() for case in cases]
    )


@transaction.atomic
def answer_case(
    *, user: User, practice_round: PracticeRound, number: int, answers: Mapping[str, str], outcome: str
) -> None:
    """Record what was said of one case, all at once; after that its explanation is shown.

    number: from 0, in the order of the round. A case that is answered stays as it is: a form sent twice, or a
    second thought after the explanation, changes nothing.
    """
    role_that_writes(user, practice_round.center)
    now = PracticeRound.objects.select_for_update().filter(user=user).get(pk=practice_round.pk)
    cases, answered = cases_of(now), answered_cases(now)
    if number in answered:
        return
    if number != len(answered) or number >= len(cases):
        raise Refused(_("Answer the participants one after the other."))
    case = cases[number]
    missing = [each for each in case.answers if answers.get(each) not in Value.values]
    if missing or outcome not in Outcome.values:
        raise Refused(_("Answer every statement and choose the outcome; then you see what is right."))
    rows = {identifier: (answers[identifier], right.value) for identifier, right in case.answers.items()}
    rows[OUTCOME] = outcome, case.outcome.value
    PracticeAnswer.objects.bulk_create(
        PracticeAnswer(
            center_id=now.center_id,
            round=now,
            case=number,
            identifier=identifier,
            value=value,
            expected=expected,
        )
        for identifier, (value, expected) in rows.items()
    )
    if number == len(cases) - 1:
        PracticeRound.objects.filter(pk=now.pk).update(finished_at=Now())


def answered_cases(practice_round: PracticeRound) -> set[int]:
    return set(practice_round.answers.values_list("case", flat=True))


def wrong_cases(practice_round: PracticeRound) -> list[str]:
    """The keys of the cases in which something was answered wrong."""
    wrong = set(practice_round.answers.exclude(value=F("expected")).values_list("case", flat=True))
    return [case.key for number, case in enumerate(cases_of(practice_round)) if number in wrong]


def _can_be_practised(center: Center, version: CriteriaVersion) -> bool:
    # Asked of the database, which shows a protocol only to the centers that work its trial.
    published = CriteriaVersion.objects.filter(pk=version.pk, state=CriteriaVersion.State.PUBLISHED)
    return (
        published.exists() and CenterSite.objects.filter(center=center, site__trial=version.trial_id).exists()
    )
