"""The record of a screening: everything that was signed, as a page and as a PDF, and nobody's name."""

from __future__ import annotations

import datetime
import io
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from screening.models import PatientKey, Screening
from tests.factories import Cast, acting, answer, make_cast, make_version, sign, statement
from tests.signing.signing import ATTESTED, answered, standing

pytestmark = pytest.mark.django_db

LONG = " ".join(f"criterion {number} is worded at length" for number in range(12))
WORDED = "ALT ≥ 1.5 × ULN, CK ≤ 3 µmol/L, 10⁹/L: évalué par Dr Łukasz Śmiały"  # noqa: RUF001


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def signed_in(client: Client, cast: Cast) -> Client:
    client.force_login(cast.alice)
    return client


def pages(client: Client, screening: Screening, query: str = "") -> list[str]:
    response = client.get(f"/screening/{screening.pk}/record.pdf{query}")
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert "no-store" in response["Cache-Control"]
    reader = PdfReader(io.BytesIO(response.content))
    return [re.sub(r"\s+", " ", page.extract_text()) for page in reader.pages]


def text(client: Client, screening: Screening, query: str = "") -> str:
    return " ".join(pages(client, screening, query))


def test_the_pdf_says_who_signed_what_when_and_with_which_meaning(signed_in: Client, cast: Cast) -> None:
    screening = answered(cast, patient_code="P-17", birth_date=datetime.date(1980, 2, 29))
    answer(cast.alice, screening, "age", "yes", comment="seen the passport", base_revision=1)
    signature = sign(cast.dora, screening)
    said = text(signed_in, screening)
    utc = signature.signed_at
    assert "Signed by Dora Example" in said
    assert "Meaning Eligible" in said
    assert f"{utc.day} {utc:%b %Y, %H:%M} UTC" in said
    assert "(Europe/Paris)" in said
    for words in ("Statement infection", "Alice Example", "seen the passport", "P-17", signature.digest):
        assert words in said
    assert "1980" not in said


def test_every_page_has_its_number_the_screening_and_the_digest(signed_in: Client, cast: Cast) -> None:
    tree = {
        "inclusion": {
            "identifier": "in",
            "op": "all",
            "children": [statement(f"s{n}", f"{n}. {LONG}") for n in range(40)],
        },
        "exclusion": {"identifier": "ex", "op": "any"},
    }
    screening = answered(cast, {"s1": "no"}, version=make_version(cast.trial, tree, label="long"))
    signature = sign(cast.dora, screening, "not_eligible")
    found = pages(signed_in, screening)
    assert len(found) > 2
    for number, page in enumerate(found, 1):
        assert f"{screening.screening_number} · Page {number} of {len(found)}" in page
        assert signature.digest in page
    assert all(f"{n}. {LONG}" in " ".join(found).replace("  ", " ") for n in (0, 39))


def test_accents_and_signs_are_text_that_can_be_found(signed_in: Client, cast: Cast) -> None:
    tree = {
        "inclusion": {"identifier": "in", "op": "all", "children": [statement("s", WORDED)]},
        "exclusion": {"identifier": "ex", "op": "any"},
    }
    screening = answered(cast, {"s": "yes"}, version=make_version(cast.trial, tree, label="signs"))
    sign(cast.dora, screening)
    assert WORDED in text(signed_in, screening)


def test_what_the_font_has_no_sign_for_is_told_and_not_dropped(signed_in: Client, cast: Cast) -> None:
    screening = answered(cast)
    answer(cast.alice, screening, "age", "yes", comment="王 \uff21\u200b ✕ 😀", base_revision=1)
    assert "[U+738B] A [U+2715] [U+1F600]" in text(signed_in, screening)


def test_what_was_attested_stands_beside_the_signature(signed_in: Client, cast: Cast) -> None:
    abridged = make_version(cast.trial, label="key criteria", completeness="abridged")
    screening = answered(cast, version=abridged)
    sign(cast.dora, screening, attestation=ATTESTED)
    assert ATTESTED in text(signed_in, screening)
    assert ATTESTED in signed_in.get(f"/screening/{screening.pk}/record/").text


def test_a_voided_signature_stays_readable_as_it_was_signed(signed_in: Client, cast: Cast) -> None:
    screening = answered(cast)
    first = sign(cast.dora, screening)
    answer(cast.alice, screening, "age", "no", reason="misread the letter")
    second = sign(cast.dora, screening, "not_eligible")
    voided = pages(signed_in, screening, f"?signature={first.pk}")
    assert all(re.search(r"Signature voided: voided .* UTC: an answer changed", page) for page in voided)
    assert "Outcome of the answers: Eligible" in voided[0]
    assert "misread the letter" in " ".join(voided)  # in the audit trail's extract
    assert "Outcome of the answers: Ineligible" in text(signed_in, screening)
    page = signed_in.get(f"/screening/{screening.pk}/record/").text
    assert second.digest in page
    assert f"?signature={first.pk}" in page


def test_without_a_signature_the_record_says_so(signed_in: Client, cast: Cast) -> None:
    screening = answered(cast)
    assert "Nobody has signed this record." in text(signed_in, screening)
    assert "Not signed" in signed_in.get(f"/screening/{screening.pk}/record/").text


@pytest.mark.parametrize("key", ["999999", "x", "1" * 30, "-1"])
def test_another_screenings_signature_is_not_found(signed_in: Client, cast: Cast, key: str) -> None:
    screening, other = answered(cast), answered(cast)
    sign(cast.dora, other)
    for wanted in (key, str(standing(cast, other).pk)):
        for page in ("record/", "record.pdf"):
            assert signed_in.get(f"/screening/{screening.pk}/{page}?signature={wanted}").status_code == 404


def test_a_change_behind_the_desk_is_told_on_the_record(signed_in: Client, cast: Cast) -> None:
    screening = answered(cast)
    sign(cast.dora, screening)
    with acting(cast.alice), connection.cursor() as cursor:
        cursor.execute(
            "update screening_answer set value = 'unknown' where screening_id = %s", [screening.pk]
        )
    page = signed_in.get(f"/screening/{screening.pk}/record/").text
    assert "Signature not valid" in page
    assert "What is not as it was signed" in page
    assert "Signature not valid: something signed was changed" in text(signed_in, screening)


def test_an_erased_participants_record_still_opens(signed_in: Client, cast: Cast) -> None:
    screening = answered(cast)
    answer(cast.alice, screening, "age", "yes", comment="seen the passport", base_revision=1)
    sign(cast.dora, screening)
    with acting(cast.alice):
        PatientKey.objects.filter(patient=screening.patient_id).delete()
    said = text(signed_in, screening)
    assert "passport" not in said
    assert "Comment: erased" in said
    assert "Signed: eligible" in said


def test_the_trail_is_told_in_words(signed_in: Client, cast: Cast) -> None:
    screening = answered(cast, {"infection": "no"})
    answer(cast.dora, screening, "infection", "yes", reason="culture came back")
    sign(cast.dora, screening, "not_eligible")
    page = signed_in.get(f"/screening/{screening.pk}/record/").text
    rows = re.findall(r"<tr>(.*?)</tr>", page[page.index("trail-title") :], re.S)
    cells = [re.sub(r"<[^>]+>", "|", row) for row in rows]
    changed = next(row for row in cells if "culture came back" in row)
    for words in ("Dora Example", "Answer: Exclusion 2.", "No", "Yes"):
        assert words in changed
    assert any("Signature: Dora Example" in row for row in cells)


def test_the_number_of_queries_does_not_grow(signed_in: Client, cast: Cast) -> None:
    counts = []
    for answers in (
        {"infection": "yes"},
        {"age": "yes", "lupus": "no", "pregnant": "no", "infection": "yes"},
    ):
        screening = answered(cast, answers)
        sign(cast.dora, screening, "not_eligible")
        with CaptureQueriesContext(connection) as queries:
            assert signed_in.get(f"/screening/{screening.pk}/record/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
