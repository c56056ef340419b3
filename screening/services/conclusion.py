"""How a screening ends, and what followed."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from config.context import reason_given
from screening.models import (
    Conclusion,
    Disposition,
    FailureKind,
    Kind,
    Outcome,
    Screening,
    Status,
    User,
    VoidKind,
)
from screening.services.errors import ReasonNeeded, Refused
from screening.services.evaluation import deciding_criteria, outcome_of
from screening.services.rules import (
    database_time,
    locked,
    not_in_the_future,
    open_and_locked,
    role_that_writes,
    sealed,
)
from screening.services.signing import require_eligible_signature, void_signatures
from trials.models import Cohort

MAY_BE_PROPOSED = (Outcome.ELIGIBLE, Outcome.POTENTIALLY_ELIGIBLE)
ENTERED = (Disposition.ENROLLED, Disposition.RANDOMISED)


@transaction.atomic
def conclude_screening(
    *,
    user: User,
    screening: Screening,
    conclusion: Conclusion | str,
    failure_kind: FailureKind | str = "",
    text: str = "",
) -> Screening:
    """Close it; a failure by criteria keeps the criteria that decided, another one takes a text."""
    screening, _role = open_and_locked(user, screening)
    text = text.strip()
    conclusion = Conclusion(conclusion)
    screening.outcome = outcome_of(screening)
    if conclusion == Conclusion.PROPOSED_ELIGIBLE:
        if failure_kind or text:
            raise Refused(_("A reason for failure belongs to a screen failure: clear it."))
        if screening.outcome not in MAY_BE_PROPOSED:
            raise Refused(
                _(
                    "The answers do not make this participant eligible: "
                    "answer what is still open, or conclude otherwise."
                )
            )
    else:
        if failure_kind not in FailureKind.values:
            raise Refused(_("Choose why the screening failed."))
        screening.failure_kind = failure_kind
        if failure_kind == FailureKind.CRITERIA:
            if screening.outcome != Outcome.INELIGIBLE:
                raise Refused(
                    _(
                        "No criterion excludes this participant by the answers given: "
                        "choose another reason, or answer more."
                    )
                )
            screening.deciding = deciding_criteria(screening)
        elif failure_kind == FailureKind.OTHER and not text:
            raise ReasonNeeded(_("Say why the screening failed."))
    screening.failure_text_sealed = sealed(screening.patient, text)
    screening.conclusion = conclusion
    screening.status = Status.CONCLUDED
    screening.concluded_by = user
    screening.concluded_at = database_time()
    with reason_given(screening.failure_text_sealed):
        screening.save()
    if screening.failure_kind not in ("", FailureKind.CRITERIA):
        void_signatures(screening, VoidKind.CONCLUSION, by=user)
    return screening


@transaction.atomic
def reopen_screening(*, user: User, screening: Screening, reason: str) -> Screening:
    """Open a concluded screening again, as long as nothing has followed from it."""
    role_that_writes(user, screening.center)
    screening = locked(screening)
    reason = reason.strip()
    if screening.status != Status.CONCLUDED:
        raise Refused(_("This screening is open already."))
    if screening.disposition:
        raise Refused(_("What followed this screening is recorded, so it cannot be reopened."))
    if not reason:
        raise ReasonNeeded(_("Say why you reopen this screening."))
    if screening.patient.screenings.open().in_trial(screening.trial_id).exists():
        raise Refused(
            _("This participant has another open screening for this trial: conclude that one first.")
        )
    screening.status = Status.OPEN
    screening.conclusion = ""
    screening.failure_kind = ""
    screening.failure_text_sealed = ""
    screening.deciding = []
    screening.concluded_by = None
    screening.concluded_at = None
    with reason_given(sealed(screening.patient, reason)):
        screening.save()
    void_signatures(screening, VoidKind.REOPENED, by=user)
    return screening


@transaction.atomic
def record_disposition(
    *,
    user: User,
    screening: Screening,
    disposition: Disposition | str,
    date: datetime.date,
    reason: str = "",
) -> Screening:
    """Enrolled or randomised on a date, once that is signed for; or eligible but not enrolled, and why.

    Enrolled goes on to randomised; any other change of what was recorded is a correction and needs a reason.
    """
    role_that_writes(user, screening.center)
    screening = locked(screening)
    reason = reason.strip()
    disposition = Disposition(disposition)
    if screening.conclusion != Conclusion.PROPOSED_ELIGIBLE:
        raise Refused(_("First conclude the screening as proposed eligible."))
    not_in_the_future(date, screening.center, _("The date is in the future: correct it."))
    if disposition in ENTERED:
        if screening.kind != Kind.CONSENTED or screening.consent_date is None:
            raise Refused(
                _("This was a pre-screening: start a screening after consent before you record enrolment.")
            )
        if date < screening.consent_date:
            raise Refused(_("The date is before the date of consent: correct it."))
        if screening.cohort is None and Cohort.objects.filter(version=screening.version_id).exists():
            raise Refused(_("Choose the cohort first: at the top of the checklist."))
        require_eligible_signature(screening, on=date)
    elif not reason:
        raise ReasonNeeded(_("Say why the participant was not enrolled."))
    # A screening on paper may be entered afterwards: consent then lies before its start here.
    started = screening.started_at.astimezone(screening.center.zone).date()
    if date < min(started, screening.consent_date or started):
        raise Refused(_("The date is before the screening started: correct it."))
    before = screening.disposition
    goes_on = (before, disposition) in (
        ("", disposition),
        (Disposition.ENROLLED, Disposition.RANDOMISED),
    )
    if not goes_on and (before, screening.disposition_date) != (disposition, date) and not reason:
        raise ReasonNeeded(_("This corrects what was recorded: say why."))
    screening.disposition = disposition
    screening.disposition_date = date
    screening.disposition_reason_sealed = sealed(screening.patient, reason)
    # The first time: what is entered later is no longer about the decision that was signed.
    screening.disposition_recorded_at = screening.disposition_recorded_at or database_time()
    with reason_given(screening.disposition_reason_sealed):
        screening.save(
            update_fields=[
                "disposition",
                "disposition_date",
                "disposition_reason_sealed",
                "disposition_recorded_at",
            ]
        )
    return screening
