"""Typed statements and facts: what tests of facts share."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from typing import Any

from config.context import acting_as
from screening.models import AnchorDate, Fact, Patient, Screening, User
from screening.services import record_anchor, record_fact
from screening.services.proposals import proposals_for
from screening.services.rules import local_date
from tests.database import load_once
from tests.factories import CONTENT, Cast, acting, make_cast, statement
from trials.models import Variable

VARIABLES = (
    {"code": "lab.alt", "label": "ALT", "kind": "number", "unit": "U/L"},
    {"code": "lab.creatinine", "label": "Creatinine", "kind": "number", "unit": "umol/L"},
    {"code": "vital.weight", "label": "Body weight", "kind": "number", "unit": "kg"},
    {"code": "vital.height", "label": "Body height", "kind": "number", "unit": "cm"},
    {"code": "bmi", "label": "Body mass index", "kind": "number", "unit": "kg/m2"},
    {"code": "ab.hiv", "label": "HIV antibody", "kind": "code", "codes": ["positive", "negative"]},
    {"code": "rx.biologic", "label": "Biologic agent", "kind": "boolean"},
    {"code": "dx.lupus", "label": "Lupus", "kind": "boolean"},
)


def within(anchor: str, longest: Any) -> dict[str, Any]:
    return {"anchor": anchor, "direction": "before", "max": longest}


# ALT up to 3 x ULN within 28 days before infusion, lupus and the investigator's judgement include; HIV and a
# biologic within the longer of 4 weeks or 5 half-lives exclude.
TYPED_TREE: dict[str, Any] = {
    "inclusion": {
        "identifier": "in",
        "op": "all",
        "children": [
            statement(
                "alt",
                "ALT at most 3 x ULN",
                label="1.",
                test={
                    "variable": "lab.alt",
                    "comparator": "<=",
                    "value": 3,
                    "relative_to": "ULN",
                    "window": within("infusion", "P28D"),
                },
            ),
            statement("lupus", "Lupus", label="2.", test={"variable": "dx.lupus", "comparator": "present"}),
            statement("fit", "Fit for the trial", label="3.", test={"judgement": True}),
            statement(
                "bmi",
                "BMI of 18 or more",
                label="4.",
                test={"variable": "bmi", "comparator": ">=", "value": 18, "unit": "kg/m2"},
            ),
        ],
    },
    "exclusion": {
        "identifier": "ex",
        "op": "any",
        "children": [
            statement(
                "hiv", "HIV", label="1.", test={"variable": "ab.hiv", "comparator": "=", "value": "positive"}
            ),
            statement(
                "biologic",
                "A biologic within the longer of 4 weeks or 5 half-lives",
                label="2.",
                test={
                    "variable": "rx.biologic",
                    "comparator": "present",
                    "window": within("screening", {"longest": ["P4W", {"half_lives": 5}]}),
                },
            ),
        ],
    },
}


def make_variables() -> dict[str, Variable]:
    with acting_as(CONTENT):
        return {fields["code"]: Variable.objects.create(**fields) for fields in VARIABLES}


def make_typed_cast() -> Cast:
    """The variables, and the cast with a trial that asks for them."""

    def load() -> Cast:
        make_variables()
        return make_cast(TYPED_TREE)

    return load_once("typed cast", load)


def enter(user: User, patient: Patient, variable: str, value: Any = None, **fields: Any) -> Fact:
    """A fact of today, unless `days_ago` or `observed_on` says otherwise."""
    found = Variable.objects.get(code=variable)
    if value is not None:
        kind = "number" if isinstance(value, int | float | Decimal) else "code"
        fields[kind] = Decimal(str(value)) if kind == "number" else value
        if kind == "number":
            fields.setdefault("unit", found.unit)
    with acting(user):
        days = datetime.timedelta(days=fields.pop("days_ago", 0))
        fields.setdefault("observed_on", local_date(patient.center) - days)
        fields.setdefault("operation_id", uuid.uuid4())
        return record_fact(user=user, patient=patient, variable=found, **fields)


def proposed(cast: Cast, screening: Screening) -> dict[str, str]:
    with acting(cast.alice):
        found = proposals_for(screening)
    return {identifier: each.value.value for identifier, each in found.items() if each.value}


def today(cast: Cast) -> datetime.date:
    with acting(cast.alice):
        return local_date(cast.rennes)


def plan(cast: Cast, screening: Screening, anchor: str, **days: datetime.date | None) -> AnchorDate | None:
    with acting(cast.alice):
        return record_anchor(user=cast.alice, screening=screening, anchor=anchor, **days)


def outcome(cast: Cast, screening: Screening) -> str:
    with acting(cast.alice):
        screening.refresh_from_db()
    return screening.outcome
