"""One participant: whose, what is known and what was taken back, every screening, what is due."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from config.context import acting_as
from screening.models import Fact, Patient, Screening
from screening.services import record_fact, withdraw_fact
from tests.factories import CONTENT, Cast, acting, answer, make_cast, make_screening
from trials.models import Variable

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def screening(cast: Cast) -> Screening:
    return make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-017")


@pytest.fixture
def alt() -> Variable:
    with acting_as(CONTENT):
        return Variable.objects.create(code="lab.alt", label="ALT", kind="number", unit="U/L")


def enter(cast: Cast, patient: Patient, variable: Variable, number: str, **fields: Any) -> Fact:
    with acting(cast.alice):
        return record_fact(
            user=cast.alice,
            patient=patient,
            variable=variable,
            number=Decimal(number),
            unit="U/L",
            observed_on=fields.pop("observed_on", datetime.date(2026, 3, 4)),
            operation_id=uuid.uuid4(),
            **fields,
        )


def page(client: Client, patient: Patient) -> str:
    response = client.get(f"/screening/patients/{patient.pk}/")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_it_is_of_the_readers_centers_alone(client: Client, cast: Cast, screening: Screening) -> None:
    address = f"/screening/patients/{screening.patient_id}/"
    for person, status in ((cast.alice, 200), (cast.dora, 200), (cast.bob, 200), (cast.charlie, 404)):
        client.force_login(person)
        assert client.get(address).status_code == status
    client.force_login(cast.charlie)
    assert client.get("/screening/patients/999999/").status_code == 404


@pytest.mark.parametrize("view", ["", "sign/", "record/", "conclude/"])
def test_every_page_of_a_screening_leads_to_its_participant(
    client: Client, cast: Cast, screening: Screening, view: str
) -> None:
    client.force_login(cast.alice)
    response = client.get(f"/screening/{screening.pk}/{view}")
    assert f'href="/screening/patients/{screening.patient_id}/"' in response.text


def test_values_stand_by_variable_with_unit_limits_and_who_entered_them(
    client: Client, cast: Cast, screening: Screening, alt: Variable
) -> None:
    enter(cast, screening.patient, alt, "80", lower_limit=Decimal(10), upper_limit=Decimal(40))
    enter(cast, screening.patient, alt, "30", observed_on=datetime.date(2026, 3, 8))
    client.force_login(cast.alice)
    text = page(client, screening.patient)
    assert "80 U/L" in text
    assert "above the limit" in text
    assert "normal 10 to 40" in text
    assert "entered by Alice Example" in text
    assert text.index("8 Mar 2026") < text.index("4 Mar 2026"), "the newest first"
    assert f"?replaces={Fact.__name__}" not in text


def test_what_was_withdrawn_or_corrected_stays_with_its_reason(
    client: Client, cast: Cast, screening: Screening, alt: Variable
) -> None:
    wrong = enter(cast, screening.patient, alt, "800")
    typo = enter(cast, screening.patient, alt, "33")
    enter(cast, screening.patient, alt, "32", replaces=typo)
    with acting(cast.alice):
        withdraw_fact(user=cast.alice, fact=wrong, reason="of another participant")
    client.force_login(cast.bob)
    text = page(client, screening.patient)
    assert "<del>800 U/L</del>" in text
    assert "of another participant" in text
    assert "<del>33 U/L</del>" in text
    assert "to 32 U/L" in text
    assert "<strong>32 U/L</strong>" in text
    assert "Correct" not in text.replace("Corrected", ""), "a monitor reads"


def test_every_screening_stands_there_with_its_outcome(
    client: Client, cast: Cast, screening: Screening
) -> None:
    answer(cast.alice, screening, "infection", "yes")
    client.force_login(cast.alice)
    text = page(client, screening.patient)
    assert screening.screening_number in text
    assert "Ineligible" in text
    assert "not signed" in text
    assert "No value has been entered yet" in text


def test_the_number_of_queries_does_not_grow_with_the_rows(
    client: Client,
    cast: Cast,
    screening: Screening,
    alt: Variable,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    client.force_login(cast.alice)
    enter(cast, screening.patient, alt, "10")
    page(client, screening.patient)
    counts = []
    for more in (1, 19):
        for number in range(more):
            enter(cast, screening.patient, alt, f"{20 + number}")
        with django_assert_max_num_queries(30) as captured:
            page(client, screening.patient)
        counts.append(len(captured))
    assert counts[0] == counts[1]
