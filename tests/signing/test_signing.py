"""What an investigator may sign, and what a signature is bound to."""

from __future__ import annotations

import json

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from screening import vault
from screening.models import Meaning, Patient, PatientKey, Signature
from screening.services import ReasonNeeded, Refused, choose_cohort, conclude_screening, sign_screening
from screening.services.signing import ChangedSinceRead, last_validity, validity
from screening.signature import Part, digest_of
from tests.factories import (
    TREE_WITH_COHORTS,
    Cast,
    acting,
    answer,
    make_cast,
    make_center,
    make_member,
    make_user,
    make_version,
    read,
    sign,
)
from tests.signing.signing import ATTESTED, ELIGIBLE, answered, now, standing
from trials.models import Cohort

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


# --- What is signed ---


def test_a_signature_names_its_signer_its_meaning_and_the_databases_time(cast: Cast) -> None:
    signature = sign(cast.dora, answered(cast))
    assert (signature.printed_name, signature.signer) == ("Dora Example", cast.dora)
    assert (signature.meaning, signature.outcome) == (Meaning.ELIGIBLE, "eligible")
    content = json.loads(signature.content)
    assert content[Part.SIGNATURE]["name"] == "Dora Example"
    assert content[Part.SIGNATURE]["at"] == signature.signed_at.isoformat(timespec="microseconds")
    assert signature.digest == digest_of(signature.content)


def test_it_is_bound_to_version_answers_facts_and_outcome(cast: Cast) -> None:
    screening = answered(cast)
    answer(cast.alice, screening, "age", "yes", comment="seen the passport", base_revision=1)
    content = json.loads(sign(cast.dora, screening).content)
    assert content[Part.VERSION]["digest"] == cast.version.digest
    assert {key: said["value"] for key, said in content[Part.ANSWERS].items()} == ELIGIBLE
    assert content[Part.OUTCOME]["value"] == "eligible"
    assert set(content[Part.OUTCOME]["why"]) == set(ELIGIBLE)
    assert set(content) == set(Part)


def test_free_text_is_in_it_only_as_it_is_sealed(cast: Cast) -> None:
    screening = answered(cast, {})
    answer(cast.alice, screening, "infection", "yes", comment="a cough since Monday")
    signature = sign(cast.dora, screening, "not_eligible")
    assert "cough" not in signature.content
    sealed = json.loads(signature.content)[Part.ANSWERS]["infection"]["comment"]
    with acting(cast.alice):
        assert vault.unseal(screening.patient, sealed) == "a cough since Monday"


def test_it_still_verifies_after_the_participants_data_were_erased(cast: Cast) -> None:
    screening = answered(cast, birth_date=None)
    sign(cast.dora, screening)
    with acting(cast.alice):
        PatientKey.objects.filter(patient=screening.patient_id).delete()
        last = last_validity(now(cast, screening))
        assert last is not None
        assert last.valid
    with pytest.raises(Refused, match="erased"):
        sign(cast.dora, screening)


# --- Who signs, and what ---


def test_only_an_investigator_of_that_center_signs(cast: Cast) -> None:
    elsewhere = make_user("Eve")
    make_member(elsewhere, make_center("LYON"), "investigator")
    screening = answered(cast)
    fields = read(cast.dora, screening)
    for user in (cast.alice, cast.bob, elsewhere):
        with acting(user), pytest.raises(Refused, match="investigator"):
            sign_screening(user=user, screening=screening, meaning="eligible", **fields)


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({}, "cannot be signed yet"),
        ({"infection": "yes"}, "is not eligible"),
        ({"age": "no"}, "is not eligible"),
    ],
)
def test_there_is_no_override(cast: Cast, answers: dict[str, str], message: str) -> None:
    with pytest.raises(Refused, match=message):
        sign(cast.dora, answered(cast, answers))
    with acting(cast.alice):
        assert not Signature.objects.exists()


def test_not_eligible_takes_a_criterion_that_excludes(cast: Cast) -> None:
    for answers in ({}, ELIGIBLE):
        with pytest.raises(Refused, match="No criterion excludes"):
            sign(cast.dora, answered(cast, answers), "not_eligible")
    assert sign(cast.dora, answered(cast, {"infection": "yes"}), "not_eligible").outcome == "ineligible"


def test_not_eligible_is_signed_of_a_screening_that_failed_for_another_reason(cast: Cast) -> None:
    screening = answered(cast, {"age": "yes"})
    with acting(cast.alice):
        conclude_screening(
            user=cast.alice, screening=screening, conclusion="screen_failure", failure_kind="withdrawn"
        )
    signature = sign(cast.dora, screening, "not_eligible")
    assert (signature.outcome, json.loads(signature.content)[Part.FAILURE]["kind"]) == (
        "undetermined",
        "withdrawn",
    )


def test_eligible_takes_a_cohort_where_the_version_has_some() -> None:
    cast = make_cast(TREE_WITH_COHORTS)
    screening = answered(cast, {"age": "yes", "lupus": "yes", "skin": "no"})
    with pytest.raises(Refused, match="Choose the cohort first"):
        sign(cast.dora, screening)
    with acting(cast.alice):
        lupus = Cohort.objects.get(version=cast.version, code="SLE")
        choose_cohort(user=cast.alice, screening=screening, cohort=lupus)
    assert sign(cast.dora, screening).cohort_label == "Lupus"


def test_over_potentially_eligible_what_was_checked_is_part_of_what_is_signed(cast: Cast) -> None:
    abridged = make_version(cast.trial, label="key criteria", completeness="abridged")
    screening = answered(cast, version=abridged)
    for attestation in ("", "  ", "\u200b", "-"):
        with pytest.raises(ReasonNeeded, match="against the full protocol"):
            sign(cast.dora, screening, attestation=attestation)
    signature = sign(cast.dora, screening, attestation=ATTESTED)
    assert json.loads(signature.content)[Part.SIGNATURE]["attestation"] == signature.attestation_sealed
    with acting(cast.alice):
        assert vault.unseal(screening.patient, signature.attestation_sealed) == ATTESTED


def test_where_nothing_is_left_to_attest_nothing_is_attested(cast: Cast) -> None:
    with pytest.raises(Refused, match="nothing left to attest"):
        sign(cast.dora, answered(cast), attestation=ATTESTED)


# --- What was read is what is signed ---


def test_a_page_that_is_no_longer_current_is_not_signed_and_it_says_why(cast: Cast) -> None:
    screening = answered(cast)
    fields = read(cast.dora, screening)
    answer(cast.alice, screening, "age", "no")
    with pytest.raises(ChangedSinceRead) as raised:
        sign(cast.dora, screening, **fields)
    assert [(each.part, each.key) for each in raised.value.differences] == [
        (Part.OUTCOME, ""),
        (Part.ANSWERS, "age"),
    ]


def test_it_is_signed_once(cast: Cast) -> None:
    screening = answered(cast)
    sign(cast.dora, screening)
    with pytest.raises(Refused, match="Dora Example has signed this already"):
        sign(cast.dora, screening)


# --- Whether it holds ---


def test_raw_sql_behind_the_desk_is_found(cast: Cast) -> None:
    screening = answered(cast)
    signature = sign(cast.dora, screening)
    with acting(cast.alice), connection.cursor() as cursor:
        cursor.execute("update screening_answer set value = 'no' where screening_id = %s", [screening.pk])
    with acting(cast.alice):
        found = validity(signature, now(cast, screening))
    assert not found.valid
    assert not found.voided
    assert {each.part for each in found.differences} == {Part.OUTCOME, Part.ANSWERS}


@pytest.mark.parametrize(
    "change",
    [
        "printed_name = 'Mallory'",
        "meaning = 'not_eligible'",
        "content = replace(content, 'eligible', 'ineligible')",
        "digest = repeat('0', 64)",
        "signed_at = signed_at - interval '1 day'",
    ],
)
def test_a_changed_signature_is_found(cast: Cast, change: str) -> None:
    screening = answered(cast)
    signature = sign(cast.dora, screening)
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute("alter table screening_signature disable trigger user, no force row level security")
        cursor.execute(f"update screening_signature set {change} where id = %s", [signature.pk])
        assert cursor.rowcount == 1
        cursor.execute("alter table screening_signature enable trigger user, force row level security")
    with acting(cast.alice):
        assert not validity(standing(cast, screening), now(cast, screening)).valid


def test_after_a_change_it_is_signed_anew_and_the_first_stays(cast: Cast) -> None:
    screening = answered(cast)
    first = sign(cast.dora, screening)
    with acting(cast.alice):
        Patient.objects.filter(pk=screening.patient_id).update(sex="female")
    second = sign(cast.dora, screening)
    with acting(cast.alice):
        voided = Signature.objects.get(pk=first.pk)
        assert (voided.void_kind, voided.voided_by) == ("found", cast.dora)
        assert validity(second, now(cast, screening)).valid


def test_signing_takes_as_many_queries_with_one_answer_as_with_all(cast: Cast) -> None:
    counts = []
    for answers in ({"infection": "yes"}, ELIGIBLE | {"infection": "yes"}):
        screening = answered(cast, answers)
        fields = read(cast.dora, screening)
        with CaptureQueriesContext(connection) as queries:
            sign(cast.dora, screening, "not_eligible", **fields)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_monitor_sees_a_signature_and_another_center_does_not(cast: Cast) -> None:
    sign(cast.dora, answered(cast))
    with acting(cast.bob):
        assert Signature.objects.count() == 1
    with acting(cast.charlie):
        assert not Signature.objects.exists()
