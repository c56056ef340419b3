"""What people ask a registry, in the shares in which they do: words, names, filters, places, mistakes."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

from tests.registry import FIRST_NCT
from tests.registry.places import cities
from tests.registry.words import CONDITIONS, DRUGS, condition, drug, made_up, rank, sentence
from trials.finding.forms import SearchForm
from trials.finding.stars import Stars
from trials.models import Condition, Intervention, Site, Trial
from trials.searching.wanted import Wanted

type Parameters = dict[str, str | list[str]]

# A common word says nothing alone, and nobody searches for it so.
_IDLE = {
    "the",
    "of",
    "and",
    "to",
    "in",
    "or",
    "is",
    "with",
    "for",
    "a",
    "an",
    "by",
    "at",
    "on",
    "as",
    "be",
    "any",
}


@dataclass(frozen=True)
class Query:
    kind: str
    parameters: Parameters

    def wanted(self) -> Wanted:
        return SearchForm(self.parameters).wanted(Stars(()))


class Lexicon(Protocol):
    """What people may have in mind: each is drawn as often as a registry has it."""

    def words(self, random: Random, number: int) -> str:
        """Words of a title or a text, not side by side."""

    def phrase(self, random: Random) -> str: ...

    def condition(self, random: Random) -> str: ...

    def medicine(self, random: Random) -> str: ...

    def rare_word(self, random: Random) -> str: ...

    def number(self, random: Random) -> str: ...

    def country(self, random: Random) -> str: ...

    def city(self, random: Random) -> str: ...


class MadeUp:
    """Of the generator's words, by which a registry of so many trials was made."""

    def __init__(self, trials: int) -> None:
        self._trials = trials

    def words(self, random: Random, number: int) -> str:
        return _distinct(lambda: sentence(random, 1).lower(), number)

    def phrase(self, random: Random) -> str:
        return sentence(random, 2)

    def condition(self, random: Random) -> str:
        return condition(rank(random, CONDITIONS))

    def medicine(self, random: Random) -> str:
        return drug(rank(random, DRUGS))

    def rare_word(self, random: Random) -> str:
        return made_up(100_000 + random.randint(1, self._trials))

    def number(self, random: Random) -> str:
        return f"NCT{FIRST_NCT + random.randint(1, self._trials):08}"

    def country(self, random: Random) -> str:
        countries = cities()
        return countries[rank(random, len(countries))][0].country

    def city(self, random: Random) -> str:
        countries = cities()
        country = countries[rank(random, len(countries))]
        city = country[rank(random, len(country))]
        return f"{city.name}, {city.country}"


class Recorded:
    """Of the records themselves, whatever they are: titles, conditions and medicines as they name them."""

    SAMPLE = 6_000

    def __init__(self) -> None:
        first = Trial.objects.order_by("pk").values_list("pk", "nct_id", "brief_title")
        rows = list(first[: self.SAMPLE])
        trials = [pk for pk, _nct_id, _title in rows]
        self._numbers = [nct_id for _pk, nct_id, _title in rows]
        self._titles = [re.findall(r"[^\W\d_]{3,}", title.lower()) for _pk, _nct_id, title in rows]
        self._words = [word for title in self._titles for word in title]
        counted = Counter(self._words)
        self._rare = sorted(word for word, times in counted.items() if times == 1)
        of = {"trial__in": trials}
        self._conditions = sorted(Condition.objects.filter(**of).values_list("name", flat=True))
        medicines = Intervention.objects.filter(type__in=("DRUG", "BIOLOGICAL"), **of)
        self._medicines = sorted(medicines.values_list("name", flat=True))
        sites = Site.objects.filter(latitude__isnull=False, **of).order_by("pk")
        self._cities = [
            f"{city}, {country}"
            for city, country in sites.values_list("city_normalised", "country_normalised")
        ]

    def words(self, random: Random, number: int) -> str:
        if number == 1:
            return _distinct(lambda: random.choice(self._words), 1)
        title = random.choice([title for title in self._titles if len(set(title) - _IDLE) >= number])
        return _distinct(lambda: random.choice(title), number)

    def phrase(self, random: Random) -> str:
        title = random.choice([title for title in self._titles if len(title) > 1])
        at = random.randrange(len(title) - 1)
        return " ".join(title[at : at + 2])

    def condition(self, random: Random) -> str:
        return random.choice(self._conditions)

    def medicine(self, random: Random) -> str:
        return random.choice(self._medicines)

    def rare_word(self, random: Random) -> str:
        return random.choice(self._rare)

    def number(self, random: Random) -> str:
        return random.choice(self._numbers)

    def country(self, random: Random) -> str:
        return random.choice(self._cities).rpartition(", ")[2]

    def city(self, random: Random) -> str:
        return random.choice(self._cities)


def _distinct(draw: Callable[[], str], number: int) -> str:
    found: list[str] = []
    while len(found) < number:
        word = draw()
        if word not in _IDLE and word not in found:
            found.append(word)
    return " ".join(found)


def _mistaken(name: str, random: Random) -> str:
    at = random.randrange(1, max(2, len(name) - 2))
    return name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :]


def lexicon(trials: int) -> Lexicon:
    """The generator's, or with QUERIES=recorded that of the records that are there."""
    return Recorded() if os.environ.get("QUERIES") == "recorded" else MadeUp(trials)


def queries(number: int, seed: int, known: Lexicon) -> list[Query]:
    """So many, mixed."""
    random = Random(seed)
    ages = ["12", "35", "45", "70"]

    def a_condition() -> str:
        return known.condition(random)

    kinds: list[tuple[int, str, Callable[[], Parameters]]] = [
        (10, "one word", lambda: {"q": known.words(random, 1)}),
        (10, "two words", lambda: {"q": known.words(random, 2)}),
        (7, "three words", lambda: {"q": known.words(random, 3)}),
        (20, "a condition", lambda: {"q": a_condition()}),
        (10, "a medicine", lambda: {"q": known.medicine(random)}),
        (6, "a phrase", lambda: {"q": f'"{known.phrase(random)}"'}),
        (5, "a rare word", lambda: {"q": known.rare_word(random)}),
        (5, "a mistake", lambda: {"q": _mistaken(a_condition(), random)}),
        (2, "a number", lambda: {"q": known.number(random)}),
        (8, "a condition that recruits", lambda: {"q": a_condition(), "status": ["RECRUITING"]}),
        (
            7,
            "a condition, filtered",
            lambda: {
                "q": a_condition(),
                "phase": ["PHASE2", "PHASE3"],
                "sex": "FEMALE",
                "age": random.choice(ages),
                "country": [known.country(random)],
            },
        ),
        (
            5,
            "a condition near a place",
            lambda: {"q": a_condition(), "near": known.city(random), "within": "100km"},
        ),
        (5, "filters alone", lambda: {"status": ["RECRUITING"], "country": [known.country(random)]}),
    ]
    table = [(kind, make) for share, kind, make in kinds for _ in range(share)]
    return [Query(kind, make()) for kind, make in (random.choice(table) for _ in range(number))]
