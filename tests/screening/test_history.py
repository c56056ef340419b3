"""The history of an administrator's pages: from the audit trail, in words, and of no patient."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.context import acting_as, reason_given, system
from screening.history import acts, differing, events_of, imports_of
from screening.models import Membership, Role
from tests.factories import Cast, acting, answer, make_cast, make_center_site, make_screening
from tests.trials.admin_pages import load_trial
from trials.models import Arm, Site, Sponsor, Trial, TrialSponsor

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def ada(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.ada)
    return client


def told(cast: Cast, row: Any, since: int = 0) -> list[tuple[str, str, list[str]]]:
    """Reason, what was done and how, step by step; the newest first."""
    with acting(cast.ada):
        return [
            (act.reason, f"{step.what} {step.action}".strip(), [_line(change) for change in step.changes])
            for act in acts(events_of(row), row)
            for step in act.steps
            if act.actor.startswith("Ada")
        ]


def _line(change: Any) -> str:
    return f"{change.field}: {change.before} → {change.after}"


def page_of(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_history", args=[row.pk])


def test_a_trial_is_told_with_its_lists_and_the_reason(cast: Cast, ada: Client) -> None:
    with acting(cast.ada), reason_given("Amendment 3"):
        Trial.objects.filter(pk=cast.trial.pk).update(
            overall_status="SUSPENDED",
            start_date="2025-01",
            phases=["PHASE1", "PHASE2"],
            minimum_age_days=3,
        )
        arm = Arm.objects.create(trial=cast.trial, position=0, label="Placebo", type="PLACEBO_COMPARATOR")
        arm.delete()
        part = TrialSponsor.objects.get(trial=cast.trial)
        part.sponsor = Sponsor.objects.create(name="Another", folded="another")
        part.save()
    assert told(cast, cast.trial) == [
        ("Amendment 3", "sponsor of a trial “Another” changed", ["sponsor: Sponsor of tests → Another"]),
        ("Amendment 3", "arm “Placebo” removed", ["label: Placebo → ", "type: Placebo comparator → "]),
        ("Amendment 3", "arm “Placebo” added", ["label:  → Placebo", "type:  → Placebo comparator"]),
        (
            "Amendment 3",
            "changed",
            ["status: Recruiting → Suspended", "start:  → Jan 2025", "phases:  → Phase 1, Phase 2"],
        ),
    ]
    page = ada.get(page_of(cast.trial)).text
    assert "Ada Example &lt;ada@example.org&gt;" in page
    assert "Amendment 3" in page
    assert "a key that nobody reads" not in page


def test_an_import_is_told_with_what_it_changed(ada: Client) -> None:
    trial = load_trial()
    assert trial.imports.count() == 1
    load_trial()  # brings nothing new, and leaves no trace
    load_trial(
        statusModule={"overallStatus": "COMPLETED", "startDateStruct": {"date": "2025-02"}},
        contactsLocationsModule={"locations": []},
    )
    latest, first = imports_of(trial)
    assert (first.actor, [step.action for step in first.steps]) == ("system: import", ["added"])
    lines = [_line(change) for change in latest.steps[0].changes]
    assert "status: Recruiting → Completed" in lines
    assert "sites changed" in [f"{step.what} {step.action}" for step in latest.steps]
    page = " ".join(ada.get(page_of(trial)).text.split())
    assert "<h2>Imports</h2>" in page
    assert "<ins>Completed</ins>" in page


def test_a_part_that_was_deleted_is_told_with_who_did_it(ada: Client) -> None:
    trial = load_trial()
    outcome = trial.outcomes.first()
    assert outcome is not None
    page = reverse("admin:trials_outcome_delete", args=[outcome.pk])
    assert ada.post(page, {"post": "yes"}).status_code == 302
    told_page = " ".join(ada.get(page_of(trial)).text.split())
    assert f"Outcome measure “{outcome.measure}” removed" in told_page
    assert "Ada Example &lt;ada@example.org&gt;" in told_page


def test_another_trials_history_is_its_own(cast: Cast) -> None:
    with acting(cast.ada):
        other = Trial.objects.create(nct_id="NCT00000001", brief_title="Other")
        Arm.objects.create(trial=other, position=0, label="Placebo")
    assert told(cast, cast.trial) == []
    assert len(told(cast, other)) == 2


def test_a_person_is_told_with_roles_and_never_a_password(cast: Cast, ada: Client) -> None:
    with acting(cast.ada), reason_given("New contract"):
        Membership.objects.filter(user=cast.alice).update(role=Role.INVESTIGATOR)
        Membership.objects.filter(user=cast.alice).delete()
        cast.alice.set_password("another correct horse")
        cast.alice.save()
    assert told(cast, cast.alice) == [
        ("New contract", "changed", ["password:  → a new one"]),
        (
            "New contract",
            "membership “RENNES hospital” removed",
            ["person: Alice Example → ", "center: RENNES hospital → ", "role: investigator → "],
        ),
        ("New contract", "membership “RENNES hospital” changed", ["role: coordinator → investigator"]),
    ]
    assert "left out" not in ada.get(page_of(cast.alice)).text


def test_a_center_is_told_with_its_people_and_sites(cast: Cast) -> None:
    with acting(cast.ada):
        Membership.objects.filter(user=cast.bob).delete()
    [(_reason, what, _changes)] = told(cast, cast.rennes)
    assert what == "membership “Bob Example” removed"


def test_a_version_is_told_by_numbers_where_a_whole_tree_came(cast: Cast) -> None:
    with acting(cast.ada):
        whats = [
            f"{step.what} {step.action}".strip()
            for act in acts(events_of(cast.version), cast.version)
            for step in act.steps
        ]
    assert whats == ["changed", "criterion: 6 added", "added"]


def test_nothing_of_a_patient_is_told(cast: Cast, ada: Client) -> None:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="SECRET-7")
    answer(cast.alice, screening, "age", "yes", comment="a word about somebody")
    with acting_as(system("test", edits_content=True)):
        # Somebody who administers and coordinates may read the center's chain too.
        Membership.objects.create(user=cast.ada, center=cast.rennes, role=Role.COORDINATOR)
    rows = (cast.rennes, cast.alice, cast.trial, cast.version, cast.rennes_site.site, cast.sponsor)
    for row in rows:
        page = ada.get(page_of(row)).text
        assert "SECRET-7" not in page
        assert screening.screening_number not in page
        assert not re.search(r"\bscreening “", page)


@pytest.mark.parametrize(
    "address",
    [
        "/admin/screening/patient/1/history/",
        "/admin/screening/screening/1/history/",
        "/admin/screening/auditevent/1/history/",
        "/admin/trials/trial/999999/history/",
        "/admin/trials/nothing/1/history/",
        "/admin/nothing/trial/1/history/",
        "/admin/trials/trial/x'/history/",
    ],
)
def test_what_has_no_page_has_no_history(address: str, cast: Cast, ada: Client) -> None:
    assert ada.get(address).status_code == 404


def test_a_history_is_the_administrators_alone(cast: Cast, client: Client) -> None:
    for user in (cast.alice, cast.sven):
        client.force_login(user)
        assert client.get(page_of(cast.trial)).status_code == 302


def test_a_long_history_takes_as_many_queries_as_a_short_one_and_comes_in_pages(
    cast: Cast, ada: Client
) -> None:
    site = make_center_site(cast.rennes, cast.trial).site
    counts = []
    for times in (2, 250):
        for n in range(times):
            with acting(cast.ada):
                Site.objects.filter(pk=site.pk).update(facility=f"Hospital {times} {n}")
        ada.get(page_of(site))
        with CaptureQueriesContext(connection) as queries:
            page = ada.get(page_of(site)).text
        counts.append(len(queries))
    assert counts[1] <= counts[0] < 25
    assert "Page 1 of 2" in page
    assert len(page) < 200_000
    assert "Hospital 2 1" in ada.get(page_of(site), {"page": 2}).text


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("short", "shorter", ("short", "shorter")),
        ("a" * 300, "a" * 300 + "b", ("…" + "a" * 40, "…" + "a" * 40 + "b")),
        ("", "x" * 500, ("", "x" * 120 + " … " + "x" * 120)),
        (
            "a" * 300 + "one" + "c" * 300,
            "a" * 300 + "two" + "c" * 300,
            ("…" + "a" * 40 + "one" + "c" * 40 + "…", "…" + "a" * 40 + "two" + "c" * 40 + "…"),
        ),
    ],
)
def test_long_texts_are_told_where_they_differ(before: str, after: str, shown: tuple[str, str]) -> None:
    assert differing(before, after) == shown
