"""What people ask a registry, in the shares in which they do: words, names, filters, places, mistakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.registry import FIRST_NCT
from tests.registry.places import cities
from tests.registry.words import CONDITIONS, DRUGS, condition, drug, made_up, rank, sentence
from trials.finding.forms import SearchForm
from trials.finding.stars import Stars
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


def _words(random: Random, number: int) -> str:
    found: list[str] = []
    while len(found) < number:
        word = sentence(random, 1).lower()
        if word not in _IDLE and word not in found:
            found.append(word)
    return " ".join(found)


def _condition(random: Random) -> str:
    return condition(rank(random, CONDITIONS))


def _mistaken(random: Random) -> str:
    name = _condition(random)
    at = random.randrange(1, len(name) - 2)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _country(random: Random) -> str:
    countries = cities()
    return countries[rank(random, len(countries))][0].country


def _place(random: Random) -> Parameters:
    countries = cities()
    country = countries[rank(random, len(countries))]
    city = country[rank(random, len(country))]
    return {"near": f"{city.name}, {city.country}", "within": "100km"}


def queries(number: int, seed: int, trials: int) -> list[Query]:
    """So many, mixed; of a registry of so many trials."""
    random = Random(seed)
    ages = ["12", "35", "45", "70"]
    kinds: list[tuple[int, str, Callable[[], Parameters]]] = [
        (10, "one word", lambda: {"q": _words(random, 1)}),
        (10, "two words", lambda: {"q": _words(random, 2)}),
        (7, "three words", lambda: {"q": _words(random, 3)}),
        (20, "a condition", lambda: {"q": _condition(random)}),
        (10, "a medicine", lambda: {"q": drug(rank(random, DRUGS))}),
        (6, "a phrase", lambda: {"q": f'"{sentence(random, 2)}"'}),
        (5, "a rare word", lambda: {"q": made_up(100_000 + random.randint(1, trials))}),
        (5, "a mistake", lambda: {"q": _mistaken(random)}),
        (2, "a number", lambda: {"q": f"NCT{FIRST_NCT + random.randint(1, trials):08}"}),
        (8, "a condition that recruits", lambda: {"q": _condition(random), "status": ["RECRUITING"]}),
        (
            7,
            "a condition, filtered",
            lambda: {
                "q": _condition(random),
                "phase": ["PHASE2", "PHASE3"],
                "sex": "FEMALE",
                "age": random.choice(ages),
                "country": [_country(random)],
            },
        ),
        (5, "a condition near a place", lambda: {"q": _condition(random), **_place(random)}),
        (5, "filters alone", lambda: {"status": ["RECRUITING"], "country": [_country(random)]}),
    ]
    table = [(kind, make) for share, kind, make in kinds for _ in range(share)]
    return [Query(kind, make()) for kind, make in (random.choice(table) for _ in range(number))]
