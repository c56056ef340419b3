"""What the index holds of a trial: everything public that a person may remember of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import zip_longest
from typing import Any

from django.db.models import F
from tantivy import Document

from trials.ages import days_of_years
from trials.dates import PartialDate
from trials.models import (
    Condition,
    Intervention,
    Keyword,
    OtherIdentifier,
    Outcome,
    Site,
    Trial,
    TrialSponsor,
)
from trials.searching import synonyms
from trials.searching.mentions import mentions
from trials.searching.results import Kind
from trials.searching.schema import (
    BETWEEN,
    COLUMNS,
    COMMON,
    CONDITION_KEY,
    JOINT,
    PROFILES,
    SCHEMA,
    SEPARATOR,
    WIDE,
    as_spelled,
    columns,
    key_of,
    normalised,
)
from trials.searching.wanted import NOT_REPORTED
from trials.text import folded
from trials.vocabulary import Sex, recruits

# In whole years: nobody is sought who is older.
OLDEST = 130
# A longer name is a description: nobody types its beginning.
_LONGEST_LABEL = 100
_LABEL_STARTS = 4
_THOUSANDTHS = 1000

_COLUMNS = (
    "pk", "nct_id", "nct_id_aliases", "org_study_id", "acronym", "nickname", "brief_title", "official_title",
    "overall_status", "study_type", "phases", "sex", "minimum_age_days", "maximum_age_days", "std_ages",
    "healthy_volunteers", "has_results", "start_date", "brief_summary", "plain_summary", "eligibility_text",
    "last_update_posted_date", "last_update_submitted_date", "revision",
)  # fmt: skip


@dataclass
class _Lists:
    """The rows of one trial's lists that a search knows."""

    conditions: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    interventions: list[tuple[str, str, list[str]]] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    identifiers: list[str] = field(default_factory=list)
    sponsors: list[tuple[str, str, str]] = field(default_factory=list)
    sites: list[tuple[Any, ...]] = field(default_factory=list)


def documents(trials: Sequence[int], common: Mapping[str, int]) -> Iterator[Document]:
    """Of the trials with these primary keys, as far as there are such; `common` are numbers of conditions."""
    lists = _lists(trials)
    for values in Trial.objects.filter(pk__in=trials).order_by("revision").values(*_COLUMNS):
        yield Document.from_dict(_fields(values, lists[values["pk"]], common), SCHEMA)


def _lists(trials: Sequence[int]) -> dict[int, _Lists]:
    found: dict[int, _Lists] = defaultdict(_Lists)

    def rows(model: Any, *columns: Any) -> Iterator[Any]:
        return model.objects.filter(trial__in=trials).order_by().values_list("trial_id", *columns).iterator()

    for trial, name in rows(Condition, "name"):
        found[trial].conditions.append(name)
    for trial, name in rows(Keyword, "name"):
        found[trial].keywords.append(name)
    for trial, kind, name, others in rows(Intervention, "type", "name", "other_names"):
        found[trial].interventions.append((kind, name, others))
    for trial, measure in rows(Outcome, "measure"):
        found[trial].outcomes.append(measure)
    for trial, identifier in rows(OtherIdentifier, "identifier"):
        found[trial].identifiers.append(identifier)
    for trial, name, role, agency in rows(TrialSponsor, "sponsor__name", "role", F("agency_class")):
        found[trial].sponsors.append((name, role, agency))
    sites = Site.objects.listed().filter(trial__in=trials).order_by()
    columns = (
        "status", "facility", "city_normalised", "state_normalised", "zip_normalised", "country_normalised",
        "latitude", "longitude", "approximate_latitude", "approximate_longitude",
    )  # fmt: skip
    for trial, *values in sites.values_list("trial_id", *columns).iterator():
        found[trial].sites.append(tuple(values))
    return found


def _fields(values: dict[str, Any], lists: _Lists, common: Mapping[str, int]) -> dict[str, Any]:
    names = lists.conditions
    drugs = [name for _type, name, others in lists.interventions for name in (name, *others)]
    titles = [values[name] for name in ("brief_title", "official_title", "acronym", "nickname")]
    identifiers = [
        values["nct_id"], *values["nct_id_aliases"], values["org_study_id"], *lists.identifiers
    ]  # fmt: skip
    sponsors = [name for name, _role, _agency in lists.sponsors]
    leads = [part for part in lists.sponsors if part[1] == TrialSponsor.Role.LEAD]
    cities = {site[2] for site in lists.sites} - {""}
    countries = sorted({site[5] for site in lists.sites} - {""})
    places = {part for site in lists.sites for part in site[1:6]} - {""}
    texts = [values[name] for name in ("brief_summary", "plain_summary", "eligibility_text")]
    conditions = sorted({synonyms.canonical(name) for name in names} - {""})
    numbers = sorted(common[name] for name in conditions if name in common)
    is_wide = max(len(countries), len(numbers)) > COLUMNS
    number = int(values["nct_id"][3:])
    recruiting = [site for site in lists.sites if recruits(site[0], values["overall_status"])]
    several = {
        "status": [values["overall_status"]],
        "phase": values["phases"],
        "study_type": [values["study_type"]],
        "has_results": [_said(values["has_results"])],
        "sex": [sex.value for sex in (Sex.FEMALE, Sex.MALE) if values["sex"] in (sex, Sex.ALL, "")],
        "age_group": values["std_ages"],
        "healthy": [_said(values["healthy_volunteers"])],
        "sponsor_class": [agency for _name, _role, agency in leads],
        "intervention_type": [kind for kind, _name, _others in lists.interventions],
    }
    sets = {
        name: sorted({" ".join(value.split()) for value in found} - {""}) or [NOT_REPORTED]
        for name, found in several.items()
    }
    concepts = synonyms.concepts([*_named_in(titles), *names, *lists.keywords, *drugs])
    spelt = [*titles, *names, *lists.keywords, *drugs, *sponsors, *cities]
    words = {
        "title": titles,
        "condition_words": [*names, *lists.keywords],
        "intervention_words": drugs,
        "outcome_words": lists.outcomes,
        "sponsor_words": sponsors,
        "lead_sponsor_words": [name for name, _role, _agency in leads],
        "place_words": [*sorted(places), *cities],
        "text": [*titles, *names, *lists.keywords, *drugs, *sponsors, *places, *identifiers, *texts],
    }
    return {
        **sets,
        **{
            profile: BETWEEN.join(JOINT.join(sets[name]) for name in group)
            for profile, group in PROFILES.items()
        },
        **{
            name: [normalised(part) for part in dict.fromkeys(parts) if part] for name, parts in words.items()
        },
        "identifier": sorted({folded(identifier) for identifier in identifiers} - {""}),
        "spelling": [as_spelled(part) for part in dict.fromkeys(spelt) if part],
        "concept": sorted(concepts),
        "title_mention": sorted(mentions(title for title in titles if title)),
        "mention": sorted(concepts | mentions(part for part in dict.fromkeys(words["text"]) if part)),
        "label": sorted({*_labels(names, drugs, sponsors, {*cities, *countries}), *_written(names)}),
        "place": _places(lists.sites),
        "recruiting_place": _places(recruiting),
        "condition": conditions,
        CONDITION_KEY: [key_of(condition) for condition in conditions],
        COMMON: numbers if is_wide else [],
        **_in_columns(COMMON, [] if is_wide else numbers, 0),
        "sponsor": sorted(set(sponsors)),
        "country": countries,
        **_in_columns("country", [] if is_wide else countries, ""),
        WIDE: ["yes"] if is_wide else [],
        "pk": values["pk"],
        "revision": values["revision"],
        "number": number,
        "age": _ages(values["minimum_age_days"], values["maximum_age_days"]),
        "updated": ordered(values["last_update_posted_date"] or values["last_update_submitted_date"], number),
        "start": ordered(values["start_date"], number),
        "title_order": f"{folded(titles[0])[:60]} {values['nct_id']}",
    }


def ordered(date: PartialDate | None, number: int) -> int:
    """A key by which later dates come later and, on one day, lower numbers; no date is the earliest."""
    year, month, day = [*(int(part) for part in date.iso.split("-")), 0, 0][:3] if date else (0, 0, 0)
    return (year * 10_000 + month * 100 + day) * 10**8 + 10**8 - 1 - number


@lru_cache(maxsize=10_000)
def _ages(youngest: int | None, oldest: int | None) -> list[str]:
    """Each age in years at which somebody may be within limits in days; an unknown one admits everybody.

    Written out, since a range of numbers takes a search much longer than one value.
    """
    return [
        str(years)
        for years in range(OLDEST + 1)
        if (youngest or 0) < days_of_years(years + 1) and (oldest is None or oldest >= days_of_years(years))
    ]


def _in_columns(name: str, values: Sequence[Any], nothing: Any) -> dict[str, Any]:
    return dict(zip_longest(columns(name), values, fillvalue=nothing))


def _said(answer: bool | None) -> str:
    return NOT_REPORTED if answer is None else "yes" if answer else "no"


def _places(sites: Iterable[tuple[Any, ...]]) -> list[str]:
    return sorted({_place(site) for site in sites} - {""})


def _place(site: tuple[Any, ...]) -> str:
    """Coordinates in thousandths of a degree, about 100 metres; the city's where there are no others."""
    *_address, latitude, longitude, city_latitude, city_longitude = site
    if latitude is None:
        latitude, longitude = city_latitude, city_longitude
    return "" if latitude is None else f"{round(latitude * _THOUSANDTHS)},{round(longitude * _THOUSANDTHS)}"


def _named_in(titles: Iterable[str]) -> Iterator[str]:
    """The terms of the vocabulary that stand in a title."""
    for title in titles:
        words = title.split()
        for span in synonyms.expansions(words):
            yield " ".join(words[span.start : span.end])


def _written(conditions: Iterable[str]) -> Iterator[str]:
    """What a condition is called, to be found by its number: by the vocabulary, or else by this record."""
    for name in conditions:
        key = synonyms.canonical(name)
        label = synonyms.preferred(name) or " ".join(name.split())
        yield f"{key_of(key)}{SEPARATOR}{key}{SEPARATOR}{label}"


def _labels(
    conditions: Iterable[str], interventions: Iterable[str], sponsors: Iterable[str], places: Iterable[str]
) -> Iterator[str]:
    """Names by each of their first words, so that "infar" suggests "Myocardial infarction"."""
    for kind, names in (
        (Kind.CONDITION, conditions),
        (Kind.INTERVENTION, interventions),
        (Kind.SPONSOR, sponsors),
        (Kind.PLACE, places),
    ):
        for name in names:
            if not name or len(name) > _LONGEST_LABEL:
                continue
            words = folded(name).split(" ")
            for start in range(min(_LABEL_STARTS, len(words))):
                yield SEPARATOR.join((kind, " ".join(words[start:]), " ".join(name.split())))
