"""What values look like on reports: how finely they are given, other units, limits of normal.

Only to make charts that look real: no answer follows from a number in this module. The limits of normal are
ordinary ones of adults, each chart prints the one that counts.
"""

from __future__ import annotations

from decimal import Decimal

TIMES_ULN = "{xULN}"

# Other units that laboratories use for what a criterion states in the first one.
OTHER_UNITS: dict[str, tuple[str, ...]] = {
    "%": (),
    "/uL": ("10*9/L",),
    "10*9/L": ("/uL",),
    "L": ("mL",),
    "cm": ("mm",),
    "g/L": ("g/dL", "mmol/L"),
    "g/d": ("mg/d",),
    "g/dL": ("g/L",),
    "g/g": ("mg/g", "mg/mmol"),
    "mL/min": ("mL/s",),
    "mg/L": ("mg/dL",),
    "mg/d": ("g/d",),
    "mg/dL": ("umol/L",),
    "ms": ("s",),
    "umol/L": ("mg/dL",),
}
_STEPS: dict[str, str] = {
    "%": "1",
    "10*9/L": "0.1",
    "L": "0.01",
    "cm": "0.1",
    "g/d": "0.1",
    "g/g": "0.1",
    "kg/m2": "0.1",
    TIMES_ULN: "0.1",
}
# The questionnaire's score is a mean of eight items that are whole numbers.
_OWN_STEPS = {"score.haq": "0.125", "score.mdai": "0.5", "lab.bilirubin_direct": "0.1", "lab.pt": "0.1"}
_LIMITS = {
    "lab.alt": ("7", "40"),
    "lab.aptt": ("25", "36"),
    "lab.ast": ("8", "36"),
    "lab.b_cells": ("100", "500"),
    "lab.bilirubin_direct": ("0", "5"),
    "lab.bilirubin_total": ("3", "20"),
    "lab.ck": ("30", "190"),
    "lab.creatinine": ("45", "100"),
    "lab.hbv_dna": ("0", "20"),
    "lab.ldh": ("120", "240"),
    "lab.pt": ("10", "13"),
}


def step_of(variable: str, unit: str, limit: Decimal) -> Decimal:
    """The smallest difference that reports show, never coarser than the number it is held against."""
    if variable in _OWN_STEPS:
        return Decimal(_OWN_STEPS[variable])
    exponent = limit.normalize().as_tuple().exponent
    written = Decimal(1).scaleb(min(0, exponent)) if isinstance(exponent, int) else Decimal(1)
    return min(Decimal(_STEPS.get(unit, "1")), max(written, Decimal("0.01")))


def limits_of(variable: str) -> tuple[Decimal, Decimal]:
    """A laboratory's usual limits of normal."""
    lower, upper = _LIMITS.get(variable, ("10", "40"))
    return Decimal(lower), Decimal(upper)
