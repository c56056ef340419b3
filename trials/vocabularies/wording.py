"""By what two names of a condition or a drug are known to be the same words. Pure.

A key is what is left of a name without case, accents, punctuation, plural, British spelling and the order of
its words: "Diabetes Mellitus, Type 2" and "Type II diabetes mellitus" have the same. It says nothing of
meaning: that two different keys mean the same is the vocabulary's knowledge.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache, wraps
from itertools import combinations

from trials.text import folded

_GREEK = {
    ord(letter): f"{name} "
    for name, letter in (
        ("alpha", "\u03b1"), ("beta", "\u03b2"), ("gamma", "\u03b3"), ("delta", "\u03b4"),
        ("epsilon", "\u03b5"), ("kappa", "\u03ba"), ("lambda", "\u03bb"), ("mu", "\u03bc"),
    )
}  # fmt: skip
# "covid-19", "covid 19" and "covid19" are written alike; so are "il-6" and "il6".
_WORD = re.compile(r"[^\W\d_]+|\d+")
_POSSESSIVE = re.compile(r"(?<=\w)(?:'s|s')(?!\w)")

# Not "a": vitamin A is not vitamins.
_SMALL = frozenset({"an", "and", "by", "due", "for", "from", "in", "of", "on", "or", "the", "to", "with"})
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8"}
_IRREGULAR = {
    "children": "child", "feet": "foot", "men": "man", "metastases": "metastasis", "teeth": "tooth",
    "women": "woman", "viruses": "virus", "abscesses": "abscess", "diagnoses": "diagnosis",
    "aids": "aids",
}  # fmt: skip


# Letters of what is remembered at most, of texts and of words: anybody may send longer ones.
_LONGEST_TEXT, _LONGEST_WORD = 200, 60


def remembered[T](number: int) -> Callable[[Callable[[str], T]], Callable[[str], T]]:
    """What a function found for the last so many texts, as far as these are no longer than a name."""

    def of(find: Callable[[str], T]) -> Callable[[str], T]:
        again = lru_cache(maxsize=number)(find)

        @wraps(find)
        def found(text: str) -> T:
            return again(text) if len(text) <= _LONGEST_TEXT else find(text)

        return found

    return of


def words(text: str) -> list[str]:
    """The words of a text in their order, folded; letters and figures apart."""
    return _WORD.findall(_POSSESSIVE.sub("", folded(text)).replace("'", "").translate(_GREEK))


@remembered(200_000)
def key(text: str) -> str:
    """What `text` is looked up by; "" where it has no word."""
    return key_of(words(text))


def key_of(parts: list[str]) -> str:
    return " ".join(sorted(stems(parts)) or parts)


def stems(parts: list[str]) -> list[str]:
    """Of those that say something, in their order."""
    return [stem(part) if len(part) <= _LONGEST_WORD else part for part in parts if part not in _SMALL]


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """In the singular and in American spelling: "tumours" is "tumor"."""
    if found := _IRREGULAR.get(word) or _ROMAN.get(word):
        return found
    return word if len(word) < 4 else american(_singular(word))


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("itides"):  # arthritides
        return word[:-3] + "s"
    if word.endswith(("oses", "yses")):  # fibroses, paralyses
        return word[:-2] + "is"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


# What stands in each, which is found fast, and where it is a British spelling. "Toe" and "poet" are none.
_BRITISH = tuple(
    (letters, re.compile(pattern), american)
    for letters, pattern, american in (
        ("soph", r"o-o?e(?=soph)", "oe"),
        ("ae", r"ae(?=[^\W\d_]{2})", "e"),
        ("oe", r"oe(?=[^\W\d_]{2}|a)", "e"),
        (
            "our",
            r"our(?:(?<=tumour)|(?<=behaviour)|(?<=colour)|(?<=favour)|(?<=labour)|(?<=odour)|(?<=vapour)"
            r"|(?<=humour)|(?<=neighbour)|(?<=flavour)|(?<=honour)|(?<=harbour)|(?<=rigour)|(?<=vigour))",
            "or",
        ),
        ("is", r"is(?<=[^\W\d_]{4}is)(?=ation|(?:e[ds]?|ing)\b)", "iz"),
        ("ll", r"ll(?:(?<=nsell)|(?<=labell)|(?<=modell)|(?<=travell))(?=ed\b|ing\b|or|er)", "l"),
        ("programme", r"programme(?=s?\b)", "program"),
        ("re", r"re(?:(?<=centre)|(?<=fibre)|(?<=litre)|(?<=titre))(?=s?\b)", "er"),
        ("sulph", "sulph", "sulf"),
        ("leuco", "leuco", "leuko"),
    )
)


def american(text: str) -> str:
    """Words in lower case with one spelling for both sides of the ocean: "oesophageal" is "esophageal".

    It is a key, no spelling to show: "aerobic" becomes "erobic", wherever it stands.
    """
    for letters, pattern, replacement in _BRITISH:
        if letters in text:
            text = pattern.sub(replacement, text)
    return text


# What narrows a name and leaves of what kind it is: juvenile dermatomyositis is a dermatomyositis.
_NARROWING = """
    acquired active acute adjuvant adolescent adult advanced aged asymptomatic benign bilateral
    child childhood chronic clinical complicated confirmed congenital contiguous contralateral
    controlled decompensated diagnosed difficult disseminated distant early elderly elective
    episodic experimental extensive familial female first focal generalized hereditary high
    idiopathic incident infant infantile inoperable intermediate intraoperative invasive isolated
    juvenile late left limited local localized locally locoregional long low lower major male
    malignant man metastatic mild mixed moderate naive neonatal new newborn newly noncontiguous
    noninvasive nonmetastatic old older onset operable patient pediatric perioperative persistent
    postoperative preoperative previously primary progressive protocol recent recurrent refractory
    regional relapse relapsed relapsing remission resectable residual resistance resistant right
    secondary severe simple specific sporadic spontaneous stable standard subacute subject suspected
    symptomatic term treated treatment uncomplicated uncontrolled undifferentiated unilateral
    unresectable unspecified unstable untreated upper woman young
"""
QUALIFIERS = frozenset(map(stem, _NARROWING.split()))
_MANY = 6

_PARENTHESES = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
# How far a cancer has come, and whom a condition has.
_NUMBER = r"(?:[0-4]|iv|i{1,3}|v)[a-f]?\d?"
_PEOPLE = r"adult|child|infant|adolescen|elderly|wom[ae]n|men\b|newborn|remission"
_STAGE = re.compile(
    rf"""\b(?:
        (?:pathologic|clinical|prognostic|ajcc|figo)\ (?=stage)
      | (?:ajcc|figo)\b
      | v\s?\d+\b
      | (?:stages?|grades?)\ {_NUMBER}(?:\s?(?:,|-|/|to|or|and|through)\s?{_NUMBER})*(?!\w)
      | (?:end|early|late|advanced|limited|extensive)[ -]?stage\b
      | (?:in|of|among)\ (?:the\ )?(?={_PEOPLE})
    )""",
    re.VERBOSE,
)
# By what it was caused or marked: "HIV-associated", "HER2-positive", "hormone refractory".
_MARKED = re.compile(
    r"\b[\w/+]+[ -](?:related|associated|induced|acquired|positive|negative|mutated|mutant|refractory"
    r"|sensitive|dependent|resistant|deficient)\b"
)
# What it has with it: "leukemia with del(5q)" is a leukemia.
_BESIDES = re.compile(
    r"\s(?:with|without|involving|after|following|during|in|undergoing|caused by|not otherwise specified"
    r"|(?:secondary|associated|related|due) (?:to|with))\s.*"
)


def narrowings(text: str) -> Iterator[str]:
    """Keys of `text` itself, then with ever more left out of what only narrows it, the least first."""
    seen = set()
    for written in _bared(folded(text)):
        kept = key(written).split()
        loose = [place for place, word in enumerate(kept) if word in QUALIFIERS][:_MANY]
        for number in range(len(loose) + 1):
            for left_out in combinations(loose, number):
                found = " ".join(word for place, word in enumerate(kept) if place not in left_out)
                if found and found not in seen:
                    seen.add(found)
                    yield found


def _bared(text: str) -> Iterator[str]:
    bare = _PARENTHESES.sub(" ", text)
    yield from (text, bare)
    for pattern in (_STAGE, _MARKED, _BESIDES):
        bare = pattern.sub(" ", bare)
        yield bare


_LIST = re.compile(r"\s*(?:,|;|/|&|\+|\band/or\b|\band\b|\bor\b|\bwith\b|\bassociated with\b|\bdue to\b)\s*")


def parts(text: str) -> list[str]:
    """A name that lists several: "Ovarian cancer (peritoneal cancer)" is two; what stands alone is one."""
    inner = _PARENTHESES.findall(text)
    outer = _PARENTHESES.sub(" ", text)
    return [part for listed in (outer, *inner) for part in _LIST.split(folded(listed)) if part]


_RELATION = re.compile(
    r",|;|:|\s-\s|\b(?:of|in|with|without|for|from|by|due|after|before|during|at|on|to|among|following|caused"
    r"|who|undergoing|receiving|(?:secondary|associated|related|induced) (?:to|with|by))\b"
)
# Alone they say nothing of what kind a thing is.
GENERIC = frozenset(
    {"anomaly", "behavior", "condition", "disease", "disorder", "illness", "injury", "syndrome"}
)


def heads(text: str) -> Iterator[str]:
    """Keys of the last words of what a name starts with, the most first: in English the kind stands last.

    "Phantom limb pain" gives itself, "limb pain" and "pain", and so does "phantom limb pain of amputees".
    """
    named = words(_RELATION.split(_STAGE.sub(" ", _PARENTHESES.sub(" ", folded(text))))[0])
    for start, word in enumerate(named):
        last = start == len(named) - 1
        if word not in QUALIFIERS and not (last and stem(word) in GENERIC):
            yield key_of(named[start:])
