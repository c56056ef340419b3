"""What an amendment means for the open screenings: in numbers for everybody, by name for nobody else's."""

from __future__ import annotations

import copy
import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from screening.carrying import Why
from screening.logic import Outcome
from screening.models import AnchorDate, Screening
from screening.services import conclude_screening, withdraw_fact
from screening.services.amendments import Asked, Consequences, consequences, everywhere
from screening.services.evaluation import read_standing
from screening.services.rules import local_date
from tests.factories import (
    SMALL_TREE,
    TREE_WITH_COHORTS,
    Cast,
    acting,
    answer,
    make_cast,
    make_screening,
    make_version,
    statement,
)
from tests.screening.facts_world import enter, make_typed_cast
from trials.models import Cohort, CriteriaVersion

pytestmark = pytest.mark.django_db
A_DAY = datetime.timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def without_infection() -> dict[str, Any]:
    """Infection no longer excludes; lupus says something else."""
    tree = copy.deepcopy(SMALL_TREE)
    tree["inclusion"]["children"][1]["text"] = "Active lupus"
    tree["exclusion"]["children"].pop()
    return tree


def screened(cast: Cast, **answers: str) -> Screening:
    site = answers.pop("at", "rennes")
    user, center_site = (cast.alice, cast.rennes_site) if site == "rennes" else (cast.charlie, cast.iowa_site)
    screening = make_screening(user, center_site, cast.version)
    for identifier, value in answers.items():
        answer(user, screening, identifier, value)
    return screening


def meant(cast: Cast, version: CriteriaVersion) -> Consequences:
    with acting(cast.ada):
        return consequences(version)


def test_consequences_are_counted_over_all_centers_before_and_after_publication(cast: Cast) -> None:
    screened(cast, infection="yes", age="yes")
    screened(cast, infection="yes", age="yes", at="iowa")
    screened(cast, age="yes", lupus="yes")
    screened(cast, age="no", at="iowa")
    draft = make_version(cast.trial, without_infection(), label="2", published=False)
    expected = Consequences(
        screenings=4,
        shifts={(Outcome.INELIGIBLE, Outcome.UNDETERMINED): 2},
        asked=(Asked("lupus", Why.REWORDED, 1),),
        burden={0: 3, 1: 1},
        carried=4,
        answers=7,
    )
    assert meant(cast, draft) == expected
    assert expected.changed == 2
    published = make_version(cast.trial, without_infection(), label="3")
    assert meant(cast, published) == expected


def test_concluded_screenings_other_sources_and_later_versions_do_not_count(cast: Cast) -> None:
    failed = screened(cast, age="no")
    with acting(cast.alice):
        conclude_screening(
            user=cast.alice, screening=failed, conclusion="screen_failure", failure_kind="criteria"
        )
    protocol = make_version(cast.trial, label="P", source="protocol")
    make_screening(cast.alice, cast.rennes_site, protocol)
    second = make_version(cast.trial, without_infection(), label="2")
    make_screening(cast.charlie, cast.iowa_site, second)
    assert meant(cast, second) == Consequences()
    assert meant(cast, cast.version) == Consequences()


def test_the_cohort_counts_and_what_has_none_any_more_is_open_again() -> None:
    cast = make_cast(TREE_WITH_COHORTS)
    with acting(cast.alice):
        ssc = Cohort.objects.get(version=cast.version, code="SSc")
    screening = make_screening(cast.alice, cast.rennes_site, cast.version, cohort=ssc)
    for identifier in ("age", "skin"):
        answer(cast.alice, screening, identifier, "yes")
    tree = copy.deepcopy(TREE_WITH_COHORTS)
    tree["cohorts"].pop()
    tree["inclusion"]["children"].pop()
    draft = make_version(cast.trial, tree, label="2", published=False)
    found = meant(cast, draft)
    assert found.shifts == {(Outcome.ELIGIBLE, Outcome.UNDETERMINED): 1}
    assert (found.carried, found.answers) == (1, 2)


def test_nobody_but_who_edits_criteria_gets_the_counts(cast: Cast) -> None:
    screened(cast, age="yes", at="iowa")
    draft = make_version(cast.trial, without_infection(), label="2", published=False)
    assert meant(cast, draft).screenings == 1
    for person in (cast.alice, cast.bob, cast.charlie, cast.sven):
        with acting(person):
            assert list(everywhere([cast.version.pk])) == []


def test_the_patterns_have_nothing_that_tells_a_participant_or_a_center(cast: Cast) -> None:
    screening = screened(cast, age="yes")
    with acting(cast.ada), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM open_screening_patterns(%s)", [[cast.version.pk]])
        assert cursor.description is not None
        assert {column.name for column in cursor.description} == {
            *("version", "cohort", "anchors", "answers", "proposed", "expired", "screenings"),
        }
        [row] = cursor.fetchall()
    told = {str(value) for value in row}
    assert not told & {str(screening.pk), str(screening.patient_id), screening.patient.code}


def test_those_who_stand_alike_are_one_row(cast: Cast) -> None:
    for _each in range(3):
        screened(cast, age="yes")
    screened(cast, age="yes", at="iowa")
    screened(cast, age="no")
    with acting(cast.ada):
        assert sorted(alike.count for alike in everywhere([cast.version.pk])) == [1, 4]


WINDOWED: dict[str, Any] = {
    "inclusion": {
        "identifier": "in",
        "op": "all",
        "children": [
            statement("age"),
            statement("dose", test={"window": {"anchor": "infusion", "direction": "before"}}),
            statement("visit", test={"window": {"anchor": "screening", "direction": "at"}}),
            statement("verdict", test={"judgement": True}),
        ],
    },
    "exclusion": {"identifier": "ex", "op": "any"},
}


@pytest.mark.parametrize("event_days", [None, -3, 0, 4])
@pytest.mark.parametrize("valid_days", [None, -5, -1, 0, 2])
@pytest.mark.parametrize("consented", [False, True])
def test_the_database_reads_where_a_screening_stands_as_the_desk_does(
    event_days: int | None, valid_days: int | None, consented: bool
) -> None:
    """One rule in two languages: what has expired, which events lie behind, what is only proposed."""
    cast = make_cast(WINDOWED)
    today = local_date(cast.rennes)
    screening = make_screening(
        cast.alice, cast.rennes_site, cast.version, consent_date=today if consented else None
    )
    for identifier in ("age", "dose", "visit", "verdict"):
        answer(cast.alice, screening, identifier, "yes")
    with acting(cast.alice):
        if event_days is not None:
            AnchorDate.objects.create(
                center=cast.rennes,
                screening=screening,
                anchor="infusion",
                actual_on=today + event_days * A_DAY,
                recorded_by=cast.alice,
            )
        if valid_days is not None:
            screening.answers.update(valid_until=today + valid_days * A_DAY)
        desk = read_standing(screening, today)
    with acting(cast.ada):
        [alike] = everywhere([cast.version.pk])
    assert alike.standing == desk
    with acting(cast.alice):
        proposed = screening.answers.filter(proposed=True)
        assert alike.proposed == dict(proposed.values_list("criterion__identifier", "value"))


@pytest.mark.parametrize("happens", ["nothing", "withdrawn", "corrected"])
def test_an_answer_whose_fact_is_gone_has_expired_in_the_database_too(happens: str) -> None:
    cast = make_typed_cast()
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    fact = enter(cast.alice, screening.patient, "dx.lupus", "present")
    answer(cast.alice, screening, "lupus", "yes", facts=[fact.pk])
    if happens == "withdrawn":
        with acting(cast.alice):
            withdraw_fact(user=cast.alice, fact=fact, reason="another participant's letter")
    if happens == "corrected":
        enter(cast.alice, screening.patient, "dx.lupus", "absent", replaces=fact)
    with acting(cast.alice):
        desk = read_standing(screening, local_date(cast.rennes))
    with acting(cast.ada):
        [alike] = everywhere([cast.version.pk])
    assert alike.standing == desk
    assert desk.expired == (frozenset() if happens == "nothing" else {"lupus"})


def test_it_takes_as_many_queries_for_many_screenings_as_for_few(cast: Cast) -> None:
    draft = make_version(cast.trial, without_infection(), label="2", published=False)
    counts = []
    for _round in range(2):
        for number in range(6):
            screened(cast, age="yes" if number % 2 else "no", at="iowa" if number % 3 else "rennes")
        with acting(cast.ada):
            cast.version.tree()
            with CaptureQueriesContext(connection) as queries:
                assert consequences(draft).screenings == 6 * (_round + 1)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 5
