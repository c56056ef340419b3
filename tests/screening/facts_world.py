"""Typed statements and facts: what tests of facts share."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from typing import Any

from config.context import acting_as
from screening.models import Fact, Patient, User
from screening.services import record_fact
from screening.services.rules import local_date
from tests.factories import CONTENT, acting, statement
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
