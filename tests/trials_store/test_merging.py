"""Many records at a time become the rows that each alone would, and no more is written than differs."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import ProgrammingError, connection, connections
from django.test.utils import CaptureQueriesContext

from config.context import acting_as, system
from tests.factories import CONTENT, acting, make_trial, make_user
from tests.registry import studies
from tests.trials.records import locations, record
from tests.trials_store.variations import named, states
from trials.importers.bulk import Incoming, Result, merge
from trials.importers.ctgov import read_study
from trials.importers.fixtures import load_trial
from trials.importers.incoming import Numbers
from trials.importers.kept import Kept
from trials.importers.lists import ADDING_SPONSORS, LISTS, sponsor_ids
from trials.importers.store import Change, save_study
from trials.local_edits import by_hand, plain
from trials.located import locate_sites
from trials.models import LocalEdit, Site, Trial, TrialImport, TrialRecord, TrialRemoval
from trials.records import raw_record, study_json
from trials.revisions import next_revision, settled_revision

pytestmark = pytest.mark.django_db

IMPORT = system("import", edits_content=True, importing=True)
TRIALS, STATES = 4, 4


def written(whole: dict[str, Any]) -> bytes:
    return json.dumps(whole, ensure_ascii=False).encode()


def bulk(*records: dict[str, Any], taken: Numbers | None = None) -> list[Result]:
    batch = [Incoming(str(place), written(each), each) for place, each in enumerate(records)]
    with acting_as(IMPORT):
        return merge(batch, taken)


def alone(whole: dict[str, Any]) -> Change:
    with acting_as(IMPORT):
        stored = save_study(read_study(whole), kept=Kept.of(written(whole), whole))
        locate_sites([stored.trial.pk])
        return stored.change


def state(trial: Trial) -> dict[str, Any]:
    """All that is stored of a trial but for keys, times and its own number."""
    left_out = {"id", "created_at", "changed_at", "revision", "nct_id"}
    columns = {
        field.name: plain(getattr(trial, field.name))
        for field in Trial._meta.concrete_fields
        if field.name not in left_out
    }
    sites = []
    for site in Site.objects.filter(trial=trial).order_by("address_key", "occurrence"):
        values = {field.name: getattr(site, field.name) for field in Site._meta.concrete_fields}
        people = list(site.contacts.order_by("position").values("position", "name", "phone", "role"))
        sites.append({**values, "id": 0, "trial": 0, "contacts": people})
    return {
        **columns,
        **{name: rows.read(trial) for name, rows in LISTS.items()},
        "positions": [
            list(getattr(trial, name).order_by("position").values_list("position", flat=True))
            for name in ("conditions", "keywords", "arms", "interventions", "sponsor_parts", "outcomes")
        ],
        "sites": sites,
        "told": [each.changes for each in trial.imports.order_by("pk")],
        "by": {each.by for each in trial.imports.all()},
        "reader": trial.record.reader,
    }


def none_older_than_before(history: list[dict[str, Any]]) -> None:
    latest = ""
    for each in history:
        status = each["protocolSection"]["statusModule"]
        latest = status["lastUpdateSubmitDate"] = max(latest, status.get("lastUpdateSubmitDate", ""))


def test_many_at_a_time_become_what_each_alone_would() -> None:
    histories = [states(seed, STATES) for seed in range(TRIALS)]
    # And some whose record says something else altogether each time.
    histories += [list(studies(STATES, seed)) for seed in range(TRIALS // 2)]
    for history in histories:
        none_older_than_before(history)
    seen = set()
    for number in range(STATES):
        together = bulk(*(named(f"NCT{seed:08}", history[number]) for seed, history in enumerate(histories)))
        for seed, history in enumerate(histories):
            change = alone(named(f"NCT9{seed:07}", history[number]))
            assert together[seed].change is change, (seed, number)
            seen.add(change)
            one, other = (Trial.objects.get(nct_id=nct_id) for nct_id in (f"NCT{seed:08}", f"NCT9{seed:07}"))
            assert state(one) == state(other), (seed, number)
    assert seen == set(Change)


def test_a_record_that_says_the_same_again_is_passed_over_whatever_its_order_and_version() -> None:
    bulk(record())
    before = state(Trial.objects.get()), Trial.objects.get().revision
    again = json.loads(json.dumps(record(), sort_keys=True))
    again["derivedSection"] = {}
    first = bulk(again)
    again["derivedSection"] = {"miscInfoModule": {"versionHolder": "2026-11-22"}}
    assert [first[0].change, bulk(again)[0].change] == [Change.UPDATED, Change.UNCHANGED]
    del again["derivedSection"]
    assert bulk(again)[0].change is Change.UPDATED
    with CaptureQueriesContext(connection) as queries:
        assert bulk(record())[0].change is Change.UNCHANGED
    assert not [query for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE", "COPY"))]
    assert before[1] < Trial.objects.get().revision
    assert {**state(Trial.objects.get()), "told": []} == {**before[0], "told": []}


def test_the_record_is_given_back_as_it_came() -> None:
    raw = b'{"protocolSection":  {"identificationModule": {"nctId": "NCT01234567"},\n"x": 1.50e1}}'
    with acting_as(IMPORT):
        merge([Incoming("a", raw, json.loads(raw))])
    trial = Trial.objects.select_related("record").get()
    assert raw_record(trial) == raw
    assert study_json(trial) == json.loads(raw)


def test_a_document_written_by_hand_is_kept_as_a_record_too() -> None:
    with acting_as(IMPORT):
        load_trial({**record(), "supplement": {"nickname": "Ours"}})
    assert study_json(Trial.objects.get()) == record()


def test_a_trial_without_a_record_is_told_from_its_rows() -> None:
    trial = make_trial("NCT00000001")
    assert raw_record(trial) is None
    assert study_json(trial)["protocolSection"]["identificationModule"]["nctId"] == "NCT00000001"


def test_what_has_no_column_is_kept_told_and_counts_as_a_change() -> None:
    def referring(*numbers: str) -> dict[str, Any]:
        return record(referencesModule={"references": [{"pmid": number} for number in numbers]})

    bulk(referring("1", "2"))
    assert bulk(referring("2", "3"))[0].change is Change.UPDATED
    path = "protocolSection.referencesModule.references"
    assert TrialImport.objects.latest("pk").changes == {
        "record": {path: {"removed": [{"pmid": "1"}], "added": [{"pmid": "3"}]}}
    }


def test_of_two_records_of_a_trial_in_one_import_the_first_is_taken_each_time() -> None:
    other = record(statusModule={"overallStatus": "COMPLETED"})
    for first in (Change.CREATED, Change.UNCHANGED):
        taken = Numbers()
        results = bulk(record(), named("NCT00000001", record()), other, record(), taken=taken)
        results += bulk(other, taken=taken)
        assert [result.change for result in results] == [first, first, None, Change.UNCHANGED, None]
        assert "another record of this trial" in results[-1].problems[0].reason
    assert Trial.objects.get(nct_id="NCT01234567").overall_status == "RECRUITING"
    assert bulk(other)[0].change is Change.UPDATED


def test_an_older_record_changes_nothing_and_a_newer_one_holds_in_either_order() -> None:
    old, new = (
        record(statusModule={"lastUpdateSubmitDate": date, "overallStatus": status})
        for date, status in (("2024-01-31", "RECRUITING"), ("2024-02-29", "COMPLETED"))
    )
    changes = [[result.change for result in bulk(*batch)] for batch in ((old, new), (old, new), (new, old))]
    assert changes == [[Change.CREATED, Change.UPDATED], *[[Change.UNCHANGED] * 2] * 2]
    assert Trial.objects.get().overall_status == "COMPLETED"


def test_bad_records_are_rejected_alone_with_all_their_problems() -> None:
    unreadable = named(
        "NCT00000002", record(designModule={"phases": "PHASE1", "enrollmentInfo": {"count": -1}})
    )
    too_long_for_an_index = named("NCT00000003", record(conditionsModule={"conditions": ["漢\u0301" * 240]}))
    good = [named(f"NCT1000000{number}", record()) for number in range(5)]
    results = bulk(*good[:2], unreadable, good[2], too_long_for_an_index, {"a": 1}, *good[3:])
    assert [result.change for result in results] == [
        *[Change.CREATED] * 2, None, Change.CREATED, results[4].change, None, *[Change.CREATED] * 2
    ]  # fmt: skip
    assert [problem.path for problem in results[2].problems] == [
        "protocolSection.designModule.phases",
        "protocolSection.designModule.enrollmentInfo.count",
    ]


def test_what_only_the_database_refuses_is_rejected_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("alter table trials_trial add constraint trial_tried check (acronym <> 'no')")
    try:
        refused = [named(f"NCT0000000{n}", record(identificationModule={"acronym": "no"})) for n in (1, 2)]
        results = bulk(record(), refused[0], named("NCT00000003", record()), refused[1])
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("alter table trials_trial drop constraint trial_tried")
    assert [result.change for result in results] == [Change.CREATED, None, Change.CREATED, None]
    assert "trial_tried" in str(results[1].problems[0])
    assert set(Trial.objects.values_list("nct_id", flat=True)) == {"NCT01234567", "NCT00000003"}


def test_sites_keep_their_rows_and_none_is_deleted() -> None:
    bulk(record())
    before = dict(Site.objects.values_list("zip", "pk"))
    shorter = record()
    gone = locations(shorter).pop()
    locations(shorter).reverse()
    bulk(shorter)
    assert dict(Site.objects.values_list("zip", "pk")) == before
    assert Site.objects.get(listed=False).zip == gone["zip"]
    bulk(record())
    assert Site.objects.filter(listed=True).count() == len(locations(record()))


def test_where_an_administrator_s_word_stands_it_stays() -> None:
    bulk(record())
    trial = Trial.objects.get()
    with acting(make_user("Ada", is_staff=True)), by_hand(trials=[trial.pk]):
        Trial.objects.filter(pk=trial.pk).update(brief_title="Ours")
    newer = record(identificationModule={"briefTitle": "Theirs", "acronym": "NEW"})
    assert [each.change for each in bulk(newer, newer)] == [Change.UPDATED, Change.UNCHANGED]
    trial.refresh_from_db()
    assert (trial.brief_title, trial.acronym) == ("Ours", "NEW")
    assert LocalEdit.objects.get().registry == "Theirs"
    assert study_json(trial)["protocolSection"]["identificationModule"]["briefTitle"] == "Theirs"


def test_a_new_edition_of_our_reading_reads_unchanged_records_again() -> None:
    bulk(record())
    with acting_as(IMPORT):
        TrialRecord.objects.update(reader=0)
        Trial.objects.update(minimum_age_days=1)
    assert bulk(record())[0].change is Change.UPDATED
    assert Trial.objects.get().minimum_age_days == 6574
    assert bulk(record())[0].change is Change.UNCHANGED
    assert TrialImport.objects.count() == 1  # nothing that could be told has changed


def test_a_batch_takes_as_many_queries_as_one_record() -> None:
    counts = []
    bulk(record())  # after it, no sponsor is new
    for size in (1, 20):
        batch = [named(f"NCT{size:02}{number:06}", record()) for number in range(size)]
        with CaptureQueriesContext(connection) as queries:
            bulk(*batch)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_every_change_has_a_later_revision_and_a_removal_too() -> None:
    assert settled_revision() == 0
    bulk(record(), named("NCT00000001", record()))
    first = settled_revision()
    assert first == max(Trial.objects.values_list("revision", flat=True))
    bulk(record())
    assert settled_revision() == first
    bulk(record(statusModule={"overallStatus": "COMPLETED"}))
    assert Trial.objects.get(nct_id="NCT01234567").revision == settled_revision() > first
    with acting_as(IMPORT):
        TrialImport.objects.all().delete()
        Trial.objects.get(nct_id="NCT01234567").delete()
    removal = TrialRemoval.objects.get()
    assert (removal.nct_id, removal.revision) == ("NCT01234567", settled_revision())


def test_records_are_written_by_imports_alone() -> None:
    bulk(record())
    with pytest.raises(ProgrammingError, match="by imports alone"), acting_as(CONTENT):
        TrialRecord.objects.update(digest=b"")


def test_new_sponsors_are_added_by_one_import_at_a_time() -> None:
    """Two that add the same ones in another order, trial by trial, would wait for each other."""
    locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s"
    held = []
    for name in (None, "Trust"):
        with acting_as(IMPORT), connection.cursor() as cursor:
            sponsor_ids([{"name": name, "agency_class": "OTHER"}] if name else [])
            cursor.execute(locks, [ADDING_SPONSORS])
            held += cursor.fetchone()
    assert held == [0, 1]


def test_two_imports_of_the_same_records_at_once_make_each_trial_once() -> None:
    batch = [named(f"NCT0000000{number}", record()) for number in range(4)]
    together = threading.Barrier(2)

    def attempt(records: list[dict[str, Any]]) -> set[Change | None]:
        try:
            together.wait(timeout=20)
            return {result.change for result in bulk(*records)}
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        attempts = [pool.submit(attempt, records) for records in (batch, batch[::-1])]
        changes = [attempt.result(timeout=60) for attempt in attempts]
    assert sorted(changes, key=str) == [{Change.CREATED}, {Change.UNCHANGED}]
    assert Trial.objects.count() == 4


def test_what_is_settled_waits_for_who_is_writing() -> None:
    bulk(record())
    writing, said = threading.Event(), threading.Event()

    def write() -> None:
        try:
            with acting_as(IMPORT):
                next_revision(Trial.objects.values_list("pk", flat=True))
                writing.set()
                said.wait(timeout=20)
        finally:
            connection.close()

    def settle() -> int:
        try:
            return settled_revision()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        writer = pool.submit(write)
        assert writing.wait(timeout=20)
        settling = pool.submit(settle)
        with connection.cursor() as cursor:
            while not settling.done():  # until it stands in the queue
                cursor.execute(
                    "select exists (select from pg_locks where locktype = 'advisory' and not granted)"
                )
                if cursor.fetchone() == (True,):
                    break
        assert not settling.done()
        said.set()
        writer.result(timeout=20)
        assert settling.result(timeout=20) == Trial.objects.get().revision
