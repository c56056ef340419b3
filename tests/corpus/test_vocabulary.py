"""How many of the conditions that real records name the vocabulary knows."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.corpus.test_records import FILES, records
from trials.searching.mentions import mentions
from trials.searching.synonyms import expansions
from trials.vocabularies.loaded import vocabulary

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def conditions() -> Counter[str]:
    """Each condition as named, with the number of trials that name it; a trial counts once."""
    named = {}
    for path in FILES:
        for record in records(path):
            protocol = record["protocolSection"]
            listed = protocol.get("conditionsModule", {}).get("conditions", [])
            named[protocol["identificationModule"]["nctId"]] = listed
    return Counter(name for listed in named.values() for name in listed)


def test_nine_in_ten_conditions_are_known(conditions: Counter[str]) -> None:
    """Known: as `Vocabulary.stands_for` says; that its last words alone are a condition does not count."""
    known = {name for name in conditions if vocabulary().stands_for(name)}
    assert len(known) >= 0.9 * len(conditions)
    assert sum(conditions[name] for name in known) >= 0.95 * conditions.total()


def test_a_name_that_is_known_in_a_search_is_known_in_the_same_words_of_a_text(
    conditions: Counter[str],
) -> None:
    """But for turned names: "stenosis lumbar" in a list is none."""
    read = {
        (name, concept)
        for name in conditions
        if not set(name) & set(",([")
        for span in expansions(name.split())
        if span.end - span.start > 1
        for concept in span.concepts
    }
    lost = {(name, concept) for name, concept in read if concept not in mentions([name])}
    assert len(lost) <= 0.015 * len(read), sorted(lost)
