"""What a search finds, as its page shows it: a page of lines, the filters beside them, what to do next."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from trials.choices import Chip
from trials.finding.asked import Loosening, address, chips, fewer_words, loosenings, query_of
from trials.finding.forms import SearchForm
from trials.finding.listing import Line, NearestSite, lines_of, nearest_sites
from trials.finding.offered import Offered, asked, offered
from trials.handing_on.lists import MOST as MOST_IN_A_FILE
from trials.models import Trial
from trials.near import RADII, UNLIMITED, kilometres, radius_words
from trials.searching import engine
from trials.searching.wanted import Wanted
from trials.text import folded, nct_id_in

if TYPE_CHECKING:
    from django.http import QueryDict

    from trials.finding.stars import Stars
    from trials.searching.results import Term, Understanding

PAGE_SIZE = 20
_OTHER_PLACES = 3
# Where a name is found in more trials nobody misses those that only have its words.
_FEW = 200
# Digits alone are meant for a number if they are about as many as one has.
_ALMOST_NUMBER = re.compile(r"NCT[ :#-]{0,2}(?!\d{8}$)\d+|\d{7,9}", re.IGNORECASE)
_FILES = {"csv": "CSV", "xlsx": "Excel", "ris": "RIS", "json": "JSON"}


@dataclass(frozen=True)
class Pages:
    """Which page this is of how many, counted from 1, and what was wrong with the one asked for."""

    number: int
    last: int
    problem: str = ""

    @property
    def number_words(self) -> str:
        return f"{self.number:,}"

    @property
    def last_words(self) -> str:
        return f"{self.last:,}"

    @property
    def first_place(self) -> int:
        return (self.number - 1) * PAGE_SIZE + 1


@dataclass(frozen=True)
class Also:
    """A term, the other words for it, and what is a kind of it: all of that was sought."""

    words: str
    others: list[str]
    narrower: list[str]
    more: int

    @classmethod
    def of(cls, term: Term) -> Also:
        others = {folded(name): name for name in (*reversed(term.synonyms), term.name) if name}
        others.pop(folded(term.sought), None)
        return cls(term.sought, list(others.values())[::-1], list(term.narrower), term.more_narrower)


@dataclass(frozen=True)
class Beyond:
    """Where nothing lies within reach: the nearest that fits else, and the search that reaches it."""

    trial: Trial
    nearest: NearestSite
    address: str
    within: str


@dataclass(frozen=True)
class Meant:
    """Words that may have been meant, and the search for them."""

    words: str
    address: str


class Finding:
    def __init__(self, query: QueryDict, stars: Stars) -> None:
        self.stars = stars
        self.form = SearchForm(query)
        self.wanted = self.form.wanted(stars)
        self.parameters = self.form.parameters()
        number, problem = _page_asked_for(query.get("page", "1"))
        last = _pages(engine.count(self.wanted)) if number > 1 else 1
        if number > last:
            words = _("There is no page %(page)s; this is page %(nearest)s.")
            number, problem = last, words % {"page": number, "nearest": last}
        first = (number - 1) * PAGE_SIZE
        self.results = engine.search(self.wanted, first=first, count=PAGE_SIZE, facets=asked(self.wanted))
        self.pages = Pages(number, _pages(self.results.total), problem)

    @property
    def total(self) -> int:
        return self.results.total

    @property
    def total_words(self) -> str:
        return f"{self.total:,}"

    @property
    def building_words(self) -> tuple[str, str] | None:
        """How many trials can be found so far, of how many, while the index is being built."""
        building = self.results.building
        return (f"{building.indexed:,}", f"{building.trials:,}") if building else None

    @property
    def also(self) -> list[Also]:
        """What else was sought for a term."""
        return [Also.of(term) for term in self.understanding.terms if term.synonyms or term.narrower]

    @property
    def understanding(self) -> Understanding:
        return self.results.understanding

    @property
    def also_words(self) -> str:
        return ", ".join(f"“{term.words}”" for term in self.also)

    @property
    def unknown_number(self) -> str:
        """An NCT number that no trial here has."""
        return "" if self.understanding.goes_to else nct_id_in(self.wanted.text)

    @property
    def is_almost_number(self) -> bool:
        return bool(_ALMOST_NUMBER.fullmatch(self.wanted.text.strip()))

    @property
    def meant(self) -> Meant | None:
        """The words with others in the place of rare ones, where far more is found so."""
        words = self.wanted.text
        for typed, other in self.understanding.doubts:
            words = re.sub(rf"(?<!\w){re.escape(typed)}(?!\w)", other, words)
        return Meant(words, self.address_with("q", words)) if self.understanding.doubts else None

    @cached_property
    def lines(self) -> list[Line]:
        hits = self.results.hits
        found = engine.snippets(self.results) if self.wanted.text else {}
        near = {hit.pk: hit.nearest for hit in hits if hit.nearest}
        sites = nearest_sites(near, self.form.radius) if near else {}
        trials = Q(pk__in=[hit.pk for hit in hits])
        lines = {line.trial.pk: line for line in lines_of(trials, self.stars, found, sites)}
        return [lines[hit.pk] for hit in hits if hit.pk in lines]

    @cached_property
    def facets(self) -> list[Offered]:
        return offered(self.results.facets, self.wanted, self.query)

    @cached_property
    def chips(self) -> list[Chip]:
        return chips(self.form, self.parameters, self.facets)

    @cached_property
    def loosenings(self) -> list[Loosening]:
        if self.total:
            return []
        told = any(each.count for each in self.fewer_words)
        if self.words_find_nothing:
            return [] if told else loosenings(self.wanted, self.parameters, only="q")
        return loosenings(self.wanted, self.parameters, but="q" if told else "")

    @cached_property
    def words_find_nothing(self) -> bool:
        """Not even without any filter, so that no filter is to blame."""
        wanted = self.wanted
        alone = Wanted(text=wanted.text, synonyms=wanted.synonyms, exact=wanted.exact)
        return bool(wanted.text) and not engine.count(alone)

    @cached_property
    def fewer_words(self) -> list[Loosening]:
        """What to leave out of the words, where nothing is found."""
        if self.total:
            return []
        return fewer_words(self.wanted, self.parameters, self.understanding.terms)

    @cached_property
    def beyond(self) -> Beyond | None:
        """How far the nearest is, where a place is asked for and nothing lies near it."""
        if self.total or not self.wanted.near or self.words_find_nothing:
            return None
        found = engine.nearest_beyond(self.wanted)
        trial = found and Trial.objects.for_title().filter(pk=found.trial).first()
        if not found or not trial:
            return None
        nearest = nearest_sites({trial.pk: found}, self.form.radius)[trial.pk]
        within = _radius_for(found.km, self.form.radius)
        there = address({**self.parameters, "within": [within]})
        return Beyond(trial, nearest, there, radius_words(within))

    @property
    def query(self) -> str:
        return query_of(self.parameters)

    @property
    def downloads(self) -> list[tuple[str, str]]:
        """What the files of this list are called, and their addresses."""
        query = f"?{self.query}" if self.query else ""
        return [(label, reverse("trials:download", args=[kind]) + query) for kind, label in _FILES.items()]

    @property
    def too_many_words(self) -> str:
        """How many trials a file holds at most, where these are more."""
        return f"{MOST_IN_A_FILE:,}" if self.total > MOST_IN_A_FILE else ""

    @property
    def silent(self) -> list[tuple[str, str]]:
        """Parts of the search that no field of it shows."""
        names = ("synonyms", "exactly", "since")
        return [(name, value) for name in names for value in self.parameters.get(name, ())]

    @property
    def address(self) -> str:
        return address(self.parameters, self.pages.number)

    @property
    def previous_address(self) -> str:
        return address(self.parameters, self.pages.number - 1) if self.pages.number > 1 else ""

    @property
    def next_address(self) -> str:
        return address(self.parameters, self.pages.number + 1) if self.pages.number < self.pages.last else ""

    def address_with(self, name: str, value: str) -> str:
        return address({**self.parameters, name: [value]})

    @property
    def as_typed_address(self) -> str:
        return self.address_with("exactly", self.wanted.text)

    @property
    def without_synonyms_address(self) -> str:
        return self.address_with("synonyms", "off")

    @cached_property
    def words_anywhere(self) -> Loosening | None:
        """The words by themselves, where few trials have the name that they make, and far more its words."""
        named = any(term.name and " " in term.typed for term in self.understanding.terms)
        if not named or self.understanding.corrections or self.total > _FEW:
            return None
        count = engine.count(replace(self.wanted, synonyms=False))
        return Loosening("", self.without_synonyms_address, count) if 2 * count > 3 * self.total else None

    @property
    def is_without_synonyms(self) -> bool:
        return bool(self.wanted.text) and not self.wanted.synonyms

    @property
    def with_synonyms_address(self) -> str:
        return address({name: values for name, values in self.parameters.items() if name != "synonyms"})

    @property
    def other_places(self) -> list[tuple[str, str]]:
        """Other places that may be meant, and the addresses of the search near them."""
        others = self.form.around.others if self.form.around else self.form.instead
        return [(place.label, self.address_with("near", place.label)) for place in others[:_OTHER_PLACES]]


def _pages(total: int) -> int:
    return max(1, math.ceil(total / PAGE_SIZE))


def _page_asked_for(page: str) -> tuple[int, str]:
    """The page's number, or 1 and what is wrong with what was asked for."""
    if not page.isdecimal() or len(page) > 9:
        problem = _("“%(page)s” is no page number, so this is the first page.")
        return 1, problem % {"page": page[:20]}
    if int(page) < 1:
        return 1, _("There is no page %(page)s; this is page %(nearest)s.") % {"page": page, "nearest": 1}
    return int(page), ""


def _radius_for(km: float, asked: str) -> str:
    """The smallest on offer that reaches so far, in the unit asked for."""
    unit = asked[-2:]
    reaching = (value for value, _label in RADII if value.endswith(unit) and (kilometres(value) or 0) >= km)
    return next(reaching, UNLIMITED)
