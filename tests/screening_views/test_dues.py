"""What is due: an answer that ran out, a judgement that waits, an event that comes; on the first page too."""

from __future__ import annotations

import csv
import datetime
from io import StringIO

import pytest
from django.db import connections
from django.test import Client

from screening.dues import Due, dues
from screening.models import Screening
from screening.services import record_anchor
from screening.services.evaluation import read_standings
from screening.services.rules import local_date
from screening.views.due_words import due_lines
from tests.factories import Cast, acting, answer, make_cast, make_screening, make_version, statement
from trials.criteria.tree import Anchor

pytestmark = pytest.mark.django_db

TREE = {
    "inclusion": {
        "identifier": "in",
        "op": "all",
        "children": [
            statement("adult", label="1."),
            statement("fit", label="2.", test={"judgement": True}),
            statement("steady", label="3.", test={"window": {"anchor": "infusion", "direction": "before"}}),
        ],
    },
    "exclusion": {"identifier": "ex", "op": "any", "children": [statement("infection", label="1.")]},
}

WITHOUT_EVENTS = TREE | {
    "inclusion": {"identifier": "in", "op": "all", "children": [statement("adult", label="1.")]}
}


@pytest.fixture
def cast() -> Cast:
    return make_cast(TREE)


@pytest.fixture
def screening(cast: Cast) -> Screening:
    return make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-017")


def holds_until(screening: Screening, identifier: str, day: datetime.date) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE screening_answer DISABLE TRIGGER USER, NO FORCE ROW LEVEL SECURITY")
        cursor.execute(
            "UPDATE screening_answer SET valid_until = %s WHERE screening_id = %s AND criterion_id IN "
            "(SELECT id FROM trials_criterion WHERE identifier = %s)",
            [day, screening.pk, identifier],
        )
        assert cursor.rowcount == 1
        cursor.execute("ALTER TABLE screening_answer ENABLE TRIGGER USER, FORCE ROW LEVEL SECURITY")


def due_of(cast: Cast) -> Due:
    with acting(cast.alice):
        found = list(Screening.objects.visible_to(cast.alice).for_log())
        [due] = dues(found, read_standings(found))
        return due


def today(cast: Cast) -> datetime.date:
    with acting(cast.alice):
        return local_date(cast.rennes)


def test_nothing_is_due_of_a_screening_that_just_began(cast: Cast, screening: Screening) -> None:
    assert not due_of(cast)


def test_a_judgement_that_a_coordinator_proposed_waits(cast: Cast, screening: Screening) -> None:
    answer(cast.alice, screening, "fit", "yes")
    due = due_of(cast)
    assert due.judgements == ["fit"]
    assert due_lines(due) == ["Inclusion 2. waits for the investigator's judgement."]
    answer(cast.dora, screening, "fit", "yes", reason="examined")
    assert not due_of(cast).judgements


def test_what_runs_out_next_is_named_and_what_ran_out_is_asked_again(
    cast: Cast, screening: Screening
) -> None:
    for identifier in ("adult", "infection"):
        answer(cast.alice, screening, identifier, "yes" if identifier == "adult" else "no")
    now = today(cast)
    holds_until(screening, "adult", now + datetime.timedelta(days=9))
    holds_until(screening, "infection", now + datetime.timedelta(days=4))
    due = due_of(cast)
    assert due.expires == (now + datetime.timedelta(days=4), "infection")
    assert due.again == []
    holds_until(screening, "infection", now - datetime.timedelta(days=1))
    due = due_of(cast)
    assert due.again == ["infection"]
    assert due.expires == (now + datetime.timedelta(days=9), "adult")
    assert due_lines(due)[0] == "One answer no longer holds: check Exclusion 1. again."


def test_the_log_and_its_file_say_what_time_has_made_of_an_outcome(client: Client, cast: Cast) -> None:
    version = make_version(cast.version.trial, WITHOUT_EVENTS, label="2")
    screening = make_screening(cast.alice, cast.rennes_site, version)
    answer(cast.alice, screening, "adult", "yes")
    answer(cast.alice, screening, "infection", "no")
    client.force_login(cast.alice)

    def said() -> tuple[str, str]:
        [row] = client.get("/screening/").context["rows"]
        file = client.get("/screening/log.csv").content.decode("utf-8-sig")
        [line] = csv.DictReader(StringIO(file))
        assert line["outcome"] == row.outcome
        return row.outcome, row.lapsed

    assert said() == ("eligible", "")
    holds_until(screening, "infection", today(cast) - datetime.timedelta(days=1))
    assert said() == ("potentially_eligible", "was eligible: answers are due again")


def test_a_planned_event_is_due_when_an_answer_is_to_be_given_again_then(
    cast: Cast, screening: Screening
) -> None:
    day = today(cast) + datetime.timedelta(days=20)
    with acting(cast.alice):
        record_anchor(user=cast.alice, screening=screening, anchor=Anchor.INFUSION, planned_on=day)
    assert due_of(cast).planned == []
    answer(cast.alice, screening, "steady", "yes")
    assert due_of(cast).planned == [(day, Anchor.INFUSION)]
    assert "planned for" in due_lines(due_of(cast))[0]


def test_the_first_page_lists_what_is_due_with_what_ran_out_first(
    client: Client, cast: Cast, screening: Screening
) -> None:
    client.force_login(cast.alice)
    assert "Nothing is due." in client.get("/screening/today/").content.decode()
    other = make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-018")
    answer(cast.alice, screening, "fit", "yes")
    answer(cast.alice, other, "adult", "yes")
    holds_until(other, "adult", today(cast) - datetime.timedelta(days=1))
    response = client.get("/screening/today/")
    listed = [each.patient.code for each, _lines in response.context["due"].lines]
    assert listed == ["P-018", "P-017"]
    client.force_login(cast.charlie)
    assert "Nothing is due." in client.get("/screening/today/").content.decode()


def test_a_sponsor_is_led_to_the_figures_of_each_trial(client: Client, cast: Cast) -> None:
    client.force_login(cast.sven)
    assert (
        f"/screening/figures/?trial={cast.trial.nct_id}" in client.get("/screening/today/").content.decode()
    )
