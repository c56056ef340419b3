"""Facts about a patient, half-lives of products, dates of events: entered once, used by every screening."""

from __future__ import annotations

import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from config.context import reason_given
from screening import vault
from screening.deciding.facts import Presence, fold
from screening.deciding.problems import UnitError
from screening.deciding.units import check_unit, ucum
from screening.deciding_words import problem_words
from screening.models import (
    AnchorDate,
    Center,
    Fact,
    HalfLife,
    Patient,
    Screening,
    SourceKind,
    Status,
    User,
    VoidKind,
)
from screening.services.errors import ReasonNeeded, Refused
from screening.services.evaluation import keep_outcome
from screening.services.rules import (
    database_time,
    local_date,
    locked,
    not_erased,
    not_in_the_future,
    role_that_writes,
)
from screening.services.signing import void_where_changed
from trials.criteria.tree import Anchor
from trials.models import Variable

EARLIEST = datetime.date(1890, 1, 1)
# Quantities of something; a change of a score may well be below zero.
MEASURED = ("lab.", "vital.", "pft.", "ecg.", "echo.", "rx.", "ab.", "age", "bmi")
LONGEST_HALF_LIFE = Decimal(24 * 366)


@transaction.atomic
def record_fact(
    *,
    user: User,
    patient: Patient,
    variable: Variable,
    operation_id: UUID,
    observed_on: datetime.date,
    number: Decimal | None = None,
    code: str = "",
    date: datetime.date | None = None,
    text: str = "",
    unit: str = "",
    lower_limit: Decimal | None = None,
    upper_limit: Decimal | None = None,
    product: str = "",
    source_kind: SourceKind | str = "",
    source_date: datetime.date | None = None,
    source_reference: str = "",
    replaces: Fact | None = None,
) -> Fact:
    """Keep a value of the kind that the variable has; the same operation keeps it once.

    `replaces` is a fact that this one corrects. Answers that rest on that one are due again.
    """
    role_that_writes(user, patient.center)
    patient = _locked_patient(patient)
    if known := Fact.objects.filter(patient=patient, operation_id=operation_id).first():
        return known
    not_erased(patient)
    unit = ucum(unit)
    _check_value(variable, number, code, date, text)
    _check_unit(variable, number, unit, lower_limit, upper_limit)
    _check_days(patient, observed_on, source_date)
    if replaces is not None:
        _check_present(patient, replaces)
        if replaces.variable_id != variable.pk:
            raise Refused(_("A correction is of the same variable: withdraw this value and enter another."))
    fact = Fact.objects.create(
        center_id=patient.center_id,
        patient=patient,
        variable=variable,
        number=number,
        code=code,
        date=date,
        text_sealed=vault.seal(patient, text.strip()),
        unit=unit if number is not None else "",
        observed_on=observed_on,
        lower_limit=lower_limit,
        upper_limit=upper_limit,
        product=product.strip(),
        product_folded=fold(product),
        source_kind=SourceKind(source_kind) if source_kind else "",
        source_date=source_date,
        source_reference_sealed=vault.seal(patient, source_reference.strip()),
        replaces=replaces,
        entered_by=user,
        operation_id=operation_id,
    )
    if replaces is not None:
        _keep_outcomes(patient)
    void_where_changed(patient.screenings.all(), VoidKind.FACT, by=user)
    return fact


@transaction.atomic
def withdraw_fact(*, user: User, fact: Fact, reason: str) -> Fact:
    """It was entered in error. It stays on record; answers that rest on it are due again."""
    role_that_writes(user, fact.center)
    patient = _locked_patient(fact.patient)
    not_erased(patient)
    reason = reason.strip()
    if not reason:
        raise ReasonNeeded(_("Say why this value is withdrawn."))
    fact = Fact.objects.get(pk=fact.pk, patient=patient)
    _check_present(patient, fact)
    fact.withdrawn_at, fact.withdrawn_by = database_time(), user
    fact.withdrawn_reason_sealed = vault.seal(patient, reason)
    with reason_given(fact.withdrawn_reason_sealed):
        fact.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason_sealed"])
        _keep_outcomes(patient)
    void_where_changed(patient.screenings.all(), VoidKind.FACT, by=user)
    return fact


@transaction.atomic
def record_half_life(*, user: User, center: Center, product: str, hours: Decimal, source: str) -> HalfLife:
    """Once for a product at a center; said again, it is corrected, and the trail keeps what it was."""
    role_that_writes(user, center)
    product, source = product.strip(), source.strip()
    if not fold(product):
        raise Refused(_("Name the product."))
    if not 0 < hours <= LONGEST_HALF_LIFE:
        raise Refused(_("Check the half-life: it is given in hours, and above zero."))
    if not source:
        raise Refused(_("Say where the half-life is from, such as the product's label."))
    row, _made = HalfLife.objects.update_or_create(
        center=center,
        product_folded=fold(product),
        defaults={"hours": hours, "source": source, "entered_by": user, "entered_at": Now()},
        create_defaults={"product": product, "hours": hours, "source": source, "entered_by": user},
    )
    taken = Fact.objects.filter(center=center, product_folded=row.product_folded)
    signed = Screening.objects.filter(center=center, disposition="", patient__in=taken.values("patient"))
    void_where_changed(signed, VoidKind.HALF_LIFE, by=user)
    return row


@transaction.atomic
def record_anchor(
    *,
    user: User,
    screening: Screening,
    anchor: Anchor | str,
    planned_on: datetime.date | None = None,
    actual_on: datetime.date | None = None,
) -> AnchorDate | None:
    """When an event is planned, and when it was; None, and no row, where neither is known (any more)."""
    role_that_writes(user, screening.center)
    screening = locked(screening)
    anchor = Anchor(anchor)
    if anchor is Anchor.CONSENT:
        raise Refused(_("The date of consent is recorded with the consent."))
    if actual_on is not None:
        not_in_the_future(
            actual_on, screening.center, _("This has not taken place yet: enter the date as planned.")
        )
    if any(day is not None and day < EARLIEST for day in (planned_on, actual_on)):
        raise Refused(_("Check the year."))
    row = AnchorDate.objects.filter(screening=screening, anchor=anchor).first()
    if planned_on is None and actual_on is None:
        if row is not None:
            row.delete()
            row = None
    elif row is None:
        row = AnchorDate.objects.create(
            center_id=screening.center_id,
            screening=screening,
            anchor=anchor,
            planned_on=planned_on,
            actual_on=actual_on,
            recorded_by=user,
        )
    elif (row.planned_on, row.actual_on) != (planned_on, actual_on):
        row.planned_on, row.actual_on, row.recorded_by = planned_on, actual_on, user
        row.recorded_at = database_time()
        row.save()
    if screening.status == Status.OPEN:
        keep_outcome(screening)
    void_where_changed([screening], VoidKind.ANCHOR, by=user)
    return row


def _locked_patient(patient: Patient) -> Patient:
    """Whoever else enters or withdraws a fact of this patient waits until this transaction ends."""
    rows = Patient.objects.select_for_update(of=("self",)).select_related("center", "key")
    return rows.get(pk=patient.pk)


def _keep_outcomes(patient: Patient) -> None:
    for screening in patient.screenings.order_by("pk"):
        now = locked(screening)
        if now.status == Status.OPEN:
            keep_outcome(now)


def _check_value(
    variable: Variable, number: Decimal | None, code: str, date: datetime.date | None, text: str
) -> None:
    """One value, and of the variable's kind. Zero is a value."""
    kinds = Variable.Kind
    given = [
        kind
        for kind, there in (
            (kinds.NUMBER, number is not None),
            (kinds.CODE, bool(code)),
            (kinds.DATE, date is not None),
            (kinds.TEXT, bool(text.strip())),
        )
        if there
    ]
    wanted = kinds.CODE if variable.kind == kinds.BOOLEAN else kinds(variable.kind)
    if given != [wanted]:
        raise Refused(_("Enter one value of %(variable)s.") % {"variable": variable.label})
    codes = tuple(Presence) if variable.kind == kinds.BOOLEAN else variable.codes
    if code and code not in codes:
        raise Refused(_("Choose one of the values of %(variable)s.") % {"variable": variable.label})


def _check_unit(
    variable: Variable, number: Decimal | None, unit: str, lower: Decimal | None, upper: Decimal | None
) -> None:
    if number is None:
        if unit or lower is not None or upper is not None:
            raise Refused(_("A unit and limits of normal belong to a number: clear them."))
        return
    if variable.code.startswith(MEASURED) and any(
        each is not None and each < 0 for each in (number, lower, upper)
    ):
        raise Refused(_("%(variable)s is never below zero: correct it.") % {"variable": variable.label})
    try:
        check_unit(number, unit, variable.code, variable.unit)
    except UnitError as error:
        raise Refused(problem_words(error.problem, {variable.code: variable.label})) from error
    if lower is not None and upper is not None and lower > upper:
        raise Refused(_("The lower limit of normal is above the upper one: correct them."))


def _check_days(patient: Patient, observed_on: datetime.date, source_date: datetime.date | None) -> None:
    today, born = local_date(patient.center), vault.birth_date(patient)
    if observed_on > today:
        raise Refused(_("The date observed is in the future: correct it."))
    if observed_on < (born or EARLIEST):
        raise Refused(_("The date observed is before the date of birth: correct one of them."))
    if source_date is not None and not EARLIEST <= source_date <= today:
        raise Refused(_("Check the date of the source."))


def _check_present(patient: Patient, fact: Fact) -> None:
    if not Fact.objects.current().filter(pk=fact.pk, patient=patient).exists():
        raise Refused(_("This value was corrected or withdrawn already: load the page again."))
