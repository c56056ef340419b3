"""What an administrator edited beside what the registry says; and many sites at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.context import acting_as, system
from screening.models import AuditEvent, User
from tests.factories import acting, make_user
from tests.trials.admin_pages import address, filled, load_trial
from tests.trials.records import locations, record
from trials.models import LocalEdit, Site, SiteContact, Sponsor, Trial, TrialSponsor
from trials.searching import engine
from trials.searching.wanted import Wanted

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client: Client) -> Client:
    client.force_login(make_user("Ada", is_staff=True))
    return client


@pytest.fixture
def trial() -> Trial:
    return load_trial()


def noted() -> dict[str, Any]:
    return {edit.field: edit.registry for edit in LocalEdit.objects.all()}


def updates(table: str) -> list[AuditEvent]:
    with acting(User.objects.get(email="ada@example.org")):
        return list(AuditEvent.objects.filter(table=table, action="update"))


def add_sites(trial: Trial, count: int) -> None:
    with acting_as(system("import", importing=True)):
        Site.objects.bulk_create(
            Site(
                trial=trial,
                address_key=str(n),
                facility=f"Hospital {n}",
                city_normalised="Rennes",
                country_normalised="France",
                status="RECRUITING",
            )
            for n in range(count)
        )


# One page


def test_an_untouched_page_is_no_edit(ada: Client, trial: Trial) -> None:
    with acting_as(system("import", importing=True)):
        trial.arms.update(description=" spaces \n", label=" Arm  A ")
        Trial.objects.update(brief_summary="Ends with a line.\n", organization_name="A  B ")
    for page in (address("trial_change", trial.pk), *_pages_of_parts(trial)):
        assert ada.post(page, filled(ada.get(page))).status_code == 302
    assert noted() == {}
    assert updates("trials_arm") == []


def test_what_only_an_administrator_sets_is_no_edit_of_the_registrys_content(
    ada: Client, trial: Trial
) -> None:
    page = address("trial_change", trial.pk)
    assert ada.post(page, {**filled(ada.get(page)), "requires_sources": "on"}).status_code == 302
    assert Trial.objects.get(pk=trial.pk).requires_sources
    assert noted() == {}
    load_trial(descriptionModule={"detailedDescription": "New."})
    assert Trial.objects.get(pk=trial.pk).requires_sources


def _pages_of_parts(trial: Trial) -> list[str]:
    arm, outcome = trial.arms.first(), trial.outcomes.first()
    assert arm
    assert outcome
    return [
        address("arm_change", arm.pk),
        address("outcome_change", outcome.pk),
        *(address("site_change", pk) for pk in trial.sites.values_list("pk", flat=True)),
    ]


def test_the_registrys_value_stands_at_its_field_with_who_edited_it(ada: Client, trial: Trial) -> None:
    page = address("trial_change", trial.pk)
    changes = {
        "overall_status": "SUSPENDED",
        "start_date": "2025-01-15",
        "condition_names": "Lupus",
        "central_contacts-0-phone": "555-0199",
        "reason": "Letter of the sponsor",
    }
    assert ada.post(page, filled(ada.get(page), **changes)).status_code == 302
    assert noted().keys() == {"overall_status", "start_date", "conditions", "central_contacts"}
    response = ada.get(page)
    form = response.context["adminform"].form
    assert "Recruiting" in form.fields["overall_status"].help_text
    assert "Dec 2024" in form.fields["start_date"].help_text
    assert "Myositis" in form.fields["condition_names"].help_text
    assert "Desk; 555-0100; 12" in response.text
    assert response.text.count("Edited by Ada Example &lt;ada@example.org&gt; on ") == 4
    assert {event.reason for event in updates("trials_trial")} == {"Letter of the sponsor"}


def test_a_tick_takes_the_registrys_value_back(ada: Client, trial: Trial) -> None:
    page = address("trial_change", trial.pk)
    changes = {"overall_status": "SUSPENDED", "minimum_age": "20 Years", "arms-0-label": "Ours"}
    ada.post(page, filled(ada.get(page), **changes))
    back = {"take_back": ["overall_status", "groups", "nonsense"], "nickname": "x"}
    assert ada.post(page, filled(ada.get(page), **back)).status_code == 302
    trial.refresh_from_db()
    assert (trial.overall_status, trial.minimum_age, trial.nickname) == ("RECRUITING", "20 Years", "x")
    assert [arm.label for arm in trial.arms.all()] == ["Treated", "Control"]
    assert noted().keys() == {"minimum_age", "nickname"}
    assert load_trial().minimum_age == "20 Years"


def test_a_tick_survives_a_mistake_elsewhere(ada: Client, trial: Trial) -> None:
    page = address("trial_change", trial.pk)
    ada.post(page, filled(ada.get(page), overall_status="SUSPENDED"))
    response = ada.post(page, filled(ada.get(page), take_back=["overall_status"], start_date="May"))
    assert 'value="overall_status" checked' in response.text
    assert noted().keys() == {"overall_status"}


def test_what_an_import_brought_meanwhile_is_not_undone(ada: Client, trial: Trial) -> None:
    for page, module in (
        (address("trial_change", trial.pk), {"descriptionModule": {"detailedDescription": "New."}}),
        (address("site_change", trial.sites.all()[3].pk), {"contactsLocationsModule": _at_another_place()}),
    ):
        opened = filled(ada.get(page), reason="x")
        load_trial(**module)
        refused = ada.post(page, opened)
        assert "This was changed since you opened the page." in refused.text
        assert ada.post(page, filled(ada.get(page))).status_code == 302
    trial.refresh_from_db()
    assert trial.sites.all()[3].latitude == 36.5
    assert noted() == {}


def _at_another_place() -> dict[str, Any]:
    places = locations(record())
    places[3]["geoPoint"]["lat"] = 36.5
    return {"locations": places}


def test_a_trial_made_here_says_that_no_record_was_imported(ada: Client) -> None:
    add = address("trial_add")
    response = ada.post(add, filled(ada.get(add), nct_id="NCT07654321", brief_title="Ours"))
    assert response.status_code == 302
    page = address("trial_change", Trial.objects.get().pk)
    assert "No record has been imported yet" in ada.get(page).text
    assert "take_back" not in ada.get(page).text


def test_parts_on_pages_of_their_own_are_edits_of_the_trial(ada: Client, trial: Trial) -> None:
    arm, outcome = trial.arms.all()[0], trial.outcomes.all()[0]
    page = address("arm_change", arm.pk)
    ada.post(page, filled(ada.get(page), description="Ours"))
    assert ada.post(address("outcome_delete", outcome.pk), {"post": "yes"}).status_code == 302
    assert noted().keys() == {"groups", "outcomes"}
    assert 'value="outcomes"' in ada.get(address("trial_change", trial.pk)).text


def test_a_site_shows_the_registrys_status_and_gives_it_back(ada: Client, trial: Trial) -> None:
    site = trial.sites.get(position=2)
    page = address("site_change", site.pk)
    edit = {"status": "SUSPENDED", "latitude": "1", "longitude": "2", "contacts-0-name": "Somebody"}
    assert ada.post(page, filled(ada.get(page), **edit)).status_code == 302
    assert noted().keys() == {"status", "coordinates", "contacts"}
    assert "Recruiting" in ada.get(page).context["adminform"].form.fields["status"].help_text
    ada.post(page, filled(ada.get(page), take_back=["status", "coordinates", "contacts"]))
    site.refresh_from_db()
    assert (site.status, site.latitude, noted()) == ("RECRUITING", None, {})
    assert SiteContact.objects.get(site=site, position=0).name == "A. B."


def test_the_lists_can_be_narrowed_to_what_was_edited_here(ada: Client, trial: Trial) -> None:
    load_trial("NCT00000001")
    page = address("site_change", trial.sites.all()[0].pk)
    ada.post(page, filled(ada.get(page), status="SUSPENDED"))
    for model, edited, others in (("trial", 1, 1), ("site", 1, 7)):
        counts = [
            ada.get(address(f"{model}_changelist"), {"edited": value}).context["cl"].result_count
            for value in ("yes", "no", "whatever")
        ]
        assert counts == [edited, others, edited + others]


def test_a_sponsor_with_trials_keeps_its_name(ada: Client, trial: Trial) -> None:
    sponsor = Sponsor.objects.get(name="Example Pharma")
    page = address("sponsor_change", sponsor.pk)
    assert ada.post(page, filled(ada.get(page), name="Other", agency_class="NIH")).status_code == 302
    sponsor.refresh_from_db()
    assert (sponsor.name, sponsor.agency_class) == ("Example Pharma", "NIH")


def test_more_sponsors_take_no_more_queries(ada: Client, trial: Trial) -> None:
    counts = []
    for number in (1, 15):
        with acting_as(system("import", importing=True)):
            for n in range(number):
                sponsor = Sponsor.objects.create(name=f"S {number} {n}", folded="s")
                position = trial.sponsor_parts.count()
                TrialSponsor.objects.create(
                    trial=trial, sponsor=sponsor, role="collaborator", position=position
                )
        ada.get(address("trial_change", trial.pk))
        with CaptureQueriesContext(connection) as queries:
            assert "S 1 0" in ada.get(address("trial_change", trial.pk)).text
        counts.append(len(queries))
    assert counts[0] == counts[1] < 40


# Many sites


def act(ada: Client, action: str, model: str = "site", **data: Any) -> Any:
    return ada.post(address(f"{model}_changelist", **data.pop("query", {})), {"action": action, **data})


def sent(page: Any, **changes: str) -> dict[str, str]:
    form = page.context["form"]
    return {name: form[name].value() or "" for name in form.fields} | changes


def test_all_sites_of_a_large_trial_get_a_status_in_one_go(ada: Client, trial: Trial) -> None:
    add_sites(trial, 1396)
    chosen = trial.sites.values_list("pk", flat=True)[:1]
    query = {"trial__id__exact": trial.pk}
    page = act(ada, "change_status", _selected_action=list(chosen), select_across="1", query=query)
    assert "Change the status of 1400 sites" in page.text
    assert "NCT01234567, Recruiting: 1399" in page.text
    assert len(page.content) < 40_000
    refused = ada.post(address("site_status"), sent(page, status="SUSPENDED"))
    assert refused.context["form"].errors.keys() == {"reason"}
    with CaptureQueriesContext(connection) as queries:
        answer = ada.post(address("site_status"), sent(refused, status="SUSPENDED", reason="On hold"))
    assert len(queries) < 45
    assert answer["Location"] == address("site_changelist", **query)
    assert "1400 sites were changed to “Suspended”." in ada.get(answer["Location"]).text
    assert set(trial.sites.values_list("status", flat=True)) == {"SUSPENDED"}
    changed = updates("trials_site")
    assert len(changed) == 1400
    assert {(event.reason, event.actor) for event in changed} == {
        ("On hold", "Ada Example <ada@example.org>")
    }
    assert LocalEdit.objects.filter(field="status").count() == 1400


def test_the_pages_of_a_large_trial_stay_small_and_quick(ada: Client, trial: Trial) -> None:
    pages = [
        address("site_changelist", trial__id__exact=trial.pk),
        address("trial_change", trial.pk),
        address("site_change", trial.sites.all()[0].pk),
        address("trial_changelist"),
    ]
    few = [_cost(ada, page)[0] for page in pages]
    add_sites(trial, 1396)
    for page, queries in zip(pages, few, strict=True):
        now, size = _cost(ada, page)
        assert now == queries < 40, page
        assert size < 200_000, page


def _cost(ada: Client, page: str) -> tuple[int, int]:
    ada.get(page)
    with CaptureQueriesContext(connection) as queries:
        response = ada.get(page)
    return len(queries), len(response.content)


def test_the_registrys_values_are_taken_back_for_all_chosen(ada: Client, trial: Trial) -> None:
    chosen = list(trial.sites.values_list("pk", flat=True))
    page = act(ada, "change_status", _selected_action=chosen)
    ada.post(address("site_status"), sent(page, status="COMPLETED", reason="By mistake"))
    page = act(ada, "take_back", _selected_action=chosen[:3])
    assert "3 fields that were edited here" in page.text
    ada.post(address("site_take_back"), sent(page, reason="It was a mistake"))
    assert list(trial.sites.order_by("position").values_list("status", flat=True)) == [
        *["RECRUITING"] * 3,
        "COMPLETED",
    ]
    trial_page = address("trial_change", trial.pk)
    ada.post(trial_page, filled(ada.get(trial_page), brief_title="Ours"))
    page = act(ada, "take_back", "trial", _selected_action=[trial.pk])
    ada.post(address("trial_take_back"), sent(page, reason="No longer"))
    assert Trial.objects.get().brief_title == "A Study in Myositis"
    assert engine.count(Wanted('"study in"'))


@pytest.mark.parametrize("ids", ["", "x", "1,,2", "9" * 30, ",".join(["1"] * 5000)])
def test_nonsense_changes_nothing(ids: str, ada: Client, trial: Trial) -> None:
    for page in ("site_status", "site_take_back", "trial_take_back"):
        data = {"ids": ids, "status": "COMPLETED", "reason": "x"}
        assert ada.post(address(page), data).status_code == 200
        assert ada.get(address(page)).status_code == 302
    assert not trial.sites.filter(status="COMPLETED").exists()


def test_only_administrators_change_many_sites(client: Client, trial: Trial) -> None:
    client.force_login(make_user("Alice"))
    for page in ("site_status", "site_take_back", "trial_take_back"):
        response = client.post(address(page), {"ids": str(trial.pk), "status": "COMPLETED", "reason": "x"})
        assert response.status_code == 302
        assert "/login/" in response["Location"]
