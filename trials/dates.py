"""Registry dates, which may name only a month or a year: the precision given is the precision kept."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import get_language

PATTERN = r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"


@dataclass(frozen=True, order=True, slots=True)
class PartialDate:
    """ "2024", "2024-12" or "2024-12-17". Sorts as its text does; a month comes before its days."""

    iso: str

    def __post_init__(self) -> None:
        if not re.fullmatch(PATTERN, self.iso):
            raise ValueError(f"not a date such as 2024-12-17, 2024-12 or 2024: {self.iso[:40]!r}")
        self.first_day()

    def first_day(self) -> date:
        """The earliest day that it can mean; ValueError for a day that no calendar has."""
        year, month, day = [*(int(part) for part in self.iso.split("-")), 1, 1][:3]
        return date(year, month, day)

    def __str__(self) -> str:
        return _in_words(self, get_language())


@lru_cache(maxsize=10_000)
def _in_words(said: PartialDate, _language: str | None) -> str:
    """In the active language, of which what is remembered goes by the name: lists have the same few dates."""
    formats = {4: "Y", 7: "M Y", 10: "j M Y"}
    return date_format(said.first_day(), formats[len(said.iso)], use_l10n=False)
