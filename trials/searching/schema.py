"""The fields of the index, and how a text becomes the words in them."""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b

from tantivy import (
    Filter,
    Index,
    Schema,
    SchemaBuilder,
    TextAnalyzer,
    TextAnalyzerBuilder,
    Tokenizer,
)

from trials.vocabularies.wording import american

# Where words are sought by `Area`; "text" has them all.
WORDS = (
    "text",
    "title",
    "condition_words",
    "intervention_words",
    "outcome_words",
    "sponsor_words",
    "lead_sponsor_words",
    "place_words",
)
# Whole values that are found.
KEYS = (
    "identifier",
    "concept",
    "mention",
    "title_mention",
    "label",
    "place",
    "recruiting_place",
    "phase",
    "sex",
    "age_group",
    "age",
    "intervention_type",
    "status",
    "study_type",
    "healthy",
    "has_results",
    "sponsor_class",
    "is_wide",
)
# Whole values that are found and counted, of which a trial may have several or none.
COUNTED = ("sponsor", "condition", "country")
# Counting takes three to ten times as long where a document may have several values or none, and each field
# counted costs. So filters with few values are counted together: a profile is all that a trial has of them.
# How many different ones there are matters as well, since each is read out: it stays below a thousand.
PROFILES = {
    "course_profile": ("status", "phase", "study_type", "has_results"),
    "people_profile": ("sex", "age_group", "healthy", "sponsor_class"),
    "intervention_profile": ("intervention_type",),
}
# Between the values of one filter, and between filters. Spaces are no part of a value, and these are such.
JOINT, BETWEEN = "\x1f", "\x1e"
# Countries and common conditions stand once more in `COLUMNS` fields of one value each, in which there are no
# more of a trial than that; of other trials, which are `WIDE`, they are counted apart.
COLUMNS = 3
WIDE = "is_wide"
# Between the parts of a label: its kind, its folded name from one of its words on, its name as written; or
# of a condition its number, its folded name, its name as written. Spaces are no part of a name.
SEPARATOR = "\x1f"
# Conditions are so many that reading their names out takes longer than counting them: by `key_of`.
# The common ones have a number from 1 on beside, in those columns and of wide trials in a field of their own.
CONDITION_KEY, COMMON = "condition_key", "common_condition"
NUMBERS = ("pk", "revision")
# Read in order or by range, never looked up.
MEASURES = ("number", "updated", "start")

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "θ": "theta",  # noqa: RUF001
    "κ": "kappa", "λ": "lambda", "μ": "mu", "π": "pi", "σ": "sigma", "ω": "omega",  # noqa: RUF001
}  # fmt: skip
_SPELLED_OUT = str.maketrans(
    {letter: f" {name} " for letter, name in _GREEK.items()}
    | {letter.upper(): f" {name} " for letter, name in _GREEK.items()}
    # What is not seen: soft hyphens, and spaces without width.
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", "")
    | {"µ": " mu ", "æ": "ae", "œ": "oe", "Æ": "ae", "Œ": "oe"}
)
_POSSESSIVE = re.compile(r"['’`]s\b", re.IGNORECASE)  # noqa: RUF001


def columns(name: str) -> list[str]:
    """The fields with one value each: a country's name or nothing, a common condition's number or 0."""
    return [f"{name}_{place}" for place in range(1, COLUMNS + 1)]


def key_of(condition: str) -> int:
    """A number for a folded name: of a million names, two share one with a chance of 1 in 500."""
    return int.from_bytes(blake2b(condition.encode(), digest_size=6).digest())


def normalised(text: str) -> str:
    """What the analyzers are given, but for `spelling`: British and American spellings are the same words."""
    return american(as_spelled(text).lower())


def as_spelled(text: str) -> str:
    """Composed, Greek letters by their names and without possessives: "Crohn's" is "Crohn", "β" is "beta"."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_SPELLED_OUT)
    return _POSSESSIVE.sub("", text) if "'" in text or "’" in text or "`" in text else text  # noqa: RUF001


def _analyzer(*, stemmed: bool) -> TextAnalyzer:
    builder = TextAnalyzerBuilder(Tokenizer.simple())
    filters = [Filter.remove_long(60), Filter.lowercase(), Filter.ascii_fold()]
    for each in [*filters, Filter.stemmer("english")] if stemmed else filters:
        builder = builder.filter(each)
    return builder.build()


STEMMED = _analyzer(stemmed=True)
PLAIN = _analyzer(stemmed=False)


def _schema() -> Schema:
    builder = SchemaBuilder()
    for name in WORDS:
        builder.add_text_field(name, tokenizer_name="stemmed")
    # Words as they are spelled, by which mistakes are noticed.
    builder.add_text_field("spelling", tokenizer_name="plain", index_option="basic")
    for name in KEYS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in (*COUNTED, *PROFILES, *columns("country")):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in NUMBERS:
        builder.add_unsigned_field(name, indexed=True, fast=True)
    for name in (*MEASURES, CONDITION_KEY, COMMON, *columns(COMMON)):
        builder.add_unsigned_field(name, fast=True)
    builder.add_text_field("title_order", tokenizer_name="raw", index_option="basic", fast=True)
    return builder.build()


SCHEMA = _schema()


def opened(path: str | None, *, new: bool = False) -> Index:
    """The index in a folder, or one in memory; raises ValueError or OSError where it cannot be read."""
    index = Index(SCHEMA, path=path, reuse=not new)
    index.register_tokenizer("stemmed", STEMMED)
    index.register_tokenizer("plain", PLAIN)
    index.config_reader(reload_policy="manual")
    return index
