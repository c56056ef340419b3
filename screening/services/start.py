"""A screening begins: who, where, on which criteria, under which number."""

from __future__ import annotations

import datetime
import re
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Upper
from django.utils.translation import gettext as _

from screening import vault
from screening.models import CenterSite, Kind, Patient, Screening, Sex, User, VersionPin, VoidKind
from screening.services.errors import Refused
from screening.services.evaluation import keep_outcome, outcome_of
from screening.services.rules import (
    local_date,
    lock_name,
    not_erased,
    not_in_the_future,
    open_and_locked,
    role_that_writes,
)
from screening.services.signing import void_signatures
from trials.models import Cohort, CriteriaVersion

EARLIEST_CONSENT = datetime.date(1900, 1, 1)
EARLIEST_BIRTH = datetime.date(1890, 1, 1)
# A number or code of one's own, which has a digit: names and initials have none.
SHORT_CODE = re.compile(r"(?=.*[0-9])[A-Za-z0-9](?:[A-Za-z0-9 ./_-]*[A-Za-z0-9])?")
OWN_NUMBER = r"^S-[0-9]{1,9}$"


class Offer(NamedTuple):
    """A version to start on. One that was replaced is for a participant who consented before."""

    version: CriteriaVersion
    replaced: bool


def versions_to_start(center_site: CenterSite, on: datetime.date) -> list[Offer]:
    """The published versions of the site's trial that its center may read, the newest first.

    Not replaced are, of each source, the one that is in effect `on` a day of the center, and later ones: a
    center may use an amendment as soon as it is approved there.
    """
    versions = CriteriaVersion.objects.published().filter(trial=center_site.site.trial_id).in_order()
    offers, settled = [], set()
    for version in versions:
        offers.append(Offer(version, replaced=version.source in settled))
        if version.effective is None or version.effective <= on:
            settled.add(version.source)
    return offers


@transaction.atomic
def start_screening(
    *,
    user: User,
    center_site: CenterSite,
    version: CriteriaVersion,
    patient: Patient | None = None,
    patient_code: str = "",
    birth_date: datetime.date | None = None,
    sex: Sex | str = "",
    cohort: Cohort | None = None,
    kind: Kind | str = Kind.PRE_SCREENING,
    consent_date: datetime.date | None = None,
    screening_number: str | None = None,
    operation_id: UUID | None = None,
) -> Screening:
    """Start one; either for a patient that the center knows, or for a new one with a code.

    `operation_id` is made by the form: the same form sent twice gives the same screening.
    """
    role_that_writes(user, center_site.center)
    # Starts at one site wait for each other: numbers follow on, and a form sent twice meets its first copy.
    lock_name("start", center_site.pk)
    if operation_id and (
        started := Screening.objects.filter(center=center_site.center, start_operation=operation_id).first()
    ):
        return started
    _check_consent(Kind(kind), consent_date, center_site)
    _check_criteria(center_site, version, cohort, consent_date)
    number = _assigned_number(center_site, screening_number) if screening_number else None
    if patient is None:
        patient = _new_patient(center_site, patient_code, birth_date, sex)
    _check_patient(patient, center_site)
    _check_birth(patient, consent_date)
    screening = Screening(
        center=center_site.center,
        patient=patient,
        center_site=center_site,
        site=center_site.site,
        trial=center_site.site.trial,
        earlier=patient.screenings.in_trial(center_site.site.trial_id).order_by("started_at", "pk").last(),
        version=version,
        cohort=cohort,
        screening_number=number or _next_number(center_site),
        number_assigned_by_sponsor=number is not None,
        kind=kind,
        consent_date=consent_date,
        started_by=user,
        start_operation=operation_id,
    )
    screening.outcome = outcome_of(screening)
    screening.save(force_insert=True)
    VersionPin.objects.create(center=screening.center, screening=screening, version=version, moved_by=user)
    return screening


@transaction.atomic
def record_consent(*, user: User, screening: Screening, consent_date: datetime.date) -> Screening:
    """A pre-screening goes on after consent."""
    screening, _role = open_and_locked(user, screening)
    if screening.kind == Kind.CONSENTED:
        raise Refused(_("This screening already follows consent."))
    _check_consent(Kind.CONSENTED, consent_date, screening.center_site)
    _check_birth(screening.patient, consent_date)
    screening.kind = Kind.CONSENTED
    screening.consent_date = consent_date
    screening.save(update_fields=["kind", "consent_date"])
    keep_outcome(screening)
    void_signatures(screening, VoidKind.CONSENT, by=user)
    return screening


def _check_criteria(
    center_site: CenterSite,
    version: CriteriaVersion,
    cohort: Cohort | None,
    consent_date: datetime.date | None,
) -> None:
    # Asked of the database, which shows a protocol only to the centers that work its trial.
    on = consent_date or local_date(center_site.center)
    offer = next((each for each in versions_to_start(center_site, on) if each.version == version), None)
    if offer is None:
        raise Refused(_("Choose a published version of this trial's criteria."))
    if offer.replaced:
        raise Refused(
            _(
                "“%(label)s” was replaced: choose the newer version. "
                "It is still used where the participant consented before that."
            )
            % {"label": version.label}
        )
    if cohort is not None and cohort.version_id != version.pk:
        raise Refused(_("Choose a cohort of the chosen criteria version."))


def _check_consent(kind: Kind, consent_date: datetime.date | None, center_site: CenterSite) -> None:
    if kind == Kind.CONSENTED and consent_date is None:
        raise Refused(_("Enter the date of consent."))
    if kind == Kind.PRE_SCREENING and consent_date is not None:
        raise Refused(_("A pre-screening has no date of consent: choose “after consent”, or clear the date."))
    if consent_date is not None:
        not_in_the_future(
            consent_date, center_site.center, _("The date of consent is in the future: correct it.")
        )
        if consent_date < EARLIEST_CONSENT:
            raise Refused(_("The date of consent is too long ago: correct it."))


def _check_birth(patient: Patient, consent_date: datetime.date | None) -> None:
    born = vault.birth_date(patient)
    if consent_date is not None and born is not None and consent_date < born:
        raise Refused(_("The date of consent is before the date of birth: correct one of them."))


def _check_patient(patient: Patient, center_site: CenterSite) -> None:
    # Two people may screen the same participant at the same moment, each at another site of the trial.
    lock_name("patient", patient.pk)
    if not Patient.objects.filter(pk=patient.pk, center=center_site.center).exists():
        raise Refused(_("Choose a participant of this center."))
    not_erased(patient)
    other = patient.screenings.open().in_trial(center_site.site.trial_id).first()
    if other is not None:
        raise Refused(
            _("This participant is already being screened for this trial: continue screening %(number)s.")
            % {"number": other.screening_number}
        )


def _new_patient(
    center_site: CenterSite, code: str, birth_date: datetime.date | None, sex: Sex | str
) -> Patient:
    code = code.strip()
    if not SHORT_CODE.fullmatch(code) or len(code) > 40:
        raise Refused(
            _(
                "Enter your center's own code for the participant: letters, digits and hyphens, "
                "with at least one digit, and never a name or initials."
            )
        )
    if sex not in ("", *Sex.values):
        raise Refused(_("Choose a sex from the list, or leave it open."))
    if birth_date is not None and not EARLIEST_BIRTH <= birth_date <= local_date(center_site.center):
        raise Refused(_("Check the date of birth."))
    center = center_site.center
    lock_name("codes", center.pk)
    if Patient.objects.at_center(center).with_code(code).exists():
        raise Refused(
            _("Your center already uses the code %(code)s: choose that participant, or enter another code.")
            % {"code": code}
        )
    patient = Patient.objects.create(center=center, code=code, sex=sex)
    vault.create_key(patient)
    if birth_date is not None:
        patient.birth_date_sealed = vault.seal(patient, birth_date.isoformat())
        patient.save(update_fields=["birth_date_sealed"])
    return patient


def _assigned_number(center_site: CenterSite, number: str) -> str:
    number = number.strip()
    if not SHORT_CODE.fullmatch(number) or len(number) > 30:
        raise Refused(
            _(
                "Enter the screening number as the sponsor's system assigned it: letters, digits and "
                "hyphens, with at least one digit, and never a name or initials."
            )
        )
    used = center_site.screenings.annotate(folded=Upper("screening_number"))
    if used.filter(folded=number.upper()).exists():
        raise Refused(
            _("The screening number %(number)s is already used at this site: check it.") % {"number": number}
        )
    return number


def _next_number(center_site: CenterSite) -> str:
    own = center_site.screenings.filter(screening_number__iregex=OWN_NUMBER)
    highest = max((int(number[2:]) for number in own.values_list("screening_number", flat=True)), default=0)
    return f"S-{highest + 1:03}"
