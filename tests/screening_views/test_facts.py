"""Values entered over the web while answering: kept once, proposed everywhere, confirmed by a person."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from screening.models import AnchorDate, Answer, Fact, HalfLife, Screening
from screening.services import record_anchor
from screening.services.rules import local_date
from tests.factories import Cast, acting, answer, make_screening
from tests.screening.facts_world import enter, make_typed_cast

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def cast() -> Cast:
    return make_typed_cast()


@pytest.fixture
def screening(cast: Cast) -> Screening:
    return make_screening(cast.alice, cast.rennes_site, cast.version)


@pytest.fixture
def signed_in(client: Client, cast: Cast) -> Client:
    client.force_login(cast.alice)
    return client


def today(cast: Cast) -> datetime.date:
    with acting(cast.alice):
        return local_date(cast.rennes)


def address(screening: Screening, page: str, **asked: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"/screening/{screening.pk}/{page}/{'?' if query else ''}{query}"


def send(client: Client, url: str, cast: Cast, *, headers: Any = None, **said: Any) -> Any:
    data = {"operation": uuid.uuid4(), "observed_on": today(cast).isoformat()} | said
    return client.post(url, data, headers=headers)


def test_a_form_has_what_its_variable_needs(signed_in: Client, screening: Screening) -> None:
    alt = signed_in.get(address(screening, "facts", statement="alt"), headers=HTMX).text
    for name in ("number", "unit", "upper_limit", "observed_on", "source_kind"):
        assert f'name="{name}"' in alt
    assert "<html" not in alt
    assert 'value="U/L"' in alt
    hiv = signed_in.get(address(screening, "facts", statement="hiv")).text
    assert "<html" in hiv
    assert 'name="code"' in hiv
    assert 'name="number"' not in hiv
    assert 'name="product"' in signed_in.get(address(screening, "facts", statement="biologic")).text


def test_what_a_derived_value_needs_is_asked_for(signed_in: Client, cast: Cast, screening: Screening) -> None:
    asked = address(screening, "facts", statement="bmi")
    assert "Body weight" in signed_in.get(asked, headers=HTMX).text
    send(signed_in, f"{asked}&variable=vital.weight", cast, number="70", unit="kg")
    page = signed_in.get(address(screening, "")[:-1]).text
    assert "this is missing: Body height. Enter it." in page
    assert "Enter Body height" in page
    send(signed_in, f"{asked}&variable=vital.height", cast, number="1.75", unit="m")
    page = signed_in.get(address(screening, "")[:-1]).text
    assert (
        "Body mass index 22.9 kg/m2 (Weight in kg over height in m, squared, "
        "from Body weight 70 kg, Body height 175 cm)" in page
    )


def test_a_value_is_kept_once_and_comes_back_as_a_proposal(
    signed_in: Client, cast: Cast, screening: Screening
) -> None:
    url = address(screening, "facts", statement="hiv")
    operation = uuid.uuid4()
    for _ in range(2):
        response = send(signed_in, url, cast, headers=HTMX, operation=operation, code="negative")
    assert response.status_code == 200
    assert 'id="p-hiv" hx-swap-oob="true"' in response.text
    assert "proposes no" in response.text
    assert 'data-confirm="no"' in response.text
    with acting(cast.alice):
        assert Fact.objects.count() == 1
        assert not Answer.objects.exists()


def test_without_javascript_it_leads_back_to_the_statement(
    signed_in: Client, cast: Cast, screening: Screening
) -> None:
    response = send(signed_in, address(screening, "facts", statement="hiv"), cast, code="negative")
    assert response["Location"] == f"/screening/{screening.pk}/#c-hiv"
    page = signed_in.get(f"/screening/{screening.pk}/").text
    assert "HIV antibody: negative of" in page
    with acting(cast.alice):
        fact = Fact.objects.get()
    plainly = {"value": "no", "base": 0, "version": cast.version.pk, "facts": str(fact.pk)}
    signed_in.post(address(screening, "answers/hiv"), plainly)
    with acting(cast.alice):
        assert Answer.objects.get().answer_facts.get().fact == fact


@pytest.mark.parametrize(
    ("statement", "said", "message"),
    [
        ("alt", {"number": "abc", "unit": "U/L"}, "Enter a number."),
        ("alt", {"number": "", "unit": "U/L"}, "This field is required."),
        ("alt", {"number": "1", "unit": "mm"}, "cannot be converted"),
        ("alt", {"number": "NaN", "unit": "U/L"}, "Enter a number."),
        ("hiv", {"code": "maybe"}, "Select a valid choice."),
        ("hiv", {"code": "negative", "observed_on": "2190-01-01"}, "in the future"),
        ("hiv", {"code": "negative", "operation": "x"}, ""),
    ],
)
def test_bad_values_are_told_beside_the_form_and_nothing_is_kept(
    signed_in: Client, cast: Cast, screening: Screening, statement: str, said: dict[str, str], message: str
) -> None:
    response = send(signed_in, address(screening, "facts", statement=statement), cast, headers=HTMX, **said)
    assert response.status_code == 422
    assert message in response.text
    with acting(cast.alice):
        assert not Fact.objects.exists()


def test_a_statement_without_a_variable_takes_no_value(signed_in: Client, screening: Screening) -> None:
    for statement in ("fit", "nowhere", ""):
        assert signed_in.get(address(screening, "facts", statement=statement)).status_code == 404


def test_all_proposals_are_confirmed_at_once_and_once(
    signed_in: Client, cast: Cast, screening: Screening
) -> None:
    enter(cast.alice, screening.patient, "ab.hiv", "negative")
    enter(cast.alice, screening.patient, "dx.lupus", "present")
    page = signed_in.get(f"/screening/{screening.pk}/").text
    assert "Confirm 2 proposals" in page
    proposals = [part.split('"')[0] for part in page.split('name="proposal" value="')[1:]]
    for _ in range(2):
        signed_in.post(address(screening, "confirm"), {"proposal": proposals})
    with acting(cast.alice):
        assert {answer.value for answer in Answer.objects.all()} == {"yes", "no"}
        assert {answer.revision for answer in Answer.objects.all()} == {1}
        assert all(answer.answer_facts.exists() for answer in Answer.objects.all())
    assert "Confirm 2" not in signed_in.get(f"/screening/{screening.pk}/").text


@pytest.mark.parametrize(
    "sent", ["", "hiv", "hiv=x=no=1", "hiv=0=perhaps=1", "nowhere=0=no=1", "hiv=0=no=999"]
)
def test_what_is_not_proposed_is_not_confirmed(
    signed_in: Client, cast: Cast, screening: Screening, sent: str
) -> None:
    enter(cast.alice, screening.patient, "ab.hiv", "negative")
    assert signed_in.post(address(screening, "confirm"), {"proposal": [sent]}).status_code == 302
    with acting(cast.alice):
        assert not Answer.objects.exists()


def test_a_different_answer_asks_for_a_reason(signed_in: Client, cast: Cast, screening: Screening) -> None:
    fact = enter(cast.alice, screening.patient, "dx.lupus", "present")
    said = {"value": "no", "base": 0, "facts": str(fact.pk), "client": "tab", "sequence": 1}
    url = address(screening, "answers/lupus")
    response = signed_in.post(url, {**said, "operation": uuid.uuid4()}, headers=HTMX)
    assert response.status_code == 422
    assert "The facts say “yes”: say why your answer differs." in response.text
    given = {**said, "operation": uuid.uuid4(), "sequence": 2, "reason": "The diagnosis was revised."}
    assert signed_in.post(url, given, headers=HTMX).status_code == 200


def test_an_open_tab_of_another_version_gets_409(signed_in: Client, cast: Cast, screening: Screening) -> None:
    said = {"value": "no", "base": 0, "version": cast.version.pk + 1, "operation": uuid.uuid4()}
    response = signed_in.post(address(screening, "answers/lupus"), said, headers=HTMX)
    assert (response.status_code, response["X-Answer"]) == (409, "refused")


def test_facts_that_disagree_stand_side_by_side(signed_in: Client, cast: Cast, screening: Screening) -> None:
    for code in ("positive", "negative"):
        enter(cast.alice, screening.patient, "ab.hiv", code)
    page = signed_in.get(f"/screening/{screening.pk}/").text
    assert "The facts disagree:" in page
    assert "HIV antibody: positive of" in page
    assert "HIV antibody: negative of" in page
    with acting(cast.alice):
        for fact in Fact.objects.all():
            assert f'href="/screening/facts/{fact.pk}/withdraw/"' in page


def test_a_value_without_what_the_test_needs_is_corrected(
    signed_in: Client, cast: Cast, screening: Screening
) -> None:
    fact = enter(cast.alice, screening.patient, "lab.alt", 32)
    with acting(cast.alice):
        record_anchor(user=cast.alice, screening=screening, anchor="infusion", planned_on=today(cast))
    page = signed_in.get(f"/screening/{screening.pk}/").text
    assert "limit of normal (ULN) is missing" in page
    assert f'href="/screening/patients/{screening.patient_id}/facts/?replaces={fact.pk}"' in page


def test_a_missing_date_is_asked_for_where_it_is_missing(
    signed_in: Client, cast: Cast, screening: Screening
) -> None:
    enter(cast.alice, screening.patient, "lab.alt", 32, upper_limit=Decimal(40))
    page = signed_in.get(f"/screening/{screening.pk}/").text
    assert "The date of this event is not known: infusion." in page
    dates = address(screening, "dates")
    assert f'href="{dates}?anchor=infusion"' in page
    planned = today(cast) + datetime.timedelta(days=7)
    said = {"event": "infusion", "infusion-anchor": "infusion", "infusion-planned_on": planned.isoformat()}
    assert signed_in.post(dates, said).status_code == 302
    with acting(cast.alice):
        assert AnchorDate.objects.get().planned_on == planned
    page = signed_in.get(f"/screening/{screening.pk}/").text
    assert "ALT 32 U/L of" in page
    assert "ULN (120): proposes yes; holds until" in page
    late = {"event": "infusion", "infusion-anchor": "infusion", "infusion-actual_on": planned.isoformat()}
    assert "has not taken place yet" in signed_in.post(dates, late).text


def test_a_missing_half_life_is_asked_for(signed_in: Client, cast: Cast, screening: Screening) -> None:
    enter(cast.alice, screening.patient, "rx.biologic", "present", product="Rituximab", days_ago=60)
    page = signed_in.get(f"/screening/{screening.pk}/").text
    assert "that of Rituximab is not known" in page
    url = address(screening, "half-life", product="Rituximab")
    assert f'href="{url}"' in page
    assert 'value="Rituximab"' in signed_in.get(url).text
    assert signed_in.post(url, {"product": "Rituximab", "hours": "0", "source": "label"}).status_code == 422
    assert signed_in.post(url, {"product": "Rituximab", "hours": "499", "source": "label"}).status_code == 302
    with acting(cast.alice):
        assert HalfLife.objects.get().hours == 499
    assert "proposes yes" in signed_in.get(f"/screening/{screening.pk}/").text


def test_a_source_is_kept_with_its_answer(signed_in: Client, cast: Cast, screening: Screening) -> None:
    answer(cast.alice, screening, "fit", "yes")
    url = address(screening, "answers/fit/source")
    said = {"source_kind": "clinic_letter", "source_page": "2", "source_quote": "well", "base": 1}
    response = signed_in.post(url, {**said, "operation": uuid.uuid4()}, headers=HTMX)
    assert response.status_code == 200
    assert 'id="s-fit" hx-swap-oob="true"' in response.text
    assert 'name="base" value="2"' in response.text
    page = signed_in.get(f"/screening/{screening.pk}/").text
    assert "Clinic letter, page 2: “well”" in page
    assert "Clinic letter" in signed_in.get(address(screening, "answers/fit/history")).text
    stale = signed_in.post(url, {**said, "source_page": "3", "operation": uuid.uuid4()}, headers=HTMX)
    assert (stale.status_code, "changed meanwhile" in stale.text) == (422, True)
    assert "Choose an answer first" in signed_in.get(address(screening, "answers/alt/source")).text
    assert signed_in.get(address(screening, "answers/nowhere/source")).status_code == 404


def test_judgements_wait_for_an_investigator(signed_in: Client, cast: Cast, screening: Screening) -> None:
    answer(cast.alice, screening, "fit", "yes")
    page = signed_in.get(f"/screening/{screening.pk}/").text
    assert "Proposed: Yes. An investigator settles it." in page
    assert "One judgement waits for an investigator." in page


def test_a_monitor_sees_proposals_and_changes_nothing(
    client: Client, cast: Cast, screening: Screening
) -> None:
    enter(cast.alice, screening.patient, "dx.lupus", "present")
    client.force_login(cast.bob)
    page = client.get(f"/screening/{screening.pk}/").text
    assert "Lupus: present of" in page
    assert "data-confirm" not in page
    for url in (
        address(screening, "facts", statement="lupus"),
        address(screening, "dates"),
        address(screening, "half-life"),
        f"/screening/patients/{screening.patient_id}/facts/",
    ):
        assert client.get(url).status_code == 403
    assert client.post(address(screening, "confirm")).status_code == 403


def test_a_value_is_corrected_and_withdrawn_on_the_participants_pages(
    signed_in: Client, cast: Cast, screening: Screening
) -> None:
    url = f"/screening/patients/{screening.patient_id}/facts/"
    assert "What was observed" in signed_in.get(url).text
    said = {"number": "3.2", "unit": "U/L"}
    assert send(signed_in, f"{url}?variable=lab.alt", cast, **said).status_code == 302
    with acting(cast.alice):
        wrong = Fact.objects.get()
    assert 'value="3.20000000"' in signed_in.get(f"{url}?replaces={wrong.pk}").text
    assert send(signed_in, f"{url}?replaces={wrong.pk}", cast, number="32", unit="U/L").status_code == 302
    assert signed_in.get(f"{url}?replaces={wrong.pk}").status_code == 404
    with acting(cast.alice):
        right = Fact.objects.current().get()
    withdraw = f"/screening/facts/{right.pk}/withdraw/"
    assert "ALT 32 U/L" in signed_in.get(withdraw).text
    assert signed_in.post(withdraw, {"reason": " "}).status_code == 422
    assert signed_in.post(withdraw, {"reason": "another's report"}).status_code == 302
    assert "already" in signed_in.post(withdraw, {"reason": "again"}).text
    with acting(cast.alice):
        assert not Fact.objects.current().exists()


def test_the_checklist_takes_the_same_queries_however_many_facts(
    signed_in: Client, cast: Cast, screening: Screening
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert signed_in.get(f"/screening/{screening.pk}/").status_code == 200
        return len(captured)

    enter(cast.alice, screening.patient, "ab.hiv", "negative")
    few = queries()
    for number in range(5):
        enter(cast.alice, screening.patient, "lab.alt", 30 + number, days_ago=number)
    enter(cast.alice, screening.patient, "dx.lupus", "present")
    enter(cast.alice, screening.patient, "ab.hiv", "positive")
    assert queries() == few
