"""A point of the globe, as browsers, maps and people write it."""

from __future__ import annotations

import pytest

from trials.near import around


@pytest.mark.parametrize(
    "typed",
    [
        *("48.11,-1.67", " 48.11 -1.67 ", "48.11; -1.67", "(48.11, -1.67)", "48.110000000000001,-1.67"),
        *("48.11° N, 1.67° W", "48.11N 1.67w", "48,11; -1,67", "48,11 -1,67", "48.11, \N{MINUS SIGN}1.67"),
    ],
)
def test_a_point_is_where_it_says(typed: str) -> None:
    found = around(typed)
    assert found is not None
    assert (found.label, found.latitude, found.longitude) == ("48.11, -1.67", 48.11, -1.67)


def test_whole_degrees_are_a_point_and_the_south_is_below_the_equator() -> None:
    found = around("33 S, 151 E")
    assert found is not None
    assert (found.latitude, found.longitude) == (-33, 151)


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["91, 10", "10, 181", "48.11", "80 100", "48.11 E, 1.67 N", "1.2.3, 4"])
def test_what_is_no_point_is_none(typed: str) -> None:
    assert around(typed) is None
