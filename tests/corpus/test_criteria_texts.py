"""Every real text of criteria becomes a tree with all of its lines."""

from __future__ import annotations

import pytest

from tests.corpus.test_records import FILES, records
from tests.criteria.test_splitting import lost_lines
from trials.criteria.splitting import UNSORTED, split
from trials.criteria.tree import parse_tree

pytestmark = pytest.mark.corpus


def test_every_text_is_split_without_loss() -> None:
    texts = [
        record["protocolSection"].get("eligibilityModule", {}).get("eligibilityCriteria", "")
        for record in records(FILES[0])
    ]
    unsorted = 0
    for text in texts:
        document = split(text)
        parse_tree(document)
        assert lost_lines(text, document) == []
        if "clusion" in text.casefold() and UNSORTED in document["inclusion"].get("warnings", ()):
            unsorted += 1
    assert unsorted < len(texts) / 50
