"""The flow of participants as a drawing: what is where, for a page or a file to draw.

After the flow diagram of the CONSORT statement (K. F. Schulz, D. G. Altman and D. Moher, "CONSORT 2010
statement", BMJ 340, 2010): who goes on stands on one line, who leaves it stands beside. Narrow, so that it
can be read on a telephone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 360
_TRUNK = 24
_SIDE = 56
_LINE = 20
_PADDING = 10
_GAP = 22


@dataclass(frozen=True, slots=True)
class Step:
    """One box: a heading and what it is made of. `leaves` puts it beside the line."""

    heading: str
    lines: tuple[str, ...] = ()
    leaves: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    x: int
    y: int
    words: str
    heading: bool


@dataclass(frozen=True, slots=True)
class Box:
    x: int
    y: int
    width: int
    height: int
    leaves: bool
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one point to another, straight; with a head at the second where it `ends` there."""

    x1: int
    y1: int
    x2: int
    y2: int
    ends: bool = True

    @property
    def head(self) -> str:
        """The points of a triangle."""
        if not self.ends:
            return ""
        x, y = self.x2, self.y2
        if self.x1 == self.x2:
            return f"{x},{y} {x - 4},{y - 8} {x + 4},{y - 8}"
        return f"{x},{y} {x - 8},{y - 4} {x - 8},{y + 4}"


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def draw(steps: Sequence[Step]) -> Drawing:
    """From top to bottom, in the given order; the first box is on the line."""
    boxes: list[Box] = []
    arrows: list[Arrow] = []
    below = top = 1
    for step in steps:
        x = _SIDE if step.leaves else 1
        height = 2 * _PADDING + _LINE * (1 + len(step.lines)) - 4
        words = (step.heading, *step.lines)
        texts = tuple(
            Text(x + _PADDING, top + _PADDING + 12 + place * _LINE, said, heading=place == 0)
            for place, said in enumerate(words)
        )
        if boxes and step.leaves:
            arrows.append(Arrow(_TRUNK, top + height // 2, _SIDE, top + height // 2))
        elif boxes:
            arrows.append(Arrow(_TRUNK, below, _TRUNK, top))
        boxes.append(Box(x, top, WIDTH - x - 1, height, step.leaves, texts))
        if not step.leaves:
            below = top + height
        top += height + _GAP
    # What leaves last hangs on a line that goes on as far as there.
    if boxes and boxes[-1].leaves:
        last = arrows[-1]
        arrows.append(Arrow(_TRUNK, below, _TRUNK, last.y1, ends=False))
    return Drawing(WIDTH, top - _GAP + 1, tuple(boxes), tuple(arrows))
