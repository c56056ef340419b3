"""The administrator's pages for trial content."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.context import acting_as
from tests.factories import CONTENT, TREE_WITH_COHORTS, make_trial, make_user, make_version, statement
from tests.trials.admin_pages import address, filled, load_trial
from trials.models import CriteriaVersion, Site, Sponsor, Trial, Variable
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


def sites_of(trial: Trial) -> list[Site]:
    return list(trial.sites.order_by("position"))


def tree_about(variable: str) -> dict[str, Any]:
    about = statement("a", test={"variable": variable})
    return {
        "inclusion": {"identifier": "in", "op": "all", "children": [about]},
        "exclusion": {"identifier": "ex", "op": "any"},
    }


# Pages


def test_every_page_opens_under_the_policy(ada: Client, trial: Trial) -> None:
    version = make_version(trial, TREE_WITH_COHORTS)
    draft = make_version(trial, published=False)
    with acting_as(CONTENT):
        variable = Variable.objects.create(code="age", label="Age", kind="number")
    addresses = [
        *(
            address(f"{model}_changelist")
            for model in ("trial", "site", "sponsor", "criteriaversion", "variable", "arm", "outcome")
        ),
        *(address(f"{model}_add") for model in ("trial", "site", "sponsor", "variable")),
        address("trial_change", trial.pk),
        address("site_change", sites_of(trial)[2].pk),
        address("sponsor_change", Sponsor.objects.first().pk),  # type: ignore[union-attr]
        address("arm_change", trial.arms.first().pk),  # type: ignore[union-attr]
        address("variable_change", variable.pk),
        address("criteriaversion_change", version.pk),
        address("criteriaversion_change", draft.pk),
        address("criteriaversion_publish", id=draft.pk),
        address("site_changelist", trial__id__exact=trial.pk, q="malaga"),
        reverse("admin:index"),
    ]
    for page in addresses:
        response = ada.get(page)
        assert response.status_code == 200, page
        body = response.content.decode()
        assert "script-src 'self'" in response["Content-Security-Policy"]
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*json)", body), page
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", body), page


def test_only_administrators_come_in(client: Client, trial: Trial) -> None:
    client.force_login(make_user("Alice"))
    for page in (address("trial_changelist"), address("criteriaversion_publish", id=1)):
        assert client.get(page).status_code == 302


def test_a_list_of_twenty_takes_as_many_queries_as_a_list_of_one(ada: Client) -> None:
    def add(number: int) -> None:
        sponsor = {"leadSponsor": {"name": f"Sponsor {number}", "class": "OTHER"}}
        make_version(load_trial(f"NCT000000{number:02}", sponsorCollaboratorsModule=sponsor))
        with acting_as(CONTENT):
            Variable.objects.create(code=f"v{number}", label="V", kind="number")

    def queries_of(model: str) -> int:
        ada.get(address(f"{model}_changelist"))
        with CaptureQueriesContext(connection) as queries:
            assert ada.get(address(f"{model}_changelist")).status_code == 200
        return len(queries)

    counts = []
    for numbers in (range(1), range(1, 20)):
        for number in numbers:
            add(number)
        models = ("trial", "site", "sponsor", "outcome", "criteriaversion", "variable")
        counts.append({model: queries_of(model) for model in models})
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("model", "words", "found"),
    [
        ("trial", "MYOSÍTIS malaga", 1),
        ("trial", "nothing", 0),
        ("site", "malaga", 1),
        ("site", "singapore", 3),
    ],
)
def test_search_forgets_accents(model: str, words: str, found: int, ada: Client, trial: Trial) -> None:
    response = ada.get(address(f"{model}_changelist"), {"q": words})
    assert response.context["cl"].result_count == found


# Trials


def test_a_saved_page_without_changes_changes_nothing(ada: Client, trial: Trial) -> None:
    before = Trial.objects.values().get()
    page = address("trial_change", trial.pk)
    assert ada.post(page, filled(ada.get(page))).status_code == 302
    assert Trial.objects.values().get() == before


def test_an_edit_reaches_search_and_ages(ada: Client, trial: Trial) -> None:
    page = address("trial_change", trial.pk)
    edit = {"nickname": "NÉX-T", "minimum_age": "6 Months", "start_date": "2025", "phases": ["PHASE3"]}
    assert ada.post(page, filled(ada.get(page), **edit)).status_code == 302
    trial.refresh_from_db()
    assert (trial.minimum_age_days, str(trial.start_date), trial.phases) == (182, "2025", ["PHASE3"])
    assert engine.count(Wanted("nex-t"))


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        ({"start_date": "2024-13"}, "“2024-13” is no date. Write the date as 2024-12-17, 2024-12 or 2024."),
        ({"minimum_age": "eighteen"}, "Write the age as 18 Years or 6 Months"),
        ({"minimum_age": "80 Years"}, "The minimum age is above the maximum age."),
        ({"overall_status": "<b>"}, "Select a valid choice."),
    ],
)
def test_a_mistake_is_explained(edit: dict[str, str], message: str, ada: Client, trial: Trial) -> None:
    page = address("trial_change", trial.pk)
    response = ada.post(page, filled(ada.get(page), **edit))
    assert (
        message in "".join(map(str, response.context["adminform"].form.errors.values())) if message else True
    )
    trial.refresh_from_db()
    assert (trial.minimum_age, trial.nct_id) == ("18 Years", "NCT01234567")


def test_a_value_without_words_survives_an_edit(ada: Client) -> None:
    trial = load_trial(statusModule={"overallStatus": "ON_THE_MOON"}, designModule={"phases": ["PHASE9"]})
    page = address("trial_change", trial.pk)
    assert "On the moon" in ada.get(page).content.decode()
    assert ada.post(page, filled(ada.get(page), nickname="x")).status_code == 302
    trial.refresh_from_db()
    assert (trial.overall_status, trial.phases, trial.nickname) == ("ON_THE_MOON", ["PHASE9"], "x")


def test_conditions_are_edited_as_lines(ada: Client, trial: Trial) -> None:
    page = address("trial_change", trial.pk)
    edit = {"condition_names": "Myositis\r\n\r\n Sjögren ", "keyword_names": "x" * 501}
    refused = ada.post(page, filled(ada.get(page), **edit))
    assert "at most 500 characters" in str(refused.context["adminform"].form.errors)
    assert ada.post(page, filled(ada.get(page), **{**edit, "keyword_names": ""})).status_code == 302
    assert not trial.keywords.exists()
    assert list(trial.conditions.values_list("position", "name", "folded")) == [
        (0, "Myositis", "myositis"),
        (1, "Sjögren", "sjogren"),
    ]
    assert engine.count(Wanted("sjogren"))


def test_a_new_row_goes_to_the_end_of_its_list(ada: Client, trial: Trial) -> None:
    page = address("trial_change", trial.pk)
    added = {
        "arms-TOTAL_FORMS": "3",
        "arms-2-label": "Third",
        "arms-2-type": "OTHER",
        "arms-2-trial": trial.pk,
        "arms-0-DELETE": "on",
    }
    assert ada.post(page, filled(ada.get(page), **added)).status_code == 302
    assert list(trial.arms.values_list("position", "label")) == [(1, "Control"), (2, "Third")]
    outcome = {"trial": trial.pk, "kind": "secondary", "measure": "Walking"}
    assert ada.post(address("outcome_add"), outcome).status_code == 302
    assert trial.outcomes.get(measure="Walking").position == 2


def test_the_most_of_everything_can_be_sent_back(ada: Client) -> None:
    """As many rows as any known record has: the server takes 1,000 fields a request."""
    many: dict[str, dict[str, Any]] = {
        "identificationModule": {"secondaryIdInfos": [{"id": str(n)} for n in range(40)]},
        "conditionsModule": {
            "conditions": [f"c{n}" for n in range(127)],
            "keywords": [f"k{n}" for n in range(181)],
        },
        "sponsorCollaboratorsModule": {"collaborators": [{"name": f"s{n}"} for n in range(17)]},
        "outcomesModule": {"secondaryOutcomes": [{"measure": f"m{n}"} for n in range(89)]},
        "armsInterventionsModule": {
            "armGroups": [{"label": f"a{n}"} for n in range(13)],
            "interventions": [{"name": f"i{n}", "type": "DRUG"} for n in range(20)],
        },
        "contactsLocationsModule": {"overallOfficials": [{"name": f"o{n}"} for n in range(37)]},
    }
    trial = load_trial(**many)
    page = address("trial_change", trial.pk)
    assert ada.post(page, filled(ada.get(page), nickname="x")).status_code == 302
    assert trial.keywords.count() == 181


def test_nobody_deletes_a_trial_or_a_site(ada: Client, trial: Trial) -> None:
    assert ada.post(address("trial_delete", trial.pk), {"post": "yes"}).status_code == 403
    assert ada.post(address("site_delete", sites_of(trial)[0].pk), {"post": "yes"}).status_code == 403


# Sites


def test_a_site_added_here_is_local_and_normalised(ada: Client, trial: Trial) -> None:
    page = address("site_add")
    edit = {"trial": trial.pk, "facility": "Clinic", "city": "Córdoba ", "country": "Spain"}
    assert ada.post(page, filled(ada.get(page), **edit)).status_code == 302
    site = Site.objects.get(facility="Clinic")
    assert (site.origin, site.listed, site.city_folded, site.place) == (
        "local",
        False,
        "cordoba",
        "Córdoba, Spain",
    )


def test_the_registrys_address_cannot_be_edited(ada: Client, trial: Trial) -> None:
    site = sites_of(trial)[3]
    page = address("site_change", site.pk)
    edit = {"facility": "Elsewhere", "status": "COMPLETED", "latitude": "1", "longitude": "2"}
    assert ada.post(page, filled(ada.get(page), **edit)).status_code == 302
    key = site.address_key
    site.refresh_from_db()
    assert (site.facility, site.status, site.latitude, site.address_key) == (
        "Hospital",
        "COMPLETED",
        1.0,
        key,
    )


def test_a_coordinate_off_the_earth_is_explained(ada: Client, trial: Trial) -> None:
    page = address("site_change", sites_of(trial)[0].pk)
    response = ada.post(page, filled(ada.get(page), latitude="91", longitude="0"))
    assert "Latitude lies within" in response.content.decode()


# Criteria versions


@pytest.fixture
def draft(trial: Trial) -> CriteriaVersion:
    return make_version(trial, published=False)


@pytest.fixture
def reread() -> Callable[[CriteriaVersion], CriteriaVersion]:
    def again(version: CriteriaVersion) -> CriteriaVersion:
        with acting_as(CONTENT):
            return CriteriaVersion.objects.get(pk=version.pk)

    return again


def test_publishing_asks_why_and_from_when(ada: Client, draft: CriteriaVersion, reread: Any) -> None:
    action = {"action": "publish_drafts", "_selected_action": [draft.pk]}
    page = ada.post(address("criteriaversion_changelist"), action)["Location"]
    assert "Say" not in ada.get(page).content.decode()
    assert "This field is required" in ada.post(page, {"effective": "2026-01-22"}).content.decode()
    assert not reread(draft).is_published
    response = ada.post(page, {"reason": "Amendment 2", "effective": "2026-01-22"}, follow=True)
    assert "1 version is published." in response.content.decode()
    version = reread(draft)
    assert (version.change_reason, version.published_by_name) == ("Amendment 2", "Ada Example")
    assert version.effective == datetime.date(2026, 1, 22)


def test_what_stands_in_the_way_is_said_and_nothing_is_published(
    ada: Client, trial: Trial, draft: CriteriaVersion, reread: Any
) -> None:
    tree = {
        "inclusion": {
            "identifier": "in",
            "op": "all",
            "children": [statement("a", test={"variable": "nowhere"})],
        },
        "exclusion": {"identifier": "ex", "op": "any"},
    }
    other = make_version(trial, tree, published=False)
    page = f"{address('criteriaversion_publish')}?id={draft.pk}&id={other.pk}"
    response = ada.post(page, {"reason": "Amendment", "effective": "2026-01-22"})
    assert "The dictionary has no variable “nowhere”." in response.content.decode()
    assert not reread(draft).is_published
    assert not reread(other).is_published


@pytest.mark.parametrize("ids", [[], ["x"], ["999999999999999999999999"], ["1e3", "-1"]])
def test_nonsense_is_published_as_nothing(ids: list[str], ada: Client) -> None:
    response = ada.get(address("criteriaversion_publish"), {"id": ids})
    assert "No version was chosen." in response.content.decode()


def test_a_published_version_is_shown_and_not_edited(ada: Client, trial: Trial) -> None:
    version = make_version(trial, TREE_WITH_COHORTS)
    page = address("criteriaversion_change", version.pk)
    body = ada.get(page).content.decode()
    assert "Statement lupus" in body
    assert 'name="_save"' not in body
    assert ada.post(page, {"label": "x"}).status_code == 403
    assert ada.post(address("criteriaversion_delete", version.pk), {"post": "yes"}).status_code == 403


def test_a_drafts_particulars_can_be_edited(ada: Client, draft: CriteriaVersion, reread: Any) -> None:
    page = address("criteriaversion_change", draft.pk)
    assert "Publish…" in ada.get(page).content.decode()
    assert ada.post(page, filled(ada.get(page), label="2.0")).status_code == 302
    assert reread(draft).label == "2.0"


def test_a_variable_shows_what_its_document_says_beside_an_edit(ada: Client) -> None:
    with acting_as(CONTENT):
        bmi = Variable.objects.create(
            code="bmi", label="BMI", kind="number", unit="kg/m2", documented={"label": "Body mass index"}
        )
    page = ada.get(address("variable_change", bmi.pk)).text
    assert "Edited here; the document that was loaded says: Body mass index" in page


def test_a_variable_in_use_stays(ada: Client) -> None:
    with acting_as(CONTENT):
        used = Variable.objects.create(code="age", label="Age", kind="number")
        unused = Variable.objects.create(code="sex", label="Sex", kind="code")
    tree = {
        "inclusion": {
            "identifier": "in",
            "op": "all",
            "children": [statement("a", test={"variable": "age"})],
        },
        "exclusion": {"identifier": "ex", "op": "any"},
    }
    make_version(make_trial(), tree)
    assert ada.post(address("variable_delete", used.pk), {"post": "yes"}).status_code == 403
    assert ada.post(address("variable_delete", unused.pk), {"post": "yes"}).status_code == 302
    assert list(Variable.objects.all()) == [used]
