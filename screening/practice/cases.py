"""What a practice case is, and its form as JSON, in which a round keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from screening.deciding.facts import AnchorTime, Circumstances, FactValue, fold
from screening.logic import AnswerValue, Outcome
from trials.criteria.tree import Anchor


class Twist(StrEnum):
    """What a case is about."""

    LIMIT = "limit"  # a value right at the limit
    UNIT = "unit"  # the same quantity in another unit
    LABORATORY = "laboratory"  # another laboratory's limit of normal
    WINDOW = "window"  # a day inside or outside of the window
    DATE = "date"  # an age or a duration that a day decides
    CODE = "code"  # one of the listed findings, or another one
    PRESENCE = "presence"  # there or not
    SEX = "sex"  # to whom the statement applies
    GROUP = "group"  # how the parts of a criterion count
    COHORT = "cohort"  # a criterion of another cohort


class Barrier(StrEnum):
    """Why a typed statement has no practice cases."""

    JUDGEMENT = "judgement"  # the investigator alone settles it
    NOT_COMPARED = "not_compared"  # its type compares nothing with a value
    NO_FACTS = "no_facts"  # no fact that could be made up answers both yes and no
    ENTANGLED = "entangled"  # its facts change the answer to another statement as well
    NEVER_MATTERS = "never_matters"  # no other answers were found with which it decides the outcome


class Source(StrEnum):
    """Where a note of the chart comes from."""

    RECORD = "record"
    LETTER = "letter"
    PARTICIPANT = "participant"


@dataclass(frozen=True, slots=True)
class Note:
    """A yes-or-no statement answered by the chart in words."""

    identifier: str
    value: AnswerValue
    source: Source


@dataclass(frozen=True, slots=True)
class Case:
    """One made-up participant.

    key: the practised node, the twist and the side; the same in every round
    on: the local date on which the participant is screened
    facts, notes: what the chart says; `given` is what somebody else has answered already
    answers: what is right, by the statement that is asked; a statement decided by nothing is "unknown"
    deciding: the criteria that make the participant ineligible
    others: the answers to all other statements, with which the outcome was worked out; not kept in the JSON
    """

    key: str
    practised: str
    twist: Twist
    code: str
    cohort: str | None
    on: date
    anchors: Mapping[Anchor, AnchorTime]
    half_lives: Mapping[str, Decimal]
    sex: str
    birth_date: date
    facts: tuple[FactValue, ...]
    notes: tuple[Note, ...]
    given: Mapping[str, AnswerValue]
    answers: Mapping[str, AnswerValue]
    outcome: Outcome
    deciding: tuple[str, ...]
    others: Mapping[str, AnswerValue] = field(default_factory=dict, compare=False)

    @property
    def circumstances(self) -> Circumstances:
        return Circumstances(
            today=self.on,
            anchors=self.anchors,
            half_lives={fold(product): hours for product, hours in self.half_lives.items()},
            sex=self.sex,
            birth_date=self.birth_date,
        )

    @property
    def every_answer(self) -> dict[str, AnswerValue]:
        return {**self.others, **self.given, **self.answers}

    @property
    def anchors_reached(self) -> frozenset[Anchor]:
        return frozenset(anchor for anchor, time in self.anchors.items() if time.actual)

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "practised": self.practised,
            "twist": self.twist.value,
            "code": self.code,
            "cohort": self.cohort,
            "on": self.on.isoformat(),
            "anchors": {
                anchor.value: [time.on.isoformat(), time.actual] for anchor, time in self.anchors.items()
            },
            "half_lives": {product: str(hours) for product, hours in self.half_lives.items()},
            "sex": self.sex,
            "birth_date": self.birth_date.isoformat(),
            "facts": [_fact_to_json(fact) for fact in self.facts],
            "notes": [[note.identifier, note.value.value, note.source.value] for note in self.notes],
            "given": {identifier: value.value for identifier, value in self.given.items()},
            "answers": {identifier: value.value for identifier, value in self.answers.items()},
            "outcome": self.outcome.value,
            "deciding": list(self.deciding),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Case:
        return cls(
            key=data["key"],
            practised=data["practised"],
            twist=Twist(data["twist"]),
            code=data["code"],
            cohort=data["cohort"],
            on=date.fromisoformat(data["on"]),
            anchors={
                Anchor(anchor): AnchorTime(date.fromisoformat(on), actual)
                for anchor, (on, actual) in data["anchors"].items()
            },
            half_lives={product: Decimal(hours) for product, hours in data["half_lives"].items()},
            sex=data["sex"],
            birth_date=date.fromisoformat(data["birth_date"]),
            facts=tuple(_fact_from_json(fact) for fact in data["facts"]),
            notes=tuple(
                Note(identifier, AnswerValue(value), Source(source))
                for identifier, value, source in data["notes"]
            ),
            given={identifier: AnswerValue(value) for identifier, value in data["given"].items()},
            answers={identifier: AnswerValue(value) for identifier, value in data["answers"].items()},
            outcome=Outcome(data["outcome"]),
            deciding=tuple(data["deciding"]),
        )


def _fact_to_json(fact: FactValue) -> dict[str, Any]:
    plain = {
        "id": fact.id,
        "variable": fact.variable,
        "observed_on": fact.observed_on.isoformat(),
        "number": None if fact.number is None else str(fact.number),
        "code": fact.code,
        "date": fact.date and fact.date.isoformat(),
        "unit": fact.unit,
        "lower": None if fact.lower is None else str(fact.lower),
        "upper": None if fact.upper is None else str(fact.upper),
        "product": fact.product,
    }
    return {key: value for key, value in plain.items() if value not in (None, "")}


def _fact_from_json(data: Mapping[str, Any]) -> FactValue:
    def number(key: str) -> Decimal | None:
        return Decimal(data[key]) if key in data else None

    return FactValue(
        id=data["id"],
        variable=data["variable"],
        observed_on=date.fromisoformat(data["observed_on"]),
        number=number("number"),
        code=data.get("code", ""),
        date=date.fromisoformat(data["date"]) if "date" in data else None,
        unit=data.get("unit", ""),
        lower=number("lower"),
        upper=number("upper"),
        product=data.get("product", ""),
    )
