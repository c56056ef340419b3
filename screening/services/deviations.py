"""Protocol deviations: recorded beside an outcome, which they never change."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from config.context import reason_given
from screening.models import Deviation, Screening, User, VoidKind
from screening.services.errors import ReasonNeeded, Refused
from screening.services.rules import (
    database_time,
    locked,
    not_erased,
    not_in_the_future,
    role_that_writes,
    sealed,
)
from screening.services.signing import void_where_changed


@transaction.atomic
def record_deviation(
    *,
    user: User,
    screening: Screening,
    identifier: str,
    reason: str,
    approved_by: str,
    approved_on: datetime.date,
) -> Deviation:
    """Record one, or raise `ReasonNeeded` or `Refused`. It is never edited: a correction is another one."""
    role_that_writes(user, screening.center)
    screening = locked(screening)
    not_erased(screening.patient)
    reason, approved_by = reason.strip(), approved_by.strip()
    if identifier not in screening.version.tree().nodes:
        raise Refused(_("This criteria version has no such criterion: load the page again."))
    if not reason:
        raise ReasonNeeded(_("Say why the protocol was not followed."))
    if not approved_by:
        raise ReasonNeeded(_("Say who approved it."))
    not_in_the_future(approved_on, screening.center, _("The date is in the future: correct it."))
    reason_sealed = sealed(screening.patient, reason)
    with reason_given(reason_sealed):
        deviation = Deviation.objects.create(
            center_id=screening.center_id,
            screening=screening,
            version_id=screening.version_id,
            identifier=identifier,
            reason_sealed=reason_sealed,
            approved_by_sealed=sealed(screening.patient, approved_by),
            approved_on=approved_on,
            recorded_by=user,
            recorded_at=database_time(),
        )
    void_where_changed([screening], VoidKind.DEVIATION, by=user)
    return deviation
