"""A record as it is kept beside the rows that were made from it."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trials.importers.ctgov import unread_parts
from trials.importers.differences import Told, of_records
from trials.models import TrialRecord

# The edition of our reading. Raise it when a record's rows are made otherwise: records that have not changed
# are read again then.
READER = 2
# A third of the time of zlib's own defaults, for a record that is a tenth larger. With a window of 32 kB, and
# not of 16, it would take a sixth more for nothing.
_LEVEL, _WINDOW = 1, 14
# A record was read from JSON: it has no circles.
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """`raw` is the record's JSON in UTF-8, `record` what it says, `digest` that of what counts in it."""

    raw: bytes
    record: Mapping[str, Any]
    digest: bytes

    @classmethod
    def of(cls, raw: bytes, record: Mapping[str, Any]) -> Kept:
        return cls(raw, record, digest_of(record))

    @property
    def content(self) -> bytes:
        return zlib.compress(self.raw, _LEVEL, _WINDOW)


def digest_of(record: Mapping[str, Any]) -> bytes:
    """The same for records that say the same, in whatever order of their keys and version of the data."""
    canonical = _CANONICAL.encode(_what_counts(record))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).digest()


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Told]:
    """By path, what differs of two records in the parts that have no columns."""
    return of_records(unread_parts(_what_counts(before)), unread_parts(_what_counts(after)))


def keep(trial: int, kept: Kept) -> None:
    """Store the record in place of the one before it."""
    values = {"content": kept.content, "digest": kept.digest, "reader": READER}
    TrialRecord.objects.update_or_create(trial_id=trial, defaults=values)


def _what_counts(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without the version of the registry's data, which says nothing of the trial."""
    derived = record.get("derivedSection")
    if not isinstance(derived, dict) or "miscInfoModule" not in derived:
        return record
    rest = {key: value for key, value in derived.items() if key != "miscInfoModule"}
    return {**record, "derivedSection": rest}
