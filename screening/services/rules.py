"""What every service asks first, and the clocks and locks that they share."""

from __future__ import annotations

import datetime

from django.db import connection
from django.utils.translation import gettext as _

from screening import vault
from screening.models import Center, Membership, Patient, Role, Screening, Status, User
from screening.services.errors import Refused

WRITERS = (Role.COORDINATOR, Role.INVESTIGATOR)


def role_that_writes(user: User, center: Center) -> Role:
    """The person's role there; a monitor reads, and the database holds that too."""
    role = Membership.objects.filter(user=user, center=center).values_list("role", flat=True).first()
    if role not in WRITERS:
        raise Refused(_("Only a coordinator or an investigator of this center can change a screening."))
    return Role(role)


def locked(screening: Screening) -> Screening:
    """The screening as it stands now; whoever else writes to it waits until this transaction ends."""
    # Read once it is locked: the query that waits for the lock would join the version and the cohort that the
    # screening had before the wait.
    Screening.objects.select_for_update().only("pk").get(pk=screening.pk)
    rows = Screening.objects.select_related("center", "patient__key", "version", "cohort")
    return rows.get(pk=screening.pk)


def open_and_locked(user: User, screening: Screening) -> tuple[Screening, Role]:
    """For writing to an open screening."""
    role = role_that_writes(user, screening.center)
    now = locked(screening)
    if now.status != Status.OPEN:
        raise Refused(_("This screening is concluded. Reopen it before you change it."))
    return now, role


def lock_name(name: str, number: int) -> None:
    """Until the end of the transaction, of something that has no row that its writer may lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [name, number])


def not_erased(patient: Patient) -> None:
    if vault.is_erased(patient):
        raise Refused(_("This participant's data were erased, so nothing more can be recorded."))


def sealed(patient: Patient, text: str) -> str:
    """The text under the patient's key; without one there is no text, and the rest can still be recorded."""
    if text and vault.is_erased(patient):
        raise Refused(_("This participant's data were erased, so no text can be kept: leave it out."))
    return vault.seal(patient, text)


def database_time() -> datetime.datetime:
    """The database's clock rules: those of servers and browsers differ."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [(now,)] = cursor.fetchall()
    return now


def local_date(center: Center) -> datetime.date:
    """Today's date at the center."""
    return database_time().astimezone(center.zone).date()


def not_in_the_future(date: datetime.date, center: Center, message: str) -> None:
    if date > local_date(center):
        raise Refused(message)
