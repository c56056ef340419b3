"""Units as UCUM writes them, and the exact conversion of values.

The part of UCUM that laboratories and criteria use: units multiplied and divided, with prefixes and exponents
("10*9/L", "mL/min/{1.73_m2}", "kg/m2", "mm[Hg]"). Unlike in UCUM, what stands in braces is a unit of its own:
a score is no count, and a filtration rate indexed to a body surface is none in mL/min. Months and years are
the calendar's and do not convert into days. Arithmetic is in fractions; a `Decimal` that is given
back is exact or has 28 digits.

Source: UCUM 2.1, ucum.org/ucum; the pound and the inch are international ones by definition.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache

from screening.deciding.analytes import ANALYTES, Analyte, Bridge
from screening.deciding.problems import ProblemKind, UnitError


@dataclass(frozen=True, slots=True)
class Unit:
    """A value in it is `factor` times the value, plus `offset`, in the base units of `dimension`."""

    factor: Fraction
    dimension: frozenset[tuple[str, int]]
    offset: Fraction = Fraction(0)


_PREFIXES = {
    "": 0, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1, "d": -1, "c": -2, "m": -3, "u": -6, "n": -9,
    "p": -12, "f": -15,
}  # fmt: skip
# Units that take a prefix, in the base units g, m, s, mol. The litre is a dm3; the unit U is a umol/min.
_METRIC: dict[str, tuple[str, dict[str, int]]] = {
    "g": ("1", {"g": 1}),
    "m": ("1", {"m": 1}),
    "s": ("1", {"s": 1}),
    "mol": ("1", {"mol": 1}),
    "L": ("0.001", {"m": 3}),
    "l": ("0.001", {"m": 3}),
    "U": ("1/60000000", {"mol": 1, "s": -1}),
    "kat": ("1", {"mol": 1, "s": -1}),
    "Pa": ("1000", {"g": 1, "m": -1, "s": -2}),
    "m[Hg]": ("133322000", {"g": 1, "m": -1, "s": -2}),
    "[IU]": ("1", {"IU": 1}),
    "[iU]": ("1", {"IU": 1}),
}
_OTHER: dict[str, tuple[str, dict[str, int]]] = {
    "%": ("0.01", {}),
    "min": ("60", {"s": 1}),
    "h": ("3600", {"s": 1}),
    "d": ("86400", {"s": 1}),
    "wk": ("604800", {"s": 1}),
    "mo": ("1", {"month": 1}),
    "a": ("12", {"month": 1}),
    "[in_i]": ("0.0254", {"m": 1}),
    "[ft_i]": ("0.3048", {"m": 1}),
    "[lb_av]": ("453.59237", {"g": 1}),
    "[oz_av]": ("28.349523125", {"g": 1}),
    "K": ("1", {"K": 1}),
}
# Temperatures have a zero of their own and stand alone.
_TEMPERATURES = {
    "Cel": Unit(Fraction(1), frozenset({("K", 1)}), Fraction("273.15")),
    "[degF]": Unit(Fraction(5, 9), frozenset({("K", 1)}), Fraction("459.67") * 5 / 9),
}
# In braces, and yet nothing but a remark: what is counted.
_REMARKS = frozenset({"cells", "cell", "#"})
INDEXED = "{1.73_m2}"

# What people and laboratories write, each with the one thing that it means; in `_GIGA` case matters ("G/L", a
# giga, is what French reports say).
_SPELLINGS = {
    "% predicted": "%",
    "%pred": "%",
    "1": "",
    "10e3/ul": "10*3/uL",
    "10e6/l": "10*6/L",
    "10e9/l": "10*9/L",
    "beats/min": "/min",
    "bpm": "/min",
    "day": "d",
    "days": "d",
    "g/24 h": "g/d",
    "g/24h": "g/d",
    "g/day": "g/d",
    "g/l": "g/L",
    "in": "[in_i]",
    "inch": "[in_i]",
    "iu/l": "[IU]/L",
    "iu/ml": "[IU]/mL",
    "k/ul": "10*3/uL",
    "kg/m^2": "kg/m2",
    "kg/m²": "kg/m2",
    "lb": "[lb_av]",
    "lbs": "[lb_av]",
    "mg/24 h": "mg/d",
    "mg/24h": "mg/d",
    "mg/day": "mg/d",
    "miu/ml": "m[IU]/mL",
    "ml/min/1.73 m2": "mL/min/{1.73_m2}",
    "ml/min/1.73 m²": "mL/min/{1.73_m2}",
    "ml/min/1.73m2": "mL/min/{1.73_m2}",
    "ml/min/1.73m²": "mL/min/{1.73_m2}",
    "ml/min/mmhg": "mL/min/mm[Hg]",
    "mm/hr": "mm/h",
    "mmhg": "mm[Hg]",
    "mmol/min/kpa": "mmol/min/kPa",
    "month": "mo",
    "months": "mo",
    "msec": "ms",
    "sec": "s",
    "week": "wk",
    "weeks": "wk",
    "year": "a",
    "years": "a",
    "x uln": "{xULN}",
    "xuln": "{xULN}",
    "yr": "a",
    "°c": "Cel",
    "°f": "[degF]",
}
_GIGA = {"G/L": "10*9/L", "T/L": "10*12/L"}

_COMPONENT = re.compile(r"((?:[^./{}\[\]]|\[[^\[\]]*\]|\{[^{}]*\})+)|([./])")
_FACTOR = re.compile(r"(?P<ten>10[*^](?P<power>[+-]?\d{1,2})?)|(?P<number>\d{1,9})")
_SYMBOL = re.compile(r"(?P<symbol>[A-Za-z%]*(?:\[[^\[\]]+\])?)(?P<exponent>[+-]?\d)?(?P<note>\{[^{}]+\})?")


def ucum(text: str) -> str:
    """The UCUM code of a unit as a person wrote it; what is in no list stays as it is."""
    tidy = " ".join(text.split()).replace("µ", "u").replace("μ", "u").replace("×", "x")  # noqa: RUF001
    tidy = re.sub(r"^x ?(?=10)", "", tidy)
    tidy = re.sub(r"^10\^(?=\d)", "10*", tidy)
    if tidy in _GIGA:
        return _GIGA[tidy]
    return _SPELLINGS.get(tidy.lower(), tidy)


@lru_cache(maxsize=1024)
def parse(code: str) -> Unit | None:
    """The unit of a UCUM code; None if none is known by it. No code is the unit of a bare number."""
    code = ucum(code)
    if code in _TEMPERATURES:
        return _TEMPERATURES[code]
    dimension: dict[str, int] = {}
    factor, sign, expected = Fraction(1), 1, True
    position = 0
    if code.startswith("/"):
        sign, position = -1, 1
    while position < len(code):
        found = _COMPONENT.match(code, position)
        if found is None:
            return None
        position = found.end()
        if found[2]:
            if expected:
                return None
            sign, expected = (-1 if found[2] == "/" else 1), True
            continue
        component = _component(found[1])
        if component is None or not expected:
            return None
        expected = False
        factor *= component[0] ** sign
        for base, exponent in component[1].items():
            dimension[base] = dimension.get(base, 0) + sign * exponent
    if code and expected:
        return None
    return Unit(factor, frozenset((base, exponent) for base, exponent in dimension.items() if exponent))


def _component(text: str) -> tuple[Fraction, dict[str, int]] | None:
    if ten := _FACTOR.fullmatch(text):
        if ten["number"]:
            return (Fraction(int(ten["number"])), {}) if int(ten["number"]) else None
        return Fraction(10) ** int(ten["power"] or 1), {}
    found = _SYMBOL.fullmatch(text)
    if found is None:
        return None
    factor, dimension = Fraction(1), {}
    if found["symbol"]:
        known = _symbol(found["symbol"])
        if known is None:
            return None
        exponent = int(found["exponent"] or 1)
        factor = known[0] ** exponent
        dimension = {base: power * exponent for base, power in known[1].items()}
    elif found["exponent"] or not found["note"]:
        return None
    note = (found["note"] or "").strip("{}").lower()
    if note and note not in _REMARKS:
        dimension["{" + re.sub(r"1\.73[_. ]?m2", "1.73_m2", note) + "}"] = 1
    return factor, dimension


def _symbol(text: str) -> tuple[Fraction, dict[str, int]] | None:
    if text in _OTHER:
        factor, dimension = _OTHER[text]
        return Fraction(factor), dimension
    for symbol, (factor, dimension) in _METRIC.items():
        prefix = text.removesuffix(symbol)
        if prefix != text and prefix in _PREFIXES:
            return Fraction(factor) * Fraction(10) ** _PREFIXES[prefix], dimension
    return None


# What may be reported in the place of a quantity: a multiple of the upper limit of normal, or the share of
# what is predicted for the person.
TIMES_ULN = "{xULN}"
SHARES_OF_PREDICTED = ("%", "%{predicted}")


def check_unit(value: Decimal, unit: str, variable: str, dictionary: str) -> None:
    """That a fact can be in a unit, given the dictionary's for its variable.

    Either converts into the other, or stands for it: a multiple of the upper limit of normal of a laboratory
    value, the share of the predicted value of a lung function. Raises `UnitError`.
    """
    stands_for = {"lab": (TIMES_ULN,), "pft": SHARES_OF_PREDICTED}.get(variable.partition(".")[0], ())
    if ucum(unit) not in stands_for:
        convert(value, unit, dictionary, variable)


def convert(value: Decimal, source: str, target: str, variable: str = "") -> Decimal:
    """A value of `variable` in another unit. Raises `UnitError`, which names both units."""
    return as_decimal(convert_exactly(Fraction(value), source, target, variable))


def convert_exactly(value: Fraction, source: str, target: str, variable: str = "") -> Fraction:
    """Likewise, without rounding."""
    line = _line(source, target, variable)
    if isinstance(line, ProblemKind):
        unit = target if line is ProblemKind.UNIT_UNKNOWN and parse(source) else source
        raise UnitError(line, value=as_decimal(value), unit=unit, wanted=target, variable=variable)
    slope, offset = line
    return value * slope + offset


def as_decimal(value: Fraction) -> Decimal:
    """Exact wherever 28 digits suffice."""
    quotient = Context(prec=28).divide(Decimal(value.numerator), Decimal(value.denominator)).normalize()
    return quotient.quantize(Decimal(1)) if quotient == quotient.to_integral_value() else quotient


@lru_cache(maxsize=4096)
def _line(source: str, target: str, variable: str) -> tuple[Fraction, Fraction] | ProblemKind:
    """The slope and the offset that lead from one unit to the other, or why there are none."""
    one, other = parse(source), parse(target)
    if one is None or other is None:
        return ProblemKind.UNIT_UNKNOWN
    analyte = ANALYTES.get(variable, Analyte())
    source, target = ucum(source), ucum(target)
    if analyte.bridge and source != target and (line := _bridge(analyte.bridge, source, target)):
        return line
    if one.dimension == other.dimension:
        if target and not source:
            return ProblemKind.UNIT_MISSING  # 30 without a unit is 30 % as well as the ratio 30
        return one.factor / other.factor, (one.offset - other.offset) / other.factor
    bare, marked = sorted((one, other), key=lambda unit: len(unit.dimension))
    if bare == _BARE and _is_marked_alone(marked):
        return Fraction(1), Fraction(0)
    if bare == _BARE and bare is one and not source:
        return ProblemKind.UNIT_MISSING
    there, here = dict(one.dimension), dict(other.dimension)
    difference = {
        base: there.get(base, 0) - here.get(base, 0)
        for base in there | here
        if there.get(base, 0) != here.get(base, 0)
    }
    if difference.keys() == {INDEXED}:
        return ProblemKind.UNIT_INDEXED
    if difference.keys() == {"g", "mol"} and difference["g"] == -difference["mol"]:
        if analyte.molar_mass is None:
            return ProblemKind.UNIT_NEEDS_ANALYTE
        mass = Fraction(analyte.molar_mass) ** -difference["g"]
        return one.factor * mass / other.factor, Fraction(0)
    return ProblemKind.UNIT_NEEDS_ANALYTE if "IU" in difference else ProblemKind.UNIT_OF_OTHER_KIND


_BARE = Unit(Fraction(1), frozenset())


def _is_marked_alone(unit: Unit) -> bool:
    """Whether it is a remark in braces and nothing else, which a bare number may stand for."""
    return unit.factor == 1 and all(base.startswith("{") and power == 1 for base, power in unit.dimension)


def _bridge(bridge: Bridge, source: str, target: str) -> tuple[Fraction, Fraction] | ProblemKind | None:
    """The line of a conversion by convention, in either direction; None where it is about neither unit."""
    slope, offset = Fraction(bridge.slope), Fraction(bridge.offset)
    # Two scales of one dimension ("mmol/mol" and "%") are told apart by their codes alone.
    alike = _ratio(bridge.source, bridge.target) is not None
    for start, end, line in (
        (bridge.source, bridge.target, (slope, offset)),
        (bridge.target, bridge.source, (1 / slope, -offset / slope)),
    ):
        onto, off = _ratio(source, start), _ratio(end, target)
        if (source, target) == (start, end) or (onto and off and not alike):
            return line[0] * (onto or 1) * (off or 1), line[1] * (off or 1)
    return ProblemKind.UNIT_OF_OTHER_KIND if alike else None


def _ratio(source: str, target: str) -> Fraction | None:
    one, other = parse(source), parse(target)
    if one is None or other is None or one.dimension != other.dimension:
        return None
    return one.factor / other.factor
