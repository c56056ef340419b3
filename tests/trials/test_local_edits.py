"""An administrator's word and the registry's: neither is lost, whatever is imported."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.context import acting_as, system
from screening.models import User
from tests.factories import acting, make_user
from tests.trials.records import locations, record
from trials.importers.ctgov import read_study
from trials.importers.store import Change, save_study
from trials.local_edits import by_hand, take_back, written_by_hand
from trials.models import LocalEdit, Site, SiteContact, Trial

pytestmark = pytest.mark.django_db


def load(whole: dict[str, Any] | None = None) -> Change:
    with acting_as(system("import", importing=True)):
        return save_study(read_study(whole or record())).change


@pytest.fixture
def trial() -> Trial:
    load()
    make_user("Ada", is_staff=True)
    return Trial.objects.get()


def edit(trial: Trial, **columns: Any) -> None:
    with acting(ada()), by_hand(trials=[trial.pk]):
        Trial.objects.filter(pk=trial.pk).update(**columns)


def edit_site(site: Site, **columns: Any) -> None:
    with acting(ada()), by_hand(sites=[site.pk]):
        Site.objects.filter(pk=site.pk).update(**columns)


def ada() -> User:
    return User.objects.get(email="ada@example.org")


def noted() -> dict[str, Any]:
    return {edit.field: edit.registry for edit in LocalEdit.objects.all()}


def test_an_edit_is_noted_with_what_the_registry_says_and_who_made_it(trial: Trial) -> None:
    edit(trial, overall_status="SUSPENDED", start_date="2025-01-15", phases=["PHASE2"])
    assert noted() == {
        "overall_status": "RECRUITING",
        "start_date": "2024-12",
        "phases": ["PHASE1", "PHASE2"],
    }
    assert {edit.edited_by for edit in LocalEdit.objects.all()} == {"Ada Example <ada@example.org>"}


def test_the_trials_page_names_what_the_registry_says_otherwise(trial: Trial, client: Client) -> None:
    address = f"/trials/{trial.nct_id}/"
    assert "Edited here" not in client.get(address).content.decode()
    edit(trial, overall_status="SUSPENDED", brief_title="Another title")
    edit_site(trial.sites.all()[0], latitude=1.0, longitude=2.0)
    said = client.get(address).content.decode().partition("Edited here")[2]
    names = said.partition(": ")[2].partition(".")[0]
    assert set(names.split(", ")) == {"status", "title", "coordinates of sites"}


def test_an_import_leaves_the_edit_and_takes_the_rest(trial: Trial) -> None:
    edit(trial, overall_status="SUSPENDED")
    newer = record(statusModule={"overallStatus": "COMPLETED"}, descriptionModule={"briefSummary": "New."})
    assert load(newer) is Change.UPDATED
    trial.refresh_from_db()
    assert (trial.overall_status, trial.brief_summary) == ("SUSPENDED", "New.")
    assert noted() == {"overall_status": "COMPLETED"}


def test_the_same_record_again_changes_nothing_beside_an_edit(trial: Trial) -> None:
    edit(trial, overall_status="SUSPENDED")
    edit_site(trial.sites.get(zip="29010"), status="SUSPENDED")
    with acting(ada()), by_hand(trials=[trial.pk], sites=trial.sites.values_list("pk", flat=True)):
        trial.keywords.all().delete()
        trial.arms.update(description="Ours")
        SiteContact.objects.update(phone="555")
    stamp = Trial.objects.get().changed_at
    with CaptureQueriesContext(connection) as queries:
        assert load() is Change.UNCHANGED
    assert not [query for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert Trial.objects.get().changed_at == stamp
    newer = record(statusModule={"overallStatus": "COMPLETED"})
    assert (load(newer), load(newer)) == (Change.UPDATED, Change.UNCHANGED)


def test_a_registry_that_comes_to_say_the_same_is_followed_again(trial: Trial) -> None:
    edit(trial, overall_status="SUSPENDED")
    load(record(statusModule={"overallStatus": "SUSPENDED"}))
    assert noted() == {}
    load(record(statusModule={"overallStatus": "COMPLETED"}))
    assert Trial.objects.get().overall_status == "COMPLETED"


def test_who_edits_it_back_follows_the_registry_again(trial: Trial) -> None:
    edit(trial, overall_status="SUSPENDED")
    edit(trial, overall_status="RECRUITING")
    assert noted() == {}


def test_a_second_edit_keeps_what_the_registry_said(trial: Trial) -> None:
    edit(trial, overall_status="SUSPENDED")
    edit(trial, overall_status="TERMINATED")
    assert noted() == {"overall_status": "RECRUITING"}


def test_an_edited_age_limit_and_the_registrys_other_one_stay_in_order(trial: Trial) -> None:
    edit(trial, minimum_age="70 Years", minimum_age_days=25567)
    load(record(eligibilityModule={"maximumAge": "65 Years"}))
    trial.refresh_from_db()
    assert (trial.minimum_age, trial.maximum_age) == ("70 Years", "65 Years")
    assert (trial.minimum_age_days, trial.maximum_age_days) == (None, None)
    load(record(eligibilityModule={"maximumAge": "80 Years"}))
    trial.refresh_from_db()
    assert (trial.minimum_age_days, trial.maximum_age_days) == (25567, 29220)


def test_an_edited_list_stays_and_the_others_follow(trial: Trial) -> None:
    with acting(ada()), by_hand(trials=[trial.pk]):
        trial.interventions.filter(name="Usual care").delete()
        trial.central_contacts.update(phone="555-0199")
    assert noted().keys() == {"groups", "central_contacts"}
    newer = record(
        armsInterventionsModule={"armGroups": [{"label": "Treated otherwise"}]},
        conditionsModule={"conditions": ["Scleroderma"]},
    )
    load(newer)
    assert [arm.label for arm in trial.arms.all()] == ["Treated", "Control"]
    assert trial.central_contacts.get().phone == "555-0199"
    assert trial.conditions.get().name == "Scleroderma"
    assert [arm["label"] for arm in noted()["groups"]["arms"]] == ["Treated otherwise"]


def test_an_edited_site_keeps_its_status_and_place(trial: Trial) -> None:
    site = trial.sites.get(zip="29010")
    edit_site(site, status="SUSPENDED", latitude=1.0, longitude=2.0)
    assert noted() == {"status": "", "coordinates": [36.72, -4.42]}
    newer = record()
    locations(newer)[3].update(status="COMPLETED", geoPoint={"lat": 36.7, "lon": -4.4})
    locations(newer)[0]["status"] = "COMPLETED"
    load(newer)
    site.refresh_from_db()
    assert (site.status, site.latitude) == ("SUSPENDED", 1.0)
    assert trial.sites.get(position=0).status == "COMPLETED"
    assert noted() == {"status": "COMPLETED", "coordinates": [36.7, -4.4]}


def test_a_sites_edited_contacts_stay_and_its_neighbours_follow(trial: Trial) -> None:
    site = trial.sites.get(position=2)
    with acting(ada()), by_hand(sites=[site.pk]):
        SiteContact.objects.filter(site=site, position=1).delete()
    newer = record()
    locations(newer)[2]["contacts"] = [{"name": "C. D."}]
    locations(newer)[3]["contacts"] = [{"name": "E. F."}]
    load(newer)
    names = SiteContact.objects.order_by("site__position").values_list("site__position", "name")
    assert list(names) == [(2, "A. B."), (3, "E. F.")]
    assert [contact["name"] for contact in noted()["contacts"]] == ["C. D."]


def test_what_the_registry_says_can_be_taken_back(trial: Trial) -> None:
    site = trial.sites.get(position=2)
    before = {
        "arms": list(trial.arms.values("label", "description")),
        "sponsors": list(trial.sponsor_parts.values_list("sponsor__name", "role")),
        "contacts": list(SiteContact.objects.values_list("site", "name")),
    }
    edit(trial, start_date="2025", minimum_age="20 Years", minimum_age_days=7305, phases=[])
    with acting(ada()), by_hand(trials=[trial.pk], sites=[site.pk]):
        trial.arms.update(description="Ours")
        trial.sponsor_parts.filter(role="collaborator").delete()
        trial.outcomes.filter(kind="primary").delete()
        SiteContact.objects.all().delete()
        Site.objects.filter(pk=site.pk).update(status="SUSPENDED", latitude=1, longitude=2)
    with acting(ada()), by_hand(trials=[trial.pk], sites=[site.pk]):
        assert take_back(LocalEdit.objects.all()) == {trial.pk}
    assert noted() == {}
    trial.refresh_from_db()
    assert (str(trial.start_date), trial.minimum_age_days) == ("Dec 2024", 6574)
    assert list(trial.arms.values("label", "description")) == before["arms"]
    assert list(trial.sponsor_parts.values_list("sponsor__name", "role")) == before["sponsors"]
    assert list(SiteContact.objects.values_list("site", "name")) == before["contacts"]
    site.refresh_from_db()
    assert (site.status, site.latitude) == ("RECRUITING", None)
    assert load() is Change.UNCHANGED


def test_a_trial_that_was_made_here_keeps_its_words_when_its_record_comes() -> None:
    with acting(make_user("Ada", is_staff=True)):
        trial = Trial.objects.create(nct_id="NCT01234567", brief_title="Ours", sex="FEMALE")
        written_by_hand(trial)
    assert noted() == {"brief_title": "", "sex": ""}
    assert not LocalEdit.objects.filter(imported=True).exists()
    load()
    trial.refresh_from_db()
    assert (trial.brief_title, trial.sex, trial.minimum_age) == ("Ours", "FEMALE", "18 Years")
    assert noted() == {"brief_title": "A Study in Myositis", "sex": "ALL"}
    assert load() is Change.UNCHANGED


def test_a_thousand_edited_sites_take_as_many_queries_as_one(trial: Trial) -> None:
    with acting_as(system("import", importing=True)):
        Site.objects.bulk_create(
            Site(trial=trial, address_key=str(n), facility=f"Site {n}", status="RECRUITING")
            for n in range(1000)
        )
    counts = []
    for sites in (trial.sites.all()[:1], trial.sites.all()):
        pks = list(sites.values_list("pk", flat=True))
        with CaptureQueriesContext(connection) as queries, acting(ada()), by_hand(sites=pks):
            Site.objects.filter(pk__in=pks).update(status="SUSPENDED")
        counts.append(len(queries))
    assert counts[1] <= counts[0] + 2  # rows are inserted in batches
    assert LocalEdit.objects.filter(field="status").count() == 1004
