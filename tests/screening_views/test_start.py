"""Starting a screening: what is asked, what is chosen by itself, and what is told beside its field."""

from __future__ import annotations

import datetime
import re
import uuid
from html import unescape
from typing import Any

import pytest
from django.test import Client

from config.context import acting_as
from screening import vault
from screening.models import Screening
from screening.services import conclude_screening
from screening.templatetags.desk import day
from tests.factories import (
    CONTENT,
    TREE_WITH_COHORTS,
    Cast,
    acting,
    answer,
    make_cast,
    make_center_site,
    make_screening,
    make_trial,
    make_version,
)
from tests.trials_views.catalogue import text_of
from trials.services import publish

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def signed_in(client: Client, cast: Cast) -> Client:
    client.force_login(cast.alice)
    return client


def address(cast: Cast) -> str:
    return f"/screening/start/?trial={cast.trial.nct_id}"


def send(client: Client, cast: Cast, **sent: Any) -> Any:
    data = {"operation": uuid.uuid4(), "code": "P-1", "kind": "pre_screening"} | sent
    return client.post(address(cast), data)


def started(cast: Cast) -> list[Screening]:
    with acting(cast.alice):
        return list(Screening.objects.for_log().order_by("pk"))


def test_trial_then_site_then_the_rest(signed_in: Client, cast: Cast) -> None:
    text = signed_in.get("/screening/start/").content.decode()
    assert cast.trial.nct_id in text
    assert "Participant code" not in text
    make_center_site(cast.rennes, cast.trial)
    text = signed_in.get(address(cast)).content.decode()
    assert "Choose a site" in text
    assert "Participant code" not in text
    text = signed_in.get(
        address(cast), {"trial": cast.trial.nct_id, "site": str(cast.rennes_site.pk)}
    ).content.decode()
    assert "Participant code" in text


def test_only_the_centers_own_sites_are_offered(signed_in: Client, cast: Cast) -> None:
    text = signed_in.get(
        "/screening/start/", {"trial": cast.trial.nct_id, "site": str(cast.iowa_site.pk)}
    ).content.decode()
    assert str(cast.iowa_site.site) not in text
    foreign = make_trial()
    text = signed_in.get("/screening/start/", {"trial": foreign.nct_id}).content.decode()
    assert "Your center works no site of this trial." in text


def test_htmx_gets_the_dependent_parts_alone(signed_in: Client, cast: Cast) -> None:
    response = signed_in.get(address(cast), headers=HTMX)
    assert "<html" not in response.content.decode()
    assert "Participant code" in response.content.decode()


def test_the_newest_version_of_each_source_is_offered_the_protocol_first(
    signed_in: Client, cast: Cast
) -> None:
    newest = make_version(cast.trial, TREE_WITH_COHORTS, label="newest")
    protocol = make_version(cast.trial, label="of the protocol", source="protocol")
    make_version(cast.trial, label="a draft", published=False)
    response = signed_in.get(address(cast))
    choices = response.context["where"].fields["version"].choices
    assert [value for value, _words in choices] == [str(protocol.pk), str(newest.pk), str(cast.version.pk)]
    assert "Protocol (confidential)" in choices[0][1]
    assert ["replaced" in words for _value, words in choices] == [False, False, True]
    assert response.context["version"] == protocol


def test_a_screening_pins_the_version_that_was_chosen(signed_in: Client, cast: Cast) -> None:
    response = send(signed_in, cast)
    [screening] = started(cast)
    assert response.headers["Location"] == f"/screening/{screening.pk}/"
    assert screening.version == cast.version
    newer = make_version(cast.trial, TREE_WITH_COHORTS, label="2")
    send(signed_in, cast, code="P-2")
    assert [each.version for each in started(cast)] == [cast.version, newer]


def test_a_version_that_is_not_in_effect_yet_is_there_to_be_chosen(signed_in: Client, cast: Cast) -> None:
    with acting_as(CONTENT):
        draft = make_version(cast.trial, TREE_WITH_COHORTS, label="later", published=False)
        later = publish(draft, reason="ahead", effective=datetime.date(2199, 1, 1), published_by="Tests")
    page = signed_in.get(address(cast))
    assert page.context["version"] == cast.version
    assert "in effect from 1 Jan 2199" in page.context["where"].fields["version"].choices[1][1]
    data = {"operation": uuid.uuid4(), "code": "P-1", "kind": "pre_screening"}
    signed_in.post(f"{address(cast)}&version={later.pk}", data)
    assert started(cast)[0].version == later


def test_a_replaced_version_is_refused_beside_its_form(signed_in: Client, cast: Cast) -> None:
    make_version(cast.trial, label="2")
    data = {"operation": uuid.uuid4(), "code": "P-1", "kind": "pre_screening"}
    text = signed_in.post(f"{address(cast)}&version={cast.version.pk}", data).text
    assert "“1” was replaced: choose the newer version." in text
    assert started(cast) == []


def failed(cast: Cast, **options: Any) -> Screening:
    """A screening of P-1 that infection ended."""
    screening = make_screening(cast.alice, cast.rennes_site, cast.version, **options)
    answer(cast.alice, screening, "infection", "yes")
    with acting(cast.alice):
        return conclude_screening(
            user=cast.alice, screening=screening, conclusion="screen_failure", failure_kind="criteria"
        )


def test_a_failed_participant_is_screened_again_from_the_page_of_the_failure(
    signed_in: Client, cast: Cast
) -> None:
    first = failed(cast, patient_code="P-1")
    page = signed_in.get(f"/screening/{first.pk}/conclude/").text
    [link] = re.findall(r'href="(/screening/start/[^"]*)"', page)
    assert "P-1" not in link
    there = signed_in.get(unescape(link)).text
    assert 'value="P-1"' in there
    assert re.search(r'name="again" id="id_again" checked', there)
    assert (
        "Screening no. 2 of this participant for this trial. The one before, S-001 of "
        f"{day(first.started_at)}, was a screen failure (Exclusion 2.)." in text_of(there)
    )
    data = {"operation": uuid.uuid4(), "code": "P-1", "again": "on", "kind": "consented"}
    missing = signed_in.post(unescape(link), data).text
    assert "Give the date of consent." in missing
    assert re.search(r'name="again" id="id_again" checked', missing)  # nothing said is lost
    signed_in.post(unescape(link), data | {"kind": "pre_screening"})
    assert [each.earlier for each in started(cast)] == [None, first]


def test_somebody_elses_screening_is_no_one_to_screen_again(signed_in: Client, cast: Cast) -> None:
    theirs = make_screening(cast.charlie, cast.iowa_site, cast.version, patient_code="I-1")
    mine = make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-7")
    for again in (theirs.pk, mine.pk, "x", "9" * 30):
        page = signed_in.get(f"{address(cast)}&again={again}")
        assert page.status_code == 200
        assert page.context["known"] is None


def test_a_second_screening_says_what_it_repeats(signed_in: Client, cast: Cast) -> None:
    there = f"/screening/start/participant/?site={cast.rennes_site.pk}"
    first = make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-1")
    assert "is still open" in signed_in.post(there, {"code": "P-1"}, headers=HTMX).text
    for identifier, value in {"age": "yes", "lupus": "yes", "pregnant": "no", "infection": "no"}.items():
        answer(cast.alice, first, identifier, value)
    with acting(cast.alice):
        conclude_screening(user=cast.alice, screening=first, conclusion="proposed_eligible")
    assert "was proposed as eligible" in signed_in.post(there, {"code": "P-1"}, headers=HTMX).text
    other = make_trial()
    make_version(other)
    elsewhere = make_center_site(cast.rennes, other)
    known = signed_in.post(f"/screening/start/participant/?site={elsewhere.pk}", {"code": "P-1"}).text
    assert "Known here: 1 screening" in known
    assert "of this participant for this trial" not in known


def test_what_identifies_is_sealed(signed_in: Client, cast: Cast) -> None:
    send(signed_in, cast, birth_date="1961-04-05", sex="female")
    [screening] = started(cast)
    with acting(cast.alice):
        assert "1961" not in screening.patient.birth_date_sealed
        assert vault.birth_date(screening.patient) == datetime.date(1961, 4, 5)


def test_a_known_participant_is_screened_again_only_when_said_so(signed_in: Client, cast: Cast) -> None:
    send(signed_in, cast)
    other = make_trial()
    site = make_center_site(cast.rennes, other)
    make_version(other)
    there = f"/screening/start/?trial={other.nct_id}&site={site.pk}"
    data = {"operation": uuid.uuid4(), "code": "p-1", "kind": "pre_screening"}
    response = signed_in.post(there, data)
    text = response.content.decode()
    assert "knows this participant already" in text
    assert 'name="again"' in text
    assert len(started(cast)) == 1
    signed_in.post(there, data | {"again": "on"})
    first, second = started(cast)
    assert first.patient == second.patient


def test_a_code_is_looked_up_without_standing_in_an_address(signed_in: Client, cast: Cast) -> None:
    make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-1")
    there = f"/screening/start/participant/?site={cast.rennes_site.pk}"
    assert "Known here: 1 screening" in signed_in.post(there, {"code": "p-1"}, headers=HTMX).content.decode()
    assert "A new code" in signed_in.post(there, {"code": "P-9"}, headers=HTMX).content.decode()
    assert signed_in.get(f"{there}&code=P-1").status_code == 405
    assert signed_in.post(there, {"code": "P\x00"}, headers=HTMX).status_code == 200


def test_a_code_of_another_center_is_as_good_as_unknown(signed_in: Client, cast: Cast) -> None:
    make_screening(cast.charlie, cast.iowa_site, cast.version, patient_code="I-1")
    for site in (cast.rennes_site, cast.iowa_site):
        there = f"/screening/start/participant/?site={site.pk}"
        assert "Known here" not in signed_in.post(there, {"code": "I-1"}, headers=HTMX).content.decode()


def test_consent_takes_a_date_and_a_prescreening_has_none(signed_in: Client, cast: Cast) -> None:
    response = send(signed_in, cast, kind="consented")
    assert response.context["form"].errors == {"consent_date": ["Give the date of consent."]}
    send(signed_in, cast, kind="consented", consent_date="2024-02-03")
    send(signed_in, cast, code="P-2", consent_date="2024-02-03")
    first, second = started(cast)
    assert first.consent_date == datetime.date(2024, 2, 3)
    assert second.consent_date is None


def test_a_cohort_may_be_left_open(signed_in: Client, cast: Cast) -> None:
    version = make_version(cast.trial, TREE_WITH_COHORTS, label="cohorts")
    lupus = version.cohorts.get(code="SLE")
    send(signed_in, cast, cohort=lupus.pk)
    send(signed_in, cast, code="P-2")
    assert [each.cohort for each in started(cast)] == [lupus, None]


def test_numbers_follow_on_or_are_the_sponsors(signed_in: Client, cast: Cast) -> None:
    send(signed_in, cast)
    send(signed_in, cast, code="P-2", number="1004-007")
    response = send(signed_in, cast, code="P-3", number="1004-007")
    assert "already used at this site" in response.content.decode()
    assert [(each.screening_number, each.number_assigned_by_sponsor) for each in started(cast)] == [
        ("S-001", False),
        ("1004-007", True),
    ]


def test_the_same_form_sent_twice_starts_one_screening(signed_in: Client, cast: Cast) -> None:
    operation = uuid.uuid4()
    answers = [send(signed_in, cast, operation=operation) for _ in range(2)]
    [screening] = started(cast)
    assert [each.headers["Location"] for each in answers] == [f"/screening/{screening.pk}/"] * 2


def test_a_name_is_no_code(signed_in: Client, cast: Cast) -> None:
    assert "never a name" in send(signed_in, cast, code="Marie Curie").content.decode()
    assert started(cast) == []


def test_problems_stand_beside_their_fields(signed_in: Client, cast: Cast) -> None:
    response = send(signed_in, cast, code="", birth_date="yesterday", sex="?", kind="", operation="none")
    assert set(response.context["form"].errors) == {"operation", "code", "birth_date", "sex", "kind"}


def test_a_trial_without_published_criteria_says_so(signed_in: Client, cast: Cast) -> None:
    bare = make_trial()
    make_center_site(cast.rennes, bare)
    text = signed_in.get("/screening/start/", {"trial": bare.nct_id}).content.decode()
    assert "No criteria of this trial are published yet" in text


def test_a_monitor_cannot_start(client: Client, cast: Cast) -> None:
    client.force_login(cast.bob)
    assert client.get(address(cast)).status_code == 403
    assert send(client, cast).status_code == 403
