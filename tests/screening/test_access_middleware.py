"""The way in for requests: whose it is, what is taken back, what no cache keeps."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import logout
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from config.context import acting_as, system
from screening.access import DeskRequest, desk_view, log_or_404, require_role, screening_or_404
from screening.models import Patient, Role, Screening
from tests.factories import Cast, acting, make_cast, make_screening

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def write(request: HttpRequest, then: str) -> HttpResponse:
    center = next(iter(request.access.roles))  # type: ignore[attr-defined]
    Patient.objects.create(center_id=center, code="W-1")
    if then == "404":
        raise Http404
    if then == "error":
        raise RuntimeError
    if then == "lazily":
        return HttpResponse(status=503)
    return HttpResponse("written")


def whoami(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("select app_actor(), app_read_centers()")
        [(actor, centers)] = cursor.fetchall()
    return HttpResponse(f"{actor} {sorted(centers)} {connection.in_atomic_block}")


@desk_view
def desk(request: DeskRequest) -> HttpResponse:
    return HttpResponse(", ".join(str(screening) for screening in log_or_404(request)))


@desk_view
def one(request: DeskRequest, pk: int) -> HttpResponse:
    screening = screening_or_404(request, pk)
    if request.method == "POST":
        require_role(request, screening.center, Role.INVESTIGATOR)
    return HttpResponse(screening.screening_number)


def leave(request: HttpRequest) -> HttpResponse:
    logout(request)
    return HttpResponse("left")


urlpatterns = [
    path("write/<str:then>/", write),
    path("whoami/", whoami),
    path("screening/", desk),
    path("screening/<int:pk>/", one),
    path("login/", whoami, name="login"),
    path("leave/", leave),
]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def alice(cast: Cast) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(cast.alice)
    return client


def written(cast: Cast) -> bool:
    with acting(cast.alice):
        return Patient.objects.filter(code="W-1").exists()


def test_what_a_view_wrote_is_committed(cast: Cast, alice: Client) -> None:
    assert alice.post("/write/done/").status_code == 200
    assert written(cast)


@pytest.mark.parametrize(("then", "status"), [("404", 404), ("error", 500), ("lazily", 503)])
def test_what_a_failing_view_wrote_is_taken_back(cast: Cast, alice: Client, then: str, status: int) -> None:
    assert alice.post(f"/write/{then}/").status_code == status
    assert not written(cast)


def test_a_request_runs_as_its_sender(cast: Cast, alice: Client, client: Client) -> None:
    assert alice.get("/whoami/").content.decode() == (
        f"Alice Example <alice@example.org> [{cast.rennes.pk}] True"
    )
    assert client.post("/whoami/").content == b" [] True"


def test_a_visitor_without_a_session_asks_the_database_nothing(
    client: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        assert client.get("/whoami/").content == b" [] False"


def test_a_visitor_inside_somebody_elses_transaction_is_nobody_all_the_same(
    cast: Cast, client: Client
) -> None:
    with acting(cast.alice):
        assert client.get("/whoami/").content == b" [] True"
        assert Patient.objects.count() == 0


def test_an_account_made_inactive_is_nobody_at_once(cast: Cast, alice: Client) -> None:
    with acting(cast.ada):
        cast.alice.is_active = False
        cast.alice.save()
    assert alice.get("/whoami/").content == b" [] True"


def test_the_desk_is_never_kept_in_a_cache(cast: Cast, alice: Client, client: Client) -> None:
    for response in (alice.get("/screening/"), client.get("/screening/"), alice.get("/whoami/")):
        assert "no-store" in response["Cache-Control"]
    assert "Cache-Control" not in client.get("/whoami/")


def test_leaving_clears_what_the_browser_kept(alice: Client) -> None:
    assert alice.post("/leave/")["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in alice.post("/leave/")


def test_without_a_session_a_page_leads_to_the_login_and_a_part_is_answered_401(client: Client) -> None:
    page = client.get("/screening/?status=open")
    assert (page.status_code, page["Location"]) == (302, "/login/?next=/screening/%3Fstatus%3Dopen")
    assert client.get("/screening/", headers={"HX-Request": "true"}).status_code == 401
    boosted = {"HX-Request": "true", "HX-Boosted": "true"}
    assert client.get("/screening/", headers=boosted).status_code == 302


def test_what_is_anothers_is_not_found(cast: Cast, alice: Client) -> None:
    own = make_screening(cast.alice, cast.rennes_site, cast.version)
    theirs = make_screening(cast.charlie, cast.iowa_site, cast.version)
    assert alice.get(f"/screening/{own.pk}/").status_code == 200
    assert alice.get("/screening/").content == b"S-001"
    missing = Screening(pk=theirs.pk + 1000)
    for screening in (theirs, missing):
        assert alice.get(f"/screening/{screening.pk}/").status_code == 404


def test_a_role_that_does_not_suffice_is_forbidden(cast: Cast, alice: Client) -> None:
    own = make_screening(cast.alice, cast.rennes_site, cast.version)
    assert alice.post(f"/screening/{own.pk}/").status_code == 403
    alice.force_login(cast.dora)
    assert alice.post(f"/screening/{own.pk}/").status_code == 200


def test_people_without_a_center_have_no_desk(cast: Cast, alice: Client) -> None:
    for user in (cast.sven, cast.ada):
        alice.force_login(user)
        assert alice.get("/screening/").status_code == 403


def test_a_context_given_to_nobody_opens_nothing(cast: Cast) -> None:
    make_screening(cast.alice, cast.rennes_site, cast.version)
    with acting_as(system("curious")):
        assert not Screening.objects.exists()
