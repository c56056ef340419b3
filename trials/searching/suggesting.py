"""What somebody may be about to type: conditions, interventions, sponsors and places that trials have."""

from __future__ import annotations

from collections.abc import Sequence

from tantivy import Searcher

from trials.searching.results import Kind, Suggestion
from trials.searching.schema import SEPARATOR
from trials.text import folded

# Of a short beginning so many names are looked at, the first in the alphabet.
_LOOKED_AT = 20_000


def suggestions(searcher: Searcher, text: str, kinds: Sequence[Kind], count: int) -> list[Suggestion]:
    """The commonest names of which a word begins so, and of equal ones that begin so themselves the first."""
    beginning = folded(text)
    if not beginning:
        return []
    found: dict[tuple[Kind, str], Suggestion] = {}
    for kind in kinds:
        for suggestion in _of_kind(searcher, beginning, kind):
            key = kind, folded(suggestion.text)
            known = found.get(key)
            if known is None:
                found[key] = suggestion
            else:
                commoner = suggestion if suggestion.count > known.count else known
                found[key] = Suggestion(kind, commoner.text, suggestion.count + known.count)

    def rank(suggestion: Suggestion) -> tuple[int, bool, str]:
        name = folded(suggestion.text)
        return -suggestion.count, not name.startswith(beginning), name

    return sorted(found.values(), key=rank)[:count]


def _of_kind(searcher: Searcher, beginning: str, kind: Kind) -> list[Suggestion]:
    labels = searcher.terms_with_prefix("label", f"{kind}{SEPARATOR}{beginning}", limit=_LOOKED_AT)
    # A name has a label for each of its words, and two of them may begin alike: "Pain, painful".
    names: dict[str, int] = {}
    for label, trials in labels:
        name = label.rpartition(SEPARATOR)[2]
        names[name] = max(trials, names.get(name, 0))
    return [Suggestion(kind, name, trials) for name, trials in names.items()]
