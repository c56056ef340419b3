"""The editor without a browser: what each page shows, and what a posted step does."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.context import acting_as
from tests.factories import CONTENT, TREE_WITH_COHORTS, Cast, make_cast, make_version
from trials.criteria.draft import find
from trials.drafts import new_version_from, opened
from trials.models import CriteriaVersion, Variable
from trials.models.criteria import tree_document

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def ada(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.ada)
    return client


@pytest.fixture
def draft(cast: Cast) -> CriteriaVersion:
    with acting_as(CONTENT):
        Variable.objects.create(code="bmi", label="Body mass index", kind="number", unit="kg/m2")
        return new_version_from(cast.version, label="2")


def address(version: CriteriaVersion, name: str = "version") -> str:
    return reverse(f"trials:{name}", args=[version.trial.nct_id, version.number])


@pytest.fixture
def step(ada: Client, draft: CriteriaVersion) -> Callable[..., Any]:
    """Post a step on the revision that is the last one now, unless another is given."""

    def post(do: str, at: str = "age", *, htmx: bool = True, **values: Any) -> Any:
        with acting_as(CONTENT):
            values.setdefault("base", opened(draft).revision)
        return ada.post(
            address(draft, "draft_step"), {"do": do, "at": at, **values}, **(HTMX if htmx else {})
        )

    return post


def document(version: CriteriaVersion) -> dict[str, Any]:
    with acting_as(CONTENT):
        return tree_document(version.pk)


def children(version: CriteriaVersion, identifier: str) -> list[str]:
    return [child["identifier"] for child in find(document(version), identifier)["children"]]


def test_the_list_of_versions_offers_a_new_one(ada: Client, cast: Cast) -> None:
    page = ada.get(reverse("trials:versions", args=[cast.trial.nct_id]))
    assert "New version from this one" in page.text
    made = ada.post(address(cast.version, "new_version"), {"label": "Amendment 1"})
    with acting_as(CONTENT):
        version = CriteriaVersion.objects.get(label="Amendment 1")
    assert made["Location"] == address(version)
    again = ada.post(address(cast.version, "new_version"), {"label": "Amendment 1"}, follow=True)
    assert "There is a version with this label already." in again.text


def test_the_page_of_a_draft_shows_tree_findings_and_steps(ada: Client, draft: CriteriaVersion) -> None:
    page = ada.get(address(draft), {"at": "age"}).text
    for words in ("Inclusion criteria", "Statement age", "Choose one", "Nothing is wrong.", "None yet."):
        assert (words in page) == (words != "Choose one"), words


def test_a_criterion_is_swapped_in_alone(ada: Client, draft: CriteriaVersion) -> None:
    part = ada.get(address(draft), {"at": "age"}, **HTMX)
    assert part.text.strip().startswith('<section id="panel"')
    assert "HX-Request" in part["Vary"]


def test_a_step_answers_with_the_parts_that_changed(step: Callable[..., Any], draft: CriteriaVersion) -> None:
    answer = step("words", text="Aged 18 or more")
    assert answer.status_code == 200
    assert "Saved" in answer.text
    for part in ("tools", "tree", "findings", "history", "about"):
        assert answer.text.count(f'id="{part}"') == 1, part
    assert 'id="panel"' not in answer.text  # somebody is typing in it
    assert find(document(draft), "age")["text"] == "Aged 18 or more"


def test_without_javascript_a_step_leads_back_to_its_criterion(
    step: Callable[..., Any], draft: CriteriaVersion
) -> None:
    answer = step("up", "lupus", htmx=False)
    assert answer["Location"] == f"{address(draft)}?at=lupus#row-lupus"
    assert children(draft, "in") == ["lupus", "age"]


@pytest.mark.parametrize(
    ("do", "at", "values", "parent", "expected"),
    [
        ("down", "age", {}, "in", ["lupus", "age"]),
        ("move", "age", {"parent": "ex", "index": "1"}, "ex", ["pregnant", "age", "infection"]),
        ("remove", "age", {}, "in", ["lupus"]),
        ("join_next", "age", {}, "in", ["age"]),
    ],
)
def test_steps_of_the_tree(
    step: Callable[..., Any],
    draft: CriteriaVersion,
    do: str,
    at: str,
    values: Any,
    parent: str,
    expected: Any,
) -> None:
    answer = step(do, at, **values)
    assert answer.status_code == 200
    assert 'id="panel"' in answer.text
    assert children(draft, parent) == expected


def test_grouping(step: Callable[..., Any], draft: CriteriaVersion) -> None:
    step("wrap", "age")
    group, other = children(draft, "in")
    assert other == "lupus"
    step("indent", "lupus")
    assert children(draft, group) == ["age", "lupus"]
    step("operator", group, op="at_least", k="2")
    assert find(document(draft), group)["k"] == 2
    assert "At least 5 of 2 can never be." in step("operator", group, op="at_least", k="5").text
    step("outdent", "lupus")
    step("unwrap", group)
    assert children(draft, "in") == ["age", "lupus"]
    step("split", "age", op="any", texts="One\nTwo")
    assert len(children(draft, "age")) == 2
    step("join", "age")
    assert find(document(draft), "age")["op"] == "statement"


def test_a_new_criterion_is_open_at_once(step: Callable[..., Any], draft: CriteriaVersion) -> None:
    answer = step("add", "age")
    new = children(draft, "in")[1]
    assert f'data-at="{new}"' in answer.text
    assert "It has no text, so nobody can answer it." in answer.text


def test_a_leaf_is_typed_and_told_of_its_missing_unit(
    step: Callable[..., Any], draft: CriteriaVersion
) -> None:
    answer = step(
        "test", "age", variable="bmi", comparator="<=", value="17", direction="at", anchor="screening"
    )
    assert "The number has no unit. The dictionary&#x27;s is “kg/m2”." in answer.text
    assert "Body mass index ≤ 17, at screening" in answer.text
    answer = step("test", "age", variable="bmi", comparator="<=", value="17", unit="kg/m2")
    assert "Nothing is wrong." in answer.text
    assert find(document(draft), "age")["test"] == {
        "variable": "bmi", "comparator": "<=", "value": 17, "unit": "kg/m2",
    }  # fmt: skip
    step("test", "age")
    assert "test" not in find(document(draft), "age")


@pytest.mark.parametrize(
    ("do", "values", "words"),
    [
        ("test", {"comparator": "<", "value": "many"}, "Value: Write a number"),
        ("test", {"value": "3"}, "Choose how the value is compared"),
        ("test", {"anchor": "consent"}, "A time needs both"),
        ("test", {"latest": "soon"}, "is no duration"),
        ("up", {}, "first of its group"),
        ("operator", {"op": "at_least", "k": "x"}, "whole number"),
        ("operator", {"op": "nonsense"}, "no such operator"),
        ("move", {"parent": "gone", "index": "0"}, "not there any more"),
        ("cohort_add", {"code": "a b", "label": "x"}, "Use letters"),
        ("dance", {}, "no such step"),
    ],
)
def test_what_cannot_be_done_is_said(
    step: Callable[..., Any], draft: CriteriaVersion, do: str, values: Any, words: str
) -> None:
    for htmx in (True, False):
        answer = step(do, "age", htmx=htmx, **values)
        assert answer.status_code == 422
        assert words in answer.text
    with acting_as(CONTENT):
        assert opened(draft).revision == 0


def test_cohorts(ada: Client, cast: Cast) -> None:
    published = make_version(cast.trial, TREE_WITH_COHORTS, label="with cohorts")
    with acting_as(CONTENT):
        version = new_version_from(published, label="cohorts")

    def post(do: str, base: int, **values: Any) -> Any:
        return ada.post(address(version, "draft_step"), {"do": do, "base": base, **values}, **HTMX)

    post("cohort_change", 0, cohort="SLE", code="L", label="Lupus", at="age")
    post("cohort_add", 1, code="V", label="Vasculitis", at="age")
    assert "The cohort “Vasculitis” has no criteria of its own." in post("words", 2, at="age", text="x").text
    post("cohorts", 3, at="skin", cohorts=["SSc", "V"])
    assert find(document(version), "skin")["cohorts"] == ["SSc", "V"]
    refused = post("cohort_remove", 4, cohort="L", at="age")
    assert (refused.status_code, "for this cohort alone" in refused.text) == (422, True)


def test_undo_and_redo(step: Callable[..., Any], draft: CriteriaVersion) -> None:
    step("words", text="Other")
    assert "Undone: Changed the words: Other" in step("undo").text
    assert find(document(draft), "age")["text"] == "Statement age"
    step("redo", htmx=False)
    assert find(document(draft), "age")["text"] == "Other"


def test_a_late_step_is_told_what_happened(step: Callable[..., Any], draft: CriteriaVersion) -> None:
    step("remove", "lupus")
    step("words", "age", text="Aged 18")
    for htmx in (True, False):
        late = step("words", "age", text="Aged 75", base=0, htmx=htmx)
        assert late.status_code == 409
        for words in (
            "the draft was changed meanwhile",
            "Removed: 2. Statement lupus, Ada Example",
            "<ins>",
            "Load the draft",
        ):
            assert words in late.text, words
    assert find(document(draft), "age")["text"] == "Aged 18"


def test_publishing(ada: Client, step: Callable[..., Any], draft: CriteriaVersion) -> None:
    step("test", "age", comparator="<", value="3")
    page = ada.get(address(draft, "publish_version")).text
    assert "To be mended first" in page
    assert "Publish for good" not in page
    step("test", "age", variable="bmi", comparator="<=", value="17", unit="g/L")
    page = ada.get(address(draft, "publish_version")).text
    assert "<del>nothing</del>" in page
    assert "<ins>Body mass index ≤ 17 g/L</ins>" in page
    said = {"reason": "New limit", "effective": "2026-03-01", "base": "2"}
    refused = ada.post(address(draft, "publish_version"), said)
    assert (refused.status_code, "Say that you have looked at the warnings." in refused.text) == (422, True)
    late = ada.post(address(draft, "publish_version"), said | {"seen": "on", "base": "1"})
    assert "Look at the differences again" in late.text
    done = ada.post(address(draft, "publish_version"), said | {"seen": "on"}, follow=True)
    assert "What changed since 1" in done.text
    with acting_as(CONTENT):
        draft.refresh_from_db()
    assert (draft.published_by_name, draft.effective) == ("Ada Example", datetime.date(2026, 3, 1))
    late = step("words", text="x")
    assert (late.status_code, late["Location"]) == (302, address(draft))
    assert ada.post(address(draft, "discard_draft"), follow=True).text.count("is published and stays") == 1


def test_a_drafts_label_and_completeness_are_changed_on_its_page(
    ada: Client, cast: Cast, draft: CriteriaVersion
) -> None:
    said = {"label": "Amendment 2", "completeness": "abridged", "seen": "complete 2"}
    page = ada.post(address(draft, "draft_particulars"), said, follow=True)
    assert "Version Amendment 2" in page.text
    assert 'value="abridged Amendment 2"' in page.text
    late = ada.post(address(draft, "draft_particulars"), said | {"label": "Amendment 3"})
    assert (late.status_code, "Somebody else changed this meanwhile" in late.text) == (422, True)
    taken = {"label": cast.version.label, "completeness": "complete", "seen": "abridged Amendment 2"}
    refused = ada.post(address(draft, "draft_particulars"), taken)
    assert (refused.status_code, "a version with this label already" in refused.text) == (422, True)
    with acting_as(CONTENT):
        draft.refresh_from_db()
    assert (draft.label, draft.completeness) == ("Amendment 2", "abridged")
    published = ada.post(address(cast.version, "draft_particulars"), said, follow=True)
    assert "This version is published and never changes." in published.text


def test_a_draft_is_discarded(ada: Client, draft: CriteriaVersion) -> None:
    page = ada.post(address(draft, "discard_draft"), follow=True)
    assert "The draft “2” is discarded." in page.text
    assert ada.get(address(draft)).status_code == 404


def test_who_is_signed_out_gets_no_login_page_in_a_part(draft: CriteriaVersion) -> None:
    assert Client().post(address(draft, "draft_step"), **HTMX).status_code == 401


def test_a_page_asks_as_few_questions_for_many_criteria_as_for_few(
    ada: Client, step: Callable[..., Any], draft: CriteriaVersion, django_assert_num_queries: Any
) -> None:
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            ada.get(address(draft), {"at": "age"})
        counts.append(len(queries))
        step("split", "lupus", op="any", texts="\n".join(f"Part {number}" for number in range(30)))
    assert counts[0] == counts[1]
