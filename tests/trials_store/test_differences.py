"""What a history tells of two states: no more than differs, and as somebody would say it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from trials.importers.differences import MOST_PLACES, of_groups, of_list, of_records, of_sites

ENTRIES = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from("abc"), "role": st.sampled_from("xy")}), max_size=5
)


def in_order(entry: dict[str, Any]) -> Any:
    return entry["name"], entry["role"]


def by_name(entry: dict[str, Any]) -> Any:
    return entry["name"]


def test_entries_go_come_and_change() -> None:
    before = [{"name": "a", "role": ""}, {"name": "b", "role": "x"}]
    after = [{"name": "b", "role": "y"}, {"name": "c", "role": ""}]
    assert of_list(before, after, by_name) == {
        "removed": [{"name": "a", "role": ""}],
        "added": [{"name": "c", "role": ""}],
        "changed": [[{"name": "b", "role": "x"}, {"name": "b", "role": "y"}]],
    }


def test_the_order_is_told_where_nothing_else_differs() -> None:
    assert of_list(["a", "b"], ["b", "a"], str) == {"order": [["a", "b"], ["b", "a"]]}
    assert of_list(["a", "b"], ["b", "a", "c"], str) == {"added": ["c"]}


@given(ENTRIES, ENTRIES)
def test_what_is_told_leads_from_one_to_the_other(before: list[Any], after: list[Any]) -> None:
    told = of_list(before, after, by_name)
    assert bool(told) == (before != after)
    changed = told.get("changed", [])
    left = list(before)
    for entry in [*told.get("removed", []), *(old for old, _new in changed)]:
        left.remove(entry)
    left += [*told.get("added", []), *(new for _old, new in changed)]
    assert sorted(left, key=in_order) == sorted(after, key=in_order)
    assert all(old != new and by_name(old) == by_name(new) for old, new in changed)


def test_arms_and_interventions_are_told_with_their_names() -> None:
    def groups(label: str, links: list[list[int]]) -> dict[str, Any]:
        return {
            "arms": [{"label": "A", "type": ""}, {"label": label, "type": ""}],
            "interventions": [{"name": "Drug"}],
            "links": links,
        }

    assert of_groups(groups("B", [[0, 0]]), groups("C", [[0, 0], [1, 0]])) == {
        "arms": {"removed": [{"label": "B", "type": ""}], "added": [{"label": "C", "type": ""}]},
        "links": {"added": [["C", "Drug"]]},
    }


def test_a_site_is_told_by_its_address_and_what_became_of_it() -> None:
    address = {"facility": "H", "city": "Rennes", "state": "", "zip": "35033", "country": "France"}
    rest = {"status": "RECRUITING", "coordinates": [48.1, -1.7], "contacts": []}
    before = [{**address, **rest}, {**address, "zip": "1", **rest}]
    after = [{**address, "zip": "1", **rest}, {**address, **rest, "status": "COMPLETED"}]
    assert of_sites(before, after) == {
        "changed": [[{**address, "status": "RECRUITING"}, {**address, "status": "COMPLETED"}]]
    }
    assert of_sites(before, before[::-1]) == {}


def test_of_a_record_each_place_is_told_and_of_one_made_anew_its_name() -> None:
    before = {"a.b": {"c": 1, "d": ["x"], "e": {"f": None}}}
    after = {"a.b": {"c": 2, "d": ["y"], "e": {"f": None}}, "a.g": True}
    assert of_records(before, after) == {
        "a.b.c": [1, 2],
        "a.b.d": {"removed": ["x"], "added": ["y"]},
        "a.g": [None, True],
    }
    module = {"isUsExport": True, "links": ["x"], "empty": {}}
    assert of_records({}, {"a.h": module}) == {
        "a.h.isUsExport": [None, True],
        "a.h.links": {"added": ["x"]},
        "a.h.empty": [None, {}],
    }
    assert of_records({"a.h": module}, {})["a.h.links"] == {"removed": ["x"]}
    many = {f"key{number}": number for number in range(MOST_PLACES + 1)}
    assert of_records({"a.b": dict.fromkeys(many)}, {"a.b": many}) == {"a.b": None}
    assert of_records({}, {"a.b": many}) == {"a.b": None}
