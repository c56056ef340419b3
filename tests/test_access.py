"""Every address for every role. An address that is missing from the table fails, and so does one too many."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from screening.models import Fact, PracticeRound, Screening, User
from tests.factories import PASSWORD, Cast, acting, make_cast, make_screening, make_version
from tests.screening.facts_world import enter, make_variables

pytestmark = pytest.mark.django_db

ROLES = ("nobody", "coordinator", "investigator", "monitor", "foreign", "administrator", "sponsor")
PERSON = {
    "coordinator": "alice",
    "investigator": "dora",
    "monitor": "bob",
    "foreign": "charlie",
    "administrator": "ada",
    "sponsor": "sven",
}
LOGIN = 302  # where to, is checked

# What a GET answers, in the order of ROLES. "foreign" coordinates at another center;
# the screening is not hers.
PUBLIC = (200,) * 7
OWN = (LOGIN, 200, 200, 200, 404, 403, 403)
EDITORS = (LOGIN, 403, 403, 403, 403, 200, 403)
GET = {
    "trials:home": (200,) + (302,) * 6,  # on to what waits for them
    "trials:about": PUBLIC,
    "trials:related": PUBLIC,
    "trials:list": PUBLIC,
    "trials:trial": PUBLIC,
    "trials:long": PUBLIC,
    "trials:history": PUBLIC,
    "trials:import": (404,) * 7,  # none of this trial
    "trials:compare_criteria": PUBLIC,
    **dict.fromkeys(
        ("trials:trial_json", "trials:trial_ris", "trials:trial_fhir", "trials:trial_criteria"), PUBLIC
    ),
    "trials:criteria_schema": PUBLIC,
    **dict.fromkeys(
        (
            *("api:studies", "api:study", "api:metadata", "api:search_areas", "api:enums", "api:sizes"),
            *("api:version", "api:home", "api:openapi_json", "api:openapi_yaml", "trials:download"),
        ),
        PUBLIC,
    ),
    "api:not_found": (404,) * 7,
    "trials:compare": PUBLIC,
    "trials:choices": PUBLIC,
    "trials:suggestions": PUBLIC,
    "trials:starred": PUBLIC,
    "trials:saved": (LOGIN,) + (200,) * 6,
    "trials:look_at_new": (405,) * 7,
    "trials:remove_saved": (405,) * 7,
    "trials:star": (405,) * 7,
    "trials:take_over": (405,) * 7,
    "trials:map": PUBLIC,
    "trials:map_data": PUBLIC,
    "trials:map_csv": PUBLIC,
    "trials:map_geojson": PUBLIC,
    "trials:map_labels": PUBLIC,
    # The site is a center's own, and no registry lists it.
    "trials:map_stack": (404,) * 7,
    "trials:map_site": (404,) * 7,
    "trials:versions": EDITORS,
    "trials:version": EDITORS,
    "trials:new_version": (405,) * 7,
    "trials:draft_step": (405,) * 7,
    "trials:draft_particulars": (405,) * 7,
    "trials:publish_version": EDITORS,
    "trials:discard_draft": (405,) * 7,
    "login": (200,) + (302,) * 6,
    "logout": (405,) * 7,
    "password_change": (LOGIN,) + (200,) * 6,
    "screening:log": (LOGIN, 200, 200, 200, 200, 403, 403),
    "screening:log_csv": (LOGIN, 200, 200, 200, 200, 403, 403),
    "screening:log_xlsx": (LOGIN, 200, 200, 200, 200, 403, 403),
    "screening:patient": OWN,
    "screening:estimates": (LOGIN, 200, 200, 200, 200, 403, 403),
    "screening:order": (405,) * 7,
    "screening:figures": (LOGIN, 200, 200, 200, 200, 403, 200),
    "screening:flow_svg": (LOGIN, 200, 200, 200, 404, 403, 200),  # 404: nothing to draw
    "screening:today": (LOGIN,) + (200,) * 6,
    "screening:session": PUBLIC,
    "screening:start": (LOGIN, 200, 200, 403, 200, 403, 403),
    "screening:known_participant": (405,) * 7,
    "screening:checklist": OWN,
    "screening:cohort": (405,) * 7,
    "screening:consent": (405,) * 7,
    "screening:conclude": OWN,
    "screening:sign": OWN,
    "screening:deviations": OWN,
    "screening:record": OWN,
    "screening:record_pdf": OWN,
    "screening:version": OWN,
    "screening:answer": (LOGIN, 302, 302, 302, 404, 403, 403),
    "screening:history": OWN,
    "screening:facts": (LOGIN, 404, 404, 403, 404, 403, 403),
    **dict.fromkeys(
        ("screening:source", "screening:dates", "screening:half_life", "screening:patient_facts"),
        (LOGIN, 200, 200, 403, 404, 403, 403),
    ),
    "screening:confirm": (405,) * 7,
    "screening:withdraw_fact": (LOGIN, 200, 200, 403, 404, 403, 403),
    "screening:try_out": EDITORS,
    "screening:practice": (LOGIN, 200, 200, 200, 200, 403, 403),
    "screening:practice_start": (LOGIN, 200, 200, 200, 200, 403, 403),
    "screening:practice_round": (LOGIN, 200, 404, 404, 404, 403, 403),  # one's own alone
    "screening:open_screenings": EDITORS,
    "screening:amendments": (LOGIN, 200, 200, 200, 200, 403, 403),
}
# What an empty POST answers: never a 500, and nothing of another's. 302 leads on, with a message; 422 and 400
# say what is missing.
WRITING = (LOGIN, 302, 302, 403, 404, 403, 403)
POST = {
    "trials:about": (405,) * 7,
    "trials:related": (405,) * 7,
    "trials:home": (405,) * 7,
    "trials:list": (405,) * 7,
    "trials:trial": (405,) * 7,
    "trials:long": (405,) * 7,
    "trials:history": (405,) * 7,
    "trials:import": (405,) * 7,
    "trials:compare_criteria": (405,) * 7,
    **dict.fromkeys(
        ("trials:trial_json", "trials:trial_ris", "trials:trial_fhir", "trials:trial_criteria"), (405,) * 7
    ),
    "trials:criteria_schema": (405,) * 7,
    **dict.fromkeys(
        (
            *("api:studies", "api:study", "api:metadata", "api:search_areas", "api:enums", "api:sizes"),
            *("api:version", "api:home", "api:openapi_json", "api:openapi_yaml", "trials:download"),
        ),
        (405,) * 7,
    ),
    "api:not_found": (405,) * 7,
    "trials:compare": (405,) * 7,
    "trials:choices": (405,) * 7,
    "trials:suggestions": (405,) * 7,
    "trials:starred": (405,) * 7,
    "trials:saved": (LOGIN,) + (302,) * 6,
    "trials:look_at_new": (LOGIN,) + (404,) * 6,  # another's, or nobody's
    "trials:remove_saved": (LOGIN,) + (404,) * 6,
    "trials:star": (404,) * 7,  # no trial is named
    "trials:take_over": (LOGIN,) + (302,) * 6,
    **{
        f"trials:map{part}": (405,) * 7
        for part in ("", "_data", "_csv", "_geojson", "_labels", "_stack", "_site")
    },
    "trials:versions": (405,) * 7,
    "trials:version": (405,) * 7,
    "trials:new_version": (LOGIN, 403, 403, 403, 403, 302, 403),
    "trials:draft_step": (LOGIN, 403, 403, 403, 403, 422, 403),
    "trials:draft_particulars": (LOGIN, 403, 403, 403, 403, 422, 403),
    "trials:publish_version": (LOGIN, 403, 403, 403, 403, 422, 403),
    "trials:discard_draft": (LOGIN, 403, 403, 403, 403, 302, 403),
    "login": (200,) + (302,) * 6,
    "logout": (302,) * 7,
    "password_change": (LOGIN,) + (200,) * 6,
    "screening:log": (405,) * 7,
    "screening:log_csv": (405,) * 7,
    "screening:log_xlsx": (405,) * 7,
    "screening:patient": (405,) * 7,
    "screening:estimates": (LOGIN, 200, 200, 200, 200, 403, 403),
    "screening:order": (LOGIN, 302, 302, 302, 404, 403, 403),
    "screening:figures": (405,) * 7,
    "screening:flow_svg": (405,) * 7,
    "screening:today": (405,) * 7,
    "screening:session": (405,) * 7,
    "screening:start": (LOGIN, 200, 200, 403, 200, 403, 403),
    "screening:known_participant": (LOGIN, 200, 200, 403, 200, 403, 403),
    "screening:checklist": (405,) * 7,
    "screening:cohort": WRITING,
    "screening:consent": WRITING,
    "screening:conclude": (LOGIN, 400, 400, 403, 404, 403, 403),
    "screening:sign": (LOGIN, 403, 422, 403, 404, 403, 403),
    "screening:deviations": (LOGIN, 422, 422, 403, 404, 403, 403),
    "screening:record": (405,) * 7,
    "screening:record_pdf": (405,) * 7,
    "screening:answer": (LOGIN, 422, 422, 403, 404, 403, 403),
    "screening:history": (405,) * 7,
    "screening:facts": (LOGIN, 404, 404, 403, 404, 403, 403),
    **dict.fromkeys(
        (
            *("screening:source", "screening:dates", "screening:half_life"),
            *("screening:patient_facts", "screening:withdraw_fact"),
        ),
        (LOGIN, 422, 422, 403, 404, 403, 403),
    ),
    "screening:confirm": WRITING,
    "screening:try_out": EDITORS,
    "screening:practice": (405,) * 7,
    "screening:practice_start": (LOGIN, 302, 302, 403, 302, 403, 403),
    "screening:practice_round": (LOGIN, 404, 404, 404, 404, 403, 403),
    "screening:open_screenings": (405,) * 7,
    "screening:amendments": (405,) * 7,
    "screening:version": (LOGIN, 422, 422, 403, 404, 403, 403),
}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def screening(cast: Cast) -> Screening:
    make_version(cast.trial, label="2", published=False)
    started = make_screening(cast.alice, cast.rennes_site, cast.version)
    make_variables()
    enter(cast.alice, started.patient, "dx.lupus", "present")
    return started


def fact_of(screening: Screening) -> Fact:
    with acting(User.objects.get(email="alice@example.org")):
        return Fact.objects.get(patient=screening.patient_id)


def addresses(screening: Screening) -> dict[str, str]:
    """One of each kind, by its name."""
    published = {"nct_id": screening.trial.nct_id, "number": 1}
    draft = {"nct_id": screening.trial.nct_id, "number": 2}
    arguments: dict[str, dict[str, Any]] = {
        "trials:trial": {"nct_id": screening.trial.nct_id},
        "trials:long": {"nct_id": screening.trial.nct_id, "name": "conditions"},
        "trials:related": {"nct_id": screening.trial.nct_id},
        "trials:choices": {"name": "condition"},
        "trials:look_at_new": {"pk": 1},
        "trials:remove_saved": {"pk": 1},
        "trials:compare_criteria": {"nct_id": screening.trial.nct_id},
        "trials:history": {"nct_id": screening.trial.nct_id},
        "trials:import": {"nct_id": screening.trial.nct_id, "pk": 1},
        **{
            f"trials:{name}": {"nct_id": screening.trial.nct_id}
            for name in ("trial_json", "trial_ris", "trial_fhir", "trial_criteria")
        },
        "api:study": {"nct_id": screening.trial.nct_id},
        "api:not_found": {"rest": "nothing"},
        "trials:download": {"kind": "csv"},
        "trials:map_site": {"pk": screening.center_site.site_id},
        "trials:versions": {"nct_id": screening.trial.nct_id},
        "trials:version": draft,
        "trials:new_version": published,
        "trials:draft_step": draft,
        "trials:draft_particulars": draft,
        "trials:publish_version": draft,
        "trials:discard_draft": published,
        "screening:try_out": {"pk": screening.version_id},
        "screening:practice_start": {"pk": screening.version_id},
        "screening:practice_round": {"pk": practice_round_of(screening)},
        "screening:open_screenings": {"pk": screening.version_id},
        "screening:answer": {"pk": screening.pk, "identifier": "age"},
        "screening:history": {"pk": screening.pk, "identifier": "age"},
        "screening:source": {"pk": screening.pk, "identifier": "age"},
        "screening:patient": {"pk": screening.patient_id},
        "screening:patient_facts": {"pk": screening.patient_id},
        "screening:withdraw_fact": {"pk": fact_of(screening).pk},
        **{
            f"screening:{page}": {"pk": screening.pk}
            for page in (
                *("checklist", "cohort", "consent", "conclude", "version"),
                *("sign", "deviations", "record", "record_pdf", "order"),
                *("facts", "confirm", "dates", "half_life"),
            )
        },
    }
    return {name: reverse(name, kwargs=arguments.get(name)) for name in GET}


def practice_round_of(screening: Screening) -> int:
    """The one round of practice that there is: of the person who started the screening."""
    with acting(screening.started_by):
        found, _ = PracticeRound.objects.get_or_create(
            center=screening.center,
            user=screening.started_by,
            version=screening.version,
            defaults={"seed": 1},
        )
    return found.pk


def client_of(role: str, cast: Cast) -> Client:
    client = Client(raise_request_exception=False)
    if role in PERSON:
        assert client.login(username=getattr(cast, PERSON[role]).email, password=PASSWORD)
    return client


def names(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}"
        elif entry.namespace != "admin":  # the stock admin's addresses have a test of their own below
            yield from names(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)


def test_every_address_is_in_both_tables() -> None:
    assert set(names(get_resolver())) == set(GET) == set(POST)


@pytest.mark.parametrize("role", ROLES)
def test_what_each_role_may_read(role: str, cast: Cast, screening: Screening) -> None:
    expected = {name: statuses[ROLES.index(role)] for name, statuses in GET.items()}
    found, client = {}, client_of(role, cast)
    for name, address in addresses(screening).items():
        response = client.get(address)
        found[name] = response.status_code
        if role == "nobody" and response.status_code == LOGIN:
            assert response["Location"].startswith(reverse("login"))
    assert found == expected


@pytest.mark.parametrize("role", ROLES)
def test_what_each_role_may_write(role: str, cast: Cast, screening: Screening) -> None:
    expected = {name: statuses[ROLES.index(role)] for name, statuses in POST.items()}
    found, client, address = {}, client_of(role, cast), addresses(screening)
    for name in sorted(POST, key="logout".__eq__):  # last, as it ends what the others need
        response = client.post(address[name])
        found[name] = response.status_code
        if role == "nobody" and response.status_code == LOGIN and name != "logout":
            assert response["Location"].startswith(reverse("login"))
    assert found == expected


# The list of each model in the administration, and the form to add one; 403: none is added by hand.
ADMIN_PAGES = {
    "screening.Center": (200, 200),
    "screening.User": (200, 200),
    "trials.Arm": (200, 403),
    "trials.Caption": (200, 200),
    "trials.CriteriaVersion": (200, 403),
    "trials.Outcome": (200, 200),
    "trials.Site": (200, 200),
    "trials.Sponsor": (200, 200),
    "trials.Trial": (200, 200),
    "trials.Variable": (200, 200),
}


@pytest.mark.parametrize("role", ROLES)
def test_the_admin_is_the_administrators_alone(role: str, cast: Cast, screening: Screening) -> None:
    from django.contrib import admin

    client = client_of(role, cast)
    found: dict[str, tuple[int, ...]] = {}
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        responses = [client.get(reverse(f"{name}_{page}")) for page in ("changelist", "add")]
        found[model._meta.label] = tuple(response.status_code for response in responses)
        if role != "administrator":
            assert all(response["Location"].startswith("/admin/login/") for response in responses), model
    assert found == (ADMIN_PAGES if role == "administrator" else dict.fromkeys(ADMIN_PAGES, (LOGIN, LOGIN)))


def test_the_admin_has_nothing_of_a_patient() -> None:
    from django.contrib import admin

    shown = {model._meta.label for model in admin.site._registry}
    confidential = {"Patient", "PatientKey", "Screening", "Answer", "AnswerChange", "AuditEvent", "AuditLink"}
    assert not shown & {f"screening.{name}" for name in confidential}


def test_a_screening_that_is_not_there_answers_like_one_of_another_center(
    cast: Cast, screening: Screening
) -> None:
    client = client_of("foreign", cast)
    foreign = client.get(reverse("screening:checklist", args=[screening.pk]))
    absent = client.get(reverse("screening:checklist", args=[screening.pk + 1000]))
    assert foreign.status_code == absent.status_code == 404
    # A token is new on each page.
    pages = [re.sub(r'(csrf\w*"|X-CSRFToken":) (value=)?"\w+"', "", page.text) for page in (foreign, absent)]
    assert pages[0] == pages[1]
