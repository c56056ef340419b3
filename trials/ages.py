"""Age limits as registries write them ("18 Years", "6 Months", "N/A") in whole days.

A year counts 365.25 days and a month a twelfth of it. A lower limit is rounded down and an upper one up, so
that searching by age may show a trial too many and never hides one. Whether a patient is old enough is
never decided by these figures: that takes a date of birth.
"""

import math
import re
from fractions import Fraction
from functools import lru_cache

_YEAR = Fraction(36525, 100)
_DAYS = {
    "year": _YEAR, "month": _YEAR / 12, "week": Fraction(7), "day": Fraction(1),
    "hour": Fraction(1, 24), "minute": Fraction(1, 1440),
}  # fmt: skip
_AGE = re.compile(r"([0-9]{1,5}) (year|month|week|day|hour|minute)s?", re.IGNORECASE)


def minimum_days(age: str) -> int | None:
    """Whole days of a lower limit; None where there is none ("", "N/A"). ValueError for anything else."""
    exact = _days(age)
    return None if exact is None else math.floor(exact)


def maximum_days(age: str) -> int | None:
    """Whole days of an upper limit; None where there is none ("", "N/A"). ValueError for anything else."""
    exact = _days(age)
    return None if exact is None else math.ceil(exact)


def limits_in_days(minimum: str, maximum: str) -> tuple[int | None, int | None]:
    """Both limits; neither where the minimum is above the maximum, since nobody knows which one is wrong."""
    days: list[int | None] = []
    for convert, age in ((minimum_days, minimum), (maximum_days, maximum)):
        try:
            days.append(convert(age))
        except ValueError:
            days.append(None)
    lower, upper = days
    return (None, None) if lower is not None and upper is not None and lower > upper else (lower, upper)


def days_of_years(years: int) -> int:
    return math.floor(years * _YEAR)


@lru_cache(maxsize=1024)
def _days(age: str) -> Fraction | None:
    written = " ".join(age.split())
    if written.upper() in {"", "N/A", "NA"}:
        return None
    parts = _AGE.fullmatch(written)
    if parts is None:
        raise ValueError(f"not an age such as 18 Years or 6 Months: {age[:40]!r}")
    return int(parts[1]) * _DAYS[parts[2].lower()]
