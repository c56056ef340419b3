"""What comes in: records of studies, and what cannot be one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from trials.importers.problems import ImportProblem

NCT_ID = re.compile(r"NCT[0-9]{8}")


@dataclass(frozen=True, slots=True)
class Incoming:
    """One object that may be a study's record.

    `where` is its file and line; `raw` is the text as it came, in UTF-8; `record` is what that says. Nowhere
    in it stands a key twice, NaN, a number beyond what can be given back, NUL or half of a surrogate pair,
    and it is nested at most 100 levels deep.
    """

    where: str
    raw: bytes
    record: dict[str, Any]

    @property
    def nct_id(self) -> str:
        """As the record says it; empty where that is no NCT number."""
        return nct_id_of(self.record)


@dataclass(frozen=True, slots=True)
class Refused:
    """What cannot be imported: a record, what should be one, or a whole file."""

    where: str
    problems: tuple[ImportProblem, ...]
    nct_id: str = ""


def refused(where: str, reason: str) -> Refused:
    return Refused(where, (ImportProblem("", reason),))


def nct_id_of(record: object) -> str:
    for key in ("protocolSection", "identificationModule", "nctId"):
        record = record.get(key) if isinstance(record, dict) else None
    return record if isinstance(record, str) and NCT_ID.fullmatch(record) else ""


class Numbers:
    """NCT numbers, a bit for each that there can be: 12.5 MB, however many are added."""

    def __init__(self) -> None:
        self._bits = bytearray(10**8 // 8)

    def add(self, nct_id: str) -> None:
        number = int(nct_id[3:])
        self._bits[number // 8] |= 1 << number % 8

    def __contains__(self, nct_id: str) -> bool:
        number = int(nct_id[3:])
        return bool(self._bits[number // 8] >> number % 8 & 1)
