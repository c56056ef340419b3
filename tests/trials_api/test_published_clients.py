"""Programs that others wrote for ClinicalTrials.gov, run against Trialdesk: only the address is changed."""

from __future__ import annotations

import clinicaltrials
import ctgov.client
import pytest
from pytest_django.live_server_helper import LiveServer
from pytrials.client import ClinicalTrials

from tests.trials_api.catalogue import made_up, number

pytestmark = pytest.mark.django_db


def test_published_clients_work_by_the_address_alone(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One reads tables, one follows pages, and one was made from the registry's OpenAPI and checks types."""
    records = sorted(made_up(25), key=number)
    numbers = list(map(number, records))
    address = f"{live_server.url}/api/v2"

    monkeypatch.setattr(ClinicalTrials, "_BASE_URL", f"{address}/")
    client = ClinicalTrials()
    assert client.api_info[0] == "2.0.5"
    header, *rows = client.get_study_fields("ALL", ["NCT Number", "Study Title", "Phases"], max_studies=1000)
    assert header == ["NCT Number", "Study Title", "Phases"]
    assert [row[0] for row in rows] == numbers
    assert len(client.get_full_studies("ALL", max_studies=3)) == 4
    page = client.get_study_fields("ALL", ["NCTId", "Condition"], max_studies=2, fmt="json")
    assert list(map(number, page["studies"])) == numbers[:2]

    monkeypatch.setattr(ctgov.client, "BASE_URL", f"{address}/")
    pages = ctgov.Client(delay=0)
    assert list(pages.iter_studies(page_size=4)) == records
    recruiting = {"overallStatus": "RECRUITING"}
    expected = [
        number(each)
        for each in records
        if each["protocolSection"]["statusModule"].get("overallStatus") == "RECRUITING"
    ]
    assert pages.count(filters=recruiting) == len(expected)
    assert list(map(number, pages.iter_studies(filters=recruiting, page_size=2))) == expected
    assert pages.study(numbers[0]) == records[0]
    with pytest.raises(ctgov.CTGovError, match="HTTP 404"):
        pages.study("NCT00000001")

    typed = clinicaltrials.StudiesApi(clinicaltrials.ApiClient(clinicaltrials.Configuration(host=address)))
    first = typed.list_studies(count_total=True, page_size=10, fields=["NCTId", "LocationGeoPoint"])
    assert (first.total_count, len(first.studies)) == (25, 10)
    second = typed.list_studies(
        page_size=20, fields=["NCTId", "LocationGeoPoint"], page_token=first.next_page_token
    )
    assert [each.protocol_section.identification_module.nct_id for each in second.studies] == numbers[10:]
    assert len(typed.studies_metadata()) == 6
    assert {each.type for each in typed.enums()} > {"Status", "Phase"}
