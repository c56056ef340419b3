"""The cast, with one of the fixtures' trials at the center in Rennes."""

from __future__ import annotations

from dataclasses import dataclass

from config.context import acting_as
from screening.models import PracticeRound, User
from screening.services.practice import answer_case, cases_of, start_round
from tests.documents.loading import load_documents
from tests.factories import CONTENT, Cast, acting, make_cast, make_center_site
from trials.models import CriteriaVersion, Trial

NCT_ID = "NCT06470048"  # with a registry's text and a protocol


@dataclass(frozen=True)
class World:
    cast: Cast
    trial: Trial
    version: CriteriaVersion
    protocol: CriteriaVersion

    def start(self, user: User, **how: object) -> PracticeRound:
        with acting(user):
            return start_round(user=user, center=self.cast.rennes, version=self.version, **how)  # type: ignore[arg-type]


def make_world() -> World:
    load_documents(NCT_ID)
    cast = make_cast()
    with acting_as(CONTENT):
        trial = Trial.objects.get(nct_id=NCT_ID)
        sources = {version.source: version for version in trial.criteria_versions.published()}
    make_center_site(cast.rennes, trial)
    return World(cast, trial, sources["registry"], sources["protocol"])


def answer(user: User, practice_round: PracticeRound, number: int, *, wrong: tuple[str, ...] = ()) -> None:
    """Answer a case as is right, but for the statements that are named ("" is the outcome)."""
    case = cases_of(practice_round)[number]
    answers = {each: value.value for each, value in case.answers.items()}
    answers |= {each: "no" if answers[each] == "yes" else "yes" for each in wrong if each}
    outcome = case.outcome.value
    if "" in wrong:
        outcome = "eligible" if outcome == "ineligible" else "ineligible"
    with acting(user):
        answer_case(user=user, practice_round=practice_round, number=number, answers=answers, outcome=outcome)


def answer_all(user: User, practice_round: PracticeRound) -> None:
    for number in range(len(practice_round.cases)):
        answer(user, practice_round, number)
