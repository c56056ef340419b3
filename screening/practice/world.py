"""The made-up course of a trial that a case is set in: which events lie behind, and when they were."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from screening.deciding.facts import AnchorTime, Circumstances, fold
from screening.deciding.windows import shifted
from trials.criteria.tree import Anchor, Direction, Node, Period, Tree

# Days after the screening, in the order of a course; consent is signed before anything is done.
_COURSE = {
    Anchor.CONSENT: 0,
    Anchor.SCREENING: 0,
    Anchor.ENROLMENT: 14,
    Anchor.RANDOMISATION: 14,
    Anchor.BASELINE: 15,
    Anchor.APHERESIS: 21,
    Anchor.INFUSION: 42,
    Anchor.LAST_DOSE: 70,
}
# For windows after an event: they lie behind by then.
_LATER = timedelta(days=120)
# A made-up medicine, so that nobody looks for its half-life; ten days.
MEDICINE = "PX-101"
HALF_LIVES: Mapping[str, Decimal] = {MEDICINE: Decimal(240)}
_AGES = (45, 36, 58, 68, 24, 20, 16, 10, 5, 1)


@dataclass(frozen=True, slots=True)
class World:
    """`day` is today; events up to it have taken place, later ones have no date yet."""

    day: date
    anchors: Mapping[Anchor, AnchorTime]

    def circumstances(self, sex: str, birth_date: date) -> Circumstances:
        half_lives = {fold(product): hours for product, hours in HALF_LIVES.items()}
        return Circumstances(self.day, self.anchors, half_lives, sex, birth_date)

    def birth_dates(self) -> list[date]:
        """Of ordinary ages, far from any birthday."""
        return [shifted(self.day, Period(years=age, days=100), -1) for age in _AGES]


def world_for(tree: Tree, statements: Collection[Node], today: date) -> World:
    """One in which today is the day of the latest event that the statements' windows are counted from."""
    windows = [node.test.window for node in statements if node.test and node.test.window]
    latest = max((_COURSE[window.anchor] for window in windows), default=0)
    after = any(window.direction is Direction.AFTER for window in windows)
    start = today - timedelta(days=latest) - (_LATER if after else timedelta())
    known = {node.test.window.anchor for node in tree.statements if node.test and node.test.window}
    anchors = {
        anchor: AnchorTime(start + timedelta(days=days), actual=True)
        for anchor, days in _COURSE.items()
        if days <= latest and (anchor in known or not days)
    }
    return World(today, anchors)
