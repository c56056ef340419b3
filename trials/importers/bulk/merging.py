"""Records into the database, many at a time: each whole or not at all, and only what differs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

import psycopg
from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef

from trials.dates import PartialDate
from trials.importers.bulk.writing import Entry, write
from trials.importers.ctgov import read_study
from trials.importers.incoming import Incoming, Numbers
from trials.importers.kept import READER, Kept, digest_of
from trials.importers.problems import ImportProblem, RejectedError
from trials.importers.store import Change, save_study
from trials.importers.untouched import draft_criteria
from trials.local_edits import one_at_a_time
from trials.located import locate_sites
from trials.models import LocalEdit, Trial

# With what the database refuses values: data exceptions, constraints, limits such as an index's.
_REFUSALS = ("22", "23", "54")
_AGAIN = ImportProblem(
    "",
    "another record of this trial, no older, came before it in this import and was taken: keep one of them",
)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one record; without a `change` it was rejected, for these problems."""

    where: str
    nct_id: str
    change: Change | None
    problems: tuple[ImportProblem, ...] = ()


def merge(batch: Sequence[Incoming], taken: Numbers | None = None) -> list[Result]:
    """Store the batch in one transaction, and tell of each record what became of it, in the same order.

    About 500 records or 8 MB are a good size. Call it where somebody imports (`config.context`). A record
    that says what is stored is passed over before its columns are read; so is, after that, one that was
    submitted to the registry before the one that is stored. `taken` are the trials of which this import has
    stored a record: another one, that is not newer, is rejected, as nobody knows which of the two holds.
    """
    merging = _Merging(taken or Numbers())
    nct_ids = [incoming.nct_id for incoming in batch]
    with transaction.atomic():
        one_at_a_time(set(filter(None, nct_ids)))
        for part in _each_once(nct_ids):
            merging.merge([(place, nct_ids[place], batch[place]) for place in part])
        if merging.changed:
            draft_criteria(merging.changed, rewritten=merging.rewritten, created=merging.created)
            locate_sites(merging.changed)
    return [merging.results[place] for place in range(len(batch))]


def _each_once(nct_ids: Sequence[str]) -> Iterator[list[int]]:
    """The places of the batch, in parts in which no trial comes twice."""
    turns: Counter[str] = Counter()
    parts: dict[int, list[int]] = defaultdict(list)
    for place, nct_id in enumerate(nct_ids):
        parts[turns[nct_id]].append(place)
        turns[nct_id] += bool(nct_id)
    for turn in sorted(parts):
        yield parts[turn]


class _Merging:
    """The batch on its way: results by the places of the records, and the trials that were changed."""

    def __init__(self, taken: Numbers) -> None:
        self.taken = taken
        self.results: dict[int, Result] = {}
        self.changed: set[int] = set()
        self.created: set[int] = set()
        self.rewritten: set[int] = set()

    def merge(self, part: Sequence[tuple[int, str, Incoming]]) -> None:
        """Records of different trials, each with its place and the trial's number."""
        stored = _stored([nct_id for _place, nct_id, _incoming in part])
        together: dict[int, Entry] = {}
        carefully: dict[int, Entry] = {}
        for place, nct_id, incoming in part:
            trial = stored.get(nct_id)
            digest = digest_of(incoming.record)
            if trial and (trial.digest, trial.reader) == (digest, READER):
                self.results[place] = Result(incoming.where, nct_id, Change.UNCHANGED)
                self.taken.add(nct_id)
                continue
            try:
                study = read_study(incoming.record)
            except RejectedError as error:
                self.results[place] = Result(incoming.where, nct_id, None, error.problems)
                continue
            # Where an administrator's word stands, the stored date may be it, and not the registry's.
            stored_date = trial.submitted if trial and not trial.is_edited else None
            dates = (stored_date, study.trial["last_update_submitted_date"])
            before, now = (date.iso if date else "" for date in dates)
            if now and now < before:
                self.results[place] = Result(incoming.where, nct_id, Change.UNCHANGED)
                continue
            if nct_id in self.taken and not (before and before < now):
                self.results[place] = Result(incoming.where, nct_id, None, (_AGAIN,))
                continue
            kept = Kept(incoming.raw, incoming.record, digest)
            entry = Entry(incoming.where, study, kept, trial.pk if trial else None)
            (carefully if trial and trial.is_edited else together)[place] = entry
        if together:
            self.write(together)
        for place, entry in carefully.items():
            self.save_carefully(place, entry)

    def save_carefully(self, place: int, entry: Entry) -> None:
        try:
            with transaction.atomic():
                stored = save_study(entry.study, kept=entry.kept)
        except DatabaseError as error:
            self.reject(place, entry, error)
        else:
            self.note(place, entry, stored.trial.pk, stored.change, stored.told)

    def write(self, entries: dict[int, Entry]) -> None:
        """Together; where the database refuses that, in halves, until those are alone that it refuses."""
        try:
            with transaction.atomic():
                written = write(list(entries.values()))
        except DatabaseError as error:
            if len(entries) == 1:
                [(place, entry)] = entries.items()
                self.reject(place, entry, error)
                return
            _refusal(error)
            for half in batched(entries.items(), (len(entries) + 1) // 2):
                self.write(dict(half))
        else:
            for (place, entry), each in zip(entries.items(), written, strict=True):
                self.note(place, entry, each.trial, each.change, each.told)

    def note(self, place: int, entry: Entry, trial: int, change: Change, told: dict[str, Any]) -> None:
        self.results[place] = Result(entry.where, entry.study.nct_id, change)
        self.taken.add(entry.study.nct_id)
        if change is not Change.UNCHANGED:
            self.changed.add(trial)
        if change is Change.CREATED:
            self.created.add(trial)
        if "eligibility_text" in told:
            self.rewritten.add(trial)

    def reject(self, place: int, entry: Entry, error: DatabaseError) -> None:
        self.results[place] = Result(entry.where, entry.study.nct_id, None, (_refusal(error),))


@dataclass(frozen=True, slots=True)
class _Stored:
    pk: int
    digest: bytes | None
    reader: int | None
    submitted: PartialDate | None
    is_edited: bool


def _stored(nct_ids: Sequence[str]) -> dict[str, _Stored]:
    edits = LocalEdit.objects.filter(trial=OuterRef("pk"))
    rows = Trial.objects.filter(nct_id__in=nct_ids).values_list(
        "nct_id", "pk", "record__digest", "record__reader", "last_update_submitted_date", Exists(edits)
    )
    return {nct_id: _Stored(pk, digest and bytes(digest), *others) for nct_id, pk, digest, *others in rows}


def _refusal(error: DatabaseError) -> ImportProblem:
    """What the database says of a record; another error, such as a lost connection, is raised again."""
    cause = error.__cause__
    if not isinstance(cause, psycopg.Error) or (cause.sqlstate or "")[:2] not in _REFUSALS:
        raise error
    return ImportProblem("", f"the database refuses it: {cause.diag.message_primary}")
