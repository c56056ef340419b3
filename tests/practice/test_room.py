"""The practice room's pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from screening.models import PracticeRound, Role, User
from screening.practice.cases import Case
from screening.services.practice import CASES, cases_of
from tests.factories import make_center_site, make_member, make_trial, make_user, make_version
from tests.practice.worlds import World, answer, answer_all, make_world
from tests.trials_views.catalogue import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def page(client: Client, user: User, url: str) -> str:
    client.force_login(user)
    response = client.get(url)
    assert response.status_code == 200
    return text_of(response.content.decode())


def round_url(practice_round: PracticeRound, number: int | None = None) -> str:
    url = reverse("screening:practice_round", args=[practice_round.pk])
    return url if number is None else f"{url}?case={number}"


def right_form(case: Case, number: int) -> dict[str, Any]:
    return {
        "case": number,
        "outcome": case.outcome.value,
        **{f"a-{identifier}": value.value for identifier, value in case.answers.items()},
    }


def test_every_page_says_that_it_is_practice(client: Client, world: World) -> None:
    alice, begun = world.cast.alice, world.start(world.cast.alice)
    start = reverse("screening:practice_start", args=[world.version.pk])
    urls = [reverse("screening:practice"), start, round_url(begun)]
    answer(alice, begun, 0)
    urls.append(round_url(begun, 1))
    for url in urls:
        client.force_login(alice)
        text = client.get(url).content.decode()
        assert "<title>Practice" in text, url
        assert "<strong>Practice.</strong>" in text, url


def test_a_round_goes_from_participant_to_participant_to_the_score(client: Client, world: World) -> None:
    client.force_login(world.cast.alice)
    start = reverse("screening:practice_start", args=[world.version.pk])
    response = client.post(start, {"center": world.cast.rennes.pk})
    begun_url = response["Location"]
    begun = PracticeRound(pk=int(begun_url.rstrip("/").rpartition("/")[2]))
    cases = cases_of(client.get(begun_url).context["round"])
    for number, case in enumerate(cases, 1):
        asked = client.get(begun_url)
        assert asked.context["case"] == case
        assert "Right is" not in asked.content.decode()
        form = right_form(case, number)
        if number == 1:
            form["outcome"] = "ineligible" if form["outcome"] != "ineligible" else "eligible"
        explained = client.post(begun_url, form)
        assert explained["Location"] == round_url(begun, number)
        text = text_of(client.get(explained["Location"]).content.decode())
        assert "You said" in text
        assert ("Wrong" in text) is (number == 1)
    text = page(client, world.cast.alice, begun_url)
    total = sum(len(case.answers) + 1 for case in cases)
    assert f"Your score: {total - 1} of {total} right" in text
    assert "Practise the wrong ones again" in text


def test_a_form_with_gaps_keeps_what_was_chosen(client: Client, world: World) -> None:
    begun = world.start(world.cast.alice)
    case = cases_of(begun)[0]
    form = right_form(case, 1)
    missing = f"a-{next(iter(case.answers))}"
    del form[missing]
    client.force_login(world.cast.alice)
    response = client.post(round_url(begun), form)
    assert response.status_code == 422
    html = response.content.decode()
    assert "Answer every statement" in html
    assert html.count(" required checked") == len(case.answers)  # all but the missing one, and the outcome
    assert client.post(round_url(begun), {"case": "99"}).status_code == 404
    assert client.post(round_url(begun), {"case": "x"}).status_code == 404


def test_a_round_belongs_to_the_person_who_practises(client: Client, world: World) -> None:
    begun = world.start(world.cast.alice)
    for user in (world.cast.dora, world.cast.bob, world.cast.charlie):
        client.force_login(user)
        assert client.get(round_url(begun)).status_code == 404


def test_a_center_sees_its_readiness_and_a_monitor_reads_it(client: Client, world: World) -> None:
    begun = world.start(world.cast.alice)
    answer(world.cast.alice, begun, 0, wrong=("",))
    start = reverse("screening:practice_start", args=[world.version.pk])
    asked = len(cases_of(begun)[0].answers) + 1
    for user in (world.cast.alice, world.cast.dora, world.cast.bob):
        for url in (reverse("screening:practice"), start):
            text = page(client, user, url)
            assert f"{100 * (asked - 1) // asked} % right" in text
            assert "Not practised" in text  # Dora has not
    assert "Start a round" not in page(client, world.cast.bob, start)
    client.force_login(world.cast.bob)
    assert client.post(start).status_code == 403


def test_a_protocol_is_found_only_where_its_trial_is_worked(client: Client, world: World) -> None:
    words = "Demonstration protocol 1.0"
    assert words in page(client, world.cast.alice, reverse("screening:practice"))
    assert words not in page(client, world.cast.charlie, reverse("screening:practice"))
    client.force_login(world.cast.charlie)
    for version in (world.protocol, world.version):
        start = reverse("screening:practice_start", args=[version.pk])
        assert client.get(start).status_code == client.post(start).status_code == 404


def test_what_cannot_be_practised_is_listed_with_its_reason(client: Client, world: World) -> None:
    text = page(client, world.cast.alice, reverse("screening:practice_start", args=[world.version.pk]))
    assert re.search(r"\d+ of \d+ statements that values decide", text)
    assert "the investigator's judgement settles it" in text
    assert "its facts decide another statement at the same time" in text


def test_practice_is_in_no_log_and_no_list_of_today(client: Client, world: World) -> None:
    answer_all(world.cast.alice, world.start(world.cast.alice))
    for url in (reverse("screening:log"), reverse("screening:log_csv"), reverse("screening:today")):
        client.force_login(world.cast.alice)
        assert "PRACTICE-" not in client.get(url).content.decode()


def test_today_and_the_trial_lead_to_practice(client: Client, world: World) -> None:
    client.force_login(world.cast.alice)
    practice = reverse("screening:practice")
    for url in (reverse("screening:today"), reverse("trials:trial", args=[world.trial.nct_id])):
        assert f'href="{practice}' in client.get(url).content.decode(), url


def test_the_queries_do_not_grow_with_versions_people_and_answers(client: Client, world: World) -> None:
    start = reverse("screening:practice_start", args=[world.version.pk])
    begun = world.start(world.cast.alice)
    urls = [reverse("screening:practice"), start, round_url(begun)]
    few = [count(client, world.cast.alice, url) for url in urls]
    for name in ("Eve", "Finn"):
        make_member(make_user(name), world.cast.rennes, Role.COORDINATOR)
        trial = make_trial()
        make_version(trial)
        make_center_site(world.cast.rennes, trial)
    answer_all(world.cast.alice, begun)
    answer(world.cast.dora, world.start(world.cast.dora), 0)
    begun = world.start(world.cast.alice)
    for number in range(CASES - 1):
        answer(world.cast.alice, begun, number)
    urls[-1] = round_url(begun)
    assert [count(client, world.cast.alice, url) for url in urls] == few


def count(client: Client, user: User, url: str) -> int:
    client.force_login(user)
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)
