"""What differs between two states of a trial's rows and of its record, as `TrialImport` keeps it.

Entries of a list are told in three kinds: `removed`, `added`, and `changed` as pairs of before and after for
those that kept what they are known by, such as an arm its label. `order` has the whole list before and after,
where nothing differs but the order. A kind that does not occur is left out.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

type Entry = Any
type Difference = dict[str, list[Any]]
# A value before and after, what became of a list, or None where it is more than anybody would read.
type Told = list[Any] | Difference | None

ADDRESS = ("facility", "city", "state", "zip", "country")
# A part of a record that differs in more places than these was made anew: it is named, and no more.
MOST_PLACES = 40


def of_list(before: Sequence[Entry], after: Sequence[Entry], known_by: Callable[[Entry], Any]) -> Difference:
    """`known_by` gives what tells one entry from the others, whatever else it says."""
    if before == after:
        return {}
    gone, came = _left_over(before, after), _left_over(after, before)
    if not gone and not came:
        return {"order": [list(before), list(after)]}
    waiting: dict[str, list[Entry]] = defaultdict(list)
    for entry in came:
        waiting[_key(known_by(entry))].append(entry)
    removed, changed = [], []
    for entry in gone:
        following = waiting[_key(known_by(entry))]
        if following:
            changed.append([entry, following.pop(0)])
        else:
            removed.append(entry)
    left = Counter(_key(entry) for entries in waiting.values() for entry in entries)
    added = [entry for entry in came if _taken_from(left, entry)]
    told: Difference = {"removed": removed, "added": added, "changed": changed}
    return {kind: entries for kind, entries in told.items() if entries}


def of_groups(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Difference]:
    """Arms, interventions and, by the names of both, which belong together."""
    links = [
        [
            [value["arms"][arm]["label"], value["interventions"][other]["name"]]
            for arm, other in value["links"]
        ]
        for value in (before, after)
    ]
    told = {
        "arms": of_list(before["arms"], after["arms"], lambda arm: arm["label"]),
        "interventions": of_list(before["interventions"], after["interventions"], lambda each: each["name"]),
        "links": of_list(sorted(links[0]), sorted(links[1]), lambda link: link),
    }
    return {name: difference for name, difference in told.items() if difference}


def of_sites(before: Sequence[Entry], after: Sequence[Entry]) -> Difference:
    """Sites are known by their address; of those that changed, the rest that stayed the same is left out."""
    told = of_list(before, after, lambda site: [site[key] for key in ADDRESS])
    told.pop("order", None)  # in which order a record has its sites says nothing
    if "changed" in told:
        told["changed"] = [
            [
                {key: side[key] for key in side if key in ADDRESS or old[key] != new[key]}
                for side in (old, new)
            ]
            for old, new in told["changed"]
        ]
    return told


def of_records(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Told]:
    """By path, of two mappings from paths to what stands there."""
    told = {
        path: difference
        for name in sorted(before.keys() | after.keys())
        for path, difference in _places(name, before.get(name), after.get(name))
    }
    found: dict[str, Told] = {}
    parts = Counter(_part(path) for path in told)
    for path, difference in told.items():
        crowded = parts[_part(path)] > MOST_PLACES
        found[_part(path) if crowded else path] = None if crowded else difference
    return found


def _places(path: str, before: Any, after: Any) -> Iterator[tuple[str, Told]]:
    if before == after:
        return
    old, new = _beside(before, after), _beside(after, before)
    if isinstance(old, dict) and isinstance(new, dict) and (old or new):
        for key in sorted(old.keys() | new.keys()):
            yield from _places(f"{path}.{key}", old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list) and (old or new):
        yield path, of_list(old, new, lambda entry: entry)
    else:
        yield path, [before, after]


def _beside(side: Any, other: Any) -> Any:
    """What is not there as an empty one of what is, so that a whole module is told place by place."""
    return type(other)() if side is None and isinstance(other, dict | list) else side


def _part(path: str) -> str:
    """The module of a record's section that a path leads into."""
    return ".".join(path.split(".")[:2])


def _left_over(entries: Sequence[Entry], others: Iterable[Entry]) -> list[Entry]:
    """The entries that the others do not have, or not as often; of equal ones the later."""
    left = Counter(map(_key, others))
    return [entry for entry in entries if not _taken_from(left, entry)]


def _taken_from(left: Counter[str], entry: Entry) -> bool:
    key = _key(entry)
    taken = left[key] > 0
    left[key] -= taken
    return taken


def _key(entry: Entry) -> str:
    return json.dumps(entry, sort_keys=True)
