"""The screening log and its CSV: whose, which, in what order, and nothing that identifies."""

from __future__ import annotations

import csv
import datetime
import re
from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from django.db import connections
from django.test import Client

from screening.models import Screening
from screening.services import Source, conclude_screening
from screening.views.log_files import HEAD
from screening.views.sheet import kept_place
from tests.factories import (
    Cast,
    acting,
    answer,
    make_cast,
    make_center_site,
    make_screening,
    make_trial,
    make_version,
    sign,
)

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def signed_in(client: Client, cast: Cast) -> Client:
    client.force_login(cast.alice)
    return client


def listed(client: Client, **query: str) -> list[str]:
    response = client.get("/screening/", query)
    assert response.status_code == 200
    return [row.screening.patient.code for row in response.context["rows"]]


def rows_of(client: Client, **query: str) -> list[dict[str, str]]:
    response = client.get("/screening/log.csv", query)
    assert response.status_code == 200
    return list(csv.DictReader(StringIO(response.content.decode("utf-8-sig"))))


def started_at(screening: Screening, moment: datetime.datetime) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE screening_screening DISABLE TRIGGER USER, NO FORCE ROW LEVEL SECURITY")
        cursor.execute("UPDATE screening_screening SET started_at = %s WHERE id = %s", [moment, screening.pk])
        assert cursor.rowcount == 1
        cursor.execute("ALTER TABLE screening_screening ENABLE TRIGGER USER, FORCE ROW LEVEL SECURITY")


def test_it_lists_the_readers_centers_alone(client: Client, cast: Cast) -> None:
    make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="R-1")
    make_screening(cast.charlie, cast.iowa_site, cast.version, patient_code="I-1")
    for person, codes in ((cast.alice, ["R-1"]), (cast.bob, ["R-1"]), (cast.charlie, ["I-1"])):
        client.force_login(person)
        assert listed(client) == codes
        assert [row["participant_code"] for row in rows_of(client)] == codes


@pytest.mark.parametrize("person", ["ada", "sven"])
def test_it_is_for_people_of_a_center(client: Client, cast: Cast, person: str) -> None:
    client.force_login(getattr(cast, person))
    assert client.get("/screening/").status_code == 403
    assert client.get("/screening/log.csv").status_code == 403


def test_an_empty_log_says_what_belongs_here_and_what_comes_next(client: Client, cast: Cast) -> None:
    client.force_login(cast.alice)
    assert "Start the first screening" in client.get("/screening/").content.decode()
    client.force_login(cast.bob)
    text = client.get("/screening/").content.decode()
    assert "No screenings yet" in text
    assert "/screening/start/" not in text


def test_it_is_filtered(signed_in: Client, cast: Cast) -> None:
    other = make_trial("NCT90000099")
    site = make_center_site(cast.rennes, other)
    first = make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-1")
    make_screening(
        cast.alice, site, make_version(other), patient_code="P-2", consent_date=datetime.date(2024, 2, 3)
    )
    answer(cast.alice, first, "infection", "yes")
    assert listed(signed_in, trial="NCT90000099") == ["P-2"]
    assert listed(signed_in, site=str(cast.rennes_site.site_id)) == ["P-1"]
    assert listed(signed_in, outcome="ineligible") == ["P-1"]
    assert listed(signed_in, kind="consented") == ["P-2"]
    assert listed(signed_in, status="concluded") == []
    signed_in.post(
        f"/screening/{first.pk}/conclude/",
        {"act": "conclude", "conclusion": "screen_failure", "failure_kind": "criteria"},
    )
    assert listed(signed_in, status="concluded") == ["P-1"]
    assert listed(signed_in, conclusion="screen_failure") == ["P-1"]
    assert [row["participant_code"] for row in rows_of(signed_in, conclusion="screen_failure")] == ["P-1"]


def test_days_are_those_of_the_center(client: Client, cast: Cast) -> None:
    # 23:30 UTC is the next day in Rennes and still the same in Iowa.
    late = datetime.datetime(2026, 3, 1, 23, 30, tzinfo=datetime.UTC)
    started_at(make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="R-1"), late)
    started_at(make_screening(cast.charlie, cast.iowa_site, cast.version, patient_code="I-1"), late)
    client.force_login(cast.alice)
    assert listed(client, started_from="2026-03-02", started_to="2026-03-02") == ["R-1"]
    assert listed(client, started_to="2026-03-01") == []
    assert "2 Mar 2026" in client.get("/screening/").content.decode()
    client.force_login(cast.charlie)
    assert listed(client, started_from="2026-03-01", started_to="2026-03-01") == ["I-1"]


def test_it_is_sorted_by_what_may_be_sorted_by(signed_in: Client, cast: Cast) -> None:
    for code in ("P-2", "P-3", "P-1"):
        make_screening(cast.alice, cast.rennes_site, cast.version, patient_code=code)
    assert listed(signed_in) == ["P-1", "P-3", "P-2"]  # newest first
    assert listed(signed_in, sort="participant") == ["P-1", "P-2", "P-3"]
    assert listed(signed_in, sort="-participant") == ["P-3", "P-2", "P-1"]
    assert listed(signed_in, sort="patient__birth_date_sealed") == ["P-1", "P-3", "P-2"]
    assert [row["participant_code"] for row in rows_of(signed_in, sort="participant")] == [
        "P-1",
        "P-2",
        "P-3",
    ]


@pytest.mark.parametrize(
    "query",
    [
        {"outcome": "'; drop table"},
        {"started_from": "31/12/2026"},
        {"started_from": "0001-01-01", "started_to": "9999-12-31"},
        {"page": "-1"},
        {"page": "nine"},
        {"site": "0"},
        {"trial": "NCT\x00"},
    ],
)
def test_what_is_not_understood_is_no_error(signed_in: Client, cast: Cast, query: dict[str, str]) -> None:
    make_screening(cast.alice, cast.rennes_site, cast.version)
    assert signed_in.get("/screening/", query).status_code == 200
    assert signed_in.get("/screening/log.csv", query).status_code == 200


@pytest.mark.parametrize(
    ("category", "label", "text", "said"),
    [
        ("exclusion", "2.", "Active infection", "Exclusion 2."),
        ("inclusion", "•", "Adult", "Inclusion: Adult"),
        ("inclusion", "", "Lupus " * 20, "Inclusion: Lupus Lupus"),
        ("exclusion", "*", "", "Exclusion"),
    ],
)
def test_a_deciding_criterion_is_told_by_its_label_or_else_its_words(
    category: str, label: str, text: str, said: str
) -> None:
    place = kept_place({"category": category, "label": label, "text": text})
    assert place.startswith(said)
    assert len(place) < 75


def test_outcomes_are_counted_over_what_is_listed(signed_in: Client, cast: Cast) -> None:
    answer(cast.alice, make_screening(cast.alice, cast.rennes_site, cast.version), "infection", "yes")
    make_screening(cast.alice, cast.rennes_site, cast.version)
    text = signed_in.get("/screening/").content.decode()
    assert "Ineligible: 1" in text
    assert "Undetermined: 1" in text
    assert "Ineligible: 0" in signed_in.get("/screening/", {"outcome": "undetermined"}).content.decode()


def test_it_is_paged_and_keeps_its_filters(signed_in: Client, cast: Cast) -> None:
    for _ in range(26):
        make_screening(cast.alice, cast.rennes_site, cast.version)
    response = signed_in.get("/screening/", {"outcome": "undetermined"})
    assert len(response.context["rows"]) == 25
    assert response.context["next_url"] == "/screening/?outcome=undetermined&page=2"
    assert len(signed_in.get(response.context["next_url"]).context["rows"]) == 1
    assert len(rows_of(signed_in)) == 26


def test_an_address_has_what_is_asked_for_and_nothing_empty(signed_in: Client, cast: Cast) -> None:
    make_screening(cast.alice, cast.rennes_site, cast.version)
    asked = "/screening/?trial=&outcome=undetermined&kind=&sort=participant"
    plain = "/screening/?outcome=undetermined&sort=participant"
    assert signed_in.get(asked).headers["Location"] == plain
    response = signed_in.get(asked, headers=HTMX)
    assert response.headers["HX-Push-Url"] == plain
    # The next filter comes from a form that stands outside: the order goes with it.
    assert 'name="sort" value="participant" form="log-filters"' in response.content.decode()
    again = signed_in.get(asked, headers=HTMX | {"HX-Current-URL": f"http://testserver{plain}"})
    assert again.headers["HX-Push-Url"] == "false"


def test_htmx_gets_the_list_alone(signed_in: Client, cast: Cast) -> None:
    response = signed_in.get("/screening/", headers=HTMX)
    assert response.content.decode().strip().startswith('<div id="log"')
    assert "HX-Request" in response.headers["Vary"]
    assert "no-store" in response.headers["Cache-Control"]


def test_the_number_of_queries_does_not_grow_with_the_rows(
    signed_in: Client, cast: Cast, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    counts = []
    for more in (1, 19):
        for _ in range(more):
            make_screening(cast.alice, cast.rennes_site, cast.version)
        for address in ("/screening/", "/screening/log.csv", "/screening/log.xlsx"):
            with django_assert_max_num_queries(25) as captured:
                signed_in.get(address)
            counts.append(len(captured))
    assert counts[:3] == counts[3:]


def test_no_cell_of_the_csv_is_a_formula(signed_in: Client, cast: Cast) -> None:
    version = make_version(cast.trial, label='=HYPERLINK("http://example.org")')
    make_screening(cast.alice, cast.rennes_site, version, patient_code="P-1")
    make_screening(cast.alice, cast.rennes_site, make_version(cast.trial, label="@sum"), patient_code="P-2")
    labels = [row["criteria_version"] for row in rows_of(signed_in)]
    assert labels == ["'@sum", '\'=HYPERLINK("http://example.org")']


def test_the_csv_has_nothing_that_identifies(signed_in: Client, cast: Cast) -> None:
    make_screening(
        cast.alice,
        cast.rennes_site,
        cast.version,
        patient_code="P-1",
        birth_date=datetime.date(1961, 4, 5),
        sex="female",
    )
    text = signed_in.get("/screening/log.csv").content.decode()
    assert "1961" not in text
    assert "female" not in text
    [row] = rows_of(signed_in)
    assert row["screening_number"] == "S-001"
    assert row["outcome"] == "undetermined"
    assert row["started_by"] == "Alice Example"
    assert row["started_at"].endswith(("+01:00", "+02:00"))


def test_it_says_who_signed_and_is_filtered_by_it(signed_in: Client, cast: Cast) -> None:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-1")
    make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-2")
    answer(cast.dora, screening, "infection", "yes")
    sign(cast.dora, screening, "not_eligible")
    assert listed(signed_in, signature="standing") == ["P-1"]
    assert listed(signed_in, signature="none") == ["P-2"]
    assert listed(signed_in, signature="voided") == []
    assert "Signed: not eligible" in signed_in.get("/screening/").content.decode()
    [row] = rows_of(signed_in, signature="standing")
    assert (row["signature"], row["signed_by"]) == ("not_eligible", "Dora Example")
    assert row["signature_voided_at"] == ""
    answer(cast.dora, screening, "age", "yes", reason="found later")
    assert listed(signed_in, signature="voided") == ["P-1"]
    assert rows_of(signed_in, signature="voided")[0]["signature_voided_at"]


def test_a_re_screening_says_of_which_and_can_be_listed_alone(signed_in: Client, cast: Cast) -> None:
    first = make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-1")
    with acting(cast.alice):
        conclude_screening(
            user=cast.alice, screening=first, conclusion="screen_failure", failure_kind="withdrawn"
        )
    make_screening(cast.alice, cast.rennes_site, cast.version, patient=first.patient)
    assert len(listed(signed_in, repeats="yes")) == len(listed(signed_in, repeats="no")) == 1
    assert "re-screening of S-001" in signed_in.get("/screening/").content.decode()
    assert [row["rescreening_of"] for row in rows_of(signed_in, repeats="yes")] == ["S-001"]


def test_it_shows_how_many_answers_have_a_source(signed_in: Client, cast: Cast) -> None:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    answer(cast.alice, screening, "age", "yes", source=Source(kind="medical_record"))
    answer(cast.alice, screening, "infection", "no")
    assert "1 of 2 answers with a source" in signed_in.get("/screening/").content.decode()
    [row] = rows_of(signed_in)
    assert (row["answers"], row["answers_with_source"], row["share_with_source"]) == ("2", "1", "0.50")


def test_the_columns_that_were_there_first_stay_where_they_were() -> None:
    assert HEAD[:3] == ("screening_number", "participant_code", "nct_id")
    assert HEAD[21] == "concluded_by"
    assert HEAD.index("deciding_criteria") == 15


MAIN = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def sheet_of(content: bytes) -> list[list[tuple[str, str]]]:
    """Each row's cells, as (type, value); "s" is a text."""
    with ZipFile(BytesIO(content)) as book:
        texts = [
            "".join(part.text or "" for part in each.iter(f"{{{MAIN['x']}}}t"))
            for each in ElementTree.fromstring(book.read("xl/sharedStrings.xml")).findall("x:si", MAIN)
        ]
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert sheet.findall(".//x:f", MAIN) == [], "no cell is a formula"
    rows = []
    for row in sheet.findall(".//x:row", MAIN):
        cells = {}
        for cell in row.findall("x:c", MAIN):
            value, kind = cell.findtext("x:v", "", MAIN), cell.get("t", "n")
            column = re.sub(r"\d", "", cell.get("r", ""))
            cells[column] = (kind, texts[int(value)] if kind == "s" else value)
        rows.append([cells.get(name, ("", "")) for name in COLUMN_NAMES])
    return rows


COLUMN_NAMES = [f"{first}{last}" for first in ("", "A") for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"][: len(HEAD)]


def test_the_spreadsheet_has_the_same_with_real_dates_and_no_formula(signed_in: Client, cast: Cast) -> None:
    version = make_version(cast.trial, label='=HYPERLINK("http://example.org")')
    consent = datetime.date(2024, 2, 3)
    screening = make_screening(
        cast.alice, cast.rennes_site, version, patient_code="P-1", consent_date=consent
    )
    started_at(screening, datetime.datetime(2026, 3, 1, 23, 30, tzinfo=datetime.UTC))
    response = signed_in.get("/screening/log.xlsx")
    assert "spreadsheetml" in response["Content-Type"]
    head, row = sheet_of(response.content)
    assert [value for _kind, value in head] == list(HEAD)
    cells = dict(zip(HEAD, row, strict=True))
    assert cells["criteria_version"] == ("s", '=HYPERLINK("http://example.org")')
    assert cells["screening_number"] == ("s", "S-001")
    epoch = datetime.datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's days have no zone
    assert cells["consent_date"] == ("n", str((consent - epoch.date()).days))
    moment = epoch + datetime.timedelta(days=float(cells["started_at"][1]))
    assert moment.isoformat(timespec="minutes") == "2026-03-02T00:30", "in the time of the center"


def test_the_spreadsheet_lists_what_the_page_lists(signed_in: Client, cast: Cast) -> None:
    for code in ("P-2", "P-1"):
        make_screening(cast.alice, cast.rennes_site, cast.version, patient_code=code)
    make_screening(cast.charlie, cast.iowa_site, cast.version)
    rows = sheet_of(signed_in.get("/screening/log.xlsx", {"sort": "participant"}).content)
    assert [row[1][1] for row in rows[1:]] == ["P-1", "P-2"]
    assert len(sheet_of(signed_in.get("/screening/log.xlsx", {"outcome": "eligible"}).content)) == 1
