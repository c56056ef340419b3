"""What waits for each role on the first page, and what it must not say."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.context import acting_as
from screening.models import Screening, User
from screening.services import conclude_screening, record_disposition
from screening.services.rules import local_date
from tests.factories import (
    CONTENT,
    Cast,
    acting,
    answer,
    make_cast,
    make_screening,
    make_trial,
    make_user,
    make_version,
    sign,
)
from tests.trials_views.catalogue import text_of
from trials.models import Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def shown_to(client: Client, user: User) -> str:
    client.force_login(user)
    return text_of(client.get("/screening/today/").content.decode())


def codes(client: Client, user: User, key: str) -> list[str]:
    client.force_login(user)
    response = client.get("/screening/today/")
    [part] = [part for part in response.context["parts"] if part.key == key]
    return [line.screening.patient.code for line in part.lines]


def order(client: Client, user: User) -> list[str]:
    client.force_login(user)
    return [part.key for part in client.get("/screening/today/").context["parts"]]


def eligible(cast: Cast, code: str) -> Screening:
    today = local_date(cast.rennes)
    screening = make_screening(
        cast.alice, cast.rennes_site, cast.version, patient_code=code, consent_date=today
    )
    for identifier, value in {"age": "yes", "lupus": "yes", "pregnant": "no", "infection": "no"}.items():
        answer(cast.alice, screening, identifier, value)
    conclude(cast, screening, "proposed_eligible")
    return screening


def conclude(cast: Cast, screening: Screening, conclusion: str, **how: Any) -> None:
    with acting(cast.alice):
        conclude_screening(user=cast.alice, screening=screening, conclusion=conclusion, **how)


def test_a_coordinator_sees_what_is_open_and_how_far_it_is(client: Client, cast: Cast) -> None:
    first = make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-1")
    make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-2")
    make_screening(cast.charlie, cast.iowa_site, cast.version, patient_code="I-1")
    answer(cast.alice, first, "age", "yes")
    assert order(client, cast.alice) == ["open", "proposed", "concluded"]
    assert codes(client, cast.alice, "open") == ["P-1", "P-2"]
    text = shown_to(client, cast.alice)
    assert "1 of 4 answered, 3 still matter" in text
    assert "0 of 4 answered, 4 still matter" in text
    assert "Start a screening" in text
    assert "I-1" not in text


def test_what_was_concluded_waits_until_it_is_known_what_followed(client: Client, cast: Cast) -> None:
    waiting, followed = eligible(cast, "P-1"), eligible(cast, "P-2")
    failed = make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-3")
    conclude(cast, failed, "screen_failure", failure_kind="withdrawn", text="moved away")
    sign(cast.dora, followed)
    with acting(cast.alice):
        record_disposition(
            user=cast.alice, screening=followed, disposition="enrolled", date=local_date(cast.rennes)
        )
    assert codes(client, cast.alice, "open") == []
    assert codes(client, cast.alice, "proposed") == [waiting.patient.code]
    assert codes(client, cast.alice, "concluded") == ["P-3", "P-2"]
    text = shown_to(client, cast.alice)
    assert "Proposed as eligible, enrolled" in text
    assert "moved away" not in text


def test_an_investigator_sees_first_who_waits_for_a_decision(client: Client, cast: Cast) -> None:
    eligible(cast, "P-1")
    assert order(client, cast.dora)[0] == "proposed"
    assert codes(client, cast.dora, "proposed") == ["P-1"]


def test_a_monitor_reads_the_same_and_starts_nothing(client: Client, cast: Cast) -> None:
    make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-1")
    text = shown_to(client, cast.bob)
    assert "participant P-1" in text
    assert "Start a screening" not in text
    assert codes(client, cast.charlie, "open") == []


def test_a_sponsor_sees_its_trials_and_no_figures_of_screenings(client: Client, cast: Cast) -> None:
    make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-1")
    other = make_trial()
    with acting_as(CONTENT):
        for facility, status in (("A", "RECRUITING"), ("B", "COMPLETED")):
            Site.objects.create(
                trial=cast.trial, facility=facility, status=status, country="France", address_key=facility
            )
    text = shown_to(client, cast.sven)
    assert cast.trial.nct_id in text
    assert "2 sites, 1 recruiting" in text
    assert other.nct_id not in text
    assert not re.search("P-1|[Oo]pen screenings|answered|ligible", text)


def test_an_administrator_sees_drafts_and_no_patient(client: Client, cast: Cast) -> None:
    make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-1")
    draft = make_version(cast.trial, label="next", published=False)
    client.force_login(cast.ada)
    html = client.get("/screening/today/").content.decode()
    assert f"/trials/{cast.trial.nct_id}/versions/{draft.number}/" in html
    assert "Trials changed last" in html
    assert "P-1" not in html


def test_somebody_without_a_role_is_told_what_to_do(client: Client) -> None:
    assert "no role at a center yet" in shown_to(client, make_user("Nina"))


def test_the_number_of_queries_does_not_grow(client: Client, cast: Cast) -> None:
    client.force_login(cast.alice)
    counts = []
    for number in (1, 8):
        for one in range(number):
            eligible(cast, f"E-{number}-{one}")
            make_screening(cast.alice, cast.rennes_site, cast.version, patient_code=f"P-{number}-{one}")
        client.get("/screening/today/")  # the tree of a version is read once a process
        with CaptureQueriesContext(connection) as queries:
            client.get("/screening/today/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
