"""How a screening ends on its page, and what may follow."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.test import Client

from screening.models import Screening
from tests.factories import Cast, acting, answer, make_cast, make_screening, sign

pytestmark = pytest.mark.django_db
ELIGIBLE = {"age": "yes", "lupus": "yes", "pregnant": "no", "infection": "no"}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def screening(cast: Cast) -> Screening:
    return make_screening(cast.alice, cast.rennes_site, cast.version, consent_date=datetime.date(2024, 2, 3))


@pytest.fixture
def signed_in(client: Client, cast: Cast) -> Client:
    client.force_login(cast.alice)
    return client


def act(client: Client, screening: Screening, name: str, **sent: str) -> Any:
    return client.post(f"/screening/{screening.pk}/conclude/", {"act": name} | sent, follow=True)


def now(cast: Cast, screening: Screening) -> Screening:
    with acting(cast.alice):
        return Screening.objects.get(pk=screening.pk)


def make_eligible(cast: Cast, screening: Screening) -> None:
    for identifier, value in ELIGIBLE.items():
        answer(cast.alice, screening, identifier, value)


def test_nobody_is_proposed_while_the_outcome_is_open(
    signed_in: Client, cast: Cast, screening: Screening
) -> None:
    page = signed_in.get(f"/screening/{screening.pk}/conclude/").content.decode()
    assert "nobody can be proposed as eligible yet" in page
    assert re.search(r'value="proposed_eligible"[^>]*disabled', page)
    assert not re.search(r'value="screen_failure"[^>]*disabled', page)
    text = act(signed_in, screening, "conclude", conclusion="proposed_eligible").content.decode()
    assert "do not make this participant eligible" in text
    assert now(cast, screening).status == "open"


def test_an_eligible_participant_is_proposed_and_enrolled(
    signed_in: Client, cast: Cast, screening: Screening
) -> None:
    make_eligible(cast, screening)
    text = act(signed_in, screening, "conclude", conclusion="proposed_eligible").content.decode()
    assert "Proposed as eligible" in text
    assert "Nobody is enrolled or randomised before an investigator has signed" in text
    text = act(
        signed_in, screening, "disposition", disposition="enrolled", date="2024-02-10"
    ).content.decode()
    assert "First an investigator signs that the participant is eligible." in text
    sign(cast.dora, screening)
    text = signed_in.get(f"/screening/{screening.pk}/conclude/").content.decode()
    assert "Signed: eligible" in text
    assert "Nobody is enrolled" not in text
    text = act(
        signed_in, screening, "disposition", disposition="enrolled", date="2024-02-10"
    ).content.decode()
    assert "Enrolled, 10 Feb 2024" in text
    assert 'value="reopen"' not in text
    log = signed_in.get("/screening/").content.decode()
    assert "Proposed as eligible, enrolled 10 Feb 2024" in log


def test_eligible_but_not_enrolled_takes_a_reason(
    signed_in: Client, cast: Cast, screening: Screening
) -> None:
    make_eligible(cast, screening)
    act(signed_in, screening, "conclude", conclusion="proposed_eligible")
    response = act(signed_in, screening, "disposition", disposition="not_enrolled", date="2024-02-10")
    assert response.context["disposition_form"].errors == {"reason": ["Say why."]}
    response = act(
        signed_in,
        screening,
        "disposition",
        disposition="not_enrolled",
        date="2024-02-10",
        reason="moved away",
    )
    assert "moved away" in response.content.decode()


def test_a_screen_failure_draws_its_reason_from_the_criteria(
    signed_in: Client, cast: Cast, screening: Screening
) -> None:
    answer(cast.alice, screening, "infection", "yes")
    text = act(
        signed_in, screening, "conclude", conclusion="screen_failure", failure_kind="criteria"
    ).content.decode()
    assert "Screen failure" in text
    assert "Exclusion 2." in text
    assert [reason["identifier"] for reason in now(cast, screening).deciding] == ["infection"]


def test_another_reason_takes_words(signed_in: Client, cast: Cast, screening: Screening) -> None:
    response = act(signed_in, screening, "conclude", conclusion="screen_failure")
    assert set(response.context["conclude_form"].errors) == {"failure_kind"}
    response = act(signed_in, screening, "conclude", conclusion="screen_failure", failure_kind="other")
    assert set(response.context["conclude_form"].errors) == {"text"}
    text = act(
        signed_in,
        screening,
        "conclude",
        conclusion="screen_failure",
        failure_kind="other",
        text="site closed",
    ).content.decode()
    assert "site closed" in text
    assert "site closed" not in now(cast, screening).failure_text_sealed


def test_it_is_opened_again_with_a_reason(signed_in: Client, cast: Cast, screening: Screening) -> None:
    act(signed_in, screening, "conclude", conclusion="screen_failure", failure_kind="withdrawn")
    response = act(signed_in, screening, "reopen", reason=" ")
    assert set(response.context["reopen_form"].errors) == {"reason"}
    act(signed_in, screening, "reopen", reason="changed her mind")
    assert now(cast, screening).status == "open"
    assert "data-answer" in signed_in.get(f"/screening/{screening.pk}/").content.decode()


def test_a_monitor_reads_the_conclusion_and_changes_nothing(
    client: Client, cast: Cast, screening: Screening
) -> None:
    client.force_login(cast.bob)
    text = client.get(f"/screening/{screening.pk}/conclude/").content.decode()
    assert "This screening is open." in text
    assert '<form method="post" class="card-flat' not in text
    assert act(client, screening, "conclude", conclusion="screen_failure").status_code == 403
    assert now(cast, screening).status == "open"


def test_an_unknown_act_is_refused(signed_in: Client, screening: Screening) -> None:
    assert act(signed_in, screening, "delete").status_code == 400


def test_what_somebody_else_did_meanwhile_is_said(
    signed_in: Client, cast: Cast, screening: Screening
) -> None:
    withdrawn = {"conclusion": "screen_failure", "failure_kind": "withdrawn"}
    response = act(signed_in, screening, "disposition", disposition="enrolled", date="2024-02-10")
    assert (response.status_code, len(response.context["messages"])) == (409, 1)
    act(signed_in, screening, "conclude", **withdrawn)
    for sent in (withdrawn, {}):
        response = act(signed_in, screening, "conclude", **sent)
        assert (response.status_code, len(response.context["messages"])) == (409, 1)
    act(signed_in, screening, "reopen", reason="changed her mind")
    response = act(signed_in, screening, "reopen", reason="changed her mind")
    assert (response.status_code, len(response.context["messages"])) == (409, 1)
    assert now(cast, screening).status == "open"
