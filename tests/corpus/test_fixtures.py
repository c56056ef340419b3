"""The trial documents against the pages that they were written from.

Read with `make test-corpus CORPUS=folder`, where the folder has the pages in `seeds/`.
"""

import copy
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import pytest

from corpus.comparing import (
    REGISTRY_FIELD,
    compare_criteria,
    current_registry_version,
    needlessly_left_out,
    pieces_of,
    registered_criteria,
    statements_below,
    unaccounted,
    unfounded,
)
from corpus.pages import PAGES, Document, Page, document, registry_values

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.parametrize("page", PAGES, ids=[f"{page.number}-{page.nct_id}" for page in PAGES]),
]


def test_every_line_of_the_page_is_in_the_document_or_left_out_for_a_reason(page: Page) -> None:
    assert unaccounted(document(page.nct_id), page) == []


def test_every_line_that_is_left_out_is_on_the_page_and_missing_in_the_document(page: Page) -> None:
    assert needlessly_left_out(document(page.nct_id), page) == []


def test_the_document_says_nothing_that_the_page_does_not(page: Page) -> None:
    trial = document(page.nct_id)
    assert unfounded(trial, page) == []
    assert page.implied <= {path for path, _ in registry_values(trial)}


def test_the_registered_criteria_are_the_page_line_by_line(page: Page) -> None:
    assert registered_criteria(document(page.nct_id)) == page.criteria


def test_every_statement_has_the_words_of_the_page(page: Page) -> None:
    assert compare_criteria(current_registry_version(document(page.nct_id)), page).not_verbatim == []


def test_every_word_of_the_criteria_is_in_the_tree_or_listed_as_between_statements(page: Page) -> None:
    assert compare_criteria(current_registry_version(document(page.nct_id)), page).unclaimed() == page.between


def test_statements_of_the_registrys_fields_have_the_words_of_the_fields(page: Page) -> None:
    trial = document(page.nct_id)
    eligibility = trial["protocolSection"]["eligibilityModule"]
    fields = {
        "registry.age-min": f"Minimum age: {eligibility.get('minimumAge')}",
        "registry.age-max": f"Maximum age: {eligibility.get('maximumAge')}",
    }
    version = current_registry_version(trial)
    said = {
        statement["identifier"]: statement["text"]
        for root in (version["inclusion"], version["exclusion"])
        for statement in without_each_statement(root)
        if statement["identifier"].startswith(REGISTRY_FIELD)
    }
    assert said in ({}, fields)


# A comparison is worth what it would find: each of these takes something out, which has to be noticed.


def test_a_missing_statement_is_noticed(page: Page) -> None:
    """Unless all of its words are other statements' too; `docs/trials.md` has the number of statements."""
    version = copy.deepcopy(current_registry_version(document(page.nct_id)))
    roots = (version["inclusion"], version["exclusion"])
    unnoticed = [
        statement["identifier"]
        for statement in chain.from_iterable(map(without_each_statement, roots))
        if not statement["identifier"].startswith(REGISTRY_FIELD)
        and compare_criteria(version, page).unclaimed() == page.between
        and not words_are_repeated(statement, roots)
    ]
    assert unnoticed == []


def test_a_missing_item_of_any_list_is_noticed(page: Page) -> None:
    """Sites, contacts, interventions, conditions, notices, periods: whatever a document has several of."""
    trial = document(page.nct_id)
    content = {key: item for key, item in trial.items() if key != "criteria_versions"}
    unnoticed = []
    for items in lists_in(content):
        for index, item in enumerate(list(items)):
            del items[index]
            if not notices(trial, page):
                unnoticed.append(item)
            items.insert(index, item)
    assert unnoticed == []


def test_a_missing_line_of_the_registered_criteria_is_noticed(page: Page) -> None:
    trial = document(page.nct_id)
    eligibility = trial["protocolSection"]["eligibilityModule"]
    lines = [line for line in eligibility["eligibilityCriteria"].splitlines() if line]
    for index in range(len(lines)):
        eligibility["eligibilityCriteria"] = "\n".join(lines[:index] + lines[index + 1 :])
        assert registered_criteria(trial) != page.criteria


def without_each_statement(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Take each statement below a node out of the tree in turn; it is back when the next one is asked for."""
    children = node.get("children", [])
    for index, child in enumerate(list(children)):
        if child["op"] == "statement":
            del children[index]
            yield child
            children.insert(index, child)
        yield from without_each_statement(child)


def words_are_repeated(statement: dict[str, Any], roots: Iterable[dict[str, Any]]) -> bool:
    others = chain.from_iterable(chain.from_iterable(map(statements_below, roots)))
    return set(" ".join(pieces_of(statement)).split()) <= set(" ".join(others).split())


def lists_in(node: object) -> Iterator[list[Any]]:
    """Every list, but for an intervention's groups: the groups name their interventions too."""
    if isinstance(node, list):
        yield node
    if isinstance(node, dict | list):
        for key, item in node.items() if isinstance(node, dict) else enumerate(node):
            if key != "armGroupLabels":
                yield from lists_in(item)


def notices(trial: Document, page: Page) -> bool:
    try:
        return bool(unaccounted(trial, page))
    except (IndexError, ValueError):
        return True  # the line that is composed of the list cannot even be written
