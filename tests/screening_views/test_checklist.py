"""The checklist of a screening: what it shows, to whom, and at what cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from config.context import acting_as, system
from screening.models import Kind
from tests.factories import (
    SMALL_TREE,
    TREE_WITH_COHORTS,
    Cast,
    acting,
    answer,
    make_cast,
    make_screening,
    make_version,
    statement,
)
from trials.models import Cohort, Site

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def signed_in(client: Client, cast: Cast) -> Client:
    client.force_login(cast.alice)
    return client


def page_of(client: Client, screening: Any, **query: str) -> str:
    response = client.get(f"/screening/{screening.pk}/", query)
    assert response.status_code == 200
    return response.content.decode()


def big_tree(count: int) -> dict[str, Any]:
    return SMALL_TREE | {
        "inclusion": {
            "identifier": "in",
            "op": "all",
            "children": [statement(f"s{number}", label=f"{number}.") for number in range(count)],
        }
    }


def test_it_says_when_the_registrys_record_has_lost_its_site(signed_in: Client, cast: Cast) -> None:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    for listed in (True, False):
        with acting_as(system("import", importing=True)):
            Site.objects.filter(pk=screening.site.pk).update(origin=Site.Origin.REGISTRY, listed=listed)
        for here in ("", "conclude/", "sign/"):
            page = signed_in.get(f"/screening/{screening.pk}/{here}").text
            assert ("names this site no more" in page) != listed


def test_it_shows_every_statement_with_its_label_and_words(signed_in: Client, cast: Cast) -> None:
    text = page_of(signed_in, make_screening(cast.alice, cast.rennes_site, cast.version))
    for identifier in ("age", "lupus", "pregnant", "infection"):
        assert f'data-answer="{identifier}"' in text
        assert f"Statement {identifier}" in text


def test_not_applicable_is_offered_only_where_there_is_room_for_it(signed_in: Client, cast: Cast) -> None:
    text = page_of(signed_in, make_screening(cast.alice, cast.rennes_site, cast.version))
    assert text.count('value="not_applicable"') == 1


def test_an_investigator_may_choose_not_applicable_anywhere(client: Client, cast: Cast) -> None:
    client.force_login(cast.dora)
    text = page_of(client, make_screening(cast.alice, cast.rennes_site, cast.version))
    assert text.count('value="not_applicable"') == 4


def test_a_monitor_sees_the_answers_and_no_control(client: Client, cast: Cast) -> None:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    answer(cast.alice, screening, "infection", "yes")
    client.force_login(cast.bob)
    text = page_of(client, screening)
    assert "Ineligible" in text
    assert "data-answer" not in text
    assert 'type="radio"' not in text
    assert f"/screening/{screening.pk}/cohort/" not in text
    assert f"/screening/{screening.pk}/consent/" not in text


@pytest.mark.parametrize("person", ["charlie", "ada", "sven"])
def test_a_screening_of_another_center_is_not_there(client: Client, cast: Cast, person: str) -> None:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    client.force_login(getattr(cast, person))
    for address in ("", "conclude/", "answers/age/", "answers/age/history/"):
        assert client.get(f"/screening/{screening.pk}/{address}").status_code in (403, 404)
    assert client.get(f"/screening/{screening.pk}/").status_code == (404 if person == "charlie" else 403)


def test_a_concluded_screening_takes_no_answers(signed_in: Client, cast: Cast) -> None:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    answer(cast.alice, screening, "infection", "yes")
    signed_in.post(
        f"/screening/{screening.pk}/conclude/",
        {"act": "conclude", "conclusion": "screen_failure", "failure_kind": "criteria"},
    )
    text = page_of(signed_in, screening)
    assert "data-answer" not in text
    assert "Concluded: screen failure" in text


def test_the_decisive_answer_is_named_and_the_rest_no_longer_matters(signed_in: Client, cast: Cast) -> None:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    answer(cast.alice, screening, "infection", "yes")
    text = page_of(signed_in, screening)
    assert "One answer decides" in text
    assert f'<a href="/screening/{screening.pk}/#c-infection">Exclusion 2.: Statement infection</a>' in text
    row = text[text.index('id="c-age"') : text.index('id="c-lupus"')]
    assert "data-off" in row
    assert "data-decides" not in row


def test_parts_of_other_cohorts_are_folded_away(signed_in: Client, cast: Cast) -> None:
    version = make_version(cast.trial, TREE_WITH_COHORTS, label="cohorts")
    screening = make_screening(
        cast.alice, cast.rennes_site, version, cohort=Cohort.objects.get(version=version, code="SLE")
    )
    text = page_of(signed_in, screening)
    folded = text[text.index('<details class="fold"') :]
    assert "Only for Sclerosis" in folded
    assert folded.index("Statement skin") < folded.index("</section>")
    assert text.count('<details class="fold"') == 1


def test_the_cohort_is_chosen_on_the_page(signed_in: Client, cast: Cast) -> None:
    version = make_version(cast.trial, TREE_WITH_COHORTS, label="cohorts")
    screening = make_screening(cast.alice, cast.rennes_site, version)
    sclerosis = Cohort.objects.get(version=version, code="SSc")
    response = signed_in.post(f"/screening/{screening.pk}/cohort/", {"cohort": sclerosis.pk}, follow=True)
    assert "Only for Lupus" in response.content.decode()
    response = signed_in.post(f"/screening/{screening.pk}/cohort/", {"cohort": "9999"}, follow=True)
    assert "not a cohort of this version" in response.content.decode()


def test_consent_is_recorded_on_the_page(signed_in: Client, cast: Cast) -> None:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    response = signed_in.post(
        f"/screening/{screening.pk}/consent/", {"consent_date": "2024-02-03"}, follow=True
    )
    assert "After consent of 3 Feb 2024" in response.content.decode()
    assert response.context["screening"].kind == Kind.CONSENTED


def test_lost_text_notes_quotas_and_warnings_are_shown(signed_in: Client, cast: Cast) -> None:
    tree = {
        "inclusion": {
            "identifier": "in",
            "op": "all",
            "children": [
                statement("a", note="Read as at least 2", quota="At most 30%", warnings=["Two limits"]),
                {"identifier": "gone", "op": "lost", "label": "2.", "text": "Item 2 is missing."},
                {"identifier": "same", "op": "ref", "label": "3.", "target": "a"},
            ],
        },
        "exclusion": {"identifier": "ex", "op": "any"},
    }
    screening = make_screening(
        cast.alice, cast.rennes_site, make_version(cast.trial, tree, label="notes", completeness="abridged")
    )
    text = page_of(signed_in, screening)
    for words in (
        "Read as at least 2",
        "At most 30%",
        "Two limits",
        "Item 2 is missing.",
        "Same as Inclusion",
    ):
        assert words in text
    assert "The source lost some text: Inclusion 2." in text


def test_the_words_of_a_criterion_are_never_markup(signed_in: Client, cast: Cast) -> None:
    tree = SMALL_TREE | {
        "inclusion": {"identifier": "in", "op": "all", "children": [statement("x", "<b>1 < 2</b>")]}
    }
    screening = make_screening(cast.alice, cast.rennes_site, make_version(cast.trial, tree, label="markup"))
    text = page_of(signed_in, screening)
    assert "&lt;b&gt;1 &lt; 2&lt;/b&gt;" in text
    assert "<b>1" not in text


def test_the_number_of_queries_does_not_grow_with_the_tree(
    signed_in: Client, cast: Cast, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    counts = []
    for size in (10, 100):
        version = make_version(cast.trial, big_tree(size), label=str(size))
        screening = make_screening(cast.alice, cast.rennes_site, version)
        for number in range(0, size, 2):
            answer(cast.alice, screening, f"s{number}", "yes", comment="seen")
        page_of(signed_in, screening)
        with django_assert_max_num_queries(30) as captured:
            page_of(signed_in, screening)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_page_is_light_and_never_kept(signed_in: Client, cast: Cast) -> None:
    screening = make_screening(
        cast.alice, cast.rennes_site, make_version(cast.trial, big_tree(100), label="100")
    )
    response = signed_in.get(f"/screening/{screening.pk}/", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.content) < 25_000
    assert "no-store" in response.headers["Cache-Control"]
    assert "HX-Request" in response.headers["Vary"]


def test_the_focus_view_goes_to_the_next_open_statement(signed_in: Client, cast: Cast) -> None:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    answer(cast.alice, screening, "age", "yes")
    response = signed_in.get(f"/screening/{screening.pk}/", {"view": "focus"})
    assert response.headers["Location"] == f"/screening/{screening.pk}/?view=focus&at=lupus"
    text = signed_in.get(response.headers["Location"]).content.decode()
    assert text.count("data-answer=") == 1
    assert "at=age" in text  # previous
    assert "at=pregnant" in text  # skip


def test_a_step_of_the_focus_view_is_swapped_alone_under_its_own_address(
    signed_in: Client, cast: Cast
) -> None:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    address = f"/screening/{screening.pk}/"
    response = signed_in.get(address, {"view": "focus", "after": "age"}, headers=HTMX)
    assert "<html" not in response.content.decode()
    assert response.headers["HX-Push-Url"] == f"{address}?view=focus&at=lupus"
    back = signed_in.get(
        address, {"view": "focus", "at": "age"}, headers=HTMX | {"HX-History-Restore-Request": "true"}
    )
    assert "<html" in back.content.decode()


def test_the_focus_view_says_when_nothing_is_open(signed_in: Client, cast: Cast) -> None:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    answer(cast.alice, screening, "infection", "yes")
    assert "No open statement matters any more" in page_of(signed_in, screening, view="focus")


def test_an_unknown_statement_in_the_address_is_passed_over(signed_in: Client, cast: Cast) -> None:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    response = signed_in.get(f"/screening/{screening.pk}/", {"view": "focus", "at": "<nothing>"})
    assert response.headers["Location"].endswith("at=age")


def test_times_are_the_centers_and_end_with_the_request(client: Client, cast: Cast) -> None:
    for person, site, zone in (
        (cast.alice, cast.rennes_site, "Europe/Paris"),
        (cast.charlie, cast.iowa_site, "America/Chicago"),
    ):
        screening = make_screening(person, site, cast.version)
        answer(person, screening, "age", "yes")
        client.force_login(person)
        with acting(person):
            given = screening.answers.get().answered_at
        assert f"{given.astimezone(ZoneInfo(zone)):%H:%M}</time>" in page_of(client, screening)
        assert timezone.get_current_timezone_name() == "UTC"
