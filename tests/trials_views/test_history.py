"""The history of a trial's record: what each import changed, side by side in words."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from config.context import acting_as, system
from tests.trials.records import record
from tests.trials_views.catalogue import add_trial, text_of
from tests.trials_views.promises import LARGEST
from tests.trials_views.test_trial_page import sections
from trials.importers.ctgov import read_study
from trials.importers.store import save_study
from trials.models import Trial, TrialImport

pytestmark = pytest.mark.django_db
NUMBER = "NCT00000001"


def history(client: Client, query: str = "") -> str:
    return text_of(client.get(f"/trials/{NUMBER}/history/{query}").content.decode())


def import_again(**modules: dict[str, Any]) -> None:
    identification = {"nctId": NUMBER, **modules.pop("identificationModule", {})}
    with acting_as(system("test", importing=True)):
        save_study(read_study(record(identificationModule=identification, **modules)))


def test_what_imports_changed_stands_side_by_side_in_words(client: Client) -> None:
    add_trial(NUMBER)
    assert "history" not in sections(client.get(f"/trials/{NUMBER}/").content.decode())
    assert "The trial was taken over from the registry." in history(client)
    import_again(
        statusModule={"overallStatus": "ACTIVE_NOT_RECRUITING"},
        eligibilityModule={"eligibilityCriteria": "Inclusion Criteria:\n\n* Adults of 18 years"},
        conditionsModule={"conditions": ["Myositis", "Lupus"]},
        contactsLocationsModule={
            "locations": [{"facility": "Hospital", "city": "Málaga", "zip": "29010", "country": "Spain"}]
        },
    )
    text = history(client)
    for part in (
        "Status Before Recruiting After Active, not recruiting",
        "Eligibility criteria as registered Before * Adults After * Adults of 18 years",
        "Conditions Before It was not there. After Lupus",
        "Sites Before Hospital; Málaga; 29010; Spain ; 36.72, -4.42 After Hospital; Málaga; 29010; Spain",
        "Before Investigational Site; Singapore; 169608; Singapore; Recruiting After It is gone.",
    ):
        assert part in text
    page = client.get(f"/trials/{NUMBER}/").content.decode()
    assert "history" in sections(page)
    assert "Status; " in text_of(page)
    assert f'href="/trials/{NUMBER}/history/"' in page


def test_changes_without_columns_and_old_ones_are_told_too(client: Client) -> None:
    trial = add_trial(NUMBER)
    changes = {
        "outcomes": None,
        "record": {
            "protocolSection.oversightModule.oversightHasDmc": [None, True],
            "protocolSection.ipdSharingStatementModule.infoTypes": {"added": ["STUDY_PROTOCOL"]},
            "protocolSection.referencesModule.references": {
                "removed": [{"citation": "Bohan A. Myositis.", "type": "BACKGROUND"}]
            },
            "documentSection.largeDocumentModule": None,
            "documentSection.largeDocumentModule.largeDocs": {
                "added": [{"label": "Protocol", "date": "2015-07", "filename": "x.pdf", "hasSap": False}]
            },
            "derivedSection.conditionBrowseModule.meshes": {"added": [{"id": "D1", "term": "Myositis"}]},
            "protocolSection.statusModule.dispFirstSubmitDate": [None, "2021-01-02"],
            "protocolSection.designModule.bioSpec.retention": [None, "SAMPLES_WITH_DNA"],
            "protocolSection.designModule.newKey": [None, "2021-99-99"],
            "resultsSection.adverseEventsModule.assessment_type": [None, "SYSTEMATIC_ASSESSMENT"],
            "resultsSection.participantFlowModule.groups": {
                "changed": [[{"id": "FG000", "title": "A"}, {"id": "FG000", "title": "B"}]]
            },
        },
        "groups": {"links": {"order": [[["A", "x"]], [["A", "y"]]]}},
    }
    TrialImport.objects.bulk_create([TrialImport(trial=trial, by="test", changes=changes)])
    text = history(client)
    for part in (
        "Outcome measures It was changed; what stood there before was not kept.",
        "A data monitoring committee watches over it Before It was not there. After Yes",
        "Sharing of data: with them Before It was not there. After Study protocol",
        "Publications Before Bohan A. Myositis.; Background After It is gone.",
        "Study documents Before It was not there. After Protocol; Jul 2015",
        "Study documents It was changed",
        "Subject terms of the conditions Before It was not there. After Myositis",
        "Delay of the results first requested or certified Before It was not there. After 2 Jan 2021",
        "Samples kept Before It was not there. After Samples from which DNA can be taken",
        "Study design: new key Before It was not there. After 2021-99-99",
        "assessment type Before It was not there. After Systematic assessment",
        "Results: participant flow: groups Before A After B",
        "Which arm receives what Before A, x After A, y",
    ):
        assert part in text


def test_a_long_history_has_pages_and_a_long_list_is_cut(client: Client) -> None:
    trial = add_trial(NUMBER)
    sites = {"added": [{"facility": f"Clinic {n}", "city": "Iowa City"} for n in range(700)]}
    TrialImport.objects.bulk_create(
        TrialImport(
            trial=trial, by="test", changes={"sites": sites} if n == 24 else {"acronym": ["A", f"B{n}"]}
        )
        for n in range(25)
    )
    html = client.get(f"/trials/{NUMBER}/history/").content.decode()
    assert len(html.encode()) < LARGEST
    assert "Clinic 100" in html
    assert "Clinic 200" not in html
    assert "Page 1 of 2" in history(client)
    [link] = re.findall(r'href="([^"]*)">All 700 changes', html)
    whole = "".join(client.get(f"{link}?page={page}").content.decode() for page in range(1, 5))
    assert [n for n in range(700) if f"Clinic {n}" not in whole] == []
    assert (
        client.get(f"/trials/{NUMBER}/history/{TrialImport.objects.latest('pk').pk + 1}/").status_code == 404
    )
    assert "B0" in history(client, "?page=2")
    assert "There is no page 9" in history(client, "?page=9")


def test_long_texts_are_compared_without_delay(client: Client) -> None:
    trial = add_trial(NUMBER)
    before = "\n".join(f"line {n} of some length that says nothing" for n in range(800))
    after = before.replace("line 400 of", "line 400 out of") + " more" * 4000
    TrialImport.objects.bulk_create(
        [TrialImport(trial=trial, by="test", changes={"detailed_description": [before, after]})]
    )
    text = history(client)
    assert "line 400 out of some length" in text
    assert "line 300" not in text


def test_a_former_number_leads_to_the_history(client: Client) -> None:
    trial = add_trial(NUMBER, identificationModule={"nctIdAliases": ["NCT00000009"]})
    response = client.get("/trials/NCT00000009/history/")
    assert response.headers["Location"] == f"/trials/{trial.nct_id}/history/"
    assert client.get("/trials/NCT00000007/history/").status_code == 404
    assert Trial.objects.count() == 1
