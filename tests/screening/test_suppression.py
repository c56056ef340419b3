"""What is published of small counts, against an attacker who tries every table that it could come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screening.suppression import LEAST, TOTAL, Published

type Counts = dict[tuple[int | str, int | str], int]


def others(published: Published[int, int], truth: Counts, rows: int, columns: int) -> Iterator[Counts]:
    """Tables that what is shown could come from as well: any number kept back one more or one less."""
    every = list(product(range(rows), range(columns)))
    choices = [
        [n for n in (truth[cell] - 1, truth[cell], truth[cell] + 1) if n >= 1]
        if published[cell] is None
        else [truth[cell]]
        for cell in every
    ]
    for values in product(*choices):
        whole = with_totals(dict(zip(every, values, strict=True)), rows, columns)
        if all(shown is None or whole[cell] == shown for cell, shown in published.cells.items()):
            yield whole


def with_totals(counts: Counts, rows: int, columns: int) -> Counts:
    whole = dict(counts)
    for row in range(rows):
        whole[row, TOTAL] = sum(counts[row, column] for column in range(columns))
    for column in range(columns):
        whole[TOTAL, column] = sum(counts[row, column] for row in range(rows))
    whole[TOTAL, TOTAL] = sum(counts.values())
    return whole


def derived(published: Published[int, int], lines: Sequence[Sequence[int]]) -> list[object]:
    """The cells kept back for which no other number was found."""
    rows, columns = len(lines), len(lines[0])
    truth: Counts = {(row, column): n for row, line in enumerate(lines) for column, n in enumerate(line)}
    whole = with_totals(truth, rows, columns)
    left = {cell for cell, shown in published.cells.items() if shown is None}
    for table in others(published, truth, rows, columns):
        left -= {cell for cell in left if table[cell] != whole[cell]}
        if not left:
            break
    return sorted(left, key=str)


def table(*lines: list[int]) -> Published[int, int]:
    counts = {(row, column): n for row, line in enumerate(lines) for column, n in enumerate(line)}
    return Published.table(counts, list(range(len(lines))), list(range(len(lines[0]))))


def shown(published: Published[int, int]) -> list[int]:
    return sorted(number for number in published.cells.values() if number is not None)


def test_large_counts_are_shown_as_they_are() -> None:
    published = table([12, 7], [30, 9])
    assert None not in published.cells.values()
    assert (published[0, TOTAL], published[TOTAL, 0], published[TOTAL, TOTAL]) == (19, 42, 58)


def test_a_small_count_takes_with_it_what_it_could_be_worked_out_from() -> None:
    published = table([12, 3], [30, 9])
    assert published[0, 1] is None
    assert len(shown(published)) == 5, "a circle of four cells is the least that hides one"
    assert published[TOTAL, TOTAL] == 54


def test_two_blanks_of_which_both_must_be_one_are_no_hiding_place() -> None:
    lines = [[8, 1, 1], [9, 20, 30]]
    assert derived(table(*lines), lines) == []


def test_none_is_shown_and_few_alone_are_kept_back_altogether() -> None:
    assert shown(table([0, 0], [0, 0])) == [0] * 9
    assert shown(table([3])) == []
    assert shown(table([10, 0], [0, 0])) == [0, 0, 0, 0, 0, 10, 10, 10, 10]


def test_one_row_or_one_column_is_protected_too() -> None:
    for lines in ([[20, 3, 9]], [[20], [3], [9]]):
        assert derived(table(*lines), lines) == []


def test_the_attacker_finds_what_is_badly_hidden() -> None:
    lines = [[12, 3], [30, 9]]
    cells = with_totals({(0, 0): 12, (0, 1): 3, (1, 0): 30, (1, 1): 9}, 2, 2)
    assert derived(Published({cell: n if n >= LEAST else None for cell, n in cells.items()}), lines) == [
        (0, 1)
    ]  # type: ignore[arg-type]


numbers = st.one_of(st.integers(0, 7), st.integers(0, 40))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([(1, 2), (2, 1), (2, 2), (1, 3), (2, 3), (3, 2)]), st.data())
def test_no_count_that_is_kept_back_can_be_worked_out(size: tuple[int, int], data: st.DataObject) -> None:
    rows, columns = size
    lines = [[data.draw(numbers) for _ in range(columns)] for _ in range(rows)]
    published = table(*lines)
    for cell, number in published.cells.items():
        true = sum(
            lines[row][column]
            for row, column in product(range(rows), range(columns))
            if cell[0] in (row, TOTAL) and cell[1] in (column, TOTAL)
        )
        assert number in (None, true)
        assert number in (None, 0) or number >= LEAST
    assert derived(published, lines) == []
    for total, members in lines_of(rows, columns):
        if published[total] is not None and None in (published[each] for each in members):
            left = (published[total] or 0) - sum(published[each] or 0 for each in members)
            assert left >= LEAST, "what is blank in a line is not a small count together"


def lines_of(rows: int, columns: int) -> Iterator[tuple[tuple[int | str, int | str], list[Any]]]:
    for row in [*range(rows), TOTAL]:
        yield (row, TOTAL), [(row, column) for column in range(columns)]
    for column in [*range(columns), TOTAL]:
        yield (TOTAL, column), [(row, column) for row in range(rows)]
