"""Saved searches: what each finds, and what is new in it since its owner last looked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client

from screening.models import User
from tests.factories import PASSWORD, acting, make_user
from tests.trials_views.catalogue import add_trial, listed, text_of
from trials.finding import saved
from trials.finding.saved import MOST
from trials.models import SavedSearch
from trials.searching import catching_up
from trials.searching.index import Folder

pytestmark = pytest.mark.django_db

FIRST, SECOND, THIRD = (f"NCT{number:08}" for number in (1, 2, 3))


@pytest.fixture
def alice(client: Client) -> Client:
    """Alice, signed in, in a catalogue of one trial."""
    add_trial(FIRST)
    client.login(username=make_user("Alice").email, password=PASSWORD)
    return client


def save(client: Client, query: str) -> str:
    return text_of(client.post("/trials/saved/", {"query": query}, follow=True).text)


def test_a_saved_search_says_in_words_what_it_is_and_that_nothing_is_new(alice: Client) -> None:
    said = save(alice, "q=myositis&status=RECRUITING&sort=title&page=2&nonsense=1&age=abc")
    assert "Words: myositis · Recruitment status: Recruiting 1 trial;" in said
    assert "Nothing new" in said
    assert 'href="/trials/?q=myositis&amp;status=RECRUITING"' in alice.get("/trials/saved/").text
    save(alice, "status=RECRUITING&q=myositis")
    assert len(re.findall("Nothing new", alice.get("/trials/saved/").text)) == 1


def test_what_was_added_or_changed_since_is_new_until_it_is_looked_at(alice: Client) -> None:
    save(alice, "condition=myositis")
    add_trial(SECOND)
    add_trial(
        THIRD, identificationModule={"briefTitle": "Asthma"}, conditionsModule={"conditions": ["Asthma"]}
    )
    assert "See 1 new or changed" in text_of(alice.get("/trials/saved/").text)
    today = "Your saved searches: 1 trial is new or has changed."
    assert today in text_of(alice.get("/screening/today/").text)
    number = re.search(r"/trials/saved/(\d+)/new/", alice.get("/trials/saved/").text)
    assert number
    there = alice.post(number[0]).headers["Location"]
    assert listed(alice, there.removeprefix("/trials/")) == [SECOND]
    assert "New or changed since you last looked" in text_of(alice.get(there).text)
    assert "Nothing new" in text_of(alice.get("/trials/saved/").text)
    assert "Your saved searches" not in alice.get("/screening/today/").text
    add_trial(FIRST, statusModule={"overallStatus": "COMPLETED"})
    assert "See 1 new or changed" in text_of(alice.get("/trials/saved/").text)


def test_a_saved_search_is_nobody_elses(alice: Client) -> None:
    save(alice, "q=myositis")
    bob, other = make_user("Bob"), Client()
    other.login(username=bob.email, password=PASSWORD)
    assert "myositis" not in other.get("/trials/saved/").text
    [number] = re.findall(r"/trials/saved/(\d+)/remove/", alice.get("/trials/saved/").text)
    for step in ("new", "remove"):
        assert other.post(f"/trials/saved/{number}/{step}/").status_code == 404
    with acting(bob):
        assert not SavedSearch.objects.exists()
        assert SavedSearch.objects.filter(pk=number).delete() == (0, {})
    visitor = Client().get("/trials/saved/")
    assert visitor.headers["Location"].startswith("/accounts/login/")
    alice.post(f"/trials/saved/{number}/remove/")
    assert "Here stand the searches that you save" in text_of(alice.get("/trials/saved/").text)


def test_the_database_lets_nobody_save_a_search_for_somebody_else(alice: Client) -> None:
    bob, dora = make_user("Bob"), make_user("Dora")
    with acting(bob), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        SavedSearch.objects.create(user=dora, name="x", query="q=x", seen_revision=0)


@pytest.mark.parametrize("query", ["", "sort=title", "nonsense=1", "age=abc", "page=3", "%00", "since=3"])
def test_a_search_for_everything_is_not_saved(alice: Client, query: str) -> None:
    assert "this would save the whole catalogue" in save(alice, query)


def test_no_more_are_kept_than_can_be_searched_at_once(alice: Client) -> None:
    user = User.objects.get(email="alice@example.org")
    with acting(user):
        SavedSearch.objects.bulk_create(
            SavedSearch(user=user, name=str(n), query=f"age={n}", seen_revision=0) for n in range(MOST)
        )
    assert "remove one first" in save(alice, "q=myositis")


def test_a_search_that_is_too_long_to_be_known_again_is_not_saved(alice: Client) -> None:
    words = "".join(chr(0x4E00 + 61 * n) for n in range(300))
    assert "too long to be saved" in save(alice, f"q={words}&status=RECRUITING")


def test_a_search_that_is_sent_twice_at_once_is_kept_once(
    alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(alice, "q=myositis")
    genuine, early = saved.own_searches, [SavedSearch.objects.none()]
    monkeypatch.setattr(saved, "own_searches", lambda user: early.pop() if early else genuine(user))
    assert "The search is saved" in save(alice, "q=myositis")
    assert alice.get("/trials/saved/").text.count("Nothing new") == 1


def test_while_the_index_is_built_no_number_goes_without_saying_so(
    alice: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    save(alice, "q=myositis")
    related = f"/trials/{FIRST}/related/"
    for address in ("/trials/saved/", related):
        assert "being made ready" not in alice.get(address).text
    monkeypatch.setattr(catching_up, "keep_up", lambda: None)
    monkeypatch.setattr("trials.searching.index._folder", Folder(tmp_path))
    assert "being made ready, so these numbers are still too low" in alice.get("/trials/saved/").text
    page = alice.get(related).text
    assert "being made ready" in page
    assert "No trial here has anything in common" not in page


def test_while_the_index_is_built_what_there_is_counts_as_seen(
    alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as building:
        building.setattr(Folder, "revision", None)
        save(alice, "q=myositis")
    assert "Nothing new" in alice.get("/trials/saved/").text
