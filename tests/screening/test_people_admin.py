"""The administrator edits people and centers, and meets no patient there."""

from __future__ import annotations

import io
import re

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from screening.models import AuditEvent, Center, CenterSite, Membership, Role, User
from tests.factories import (
    Cast,
    acting,
    make_cast,
    make_center,
    make_center_site,
    make_member,
    make_screening,
    make_user,
)

pytestmark = pytest.mark.django_db

NO_INLINES = {
    f"{name}-{count}": "0"
    for name in ("memberships", "sponsor_memberships", "center_sites")
    for count in ("TOTAL_FORMS", "INITIAL_FORMS")
}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def ada(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.ada)
    return client


def test_no_patient_data_is_registered() -> None:
    models = {model.__name__ for model in admin.site._registry if model._meta.app_label == "screening"}
    assert models == {"User", "Center"}


def test_each_page_opens(cast: Cast, ada: Client) -> None:
    for address in (
        reverse("admin:index"),
        reverse("admin:screening_user_changelist"),
        reverse("admin:screening_user_add"),
        reverse("admin:screening_user_change", args=[cast.alice.pk]),
        reverse("admin:auth_user_password_change", args=[cast.alice.pk]),
        reverse("admin:screening_center_changelist"),
        reverse("admin:screening_center_add"),
        reverse("admin:screening_center_change", args=[cast.rennes.pk]),
        reverse("admin:screening_user_history", args=[cast.alice.pk]),
    ):
        response = ada.get(address)
        assert response.status_code == 200, address
        assert "no-store" in response["Cache-Control"]


def test_each_field_of_a_table_says_its_name(cast: Cast, ada: Client) -> None:
    pages = (("user", cast.alice.pk, "center"), ("center", cast.rennes.pk, "user"))
    for model, pk, chosen in pages:
        page = ada.get(reverse(f"admin:screening_{model}_change", args=[pk])).text
        for name in (chosen, "role", "DELETE"):
            [field] = re.findall(rf'<(?:select|input)[^>]* name="memberships-0-{name}"[^>]*>', page)
            assert "aria-label=" in field


def test_others_do_not_get_in(cast: Cast, client: Client) -> None:
    for user in (cast.alice, cast.bob, cast.dora, cast.sven):
        client.force_login(user)
        assert client.get(reverse("admin:screening_user_changelist")).status_code == 302


def test_an_administrator_adds_a_person_with_a_role_and_the_trail_says_so(cast: Cast, ada: Client) -> None:
    response = ada.post(
        reverse("admin:screening_user_add"),
        {
            **NO_INLINES,
            "email": "Erin@Example.ORG",
            "printed_name": "Erin Example",
            "usable_password": "true",
            "password1": "a long enough secret",
            "password2": "a long enough secret",
        },
    )
    assert response.status_code == 302, response.context["errors"]
    erin = User.objects.get(email="erin@example.org")
    assert erin.check_password("a long enough secret")
    response = ada.post(
        reverse("admin:screening_user_change", args=[erin.pk]),
        {
            **NO_INLINES,
            "email": erin.email,
            "printed_name": "Erin Example-Smith",
            "is_active": "on",
            "memberships-TOTAL_FORMS": "1",
            "memberships-0-center": cast.rennes.pk,
            "memberships-0-user": erin.pk,
            "memberships-0-role": "investigator",
        },
    )
    assert response.status_code == 302, response.context["errors"]
    with acting(cast.ada):
        assert Membership.objects.get(user=erin).center == cast.rennes
        made = AuditEvent.objects.filter(table="screening_membership").last()
    assert made is not None
    assert made.actor == "Ada Example <ada@example.org>"


def page_of(row: User | Center) -> str:
    return reverse(f"admin:screening_{row._meta.model_name}_change", args=[row.pk])


def role_of_alice(cast: Cast, **changes: str) -> dict[str, object]:
    """Her page as it is sent back, with her role changed."""
    membership = cast.alice.memberships.get()
    return {
        **NO_INLINES,
        "email": cast.alice.email,
        "printed_name": cast.alice.printed_name,
        "is_active": "on",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": membership.pk,
        "memberships-0-user": cast.alice.pk,
        "memberships-0-center": cast.rennes.pk,
        "memberships-0-role": "coordinator",
        **changes,
    }


def test_a_new_person_gets_a_role_at_a_center_in_one_go(cast: Cast, ada: Client) -> None:
    page = ada.get(reverse("admin:screening_user_add")).text
    assert 'name="memberships-0-center"' in page
    assert "RENNES hospital" in page
    data = {
        **NO_INLINES,
        "email": "erin@example.org",
        "printed_name": "Erin Example",
        "usable_password": "false",
        "memberships-TOTAL_FORMS": "1",
        "memberships-0-center": cast.rennes.pk,
        "memberships-0-role": "monitor",
        "reason": "Monitors the new trial",
    }
    assert ada.post(reverse("admin:screening_user_add"), data).status_code == 302
    with acting(cast.ada):
        assert Membership.objects.get(user__email="erin@example.org").role == "monitor"
        made = AuditEvent.objects.filter(table="screening_membership").latest("id")
    assert made.reason == "Monitors the new trial"


@pytest.mark.parametrize("change", [{"memberships-0-role": "monitor"}, {"memberships-0-DELETE": "on"}])
def test_a_role_is_changed_or_taken_away_for_a_reason(
    change: dict[str, str], cast: Cast, ada: Client
) -> None:
    with acting(cast.ada):
        data = role_of_alice(cast, **change)
    refused = ada.post(page_of(cast.alice), {**data, "reason": " "})
    assert "why a role is changed or taken away" in refused.text
    assert ada.post(page_of(cast.alice), {**data, "reason": "She left"}).status_code == 302
    with acting(cast.ada):
        last = AuditEvent.objects.filter(table="screening_membership").latest("id")
        assert (last.reason, last.action in ("update", "delete")) == ("She left", True)


def test_access_is_taken_away_for_a_reason(cast: Cast, ada: Client) -> None:
    with acting(cast.ada):
        data = role_of_alice(cast)
    assert ada.post(page_of(cast.alice), data).status_code == 302
    del data["is_active"]
    refused = ada.post(page_of(cast.alice), data)
    assert "Say why access is given or taken away." in refused.text
    assert ada.post(page_of(cast.alice), {**data, "reason": "She left"}).status_code == 302
    cast.alice.refresh_from_db()
    assert not cast.alice.is_active


def test_more_people_take_no_more_queries(cast: Cast, ada: Client) -> None:
    pages = [page_of(cast.rennes), page_of(cast.alice), reverse("admin:screening_user_changelist")]
    counts = [_queries(ada, page) for page in pages]
    for n in range(12):
        person, center = make_user(f"Person{n}"), make_center(f"C{n}")
        make_member(person, cast.rennes, Role.MONITOR)
        make_member(cast.alice, center, Role.MONITOR)
        make_center_site(cast.rennes, cast.trial)
    assert [_queries(ada, page) for page in pages] == counts
    assert max(counts) < 30


def _queries(ada: Client, page: str) -> int:
    ada.get(page)
    with CaptureQueriesContext(connection) as queries:
        assert ada.get(page).status_code == 200
    return len(queries)


def test_nobody_takes_the_administration_from_oneself(cast: Cast, ada: Client) -> None:
    ada.post(
        reverse("admin:screening_user_change", args=[cast.ada.pk]),
        {**NO_INLINES, "email": cast.ada.email, "printed_name": "Ada"},
    )
    cast.ada.refresh_from_db()
    assert (cast.ada.printed_name, cast.ada.is_staff, cast.ada.is_active) == ("Ada", True, True)


def change_site(cast: Cast, ada: Client, site: CenterSite) -> list[str]:
    """Take a site away from its center; what the page says to it."""
    data = {
        **NO_INLINES,
        **{name: getattr(cast.rennes, name) for name in ("code", "name", "time_zone", "city", "country")},
        "center_sites-TOTAL_FORMS": "1",
        "center_sites-INITIAL_FORMS": "1",
        "center_sites-0-id": site.pk,
        "center_sites-0-center": cast.rennes.pk,
        "center_sites-0-site": site.site_id,
        "center_sites-0-DELETE": "on",
    }
    response = ada.post(reverse("admin:screening_center_change", args=[cast.rennes.pk]), data, follow=True)
    return [str(message) for message in response.context["messages"]]


def test_a_site_where_somebody_was_screened_stays_with_its_center(cast: Cast, ada: Client) -> None:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    assert any("was screened" in message for message in change_site(cast, ada, cast.rennes_site))
    with acting(cast.alice):
        assert CenterSite.objects.get() == screening.center_site


def test_another_site_is_taken_away(cast: Cast, ada: Client) -> None:
    assert not any("was screened" in message for message in change_site(cast, ada, cast.rennes_site))
    with acting(cast.ada):
        assert list(CenterSite.objects.all()) == [cast.iowa_site]


def test_a_time_zone_is_one(cast: Cast, ada: Client) -> None:
    response = ada.post(
        reverse("admin:screening_center_add"),
        {**NO_INLINES, "code": "NEW", "name": "New", "time_zone": "Mars/Olympus", "city": "", "country": ""},
    )
    assert "is not a time zone" in response.content.decode()
    with acting(cast.ada):
        assert Center.objects.count() == 2


def test_the_first_administrator_is_made_by_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a long enough secret")
    call_command(
        "createsuperuser",
        interactive=False,
        email="Root@Example.org",
        printed_name="Root Example",
        verbosity=0,
    )
    root = User.objects.get(email="root@example.org")
    assert root.is_staff
    monkeypatch.setattr("getpass.getpass", lambda prompt: "another long enough secret")
    call_command("changepassword", "root@example.org", stdout=io.StringIO())
    root.refresh_from_db()
    assert root.check_password("another long enough secret")
    with acting(root):
        actors = AuditEvent.objects.filter(table="screening_user").order_by("id")
        assert [event.actor for event in actors] == ["system: createsuperuser", "system: changepassword"]
