"""Figures: of one's own centers in full, of a sponsor's trial without small numbers, of nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client

from config.context import Context, acting_as
from screening.figures import Stage, by_criterion, figures_of, sponsor_figures
from screening.models import Screening
from screening.services import conclude_screening
from screening.suppression import TOTAL
from tests.factories import (
    CONTENT,
    Cast,
    acting,
    answer,
    make_cast,
    make_center_site,
    make_screening,
    make_trial,
    make_version,
)

pytestmark = pytest.mark.django_db
ADDRESS = "/screening/figures/"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def fail(cast: Cast, *against: str, person: str = "alice") -> Screening:
    """Somebody whom these statements exclude; the others speak for them."""
    user = getattr(cast, person)
    site = cast.rennes_site if person == "alice" else cast.iowa_site
    screening = make_screening(user, site, cast.version)
    for identifier, good in (("age", "yes"), ("lupus", "yes"), ("infection", "no")):
        bad = "no" if good == "yes" else "yes"
        answer(user, screening, identifier, bad if identifier in against else good)
    with acting(user):
        return conclude_screening(
            user=user, screening=screening, conclusion="screen_failure", failure_kind="criteria"
        )


def rows_of(cast: Cast) -> dict[str, tuple[int, int, int]]:
    with acting(cast.alice):
        found = by_criterion(Screening.objects.visible_to(cast.alice))
        return {each.criterion.identifier: (each.decided, each.alone, each.waiting) for each in found}


def test_a_criterion_counts_where_it_excluded_and_where_it_alone_did(cast: Cast) -> None:
    fail(cast, "age")
    fail(cast, "age", "infection")
    make_screening(cast.alice, cast.rennes_site, cast.version)
    fail(cast, "age", person="charlie")
    assert rows_of(cast) == {
        "age": (2, 1, 1),
        "infection": (1, 0, 1),
        "lupus": (0, 0, 1),
        "pregnant": (0, 0, 1),
    }


def test_each_screening_is_counted_once_where_it_stands(cast: Cast) -> None:
    fail(cast, "age")
    make_screening(cast.alice, cast.rennes_site, cast.version)
    withdrawn = make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-9")
    with acting(cast.alice):
        conclude_screening(
            user=cast.alice, screening=withdrawn, conclusion="screen_failure", failure_kind="withdrawn"
        )
    make_screening(cast.alice, cast.rennes_site, cast.version, patient=withdrawn.patient)
    with acting(cast.alice):
        figures = figures_of(Screening.objects.visible_to(cast.alice))
    assert figures.stages == {Stage.OPEN: 2, Stage.CRITERIA: 1, Stage.WITHDRAWN: 1}
    assert (figures.screened, figures.participants) == (4, 3)
    assert figures.days is not None
    assert figures.days < 1


def test_the_page_is_of_the_readers_own_centers(client: Client, cast: Cast) -> None:
    fail(cast, "infection", person="charlie")
    for person in (cast.alice, cast.dora, cast.bob):
        client.force_login(person)
        assert "Nobody has been screened here yet" in client.get(ADDRESS).content.decode()
    client.force_login(cast.charlie)
    text = client.get(ADDRESS).content.decode()
    assert "Screened (n = 1)" in text
    assert "Exclusion 2." in text


def test_of_several_trials_one_is_chosen_for_the_figures_of_its_criteria(client: Client, cast: Cast) -> None:
    other = make_trial("NCT90000098")
    make_screening(cast.alice, make_center_site(cast.rennes, other), make_version(other))
    fail(cast, "age")
    client.force_login(cast.alice)
    assert "Choose one trial" in client.get(ADDRESS).content.decode()
    response = client.get(ADDRESS, {"trial": other.nct_id})
    assert response.context["figures"].screened == 1
    assert "By criterion, NCT90000098" in response.content.decode()
    assert client.get(ADDRESS, {"trial": "NCT\x00", "center": "x"}).status_code == 200


def test_the_picture_can_be_kept_and_has_its_words_for_those_who_do_not_see_it(
    client: Client, cast: Cast
) -> None:
    client.force_login(cast.alice)
    assert client.get(f"{ADDRESS}flow.svg").status_code == 404, "nothing to draw"
    fail(cast, "age")
    response = client.get(f"{ADDRESS}flow.svg")
    assert response["Content-Type"] == "image/svg+xml"
    assert "attachment" in response["Content-Disposition"]
    picture = ElementTree.fromstring(response.content)
    words = " ".join(text for element in picture.iter() if (text := (element.text or "").strip()))
    assert "Flow of screenings" in words
    assert "Screen failures (n = 1)" in words
    assert "Screened: 1" in words
    assert not any("style" in element.attrib for element in picture.iter())


def test_the_number_of_queries_does_not_grow_with_the_rows(
    client: Client, cast: Cast, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client.force_login(cast.alice)
    fail(cast, "age")
    client.get(ADDRESS)  # a published version's criteria are read once a process
    counts = []
    for more in (1, 5):
        for _ in range(more):
            fail(cast, "age")
            make_screening(cast.alice, cast.rennes_site, cast.version)
        with django_assert_max_num_queries(40) as captured:
            client.get(ADDRESS)
        counts.append(len(captured))
    assert counts[0] == counts[1]


# A sponsor's


def as_sponsor(client: Client, cast: Cast) -> str:
    client.force_login(cast.sven)
    response = client.get(ADDRESS)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def test_a_sponsor_sees_no_small_number(client: Client, cast: Cast) -> None:
    for _ in range(6):
        fail(cast, "age")
    fail(cast, "infection", person="charlie")
    text = as_sponsor(client, cast)
    assert "kept back" in text
    assert "RENNES hospital" in text
    assert not re.search(r'class="number">[1-4]<', text)
    assert cast.trial.nct_id in text
    client.force_login(cast.sven)
    assert b"(n = 1)" not in client.get(f"{ADDRESS}flow.svg").content


def test_a_sponsor_sees_large_numbers_as_they_are(cast: Cast) -> None:
    for _ in range(5):
        fail(cast, "age")
        fail(cast, "infection", person="charlie")
    with acting(cast.sven):
        found = sponsor_figures(cast.trial)
    assert found.stages[TOTAL, Stage.CRITERIA] == 10
    assert [(criterion.identifier, number) for criterion, number in found.failures] == [
        ("age", 5),
        ("infection", 5),
    ]


def test_what_several_criteria_decided_is_one_line(cast: Cast) -> None:
    for _ in range(5):
        fail(cast, "age")
        fail(cast, "age", "infection")
    with acting(cast.sven):
        found = sponsor_figures(cast.trial)
    assert {criterion.identifier: number for criterion, number in found.failures} == {"age": 5, "": 5}


def test_a_center_that_screened_nobody_is_listed_like_any_other(cast: Cast) -> None:
    with acting(cast.sven):
        found = sponsor_figures(cast.trial)
    assert found.centers == ["IOWA hospital", "RENNES hospital"]
    assert set(found.stages.cells.values()) == {0}
    assert found.failures == []


def test_the_database_counts_for_sponsors_of_the_trial_alone(cast: Cast) -> None:
    fail(cast, "age")
    other = make_trial()
    contexts = {
        "coordinator": Context(actor="x", read_centers=frozenset({cast.rennes.pk})),
        "administrator": CONTENT,
        "nobody": Context(),
        "another sponsor": Context(actor="x", sponsors=frozenset({cast.sponsor.pk + 1000})),
    }
    calls = ("SELECT * FROM sponsor_stages(%s)", "SELECT * FROM sponsor_failures(%s)")
    for name, context in contexts.items():
        with acting_as(context), connection.cursor() as cursor:
            for call in calls:
                cursor.execute(call, [cast.trial.pk])
                assert cursor.fetchall() == [], name
    with acting(cast.sven), connection.cursor() as cursor:
        for call in calls:
            cursor.execute(call, [cast.trial.pk])
            assert cursor.fetchall()
            cursor.execute(call, [other.pk])
            assert cursor.fetchall() == []
        assert not Screening.objects.exists()


def test_a_sponsor_asks_about_their_own_trials_alone(client: Client, cast: Cast) -> None:
    other = make_trial()
    client.force_login(cast.sven)
    assert client.get(ADDRESS, {"trial": other.nct_id}).status_code == 404
    client.force_login(cast.ada)
    assert client.get(ADDRESS).status_code == 403
