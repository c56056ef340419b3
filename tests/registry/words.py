"""The words of a made-up registry: how often each is used falls off as in real text (Zipf).

What is common is English, counted in the five documents that come with Trialdesk, and generic names of
diseases; what is rare is made up of syllables. No person, company or product is named.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import cache
from itertools import accumulate, product
from pathlib import Path
from random import Random

DOCUMENTS = Path(__file__).parents[2] / "fixtures/trials"

_NAMES: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "names.toml").read_text())
_FIRST, _MIDDLE = _NAMES["first_syllables"], _NAMES["middle_syllables"]
DISEASES, QUALITIES, SUBSTANCES = _NAMES["diseases"], _NAMES["qualities"], _NAMES["substances"]

# How many different ones there are of what has a long tail.
CONDITIONS, DRUGS, SPONSORS, FACILITIES = 12_000, 40_000, 20_000, 60_000
_RIBBON = 1 << 18


def rank(random: Random, number: int) -> int:
    """From 0 to number - 1, each as probable as the inverse of its place: 0 is the most frequent."""
    return min(int((number + 1) ** random.random()), number) - 1


@cache
def made_up(number: int, ends: str = "") -> str:
    """The name with this number: two or three syllables, and an end that tells what it is of."""
    rest, first = divmod(number, len(_FIRST))
    rest, middle = divmod(rest, len(_MIDDLE))
    name = _FIRST[first] + _MIDDLE[middle] + (_FIRST[(rest * 7 + number) % len(_FIRST)] if rest else "")
    if ends:
        choices = _NAMES[ends]
        name += choices[(rest + first + middle) % len(choices)]
    return name + (_FIRST[rest // 53 % len(_FIRST)] if rest > len(_FIRST) else "")


@cache
def condition(place: int) -> str:
    if place < len(DISEASES):
        return DISEASES[place]
    disease, quality = divmod(place - len(DISEASES), len(QUALITIES))
    if disease < len(DISEASES):
        return f"{QUALITIES[quality]} {DISEASES[disease]}"
    return made_up(place, "disease_ends").capitalize()


@cache
def drug(place: int) -> str:
    if place < len(SUBSTANCES):
        return SUBSTANCES[place]
    if place % 4 == 0:
        return f"{made_up(place)[:3].upper()}-{100 + place % 9000}"
    return made_up(place, "drug_ends").capitalize()


@cache
def sponsor(place: int) -> tuple[str, str]:
    """Its name and its class."""
    kind = place % len(_NAMES["sponsors"])
    name = _NAMES["sponsors"][kind].format(made_up(place + 311).capitalize())
    return name, _NAMES["sponsor_classes"][kind]


@cache
def facility(place: int) -> str:
    names = _NAMES["facilities"]
    return names[place % len(names)].format(made_up(place + 97).capitalize())


@cache
def ribbon() -> list[str]:
    """A long row of words, of which a sentence is a piece: drawn one by one they would take the most time."""
    counted: Counter[str] = Counter()
    for path in sorted(DOCUMENTS.glob("*.yaml")):
        said = re.sub(r"\b\w+:", " ", path.read_text())  # not the keys of the document
        counted.update(re.findall(r"\b[a-z]{2,14}\b", said))
    words = [
        word for word, number in sorted(counted.items(), key=lambda each: (-each[1], each[0])) if number > 1
    ]
    words += [
        first + middle + end
        for first, middle, end in product(_FIRST, _MIDDLE, ("al", "ic", "ed", "ing", "ion"))
    ]
    weights = list(accumulate(1 / (place + 2.7) for place in range(len(words))))
    return Random(0).choices(words, cum_weights=weights, k=_RIBBON)


def sentence(random: Random, length: int) -> str:
    """So many words, the first one capital, without a full stop."""
    start = int(random.random() * (_RIBBON - length))
    said = " ".join(ribbon()[start : start + length])
    return said[0].upper() + said[1:]
