"""Tables of counts of which the small ones are kept back, and as many others as it takes to hide them.

A count of one to four could tell something about a person; none is nobody, and is shown. To leave a small
count blank is not enough where it is what is left of a total: then other cells are left blank as well
("complementary suppression"). Which ones is a question about flows. Each cell is an edge of a graph whose
nodes are the sums of the table, so that a change that leaves every sum as it is runs in a circle: L. H.
Cox, "Suppression methodology and statistical disclosure control", Journal of the American Statistical
Association 75 (1980); D. Gusfield, "A graph theoretic approach to statistical data security", SIAM Journal
on Computing 17 (1988). A blank cell is safe when one more or one less in it can run around in blank cells
alone, none of which falls to none: then nobody can tell its number from what is published. For each small
count that is not safe yet, the cheapest circle through it is left blank. And the blank cells of a line are
never fewer than five together.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Self

LEAST = 5
# No center and no criterion is called so.
TOTAL = "(total)"


@dataclass(frozen=True, slots=True)
class _Edge:
    """One more in the cell runs from `tail` to `head`, one less the other way."""

    tail: Hashable
    head: Hashable


@dataclass(frozen=True)
class Published[Row: Hashable, Column: Hashable]:
    """What may be shown: None is kept back. `TOTAL` names the totals of rows and of columns."""

    cells: Mapping[tuple[Row | str, Column | str], int | None]

    def __getitem__(self, cell: tuple[Row | str, Column | str]) -> int | None:
        return self.cells[cell]

    @classmethod
    def table(cls, counts: Mapping[tuple[Row, Column], int], rows: list[Row], columns: list[Column]) -> Self:
        """Of a table with two sides, with its totals; what is not counted is none."""
        cells: dict[tuple[Row | str, Column | str], int] = {}
        edges: dict[tuple[Row | str, Column | str], _Edge] = {}
        for row in rows:
            for column in columns:
                cells[row, column] = counts.get((row, column), 0)
                edges[row, column] = _Edge(("row", row), ("column", column))
        for row in rows:
            cells[row, TOTAL] = sum(cells[row, column] for column in columns)
            edges[row, TOTAL] = _Edge(("column", TOTAL), ("row", row))
        for column in columns:
            cells[TOTAL, column] = sum(cells[row, column] for row in rows)
            edges[TOTAL, column] = _Edge(("column", column), ("row", TOTAL))
        cells[TOTAL, TOTAL] = sum(cells[row, TOTAL] for row in rows)
        edges[TOTAL, TOTAL] = _Edge(("row", TOTAL), ("column", TOTAL))
        across: list[Row | str] = [*rows, TOTAL]
        down: list[Column | str] = [*columns, TOTAL]
        lines: list[tuple[tuple[Row | str, Column | str], list[tuple[Row | str, Column | str]]]] = []
        for line in across:
            lines.append(((line, TOTAL), [(line, column) for column in columns]))
        for each in down:
            lines.append(((TOTAL, each), [(row, each) for row in rows]))
        hidden = _hidden(cells, edges, lines)
        return cls({cell: None if cell in hidden else count for cell, count in cells.items()})


def _hidden[Cell: Hashable](
    cells: Mapping[Cell, int], edges: Mapping[Cell, _Edge], lines: Sequence[tuple[Cell, Sequence[Cell]]]
) -> set[Cell]:
    hidden: set[Cell] = set()
    sensitive = [cell for cell, count in cells.items() if 0 < count < LEAST]
    while sensitive:
        hidden |= set(sensitive)
        for cell in sensitive:
            hidden |= min(
                _circles(cell, cells, edges, hidden),
                key=lambda circle: sum(cells[other] + 1 for other in circle - hidden),
            )
        sensitive = [_smallest_shown(members, cells, hidden) for members in _thin(cells, lines, hidden)]
    return hidden


def _thin[Cell: Hashable](
    cells: Mapping[Cell, int], lines: Sequence[tuple[Cell, Sequence[Cell]]], hidden: set[Cell]
) -> list[Sequence[Cell]]:
    """The lines whose blank cells together are fewer than five, which their total would give away."""
    return [
        members
        for total, members in lines
        if total not in hidden
        and not hidden.isdisjoint(members)
        and sum(cells[each] for each in members if each in hidden) < LEAST
    ]


def _smallest_shown[Cell: Hashable](
    members: Sequence[Cell], cells: Mapping[Cell, int], hidden: set[Cell]
) -> Cell:
    return min((each for each in members if cells[each] and each not in hidden), key=cells.__getitem__)


def _circles[Cell: Hashable](
    cell: Cell, cells: Mapping[Cell, int], edges: Mapping[Cell, _Edge], hidden: set[Cell]
) -> Iterator[set[Cell]]:
    """The cheapest circle in which the cell rises, and the cheapest in which it falls."""
    edge = edges[cell]
    ways = [(edge.head, edge.tail)] + ([(edge.tail, edge.head)] if cells[cell] > 1 else [])
    for start, end in ways:
        found = _cheapest(start, end, cell, cells, edges, hidden)
        if found is not None:
            yield found


def _cheapest[Cell: Hashable](
    start: Hashable,
    end: Hashable,
    without: Cell,
    cells: Mapping[Cell, int],
    edges: Mapping[Cell, _Edge],
    hidden: set[Cell],
) -> set[Cell] | None:
    """Dijkstra's: what is hidden already costs nothing, a large number costs more than a small one."""
    steps: dict[Hashable, list[tuple[Hashable, Cell]]] = {}
    for cell, edge in edges.items():
        if cells[cell] and cell != without:
            steps.setdefault(edge.tail, []).append((edge.head, cell))
            if cells[cell] > 1:
                steps.setdefault(edge.head, []).append((edge.tail, cell))
    waiting: list[tuple[int, int, Hashable, frozenset[Cell]]] = [(0, 0, start, frozenset())]
    reached: set[Hashable] = set()
    number = 0
    while waiting:
        cost, _, node, path = heappop(waiting)
        if node == end:
            return set(path)
        if node in reached:
            continue
        reached.add(node)
        for following, cell in steps.get(node, []):
            if following not in reached:
                number += 1
                more = 0 if cell in hidden else cells[cell] + 1
                heappush(waiting, (cost + more, number, following, path | {cell}))
    return None
