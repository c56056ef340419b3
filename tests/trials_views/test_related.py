"""Trials like one: found under any name of a condition or drug, each with what it has in common."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.trials_views.catalogue import add_trial, text_of
from trials.models import Trial
from trials.reading.related import related

pytestmark = pytest.mark.django_db


def about(number: int, conditions: list[str], drug: str, title: str = "A Study", *keywords: str) -> Trial:
    arms: dict[str, Any] = {"interventions": [{"type": "DRUG", "name": drug}]}
    return add_trial(
        f"NCT0000000{number}",
        identificationModule={"briefTitle": title, "officialTitle": ""},
        conditionsModule={"conditions": conditions, "keywords": [*keywords]},
        armsInterventionsModule=arms,
    )


@pytest.fixture
def trials() -> list[Trial]:
    return [
        about(1, ["Heart Attack"], "Herceptin"),
        about(2, ["STEMI", "Asthma"], "Placebo"),
        about(3, ["Myocardial Infarction"], "Placebo"),
        about(4, ["Breast Cancer"], "Trastuzumab"),
        about(5, ["Flat Feet"], "Insoles", "Walking"),
        about(6, ["Flat Feet"], "Surgery", "Standing"),
    ]


def test_the_same_condition_or_drug_under_another_name(trials: list[Trial]) -> None:
    found = {alike.trial.nct_id[-1]: alike for alike in related(trials[0])}
    assert found["3"].conditions == ["Myocardial Infarction"]
    assert found["4"].interventions == ["Trastuzumab"]
    assert found["3"].interventions == []
    assert found.keys() <= {"2", "3", "4"}


def test_a_condition_that_is_narrower_is_close(trials: list[Trial]) -> None:
    found = {alike.trial.nct_id[-1]: alike for alike in related(trials[2])}
    assert found["1"].conditions == ["Heart Attack"]
    assert (found["2"].conditions, found["2"].close_conditions) == ([], ["STEMI"])


def test_what_is_far_too_general_is_not_close() -> None:
    first = about(1, ["Prostate Cancer"], "Docetaxel", "One")
    about(2, ["Thyroid Cancer", "Cancer"], "Docetaxel", "Two")
    [alike] = related(first)
    assert (alike.conditions, alike.close_conditions, alike.words) == ([], [], [])
    assert alike.interventions == ["Docetaxel"]


def test_words_that_many_titles_have_make_no_trials_alike() -> None:
    first, *_others = (
        about(n, ["Gout", "Flat Feet", "Acne"][n % 3 : n % 3 + 1], "Placebo", "Patients") for n in range(1, 8)
    )
    assert {alike.trial.nct_id[-1] for alike in related(first)} == {"4", "7"}


def test_words_of_the_title_are_no_reason_where_none_are_shared(client: Client) -> None:
    about(1, ["Polymyositis"], "Placebo", "Swallowing")
    about(2, ["Flat Feet"], "Placebo", "Walking", "Polymyositis")
    about(3, ["Weak Ankles"], "Placebo", "Walking Again")
    first, third = (
        text_of(client.get(f"/trials/NCT0000000{number}/related/").content.decode()) for number in (1, 3)
    )
    assert "Walking NCT00000002" in first
    assert "A broader condition or a keyword in common" in first
    assert "In both titles" not in first
    assert "In both titles: Walking" in third


def test_the_title_that_a_trial_has_counts_where_it_has_no_short_one() -> None:
    titles = {"briefTitle": "", "officialTitle": "Walking Far"}
    conditions = {"conditions": ["Flat Feet"], "keywords": []}
    only_official = add_trial("NCT00000001", identificationModule=titles, conditionsModule=conditions)
    about(2, ["Weak Ankles"], "Placebo", "Walking")
    assert [(alike.trial.nct_id[-1], alike.words) for alike in related(only_official)] == [("2", ["Walking"])]


def test_placebo_makes_no_trials_alike(trials: list[Trial]) -> None:
    assert [alike.trial.nct_id[-1] for alike in related(trials[4])] == ["6"]


def test_the_page_and_its_part_say_why(trials: list[Trial], client: Client) -> None:
    page = client.get("/trials/NCT00000001/related/")
    assert "Same condition: Myocardial Infarction" in text_of(page.content.decode())
    part = client.get("/trials/NCT00000001/related/", headers={"HX-Request": "true"}).content.decode()
    assert "<main" not in part
    assert "Same intervention: Trastuzumab" in " ".join(part.split())
    assert "/trials/NCT00000001/related/" in client.get("/trials/NCT00000001/").content.decode()
    assert client.get("/trials/NCT99999999/related/").status_code == 404


def test_it_takes_as_many_queries_for_one_as_for_several(trials: list[Trial], client: Client) -> None:
    counted = []
    for number in ("5", "1"):
        client.get(f"/trials/NCT0000000{number}/related/")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/trials/NCT0000000{number}/related/")
        counted.append(len(queries))
    assert counted[0] == counted[1]
