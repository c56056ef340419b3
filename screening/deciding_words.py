"""What `screening.deciding` finds, in words: why facts decide nothing, and how a value was worked out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from screening.deciding.derived import BIRTH_DATE, SEX
from screening.deciding.problems import Problem, ProblemKind
from trials.editor.durations import duration_words
from trials.editor.words import ANCHORS


class Formula(NamedTuple):
    """What a formula is called, and the paper that it is from."""

    title: str | Promise
    source: str


# By the name of the function in `screening.deciding.formulas`, whose docstring says more.
FORMULAS: dict[str, Formula] = {
    "age_on": Formula(gettext_lazy("Completed years since the birth date"), ""),
    "bmi": Formula(gettext_lazy("Weight in kg over height in m, squared"), "Keys 1972, J Chronic Dis 25:329"),
    "cockcroft_gault": Formula(gettext_lazy("Cockcroft-Gault"), "Cockcroft, Gault 1976, Nephron 16:31"),
    "ckd_epi_2021": Formula(gettext_lazy("CKD-EPI 2021, creatinine"), "Inker 2021, N Engl J Med 385:1737"),
    "qtcf": Formula(gettext_lazy("QT corrected by Fridericia"), "Fridericia 1920, Acta Med Scand 53:469"),
    "prednisone_equivalent": Formula(
        gettext_lazy("Prednisone equivalents, summed over the drugs of the day"),
        "US labelling of prednisolone (Orapred)",
    ),
    "months_since": Formula(gettext_lazy("Calendar months since that date"), ""),
    "times_uln": Formula(gettext_lazy("Multiple of the laboratory's upper limit of normal"), ""),
    "increase": Formula(
        gettext_lazy("Change from the assessment before"), "Khanna 2017, J Scleroderma Relat Disord 2:11"
    ),
    "percent_change": Formula(gettext_lazy("Change from the earlier value, in percent of it"), ""),
}

_SENTENCES: dict[ProblemKind, str | Promise] = {
    ProblemKind.UNIT_MISSING: gettext_lazy(
        "%(value)s has no unit. Correct the fact: give its unit, one that converts to %(wanted)s."
    ),
    ProblemKind.UNIT_UNKNOWN: gettext_lazy(
        "The unit “%(unit)s” is not known, so %(value)s cannot be converted to %(wanted)s."
        " Enter the value in %(wanted)s."
    ),
    ProblemKind.UNIT_OF_OTHER_KIND: gettext_lazy(
        "%(value)s %(unit)s cannot be converted to %(wanted)s: they measure different things."
        " Enter the value in %(wanted)s."
    ),
    ProblemKind.UNIT_NEEDS_ANALYTE: gettext_lazy(
        "%(value)s %(unit)s cannot be converted to %(wanted)s: for this variable no conversion has been"
        " reviewed. Enter the value in %(wanted)s."
    ),
    ProblemKind.UNIT_INDEXED: gettext_lazy(
        "%(value)s %(unit)s does not convert to %(wanted)s: one is indexed to 1.73 m² of body surface, the"
        " other is not. Enter the value in %(wanted)s."
    ),
    ProblemKind.LIMIT_MISSING: gettext_lazy(
        "The laboratory's own limit of normal (%(limit)s) is missing. Correct the fact: enter it as well."
    ),
    ProblemKind.PREDICTED_MISSING: gettext_lazy(
        "The criterion asks for the percentage of the predicted value, and %(value)s %(unit)s is none. Enter"
        " the percentage."
    ),
    ProblemKind.ANCHOR_WITHOUT_DATE: gettext_lazy(
        "The date of this event is not known: %(anchor)s. Enter when it is planned, or when it took place."
    ),
    ProblemKind.PRODUCT_MISSING: gettext_lazy(
        "The window counts half-lives, and the fact names no product. Correct the fact: name it."
    ),
    ProblemKind.HALF_LIFE_MISSING: gettext_lazy(
        "The window counts half-lives, and that of %(product)s is not known. Enter it once for the center."
    ),
    ProblemKind.TEST_UNCLEAR: gettext_lazy(
        "The criterion's test is not clear enough to be decided by facts. Answer by hand."
    ),
    ProblemKind.PRIOR_UNCLEAR: gettext_lazy(
        "It hangs on an earlier value (%(text)s), and a person has to say which one is meant. Answer by hand."
    ),
    ProblemKind.DURATION_UNKNOWN: gettext_lazy(
        "It has to have lasted at least %(min_duration)s, and the facts are of single days. Answer by hand."
    ),
    ProblemKind.INDETERMINATE: gettext_lazy("The result is indeterminate. Repeat it, or answer by hand."),
    ProblemKind.OPEN_LIST: gettext_lazy(
        "“%(code)s” is not on the criterion's list, and the list is open. Answer by hand."
    ),
    ProblemKind.DRUG_UNKNOWN: gettext_lazy(
        "The table of prednisone equivalents does not have “%(product)s”. Use the drug's international name,"
        " or enter the equivalent."
    ),
}
_WRONG_TYPES: dict[str, str | Promise] = {
    "number": gettext_lazy("“%(value)s” is no number, and the criterion compares with one."),
    "code": gettext_lazy("%(value)s is a number, and the criterion asks for one of several codes."),
    "date": gettext_lazy("“%(value)s” is no date."),
    "presence": gettext_lazy("“%(value)s” is neither “present” nor “absent”."),
}
_INPUTS: dict[str, str | Promise] = {
    "age": gettext_lazy("The age"),
    "birth_date": gettext_lazy("The birth date"),
    "creatinine_mg_dl": gettext_lazy("Creatinine in mg/dL"),
    "dose_mg": gettext_lazy("The dose in mg"),
    "heart_rate_per_min": gettext_lazy("The heart rate per minute"),
    "height_cm": gettext_lazy("The height in cm"),
    "onset": gettext_lazy("The date of onset"),
    "qt_ms": gettext_lazy("QT in ms"),
    "weight_kg": gettext_lazy("The weight in kg"),
}
# What is known of a participant without any fact.
RECORDED: dict[str, str | Promise] = {SEX: gettext_lazy("sex"), BIRTH_DATE: gettext_lazy("date of birth")}


def problem_words(problem: Problem, labels: Mapping[str, str]) -> str:
    """A sentence that says what is wrong and what to do; `labels` are those of the variables, by code."""
    parameters = {name: _shown(value) for name, value in problem.parameters.items()}
    template: str | Promise
    match problem.kind:
        case ProblemKind.WRONG_TYPE:
            template = _WRONG_TYPES[parameters["expected"]]
        case ProblemKind.UNIT_OF_OTHER_KIND | ProblemKind.UNIT_UNKNOWN if not parameters["wanted"]:
            template = _("The criterion gives no unit to convert %(value)s %(unit)s to. Answer by hand.")
        case ProblemKind.UNIT_UNKNOWN if parameters["unit"] == parameters["wanted"]:
            template = _("The criterion's unit “%(unit)s” is not known. Answer by hand.")
        case ProblemKind.EARLIER_MISSING if parameters["relative_to"] == "baseline":
            template = _("There is no value at baseline to compare with. Enter it.")
        case ProblemKind.EARLIER_MISSING:
            template = _("There is no earlier value to compare with. Enter it with its date.")
        case ProblemKind.INPUT_MISSING:
            code = parameters["variable"]
            parameters["variable"] = str(RECORDED.get(code) or labels.get(code, code))
            parameters["formula"] = str(FORMULAS[parameters["formula"]].title)
            template = _("To work it out (%(formula)s), this is missing: %(variable)s. Enter it.")
        case ProblemKind.OUT_OF_RANGE:
            parameters["input"] = str(_INPUTS[parameters["input"]])
            template = _range_words(parameters)
        case kind:
            template = _SENTENCES[kind]
    if problem.kind is ProblemKind.ANCHOR_WITHOUT_DATE:
        parameters["anchor"] = str(ANCHORS[problem.parameters["anchor"]])
    if problem.kind is ProblemKind.DURATION_UNKNOWN:
        parameters["min_duration"] = duration_words(problem.parameters["min_duration"])
    return str(template) % parameters


def _range_words(parameters: Mapping[str, str]) -> str:
    if not parameters["low"]:
        return _("%(input)s cannot be: %(value)s lies after %(high)s. Correct it.")
    return _("%(input)s cannot be %(value)s: the formula takes %(low)s to %(high)s. Correct it.")


def _shown(value: Any) -> str:
    """Numbers as a person writes them: 80, not 80.00000000 or 8E+1."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return date_format(value, "j M Y")
    return str(value)
