"""How many of the conditions that real records name the vocabulary knows."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.corpus.test_records import FILES, records
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
