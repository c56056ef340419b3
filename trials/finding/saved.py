"""Searches that somebody asks again, and what is new in each since that person last looked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models.functions import Now
from django.http import QueryDict

from trials.finding.asked import address, chips, query_of
from trials.finding.forms import SearchForm
from trials.finding.offered import asked, offered
from trials.finding.stars import Stars, stars_in_account
from trials.models import SavedSearch
from trials.searching import engine

if TYPE_CHECKING:
    from django.db.models import QuerySet

# Each is searched when they are listed.
MOST = 50
_LONGEST_NAME = 200
# An index of the database takes no more than 2,700 bytes, by which the same search is known again.
_LONGEST_QUERY = 2500
# Said of a list and not of what is sought.
_PASSING = ("since", "sort")


class NothingToSaveError(Exception):
    """The search asks for nothing, so it would save the whole catalogue."""


class TooLongToSaveError(Exception):
    """The search asks for more than can be kept of one."""


class TooManySavedError(Exception):
    """Somebody has saved as many searches as are kept."""


@dataclass(frozen=True)
class News:
    """A saved search, how many trials it finds, and how many of them are new or have changed."""

    search: SavedSearch
    address: str
    total: int
    new: int


def own_searches(user: Any) -> QuerySet[SavedSearch]:
    return SavedSearch.objects.filter(user=user.pk)


def save_search(user: Any, query: str) -> SavedSearch:
    """What is understood of a search, in words and as an address. What it finds now counts as seen.

    The same search is kept once. Raises NothingToSaveError, TooLongToSaveError and TooManySavedError.
    """
    form = SearchForm(QueryDict(query))
    wanted = form.wanted(stars_in_account(user))
    parameters = {name: said for name, said in form.parameters().items() if name not in _PASSING}
    if not parameters:
        raise NothingToSaveError
    asked_again = query_of(parameters)
    if len(asked_again) > _LONGEST_QUERY:
        raise TooLongToSaveError
    same = own_searches(user).filter(query=asked_again).first()
    if same:
        return same
    if own_searches(user).count() >= MOST:
        raise TooManySavedError
    facets = offered(engine.search(wanted, count=0, facets=asked(wanted)).facets, wanted)
    name = " · ".join(chip.label for chip in chips(form, parameters, facets))
    # It may have been sent twice at once.
    search, _is_new = SavedSearch.objects.get_or_create(
        user=user,
        query=asked_again,
        defaults={
            "name": name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…",
            "seen_revision": engine.revision(),
        },
    )
    return search


def news_of(user: Any) -> list[News]:
    stars = stars_in_account(user)
    return [_news(search, stars) for search in own_searches(user)[:MOST]]


def new_in_saved(user: Any) -> int:
    """How many trials are new or have changed in one's saved searches, counted once for each search."""
    searches = list(own_searches(user)[:MOST])
    stars = stars_in_account(user) if searches else Stars(())
    return sum(_new(search, stars) for search in searches)


def look_at(search: SavedSearch) -> str:
    """The address of what was new until now; it counts as seen from now on."""
    form = SearchForm(QueryDict(search.query))
    form.full_clean()
    there = address({**form.parameters(), "since": [str(search.seen_revision)]})
    SavedSearch.objects.filter(pk=search.pk).update(seen_revision=engine.revision(), seen_at=Now())
    return there


def _news(search: SavedSearch, stars: Stars) -> News:
    form = SearchForm(QueryDict(search.query))
    total = engine.count(form.wanted(stars))
    return News(search, address(form.parameters()), total, _new(search, stars))


def _new(search: SavedSearch, stars: Stars) -> int:
    wanted = SearchForm(QueryDict(search.query)).wanted(stars)
    return engine.count(replace(wanted, newer_than=search.seen_revision))
