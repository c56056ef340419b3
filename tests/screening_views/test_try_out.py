"""Trying a version out: what a coordinator would see, for administrators, with nothing stored."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.context import acting_as, system
from screening.models import Answer, Screening
from tests.factories import CONTENT, TREE_WITH_COHORTS, Cast, make_cast, make_version
from trials.models import CriteriaVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def ada(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.ada)
    return client


def page_of(version: CriteriaVersion) -> str:
    return reverse("screening:try_out", args=[version.pk])


def test_a_draft_is_shown_as_the_checklist_is(ada: Client, cast: Cast) -> None:
    draft = make_version(cast.trial, label="draft", published=False)
    page = ada.get(page_of(draft)).text
    for words in (
        "Undetermined",
        "Statement lupus",
        "Nothing that is answered here is stored",
        "a draft that nobody has reviewed",
    ):
        assert words in page, words


@pytest.mark.parametrize("htmx", [True, False])
def test_answers_have_their_outcome_and_are_stored_nowhere(ada: Client, cast: Cast, htmx: bool) -> None:
    said = {
        "a-age": "yes",
        "a-lupus": "yes",
        "a-infection": "yes",
        "a-nothing": "yes",
        "a-pregnant": "perhaps",
    }
    headers: dict[str, Any] = {"HTTP_HX_REQUEST": "true"} if htmx else {}
    page = ada.post(page_of(cast.version), said, **headers).text
    assert "Ineligible" in page
    assert "Exclusion 2.: Statement infection" in page
    assert ("<html" in page) is not htmx
    with acting_as(system("test", read_centers=[cast.rennes.pk, cast.iowa.pk])):
        assert not Screening.objects.exists()
        assert not Answer.objects.exists()


def test_a_cohort_can_be_chosen(ada: Client, cast: Cast) -> None:
    version = make_version(cast.trial, TREE_WITH_COHORTS, label="cohorts")
    said = {"a-age": "yes", "a-lupus": "no", "a-skin": "yes"}
    assert "Ineligible" in ada.post(page_of(version), said | {"cohort": "SLE"}).text
    assert "Ineligible" not in ada.post(page_of(version), said | {"cohort": "SSc"}).text
    assert "Ineligible" not in ada.post(page_of(version), said | {"cohort": "none of them"}).text


def test_a_draft_with_errors_leads_back_to_the_editor(ada: Client, cast: Cast) -> None:
    draft = make_version(cast.trial, label="draft", published=False)
    with acting_as(CONTENT):
        draft.criteria.filter(identifier="age").update(text="")
    page = ada.get(page_of(draft)).text
    assert "cannot be tried out yet" in page
    assert reverse("trials:version", args=[cast.trial.nct_id, draft.number]) in page
