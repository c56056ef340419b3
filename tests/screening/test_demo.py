"""The demonstration's people and screenings, and the command that loads all fixtures."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command

from config.context import acting_as
from screening.access import context_for
from screening.demo import DOCUMENT, accounts
from screening.models import AuditEvent, Outcome, Screening, Status, User
from screening.services.proposals import proposals_for
from tests.factories import acting
from trials.models import CriteriaVersion, Site

pytestmark = pytest.mark.django_db


def load(*paths: Path) -> tuple[int, list[str], str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("load_fixtures", *paths, stdout=out, stderr=err)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue().splitlines(), err.getvalue()
    return 0, out.getvalue().splitlines(), err.getvalue()


def test_the_demonstration_is_complete_and_loads_again_without_a_change(settings: Any) -> None:
    """In one, as all of it is loaded for each of these promises."""
    settings.MODE = "demo"
    code, lines, problems = load()
    assert (code, problems, lines[-1]) == (0, "", "created=7 updated=0 unchanged=0 rejected=0")
    each_account_signs_in_and_has_its_role()
    the_made_up_protocol_is_seen_by_one_center_and_its_sponsor()
    the_log_has_something_to_look_at()
    it_loads_again_without_a_change_and_what_somebody_changed_stays()


def each_account_signs_in_and_has_its_role() -> None:
    known = accounts()
    assert len(known.lines()) == len(known.people) + 1
    for person in known.people:
        user = authenticate(username=person.email, password=known.password)
        assert isinstance(user, User)
        assert user.is_demo
        context = context_for(user)
        assert bool(context.write_centers) == (person.role in ("coordinator", "investigator"))
        assert bool(context.read_centers) == (person.role in ("coordinator", "investigator", "monitor"))
        assert bool(context.sponsors) == (person.role == "sponsor")
        assert context.edits_content == (person.role == "administrator")


def the_made_up_protocol_is_seen_by_one_center_and_its_sponsor() -> None:
    seen = {
        "coordinator@rennes.example": True,
        "monitor@rennes.example": True,
        "coordinator@iowa.example": False,
        "sponsor@novartis.example": True,
    }
    for email, shown in seen.items():
        with acting_as(context_for(User.objects.get(email=email))):
            assert CriteriaVersion.objects.filter(source="protocol").exists() == shown, email


def the_log_has_something_to_look_at() -> None:
    with acting(User.objects.get(email="coordinator@rennes.example")):
        with_facts, behind, failed, running = Screening.objects.order_by("-id")
        assert (failed.status, failed.outcome) == (Status.CONCLUDED, Outcome.INELIGIBLE)
        assert [criterion["identifier"] for criterion in failed.deciding] == ["e2"]
        assert (running.status, running.outcome) == (Status.OPEN, Outcome.UNDETERMINED)
        assert running.version.made_up
        assert list(Screening.objects.open().behind()) == [behind]
        assert (behind.version.label, behind.outcome) == ("Earlier registry text", Outcome.INELIGIBLE)
        assert not with_facts.answers.exists()
        proposals = proposals_for(with_facts).values()
        assert sum(each.value is not None for each in proposals) >= 20
        assert any(each.conflicting for each in proposals)
        assert any(each.problem and each.problem.kind == "half_life_missing" for each in proposals)
    assert not Site.objects.filter(origin="local", listed=True).exists()


def it_loads_again_without_a_change_and_what_somebody_changed_stays() -> None:
    user = User.objects.get(email="coordinator@rennes.example")
    with acting(user):
        user.set_password("my own long secret")
        user.save()
    administrator = User.objects.get(email="administrator@trialdesk.example")
    with acting(administrator):
        before = AuditEvent.objects.count()
    assert load()[1][-1] == "created=0 updated=0 unchanged=7 rejected=0"
    with acting(administrator):
        assert AuditEvent.objects.count() == before
    user.refresh_from_db()
    assert user.check_password("my own long secret")


def test_made_up_people_stay_out_of_production(settings: Any) -> None:
    settings.MODE, settings.PRODUCTION = "production", True
    assert all("demo.yaml" not in line for line in load()[1])
    code, lines, problems = load(DOCUMENT)
    assert (code, lines[-1]) == (1, "created=0 updated=0 unchanged=0 rejected=1")
    assert problems == "fixtures/demo.yaml: made-up people are loaded in demo mode only\n"
    assert not User.objects.exists()


def test_a_wrong_document_is_named_with_the_place_and_nothing_is_kept(tmp_path: Path) -> None:
    wrong = tmp_path / "demo.yaml"
    wrong.write_text(
        "password: x\npeople:\n- {email: a@b.example, printed_name: A, role: administrator}\n"
        "- {email: b@b.example, printed_name: B, role: king}\n"
        "- {email: c@b.example, printed_name: C, role: monitor, center: NOWHERE, hat: red}\n"
    )
    code, _lines, problems = load(wrong)
    assert code == 1
    assert f"{wrong}: people[1].role: one of coordinator, investigator, monitor" in problems
    assert f"{wrong}: people[2].center: there is no such one" in problems
    assert f"{wrong}: people[2].hat: nothing reads this key" in problems
    assert not User.objects.exists()
