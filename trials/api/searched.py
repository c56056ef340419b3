"""What an expression asks of the catalogue: fields as conditions on columns, words as hits of the index."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import reduce

from django.db.models import Exists, OuterRef, Q

from trials.api.columns import FIELDS, IN_AREA, OF_SITES, of_site, of_trial
from trials.api.data_model import field_named
from trials.api.essie import (
    All,
    Both,
    Either,
    Expression,
    InField,
    Missing,
    Not,
    Range,
    WithinOne,
    Words,
)
from trials.api.problems import BadRequestError
from trials.models import Site
from trials.searching.wanted import Area
from trials.text import folded

# That a text is found in an area of a trial.
type Found = Callable[[Area, str], Q]

# Search areas, by the names that requests and the registry's documentation have for them.
AREAS: dict[str, Area] = {
    "BasicSearch": Area.ANYWHERE,
    "ConditionSearch": Area.CONDITION,
    "InterventionSearch": Area.INTERVENTION,
    "TitleSearch": Area.TITLE,
    "OutcomeSearch": Area.OUTCOME,
    "SponsorSearch": Area.SPONSOR,
    "LocationSearch": Area.PLACE,
    "IdSearch": Area.IDENTIFIER,
    "PatientSearch": Area.ANYWHERE,
}
# Columns whose words the index has among others.
_IN_TEXT = {
    "Acronym": Area.TITLE,
    "BriefSummary": Area.ANYWHERE,
    "EligibilityCriteria": Area.ANYWHERE,
    "Keyword": Area.CONDITION,
}
# The pieces of a record in which an area finds words here.
_TITLES = ("BriefTitle", "OfficialTitle", "Acronym")
_PIECES: Mapping[Area, tuple[str, ...]] = {
    Area.CONDITION: ("Condition", "Keyword", *_TITLES),
    Area.INTERVENTION: ("InterventionName", "InterventionOtherName", *_TITLES),
    Area.TITLE: _TITLES,
    Area.OUTCOME: ("PrimaryOutcomeMeasure", "SecondaryOutcomeMeasure", "OtherOutcomeMeasure"),
    Area.SPONSOR: ("LeadSponsorName", "CollaboratorName"),
    Area.PLACE: ("LocationFacility", "LocationCity", "LocationState", "LocationZip", "LocationCountry"),
    Area.IDENTIFIER: ("NCTId", "NCTIdAlias", "OrgStudyId", "SecondaryId"),
    Area.ANYWHERE: ("BriefSummary", "EligibilityCriteria"),
}


def area_pieces(name: str) -> tuple[str, ...]:
    """What a search area finds words in; what it is called when it is all of them, "@query", too."""
    area = AREAS.get(name, Area.ANYWHERE)
    if area is not Area.ANYWHERE:
        return _PIECES[area]
    every = (piece for part, pieces in _PIECES.items() if part is not Area.OUTCOME for piece in pieces)
    return tuple(dict.fromkeys(every))


@dataclass(frozen=True)
class Scope:
    """Where an expression is read: in an area of the index, in a field, or within one and the same site."""

    found: Found
    area: Area = Area.ANYWHERE
    field: str = ""
    one_site: bool = False


def condition(expression: Expression, scope: Scope) -> Q:
    """The expression as a condition on Trial, or on Site within one. Raises BadRequestError."""
    if not scope.field and not scope.one_site and (words := _as_words(expression)):
        return scope.found(scope.area, words)
    match expression:
        case Both(parts):
            return reduce(operator.and_, (condition(part, scope) for part in parts))
        case Either(parts):
            return reduce(operator.or_, (condition(part, scope) for part in parts))
        case Not(part):
            return ~condition(part, scope)
        case All():
            return Q(pk__isnull=False)
        case InField(name, part):
            return condition(part, _entered(scope, name))
        case WithinOne(name, part):
            return _within(name, part, scope)
        case Words() | Range() | Missing() if scope.field:
            return _in_field(expression, scope)
        case Words(text) if scope.one_site:
            each = (Q(search_text__contains=word) for word in folded(text).split())
            return reduce(operator.and_, each, Q())
    raise BadRequestError("RANGE and MISSING need a field, as in AREA[StartDate]RANGE[2022-01-01, MAX]")


def _entered(scope: Scope, name: str) -> Scope:
    if name in AREAS and not scope.one_site:
        return replace(scope, area=AREAS[name], field="")
    known = field_named(name)
    if known is None:
        raise BadRequestError(f"Unknown search area or field: '{name[:60]}'")
    if known.piece not in FIELDS:
        raise BadRequestError(f"Field '{known.piece}' cannot be searched here")
    if scope.one_site and known.piece not in OF_SITES:
        raise BadRequestError(f"Field '{known.piece}' is no part of a location")
    return replace(scope, field=known.piece)


def _within(name: str, part: Expression, scope: Scope) -> Q:
    if name == "Study" and not scope.one_site:
        return condition(part, scope)
    if name != "Location" or scope.one_site:
        raise BadRequestError(f"SEARCH[{name[:60]}] is not understood: SEARCH[Location] is, outside another")
    return _has_site(condition(part, replace(scope, field="", one_site=True)))


def _has_site(inside: Q) -> Q:
    return Q(Exists(Site.objects.listed().filter(inside, trial=OuterRef("pk"))))


def _in_field(expression: Words | Range | Missing, scope: Scope) -> Q:
    name = scope.field
    if name in OF_SITES:
        inside = of_site(expression, name)
        return inside if scope.one_site else _has_site(inside)
    if name in _IN_TEXT and isinstance(expression, Words):
        # The index says which texts there are to look into.
        return scope.found(_IN_TEXT[name], _as_words(expression)) & of_trial(expression, name)
    if name not in IN_AREA:
        return of_trial(expression, name)
    if isinstance(expression, Words):
        return scope.found(IN_AREA[name], _as_words(expression))
    raise BadRequestError(f"Field '{name}' is searched by words alone")


def _as_words(expression: Expression) -> str:
    """As a text that the index understands; empty where it takes more than words."""
    match expression:
        case Words(text, is_phrase):
            return f'"{text}"' if is_phrase else text
        case Not(part):
            return f"NOT ({words})" if (words := _as_words(part)) else ""
        case Both(parts) | Either(parts):
            joined = " AND " if isinstance(expression, Both) else " OR "
            texts = [_as_words(part) for part in parts]
            return joined.join(f"({text})" for text in texts) if all(texts) else ""
    return ""
