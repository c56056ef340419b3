"""The read interface answers as ClinicalTrials.gov API v2 does."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import pytest
import rispy
from django.db import connection
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL
from django.test import Client
from django.test.utils import CaptureQueriesContext
from fhir.resources.bundle import Bundle

from config.context import acting_as
from tests.factories import CONTENT, make_trial
from tests.trials.records import record
from tests.trials_api.catalogue import every_page, found, made_up, number, store
from trials.api import finding
from trials.handing_on.table import COLUMNS
from trials.models import Trial

pytestmark = pytest.mark.django_db


def study(nct_id: str, **modules: Any) -> dict[str, Any]:
    identification = {
        "nctId": nct_id,
        "briefTitle": f"Study {nct_id}",
        **modules.pop("identificationModule", {}),
    }
    return record(identificationModule=identification, **modules)


def test_a_record_is_given_back_as_it_came(client: Client) -> None:
    odd = study("NCT00000001")
    odd |= {"resultsSection": {"baselineCharacteristicsModule": {"measures": [{"value": 1.50}]}}}
    odd["protocolSection"]["moduleOfTomorrow"] = {"text": "\u2028 and \\< 10\\^9", "big": 2**70}
    records = [odd, *made_up(20)]
    store(odd)
    with acting_as(CONTENT):
        Trial.objects.filter(nct_id="NCT00000001").update(brief_title="Edited here")
    for each in records:
        response = client.get(f"/api/v2/studies/{number(each)}")
        assert response["Content-Type"] == "application/json"
        assert response.json() == each
    assert {number(each) for each in records} == set(every_page(client, "pageSize=7"))
    page = client.get("/api/v2/studies?pageSize=1000").content.decode()
    lines = page.split("\n")[1:-1]
    assert [json.loads(line.rstrip(",")) for line in lines] == sorted(records, key=number)


def test_pages_follow_one_another_whatever_comes_and_goes(
    client: Client, django_assert_num_queries: Any
) -> None:
    records = made_up(30)
    numbers = sorted(map(number, records))
    for query in (
        "",
        "&query.term=study OR trial OR patients",
        "&sort=LastUpdatePostDate",
        "&sort=@relevance",
    ):
        assert sorted(every_page(client, f"pageSize=4{query}")) == sorted(
            found(client, f"pageSize=99{query}")
        )
    assert every_page(client, "pageSize=4") == numbers
    for size in (1, 30):
        with django_assert_num_queries(2):  # which studies, and their records
            client.get(f"/api/v2/studies?pageSize={size}")

    first = client.get("/api/v2/studies?pageSize=10&countTotal=true").json()
    assert first["totalCount"] == 30
    with acting_as(CONTENT):
        Trial.objects.filter(nct_id__in=numbers[2:5]).delete()
    store(study("NCT00000001"), study("NCT99999999"))
    second = client.get(
        f"/api/v2/studies?pageSize=30&countTotal=true&pageToken={first['nextPageToken']}"
    ).json()
    assert list(map(number, second["studies"])) == [*numbers[10:], "NCT99999999"]
    assert "totalCount" not in second
    assert "nextPageToken" not in second


def test_a_study_without_the_date_comes_last_in_either_order(client: Client) -> None:
    dates = {"NCT00000001": "2022-03", "NCT00000002": None, "NCT00000003": "2024", "NCT00000004": "2022-03"}
    for nct_id, date in dates.items():
        store(study(nct_id, statusModule={"startDateStruct": {"date": date} if date else {}}))
    orders = {
        "StartDate": "3142",
        "StartDate:asc": "1432",
        "EnrollmentCount": "1234",
        "EnrollmentCount,StartDate": "3142",
        "StartDate:asc,EnrollmentCount:desc": "1432",
        "NCTId:desc": "4321",
        "NumArmGroups:desc,NCTId:desc": "4321",
    }
    for sort, order in orders.items():
        numbers = [f"NCT0000000{digit}" for digit in order]
        assert every_page(client, f"sort={sort}&pageSize=1") == numbers, sort


SEARCHES = {
    "query.cond=lupus": "1",
    "query.term=tocilizumab": "2",
    "query.intr=tocilizumab": "2",
    "query.titles=lupus": "1",
    "query.locn=Málaga": "123",
    "query.spons=Roche": "2",
    "query.lead=Roche": "2",
    "query.id=XYZ-9": "3",
    "query.id=nct00000009": "3",
    "query.term=NCT00000001, NCT00000003&filter.overallStatus=COMPLETED": "13",
    "filter.overallStatus=COMPLETED": "3",
    "filter.overallStatus=COMPLETED|RECRUITING": "123",
    "filter.ids=NCT00000002,nct9": "23",
    "filter.ids=NCT00000002&postFilter.ids=NCT00000003": "",
    "filter.geo=distance(36.72,-4.42,5km)": "123",
    "filter.geo=distance(36.72,-4.42,5mi)&query.cond=lupus": "1",
    "filter.geo=distance(0,0,5mi)": "",
    "filter.advanced=AREA[Phase]PHASE3": "3",
    "filter.advanced=AREA[Phase](PHASE2 OR PHASE3)": "123",
    "filter.advanced=AREA[Phase]PHASE2 AND NOT AREA[Condition]lupus": "2",
    "filter.advanced=AREA[StartDate]RANGE[2023,MAX]": "23",
    "filter.advanced=AREA[StartDate]RANGE[MIN,2022]": "1",
    "filter.advanced=AREA[StartDate]2023": "2",
    "filter.advanced=AREA[StartDate]RANGE[03/01/2024, 2024-12-31]": "3",
    "filter.advanced=AREA[MinimumAge]RANGE[MIN, 16 years]": "3",
    "filter.advanced=AREA[EnrollmentCount]RANGE[100, 200]": "2",
    "filter.advanced=AREA[WhyStopped]MISSING": "12",
    "filter.advanced=AREA[LeadSponsorClass]INDUSTRY": "123",
    "filter.advanced=AREA[LocationCountry]spain": "123",
    "filter.advanced=SEARCH[Location](AREA[LocationCity]Málaga AND AREA[LocationCountry]Spain)": "123",
    "filter.advanced=SEARCH[Location](AREA[LocationCity]Málaga AND AREA[LocationCountry]Singapore)": "",
    "filter.advanced=AREA[HasResults]false": "123",
    "filter.advanced=AREA[Keyword]myositis": "1",
    "filter.advanced=AREA[Keyword]IIM": "23",
    "filter.advanced=AREA[Keyword]MISSING": "",
    "filter.advanced=AREA[Acronym]cells": "",
    "filter.advanced=AREA[Acronym]MISSING": "123",
    "query.term=lupus OR AREA[Phase]PHASE3": "13",
    "query.cond=lupus AND AREA[Phase]PHASE3": "",
    "query.term=(lupus OR tocilizumab) AND NOT gout AND AREA[Phase]PHASE2": "12",
    'filter.advanced=AREA[EligibilityCriteria]"adults" AND AREA[OverallStatus]completed': "3",
    "filter.advanced=NOT AREA[EligibilityCriteria]adults": "",
    "aggFilters=phase:3": "3",
    "aggFilters=phase:2 3,status:rec": "12",
    "aggFilters=results:with": "",
}


def test_what_a_search_finds(client: Client) -> None:
    store(
        study(
            "NCT00000001",
            identificationModule={"briefTitle": "Cells in lupus"},
            conditionsModule={"conditions": ["Systemic lupus erythematosus"], "keywords": ["Myositis"]},
            statusModule={"startDateStruct": {"date": "2022-03"}},
        ),
        study(
            "NCT00000002",
            sponsorCollaboratorsModule={"leadSponsor": {"name": "Roche", "class": "INDUSTRY"}},
            armsInterventionsModule={"interventions": [{"type": "DRUG", "name": "Tocilizumab"}]},
            statusModule={"startDateStruct": {"date": "2023-10-01"}},
            designModule={"enrollmentInfo": {"count": 150}},
        ),
        study(
            "NCT00000003",
            identificationModule={"orgStudyIdInfo": {"id": "XYZ-9"}, "nctIdAliases": ["NCT00000009"]},
            statusModule={
                "overallStatus": "COMPLETED",
                "whyStopped": "No more money",
                "startDateStruct": {"date": "2024-05"},
            },
            designModule={"phases": ["PHASE3"]},
            eligibilityModule={"minimumAge": "6 Months"},
        ),
    )
    answers = {query: "".join(each[-1] for each in found(client, query)) for query in SEARCHES}
    assert answers == SEARCHES


def test_a_ranking_among_some_reads_no_more_than_its_page(client: Client) -> None:
    store(*(study(f"NCT0000000{n}", statusModule={"overallStatus": "COMPLETED"}) for n in range(1, 5)))
    query = "query.cond=myositis&sort=@relevance&filter.overallStatus=COMPLETED"
    near = "filter.geo=distance(36.72,-4.42,5km)"
    numbers = [f"NCT0000000{n}" for n in range(1, 5)]
    with CaptureQueriesContext(connection) as queries:
        assert found(client, f"{query}&{near}") == numbers
    assert not [each for each in queries if "trials_site" in each["sql"]]
    assert every_page(client, f"{query}&pageSize=1") == numbers


def test_pages_of_equals_repeat_and_lose_none(client: Client) -> None:
    numbers = [f"NCT0000000{n}" for n in range(1, 8)]
    store(*(study(number) for number in reversed(numbers)))
    for size in (1, 2, 3, 7):
        pages = every_page(client, f"query.cond=myositis&sort=@relevance&pageSize={size}")
        assert sorted(pages) == numbers, size


def test_what_takes_too_much_is_refused_in_a_line(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    made_up(3)
    everything = "/api/v2/studies?filter.advanced=NOT AREA[Condition]nothing AND NOT AREA[BriefTitle]nothing"
    monkeypatch.setattr(finding, "MOST_KEYS", 5)
    monkeypatch.setattr(finding, "PATIENCE", 50)
    assert client.get(everything).status_code == 200
    many = client.get(
        "/api/v2/studies?filter.advanced=" + " OR ".join(["AREA[ConditionSearch](NOT nothing)"] * 2)
    )
    assert (many.status_code, many.text[:28]) == (400, "The parts of the expression ")
    slow = Q(RawSQL("pg_sleep(5) is null", [], output_field=BooleanField()))
    monkeypatch.setattr(finding, "condition", lambda expression, scope: slow)
    answer = client.get(everything)
    assert (answer.status_code, answer.text) == (400, "The search takes too long: ask for less at once")
    assert client.get("/api/v2/studies").status_code == 200


REFUSED = {
    "filter.phase=PHASE3": "`filter.phase` is unknown parameter",
    "query.recrs=COMPLETED": "`query.recrs` is unknown parameter",
    "filter.overallStatus=RECRUITNG": "Invalid value in parameter `overallStatus`",
    "fields=StudyDesign": "Parameter 'fields' contains invalid field name: 'StudyDesign'",
    "fields=": "Parameter 'fields' must not be empty",
    "format=csv&fields=NCTId": "Parameter 'fields' contains invalid CSV column name: 'NCTId'",
    "format=xml": "Invalid value in parameter `format`: it is one of json, csv",
    "sort=BriefTitle": "Sorting by 'BriefTitle' is not supported",
    "sort=Nothing": "Parameter 'sort' contains invalid field name: 'Nothing'",
    "sort=StartDate:up": "Invalid sort direction: 'up'",
    "pageSize=abc": "Invalid value in parameter `pageSize`: it is a number from 0 to 1000",
    "pageSize=-1": "Invalid value in parameter `pageSize`: it is a number from 0 to 1000",
    "countTotal=maybe": "Invalid value in parameter `countTotal`: it is true or false",
    "pageToken=abracadabra": "Invalid value in parameter `pageToken`",
    "filter.ids=ABC": "Incorrect NCT number: 'ABC'",
    "filter.geo=near Paris": (
        "Invalid value in parameter `geo`: it is distance(latitude,longitude,distance)"
    ),
    "filter.advanced=AREA[Nothing]x": "Unknown search area or field: 'Nothing'",
    "filter.advanced=AREA[OversightHasDMC]true": "Field 'OversightHasDMC' cannot be searched here",
    "filter.advanced=AREA[Phase]PHASE9": "Field 'Phase' has no value 'PHASE9'",
    "filter.advanced=(a": "Expression ends too early",
    "aggFilters=phase:9": "Invalid value in parameter `aggFilters`: 'phase:9'",
    "query.term=a&query.term=b": "Parameter `query.term` is given more than once",
    f"query.term={'study ' * 301}": "Parameter `query.term` has more than 300 words",
    "&".join(["query.term=a"] * 1001): "Unreadable request",
}


def test_what_is_wrong_is_said_in_a_line_of_text(client: Client) -> None:
    answers = {}
    for query in REFUSED:
        response = client.get(f"/api/v2/studies?{query}")
        assert (response.status_code, response["Content-Type"]) == (400, "text/plain; charset=utf-8")
        answers[query] = response.content.decode()
    assert answers == REFUSED
    for address, status in (
        ("studies/NCT00000001", 404),
        ("studies/banana", 400),
        ("studies/NCT00000001?format=xml", 400),
        ("studies/NCT00000001?pageSize=1", 400),
        ("nothing/here", 404),
        ("version?x=1", 400),
    ):
        response = client.get(f"/api/v2/{address}")
        assert (response.status_code, response["Content-Type"]) == (status, "text/plain; charset=utf-8"), (
            address
        )
    response = client.post("/api/v2/studies")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_a_token_belongs_to_its_request_and_pages_have_their_limits(client: Client) -> None:
    made_up(12)
    first = client.get("/api/v2/studies").json()
    assert len(first["studies"]) == 10
    assert len(client.get("/api/v2/studies?pageSize=0").json()["studies"]) == 10
    assert len(client.get("/api/v2/studies?pageSize=5000").json()["studies"]) == 12
    token = first["nextPageToken"]
    assert client.get(f"/api/v2/studies?pageToken={token}&pageSize=5").status_code == 200
    assert client.get(f"/api/v2/studies?pageToken={token}&query.term=x").status_code == 400
    assert client.get(f"/api/v2/studies?pageToken={token}x").status_code == 400


def test_only_the_fields_that_are_asked_for(client: Client) -> None:
    store(study("NCT00000001", descriptionModule={"briefSummary": "5 \\< 6"}))

    def given(fields: str) -> Any:
        return client.get(f"/api/v2/studies/NCT00000001?fields={fields}").json()

    assert given("NCTId|HasResults") == {
        "protocolSection": {"identificationModule": {"nctId": "NCT00000001"}},
        "hasResults": False,
    }
    assert given("protocolSection.conditionsModule.conditions") == {
        "protocolSection": {"conditionsModule": {"conditions": ["Myositis"]}}
    }
    assert given("LocationZip,ConditionsModule,locationcity")["protocolSection"] == {
        "conditionsModule": {"conditions": ["Myositis"], "keywords": ["IIM"]},
        "contactsLocationsModule": {
            "locations": [
                {"zip": "119074", "city": "Singapore"},
                {"zip": "169608", "city": "Singapore"},
                {"zip": "119074", "city": "Singapore"},
                {"zip": "29010", "city": "Málaga"},
            ]
        },
    }
    assert given("StatusModule|OverallStatus")["protocolSection"]["statusModule"].keys() > {"overallStatus"}
    assert given("TitleSearch")["protocolSection"]["identificationModule"].keys() == {
        "briefTitle",
        "officialTitle",
    }
    assert given("WhyStopped") == {}
    assert given("BriefSummary&markupFormat=legacy")["protocolSection"]["descriptionModule"] == {
        "briefSummary": "5 < 6"
    }


def test_a_study_in_every_format(client: Client) -> None:
    store(study("NCT00000001", identificationModule={"nctIdAliases": ["NCT00000009"]}))
    address = "/api/v2/studies/NCT00000001?format="
    [header, line] = csv.reader(io.StringIO(client.get(f"{address}csv").content.decode(), newline=""))
    assert (header, line[0]) == (list(COLUMNS), "NCT00000001")
    [reference] = rispy.loads(client.get(f"{address}ris").content.decode())
    assert reference["accession_number"] == "NCT00000001"
    Bundle.model_validate_json(client.get(f"{address}fhir.json").content)
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"{address}json.zip").content))
    assert number(json.loads(archive.read("NCT00000001.json"))) == "NCT00000001"
    moved = client.get("/api/v2/studies/nct9?fields=NCTId")
    assert (moved.status_code, moved["Location"]) == (301, "/api/v2/studies/NCT00000001?fields=NCTId")
    assert client.get("/api/v2/studies/nct1").json()["hasResults"] is False
    store(study("NCT00000009"))
    assert number(client.get("/api/v2/studies/nct9").json()) == "NCT00000009"


def test_a_table_has_its_header_on_its_first_page_and_its_token_in_a_header(client: Client) -> None:
    made_up(5)
    query = "/api/v2/studies?format=csv&fields=Phases|NCT Number&pageSize=3"
    first = client.get(f"{query}&countTotal=true")
    assert first["Content-Type"] == "text/csv; charset=utf-8"
    assert first["x-total-count"] == "5"
    assert first.content.decode().splitlines()[0] == "NCT Number,Phases"
    second = client.get(f"{query}&pageToken={first['x-next-page-token']}")
    assert len(second.content.decode().splitlines()) == 2
    assert "x-next-page-token" not in second


def test_any_site_may_ask_and_nothing_is_sent_twice(client: Client) -> None:
    store(study("NCT00000001"))
    for address in ("studies", "studies/NCT00000001", "stats/size", "version", "studies/metadata"):
        response = client.get(f"/api/v2/{address}", headers={"accept-encoding": "gzip"})
        assert response["Access-Control-Allow-Origin"] == "*"
        assert not response.cookies
        known = client.get(f"/api/v2/{address}", headers={"if-none-match": response["ETag"]})
        assert (known.status_code, known.content) == (304, b""), address
        head = client.head(f"/api/v2/{address}")
        assert (head.status_code, head.content) == (200, b"")
    long = client.get("/api/v2/studies", headers={"accept-encoding": "gzip"})
    assert long["Content-Encoding"] == "gzip"
    options = client.options("/api/v2/studies", headers={"access-control-request-headers": "x-mine"})
    assert (options.status_code, options["Access-Control-Allow-Headers"]) == (204, "x-mine")


def test_what_the_interface_says_of_itself(client: Client) -> None:
    assert client.get("/api/v2/version").json() == {"apiVersion": "2.0.5"}
    assert client.get("/api/v2/stats/size").json()["totalStudies"] == 0
    made_up(3)
    assert len(client.get("/api/v2/version").json()["dataTimestamp"]) == len("2026-11-22T06:52:51")
    sizes = client.get("/api/v2/stats/size").json()
    assert sizes["totalStudies"] == sum(each["studiesCount"] for each in sizes["ranges"]) == 3
    assert [each["sizeBytes"] for each in sizes["largestStudies"]] == sorted(
        (each["sizeBytes"] for each in sizes["largestStudies"]), reverse=True
    )
    [protocol, *_] = client.get("/api/v2/studies/metadata").json()
    assert protocol["children"][0]["children"][0] == {
        "name": "nctId",
        "piece": "NCTId",
        "sourceType": "TEXT",
        "type": "nct",
    }
    areas = client.get("/api/v2/studies/search-areas").json()[0]["areas"]
    assert {"name": "TitleSearch", "param": "titles"}.items() <= areas[3].items()
    kinds = {each["type"]: each for each in client.get("/api/v2/studies/enums").json()}
    assert kinds["Phase"]["values"][1] == {"value": "PHASE1", "legacyValue": "Phase 1"}


def test_a_trial_that_was_made_here_is_given_as_we_have_it(client: Client) -> None:
    trial = make_trial()
    given = client.get(f"/api/v2/studies/{trial.nct_id}").json()
    assert given["protocolSection"]["identificationModule"]["briefTitle"] == "A trial"
