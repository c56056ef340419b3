"""Recording one answer over the web: with htmx as autosave does, and with a plain form."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from django.test import Client

from screening.models import Answer, AnswerChange, Screening
from tests.browser.desk_world import answers_given_long_ago
from tests.factories import Cast, acting, answer, make_cast, make_screening

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def screening(cast: Cast) -> Screening:
    return make_screening(cast.alice, cast.rennes_site, cast.version)


@pytest.fixture
def signed_in(client: Client, cast: Cast) -> Client:
    client.force_login(cast.alice)
    return client


def send(client: Client, screening: Screening, identifier: str, value: str, **sent: Any) -> Any:
    """As the page's module does."""
    data = {"value": value, "operation": uuid.uuid4(), "client": "tab", "sequence": 1, "base": 0} | sent
    return client.post(f"/screening/{screening.pk}/answers/{identifier}/", data, headers=HTMX)


def send_plainly(client: Client, screening: Screening, identifier: str, value: str, **sent: Any) -> Any:
    data = {"value": value, "base": 0} | sent
    return client.post(f"/screening/{screening.pk}/answers/{identifier}/", data)


def stored(cast: Cast, screening: Screening, identifier: str) -> Answer | None:
    with acting(cast.alice):
        return screening.answers.filter(criterion__identifier=identifier).first()


def changes(cast: Cast, screening: Screening) -> int:
    with acting(cast.alice):
        return AnswerChange.objects.filter(screening=screening).count()


def test_an_answer_comes_back_as_its_status_and_the_panel(
    signed_in: Client, cast: Cast, screening: Screening
) -> None:
    response = send(signed_in, screening, "infection", "yes")
    text = response.content.decode()
    assert response.status_code == 200
    assert datetime.time.fromisoformat(response.headers["X-Saved-At"])
    assert 'name="base" value="1"' in text
    assert '<div id="outcome" hx-swap-oob="innerHTML">' in text
    assert "Ineligible" in text
    assert 'type="radio"' not in text  # the radios stay as they are on the page


def test_a_repeated_message_is_acknowledged_and_not_stored_twice(
    signed_in: Client, cast: Cast, screening: Screening
) -> None:
    operation = uuid.uuid4()
    for _ in range(3):
        assert send(signed_in, screening, "age", "yes", operation=operation).status_code == 200
    assert changes(cast, screening) == 1


def test_a_late_older_message_never_wins(signed_in: Client, cast: Cast, screening: Screening) -> None:
    assert send(signed_in, screening, "age", "no", sequence=2).status_code == 200
    assert send(signed_in, screening, "age", "yes", sequence=1).status_code == 200
    assert stored(cast, screening, "age").value == "no"  # type: ignore[union-attr]


def test_somebody_elses_answer_meanwhile_is_shown_as_a_difference(
    signed_in: Client, cast: Cast, screening: Screening
) -> None:
    answer(cast.dora, screening, "age", "no")
    response = send(signed_in, screening, "age", "yes")
    text = response.content.decode()
    assert response.status_code == 409
    assert "Dora Example answered No at" in text
    assert "you chose Yes" in text
    assert 'data-keep="no"' in text
    assert 'name="base" value="1"' in text
    assert stored(cast, screening, "age").value == "no"  # type: ignore[union-attr]
    response = send(signed_in, screening, "age", "yes", sequence=2, base=1, reason="the source says so")
    assert response.status_code == 200
    assert stored(cast, screening, "age").value == "yes"  # type: ignore[union-attr]


def test_two_who_say_the_same_do_not_disagree(signed_in: Client, cast: Cast, screening: Screening) -> None:
    answer(cast.dora, screening, "age", "yes")
    assert send(signed_in, screening, "age", "yes").status_code == 200
    assert changes(cast, screening) == 1


def test_a_change_after_a_minute_asks_for_a_reason_before_it_is_saved(
    signed_in: Client, cast: Cast, screening: Screening
) -> None:
    send(signed_in, screening, "age", "yes")
    answers_given_long_ago(screening)
    response = send(signed_in, screening, "age", "no", sequence=2, base=1)
    assert response.status_code == 422
    assert 'name="reason"' in response.content.decode()
    assert stored(cast, screening, "age").value == "yes"  # type: ignore[union-attr]
    assert send(signed_in, screening, "age", "no", sequence=3, base=1, reason="misread").status_code == 200
    history = signed_in.get(f"/screening/{screening.pk}/answers/age/history/").content.decode()
    assert "misread" in history
    assert history.index(">No<") < history.index(">Yes<")


def test_a_refused_answer_says_why_and_is_not_kept_waiting(
    signed_in: Client, cast: Cast, screening: Screening
) -> None:
    response = send(signed_in, screening, "age", "not_applicable")
    assert response.status_code == 422
    assert response.headers["X-Answer"] == "refused"
    assert "investigator" in response.content.decode()
    assert stored(cast, screening, "age") is None


def test_a_comment_is_kept_with_its_answer_and_left_alone_when_not_sent(
    signed_in: Client, cast: Cast, screening: Screening
) -> None:
    send(signed_in, screening, "age", "yes", comment="by passport")
    response = send(signed_in, screening, "age", "no", sequence=2)
    assert "by passport" in response.content.decode()
    assert "by passport" not in stored(cast, screening, "age").comment_sealed  # type: ignore[union-attr]


def test_an_expired_session_is_answered_with_401_and_no_page(client: Client, screening: Screening) -> None:
    response = send(client, screening, "age", "yes")
    assert response.status_code == 401
    assert response.content == b""


def test_without_javascript_an_answer_leads_back_to_its_row(
    signed_in: Client, cast: Cast, screening: Screening
) -> None:
    response = send_plainly(signed_in, screening, "age", "yes")
    assert response.headers["Location"] == f"/screening/{screening.pk}/#c-age"
    assert stored(cast, screening, "age").value == "yes"  # type: ignore[union-attr]


def test_without_javascript_the_focus_view_goes_on(signed_in: Client, screening: Screening) -> None:
    response = signed_in.post(
        f"/screening/{screening.pk}/answers/age/?view=focus", {"value": "yes", "base": 0}
    )
    assert response.headers["Location"] == f"/screening/{screening.pk}/?view=focus&after=age"


def test_without_javascript_copies_of_one_form_are_one_answer(
    signed_in: Client, cast: Cast, screening: Screening
) -> None:
    for _ in range(3):
        assert send_plainly(signed_in, screening, "age", "yes").status_code == 302
    assert changes(cast, screening) == 1


def test_without_javascript_a_difference_and_a_reason_have_a_page_of_their_own(
    signed_in: Client, cast: Cast, screening: Screening
) -> None:
    answer(cast.dora, screening, "age", "no")
    response = send_plainly(signed_in, screening, "age", "yes")
    text = response.content.decode()
    assert response.status_code == 409
    assert "<html" in text
    assert "Dora Example answered No at" in text
    assert 'name="base" value="1"' in text
    response = send_plainly(signed_in, screening, "age", "yes", base=1, reason="agreed with Dora")
    assert response.status_code == 302
    assert stored(cast, screening, "age").value == "yes"  # type: ignore[union-attr]


def test_a_form_without_an_answer_says_so(signed_in: Client, cast: Cast, screening: Screening) -> None:
    response = signed_in.post(f"/screening/{screening.pk}/answers/age/", {"comment": "later"})
    assert response.status_code == 422
    assert "Choose an answer first" in response.content.decode()


@pytest.mark.parametrize("value", ["maybe", "", "1", "yes\x00"])
def test_only_the_four_values_are_answers(
    signed_in: Client, cast: Cast, screening: Screening, value: str
) -> None:
    assert send(signed_in, screening, "age", value).status_code == 422
    assert stored(cast, screening, "age") is None


@pytest.mark.parametrize("identifier", ["in", "nothing", "age%00"])
def test_only_statements_are_answered(signed_in: Client, screening: Screening, identifier: str) -> None:
    assert (
        signed_in.post(f"/screening/{screening.pk}/answers/{identifier}/", {"value": "yes"}).status_code
        == 404
    )


def test_a_monitor_may_not_answer(client: Client, cast: Cast, screening: Screening) -> None:
    client.force_login(cast.bob)
    assert send(client, screening, "age", "yes").status_code == 403
    assert stored(cast, screening, "age") is None


def test_the_status_alone_can_be_fetched_again(signed_in: Client, cast: Cast, screening: Screening) -> None:
    answer(cast.dora, screening, "age", "no")
    address = f"/screening/{screening.pk}/answers/age/"
    text = signed_in.get(address, headers=HTMX).content.decode()
    assert "Dora Example" in text
    assert "<html" not in text
    assert signed_in.get(address).headers["Location"] == f"/screening/{screening.pk}/#c-age"


def test_who_is_signed_in_is_told_with_a_fresh_token(client: Client, cast: Cast) -> None:
    nobody = client.get("/screening/session/").json()
    assert nobody["user"] is None
    assert nobody["csrf"]
    client.force_login(cast.alice)
    assert client.get("/screening/session/").json()["user"] == cast.alice.pk
