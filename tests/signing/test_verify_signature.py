"""`manage.py verify_signature`: one line, and 0, 1 or 2."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from django.db import connection, connections

from screening.models import Signature
from tests.factories import Cast, acting, answer, make_cast, sign
from tests.signing.signing import answered
from trials.models.criteria import _published_tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def verify(key: int) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("verify_signature", str(key), stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_one_that_holds_is_valid(cast: Cast) -> None:
    signature = sign(cast.dora, answered(cast))
    status, said = verify(signature.pk)
    assert (status, said) == (
        0,
        f"signature {signature.pk} of screening S-001: valid, eligible, SHA-256 {signature.digest}\n",
    )


def test_a_voided_one_says_what_voided_it(cast: Cast) -> None:
    screening = answered(cast)
    signature = sign(cast.dora, screening)
    answer(cast.alice, screening, "age", "no", reason="misread")
    status, said = verify(signature.pk)
    assert status == 1
    assert said.endswith(" UTC: an answer changed\n")


def test_a_change_behind_the_desk_is_named(cast: Cast) -> None:
    screening = answered(cast)
    signature = sign(cast.dora, screening)
    with acting(cast.alice), connection.cursor() as cursor:
        cursor.execute("update screening_screening set consent_date = null, kind = 'pre_screening'")
    status, said = verify(signature.pk)
    assert status == 1
    assert said.endswith("of screening S-001: not valid, these differ from what was signed: consent\n")
    with acting(cast.alice), connection.cursor() as cursor:
        cursor.execute("update screening_answer set value = 'no' where screening_id = %s", [screening.pk])
    assert "answers age" in verify(signature.pk)[1]


def test_criteria_that_were_changed_behind_the_guard_are_named(cast: Cast) -> None:
    screening = answered(cast)
    signature = sign(cast.dora, screening)
    with connections["owner"].cursor() as cursor:
        cursor.execute("alter table trials_criterion disable trigger user, no force row level security")
        cursor.execute("update trials_criterion set text = text || ' or not' where identifier = 'age'")
        cursor.execute("alter table trials_criterion enable trigger user, force row level security")
    _published_tree.cache_clear()  # as in a process of its own
    status, said = verify(signature.pk)
    assert status == 1
    assert said.endswith(
        f"not valid, criteria version {screening.version_id} does not have the tree of its digest\n"
    )


def test_one_that_is_not_there_is_unknown(cast: Cast) -> None:
    assert verify(999) == (2, "signature 999: there is none\n")
    with acting(cast.alice):
        assert not Signature.objects.exists()
