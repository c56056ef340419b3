"""Studies into rows, many at a time: what is new is copied, and what differs is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from config.context import current_context
from trials.importers.bulk import rows
from trials.importers.bulk.copying import Row, Table
from trials.importers.bulk.sites import Sited, write_sites
from trials.importers.ctgov import Study
from trials.importers.kept import READER, Kept, differences
from trials.importers.lists import GROUPS, LISTS, OUTCOMES, PLAIN_LISTS, SPONSORS, sponsor_ids
from trials.importers.store import Change, Changes
from trials.local_edits import COLUMNS, plain
from trials.models import ArmIntervention, Trial, TrialRecord

# Whoever follows the changes is told of these as well, as `save_study` does.
_ALSO = ", changed_at = statement_timestamp(), revision = nextval('trials_trial_revision')"


@dataclass(frozen=True, slots=True)
class Entry:
    """A record that has been read; `trial` is the key of the trial's row where there is one."""

    where: str
    study: Study
    kept: Kept
    trial: int | None


@dataclass(frozen=True, slots=True)
class _Work:
    """A trial under its key, and what is changed of it."""

    trial: int
    study: Study
    kept: Kept
    is_new: bool
    changes: Changes

    @property
    def change(self) -> Change:
        if self.is_new:
            return Change.CREATED
        return Change.UPDATED if self.changes.any else Change.UNCHANGED


@dataclass(frozen=True, slots=True)
class Written:
    """What became of an entry: the key of its trial, and what the history tells."""

    trial: int
    change: Change
    told: dict[str, Any]


def write(entries: Sequence[Entry]) -> list[Written]:
    """Bring the rows of these trials, each of another, to what their records say; as `store.save_study` does.

    Where a list of a trial's differs, its rows are written anew. Sites keep theirs.
    """
    new = iter(rows.TRIAL.draw(sum(entry.trial is None for entry in entries)))
    works = [
        _Work(entry.trial or next(new), entry.study, entry.kept, entry.trial is None, Changes())
        for entry in entries
    ]
    there = [work for work in works if not work.is_new]
    copies: dict[Table, list[Row]] = defaultdict(list)
    _compare_columns(there)
    _write_lists(works, copies)
    write_sites([Sited(work.trial, work.study.places, work.is_new, work.changes) for work in works], copies)
    _write_records(works, copies)
    _write_trials(works, copies)
    by = current_context().actor
    copies[rows.IMPORT] += [
        rows.import_row(work.trial, by, work.changes.told)
        for work in works
        if work.is_new or work.changes.told
    ]
    for table, lines in copies.items():
        table.copy(lines)
    return [Written(work.trial, work.change, work.changes.told) for work in works]


def _compare_columns(works: Sequence[_Work]) -> None:
    """Notes which columns differ."""
    if not works:
        return
    columns = tuple(works[0].study.trial)
    stored = {
        row["pk"]: row
        for row in Trial.objects.filter(pk__in=[work.trial for work in works]).values("pk", *columns)
    }
    for work in works:
        here = stored[work.trial]
        for name, value in work.study.trial.items():
            if here[name] != value:
                told = [plain(here[name]), plain(value)] if name in COLUMNS else None
                work.changes.note(name, told)


def _write_trials(works: Sequence[_Work], copies: dict[Table, list[Row]]) -> None:
    changed = []
    for work in works:
        if work.is_new or work.changes.any:
            values = work.study.trial
            if work.is_new:
                copies[rows.TRIAL].append(rows.trial_row(work.trial, {"nct_id": work.study.nct_id, **values}))
            else:
                changed.append((work.trial, values))
    if changed:
        table = Table(Trial, ("id", *changed[0][1]))
        table.update([rows.said_row(trial, values) for trial, values in changed], also=_ALSO)


def _write_lists(works: Sequence[_Work], copies: dict[Table, list[Row]]) -> None:
    there = [work.trial for work in works if not work.is_new]
    wanted: dict[str, dict[int, Any]] = {}
    for name, rows_of in LISTS.items():
        here = rows_of.read_all(there) if there else {}
        wanted[name] = {}
        replaced = []
        for work in works:
            said = rows_of.said_by(work.study)
            if not work.is_new:
                if here[work.trial] == said:
                    continue
                work.changes.note(name, rows_of.difference(here[work.trial], said))
                replaced.append(work.trial)
            wanted[name][work.trial] = said
        if replaced:
            _clear(name, replaced)
    for name, plain_list in PLAIN_LISTS.items():
        for trial, value in wanted[name].items():
            copies[rows.PLAIN[name]] += rows.plain_rows(trial, plain_list, value)
    for trial, value in wanted[OUTCOMES.name].items():
        copies[rows.OUTCOME] += rows.outcome_rows(trial, value)
    ids = sponsor_ids([part for value in wanted[SPONSORS.name].values() for part in value])
    for trial, value in wanted[SPONSORS.name].items():
        copies[rows.SPONSOR] += rows.sponsor_rows(trial, value, ids)
    _copy_groups(wanted["groups"], copies)


def _clear(name: str, trials: Sequence[int]) -> None:
    if name == "groups":
        ArmIntervention.objects.filter(arm__trial__in=trials).delete()
        rows.ARM.delete("trial_id", trials)
        rows.INTERVENTION.delete("trial_id", trials)
    else:
        table = {**rows.PLAIN, OUTCOMES.name: rows.OUTCOME, SPONSORS.name: rows.SPONSOR}[name]
        table.delete("trial_id", trials)


def _copy_groups(wanted: dict[int, Any], copies: dict[Table, list[Row]]) -> None:
    arm_keys = iter(rows.ARM.draw(sum(len(value["arms"]) for value in wanted.values())))
    other_keys = iter(rows.INTERVENTION.draw(sum(len(value["interventions"]) for value in wanted.values())))
    for trial, value in wanted.items():
        arms = [next(arm_keys) for _arm in value["arms"]]
        others = [next(other_keys) for _intervention in value["interventions"]]
        copies[rows.ARM] += rows.keyed_rows(arms, trial, GROUPS.arms, value["arms"])
        copies[rows.INTERVENTION] += rows.keyed_rows(
            others, trial, GROUPS.interventions, value["interventions"]
        )
        copies[rows.LINK] += [(arms[arm], others[other]) for arm, other in value["links"]]


def _write_records(works: Sequence[_Work], copies: dict[Table, list[Row]]) -> None:
    there = [work.trial for work in works if not work.is_new]
    stored = TrialRecord.objects.in_bulk(there) if there else {}
    renewed = []
    for work in works:
        before = stored.get(work.trial)
        if before is None:
            copies[rows.RECORD].append(rows.record_row(work.trial, work.kept))
            continue
        if bytes(before.digest) != work.kept.digest:
            work.changes.note("record", differences(before.study, work.kept.record))
        elif before.reader == READER:
            continue
        renewed.append(rows.record_row(work.trial, work.kept))
    rows.RECORD.update(renewed)
