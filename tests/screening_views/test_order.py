"""The order of questions: offered where figures exist, remembered, explained; of one's own center alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from screening.asking import experience_of
from screening.chances import ENOUGH_SCREENINGS
from screening.models import ChanceEstimate, Screening
from screening.services import Refused
from screening.services.estimates import record_estimates
from tests.factories import Cast, acting, answer, make_cast, make_screening
from tests.screening.concurrency import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def screening(cast: Cast) -> Screening:
    return make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-017")


def estimate(cast: Cast, **percent: int | None) -> None:
    with acting(cast.alice):
        record_estimates(user=cast.alice, center=cast.rennes, trial=cast.trial, percent_against=percent)


def first_question(client: Client, screening: Screening) -> str:
    response = client.get(f"/screening/{screening.pk}/?view=focus")
    return response["Location"].partition("at=")[2]


def focus(client: Client, screening: Screening) -> str:
    response = client.get(f"/screening/{screening.pk}/?view=focus", follow=True)
    return " ".join(response.content.decode().split())


def choose(client: Client, screening: Screening, order: str) -> None:
    assert client.post(f"/screening/{screening.pk}/order/", {"order": order}).status_code == 302


def history(cast: Cast, person: str = "alice") -> None:
    """Ten participants of whom seven have the infection."""
    user, site = getattr(cast, person), cast.rennes_site if person == "alice" else cast.iowa_site
    for number in range(ENOUGH_SCREENINGS):
        screening = make_screening(user, site, cast.version)
        answer(user, screening, "age", "yes")
        answer(user, screening, "infection", "yes" if number < 7 else "no")


def test_without_figures_it_is_the_protocols_order_and_says_what_is_missing(
    client: Client, cast: Cast, screening: Screening
) -> None:
    client.force_login(cast.alice)
    assert "offered from 10 screenings of your center in this trial on (now 0)" in focus(client, screening)
    choose(client, screening, "fastest")
    assert first_question(client, screening) == "age"


def test_with_enough_screenings_what_settles_most_comes_first_with_its_reason(
    client: Client, cast: Cast, screening: Screening
) -> None:
    history(cast)
    client.force_login(cast.alice)
    assert first_question(client, screening) == "age", "the protocol's order until somebody chooses"
    choose(client, screening, "fastest")
    assert first_question(client, screening) == "infection"
    assert "It decided 7 of 10 screenings at your center." in focus(client, screening)
    other = make_screening(cast.alice, cast.rennes_site, cast.version)
    assert first_question(client, other) == "age", "chosen for one screening"
    choose(client, screening, "protocol")
    assert first_question(client, screening) == "age"


def test_figures_of_another_center_are_not_used(client: Client, cast: Cast, screening: Screening) -> None:
    history(cast, "charlie")
    with acting(cast.alice):
        assert experience_of(screening).screenings == 0
    client.force_login(cast.alice)
    choose(client, screening, "fastest")
    assert first_question(client, screening) == "age"


def test_estimates_are_figures_too_and_are_named_as_the_reason(
    client: Client, cast: Cast, screening: Screening
) -> None:
    estimate(cast, infection=60, age=5)
    client.force_login(cast.alice)
    choose(client, screening, "fastest")
    assert first_question(client, screening) == "infection"
    assert "expects it to stop 60 of 100 participants" in focus(client, screening)


def test_what_was_skipped_comes_again_after_the_others(
    client: Client, cast: Cast, screening: Screening
) -> None:
    estimate(cast, infection=60, lupus=40, age=5, pregnant=2)
    client.force_login(cast.alice)
    choose(client, screening, "fastest")
    asked, after = [], ""
    for _ in range(5):
        response = client.get(f"/screening/{screening.pk}/", {"view": "focus", "after": after})
        after = response["Location"].partition("at=")[2]
        asked.append(after)
    assert asked == ["infection", "lupus", "age", "pregnant", "infection"]


def test_estimates_are_kept_changed_and_taken_back(client: Client, cast: Cast) -> None:
    client.force_login(cast.alice)
    address = f"/screening/estimates/?site={cast.rennes_site.pk}"
    assert cast.trial.nct_id in client.get("/screening/estimates/").content.decode()
    assert client.post(address, {"stops-age": "30", "stops-lupus": ""}).status_code == 302
    assert client.post(address, {"stops-age": "0", "stops-lupus": "50"}).status_code == 422
    with acting(cast.alice):
        assert list(ChanceEstimate.objects.values_list("identifier", "percent_against")) == [("age", 30)]
    client.post(address, {"stops-age": "", "stops-lupus": "50"})
    with acting(cast.alice):
        assert list(ChanceEstimate.objects.values_list("identifier", "percent_against")) == [("lupus", 50)]


def test_estimates_are_for_those_who_screen_there(client: Client, cast: Cast) -> None:
    address = f"/screening/estimates/?site={cast.rennes_site.pk}"
    for person, status in ((cast.bob, 403), (cast.charlie, 404), (cast.sven, 403)):
        client.force_login(person)
        assert client.get(address).status_code == status
    with acting(cast.bob), pytest.raises(Refused):
        record_estimates(user=cast.bob, center=cast.rennes, trial=cast.trial, percent_against={"age": 10})


def test_two_people_estimate_at_the_same_moment(cast: Cast) -> None:
    def estimated() -> int:
        with acting(cast.alice):
            return record_estimates(
                user=cast.alice, center=cast.rennes, trial=cast.trial, percent_against={"age": 5, "lupus": 7}
            )

    assert sorted(at_once(*[estimated] * 4), key=str) == [0, 0, 0, 2]


def test_the_number_of_queries_does_not_grow_with_the_screenings(
    client: Client, cast: Cast, screening: Screening, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    estimate(cast, infection=60)
    client.force_login(cast.alice)
    choose(client, screening, "fastest")
    focus(client, screening)
    counts = []
    for _ in range(2):
        history(cast)
        with django_assert_max_num_queries(60) as captured:
            focus(client, screening)
        counts.append(len(captured))
    assert counts[0] == counts[1]
