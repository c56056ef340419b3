"""The fields that can be searched, as conditions on our columns: values, dates, numbers, ages, sites.

Which they are is what the tables here list. The others are in the records, but in no column and no index;
asking for one is refused in words, since an empty answer would be a wrong one.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

from django.db.models import CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat, Substr
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from trials.ages import maximum_days, minimum_days
from trials.api.data_model import enumerations, field_named, label_of
from trials.api.essie import Missing, Range, Words
from trials.api.problems import BadRequestError
from trials.models import Arm, Intervention, Keyword, TrialSponsor
from trials.searching.wanted import Area
from trials.text import folded

type Asked = Words | Range | Missing

# Fields whose words are sought where the index has them.
IN_AREA: Mapping[str, Area] = {
    "Condition": Area.CONDITION,
    **dict.fromkeys(("InterventionName", "InterventionOtherName"), Area.INTERVENTION),
    **dict.fromkeys(("BriefTitle", "OfficialTitle"), Area.TITLE),
    **dict.fromkeys(("PrimaryOutcomeMeasure", "SecondaryOutcomeMeasure"), Area.OUTCOME),
    **dict.fromkeys(("NCTId", "NCTIdAlias", "OrgStudyId", "SecondaryId"), Area.IDENTIFIER),
    "CollaboratorName": Area.SPONSOR,
    "LeadSponsorName": Area.LEAD_SPONSOR,
}
_TEXTS = {
    "Acronym": "acronym",
    "BriefSummary": "brief_summary",
    "EligibilityCriteria": "eligibility_text",
    "WhyStopped": "why_stopped",
    "OrgFullName": "organization_name",
}
_ENUMERATIONS = {
    "OverallStatus": "overall_status",
    "LastKnownStatus": "last_known_status",
    "StudyType": "study_type",
    "Sex": "sex",
    "DesignAllocation": "allocation",
    "DesignInterventionModel": "intervention_model",
    "DesignPrimaryPurpose": "primary_purpose",
    "DesignObservationalModel": "observational_model",
    "DesignTimePerspective": "time_perspective",
    "DesignMasking": "masking",
    "EnrollmentType": "enrollment_type",
    "SamplingMethod": "sampling_method",
    "ResponsiblePartyType": "responsible_party_type",
    "StartDateType": "start_date_type",
    "PrimaryCompletionDateType": "primary_completion_date_type",
    "CompletionDateType": "completion_date_type",
}
_LISTS = {"Phase": "phases", "StdAge": "std_ages", "DesignWhoMasked": "who_masked"}
_FLAGS = {
    "HasResults": "has_results",
    "HealthyVolunteers": "healthy_volunteers",
    "GenderBased": "gender_based",
}
_DATES = {
    "StartDate": "start_date",
    "PrimaryCompletionDate": "primary_completion_date",
    "CompletionDate": "completion_date",
    "StatusVerifiedDate": "status_verified_date",
    "StudyFirstSubmitDate": "first_submitted_date",
    "StudyFirstPostDate": "first_posted_date",
    "LastUpdateSubmitDate": "last_update_submitted_date",
    "LastUpdatePostDate": "last_update_posted_date",
    "ResultsFirstPostDate": "results_first_posted_date",
}
_NUMBERS = {"EnrollmentCount": "enrollment_count"}
_AGES = {"MinimumAge": "minimum_age", "MaximumAge": "maximum_age"}
# Enumerations of a trial's rows: the rows, and the column that has it.
_ROWS: Mapping[str, tuple[QuerySet[Any], str]] = {
    "ArmGroupType": (Arm.objects.all(), "type"),
    "InterventionType": (Intervention.objects.all(), "type"),
    "LeadSponsorClass": (TrialSponsor.objects.filter(role=TrialSponsor.Role.LEAD), "agency_class"),
    "CollaboratorClass": (TrialSponsor.objects.exclude(role=TrialSponsor.Role.LEAD), "agency_class"),
}
# Words of a trial's rows: the rows, and the column that has them, folded.
_ROW_TEXTS: Mapping[str, tuple[QuerySet[Any], str]] = {"Keyword": (Keyword.objects.all(), "folded")}
_SITE_TEXTS = {
    "LocationFacility": "facility__icontains",
    "LocationCity": "city_folded",
    "LocationState": "state__iexact",
    "LocationZip": "zip__iexact",
    "LocationCountry": "country_normalised__iexact",
}

# Those that the condition on one site is about.
OF_SITES = frozenset({*_SITE_TEXTS, "LocationStatus"})
# What orders a list of studies, and whether it is a date.
SORTED = {name: (column, True) for name, column in _DATES.items()} | {
    name: (column, False)
    for name, column in {**_NUMBERS, "NCTId": "nct_id", "NumArmGroups": "arm_count"}.items()
}
# Columns of SORTED that are counted when asked for.
COUNTED = {
    "arm_count": Coalesce(
        Subquery(
            Arm.objects.filter(trial=OuterRef("pk"))
            .order_by()
            .values("trial")
            .annotate(n=Count("pk"))
            .values("n")
        ),
        0,
    )
}

_DAY = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_AMERICAN_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_NUMBER = re.compile(r"\d{1,9}")


def of_site(asked: Asked, name: str) -> Q:
    """A condition on Site."""
    column, _, lookup = _SITE_TEXTS.get(name, "status").partition("__")
    match asked:
        case Missing():
            return Q(**{column: ""})
        case Words(text) if name == "LocationStatus":
            return Q(status=value_of(name, text))
        case Words(text):
            sought = folded(text) if column == "city_folded" else text
            return Q(**{f"{column}__{lookup or 'exact'}": sought})
    raise BadRequestError(f"Field '{name}' has no range")


def of_trial(asked: Asked, name: str) -> Q:
    """A condition on Trial, of a field whose words are in a column."""
    if name in _ROWS:
        return _row(asked, name)
    if name in _ROW_TEXTS:
        return _row_text(asked, name)
    for columns, made in _KINDS:
        if name in columns:
            return made(asked, columns[name], name)
    raise BadRequestError(f"Field '{name}' cannot be searched here")


def value_of(name: str, text: str) -> str:
    """An enumeration's value, which may be written as it is, in words or with spaces."""
    known = field_named(name)
    kind = known.type if known else ""
    written = folded(text)
    for value in enumerations()[kind]:
        if written.replace(" ", "_") == value.lower() or written == folded(label_of(kind, value)):
            return value
    raise BadRequestError(f"Field '{name}' has no value '{text[:60]}'")


def _text(asked: Asked, column: str, name: str) -> Q:
    match asked:
        case Missing():
            return Q(**{column: ""})
        case Words(text, is_phrase):
            words = [text] if is_phrase else text.split()
            return reduce(operator.and_, (Q(**{f"{column}__icontains": word}) for word in words), Q())
    raise BadRequestError(f"Field '{name}' has no range")


def _enumeration(asked: Asked, column: str, name: str) -> Q:
    match asked:
        case Missing():
            return Q(**{column: ""})
        case Words(text):
            return Q(**{column: value_of(name, text)})
    raise BadRequestError(f"Field '{name}' has no range")


def _list(asked: Asked, column: str, name: str) -> Q:
    match asked:
        case Missing():
            return Q(**{column: []})
        case Words(text):
            return Q(**{f"{column}__contains": [value_of(name, text)]})
    raise BadRequestError(f"Field '{name}' has no range")


def _row(asked: Asked, name: str) -> Q:
    if not isinstance(asked, Words):
        raise BadRequestError(f"Field '{name}' is searched by its values alone")
    rows, column = _ROWS[name]
    return Q(pk__in=rows.filter(**{column: value_of(name, asked.text)}).values("trial"))


def _row_text(asked: Asked, name: str) -> Q:
    rows, column = _ROW_TEXTS[name]
    match asked:
        case Missing():
            return ~Q(pk__in=rows.values("trial"))
        case Words(text, is_phrase):
            words = [folded(text)] if is_phrase else folded(text).split()
            each = (Q(**{f"{column}__contains": word}) for word in words)
            return Q(pk__in=rows.filter(reduce(operator.and_, each, Q())).values("trial"))
    raise BadRequestError(f"Field '{name}' has no range")


def _flag(asked: Asked, column: str, name: str) -> Q:
    truth = {"true": True, "yes": True, "y": True, "false": False, "no": False, "n": False}
    match asked:
        case Missing():
            return Q(**{f"{column}__isnull": True})
        case Words(text) if text.lower() in truth:
            return Q(**{column: truth[text.lower()]})
    raise BadRequestError(f"Field '{name}' is true or false")


def _count(asked: Asked, column: str, name: str) -> Q:
    match asked:
        case Missing():
            return Q(**{f"{column}__isnull": True})
        case Words(text):
            return Q(**{column: _number(text)})
        case Range(low, high):
            return _between(column, _number(low) if low else None, _number(high) if high else None)


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise BadRequestError(f"Not a whole number: '{text[:60]}'")
    return int(text)


def _age(asked: Asked, column: str, name: str) -> Q:
    days = f"{column}_days"
    match asked:
        case Missing():
            return Q(**{f"{days}__isnull": True})
        case Words(text):
            return Q(**{days: _age_in_days(text, column)})
        case Range(low, high):
            limits = (_age_in_days(end, column) if end else None for end in (low, high))
            return _between(days, *limits)


def _age_in_days(text: str, column: str) -> int:
    try:
        days = minimum_days(text) if column == "minimum_age" else maximum_days(text)
    except ValueError:
        days = None
    if days is None:
        raise BadRequestError(f"Not an age such as '18 years': '{text[:60]}'")
    return days


def _between(column: str, low: int | None, high: int | None) -> Q:
    found = Q(**{f"{column}__isnull": False})
    if low is not None:
        found &= Q(**{f"{column}__gte": low})
    return found if high is None else found & Q(**{f"{column}__lte": high})


def _date(asked: Asked, column: str, name: str) -> Q:
    """A date of which only the month or the year is known counts from its first day, as the registry does."""
    match asked:
        case Missing():
            return Q(**{f"{column}__isnull": True})
        case Words(text):
            return Q(**{f"{column}__startswith": _day(text)})
        case Range(low, high):
            whole = Substr(Concat(F(column), Value("-01-01"), output_field=CharField()), 1, 10)
            found = Q(**{f"{column}__isnull": False})
            if low:
                found &= Q(GreaterThanOrEqual(whole, Value((_day(low) + "-01-01")[:10])))
            if high:
                # Until 2022 takes in all of that year.
                found &= Q(LessThanOrEqual(whole, Value((_day(high) + "-99-99")[:10])))
            return found


def _day(text: str) -> str:
    american = _AMERICAN_DAY.fullmatch(text)
    iso = f"{american[3]}-{int(american[1]):02}-{int(american[2]):02}" if american else text
    if not _DAY.fullmatch(iso):
        raise BadRequestError(f"Not a date such as 2024-12-17, 2024-12 or 2024: '{text[:60]}'")
    return iso


_KINDS: tuple[tuple[Mapping[str, str], Callable[[Asked, str, str], Q]], ...] = (
    (_ENUMERATIONS, _enumeration),
    (_LISTS, _list),
    (_FLAGS, _flag),
    (_DATES, _date),
    (_NUMBERS, _count),
    (_AGES, _age),
    (_TEXTS, _text),
)
FIELDS = frozenset(
    {*IN_AREA, *OF_SITES, *_ROWS, *_ROW_TEXTS, *(name for columns, _made in _KINDS for name in columns)}
)
