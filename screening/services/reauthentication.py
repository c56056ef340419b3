"""Who signs says again who they are: the account's password, asked anew, a few times and not more."""

from __future__ import annotations

import datetime
import logging

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from screening.models import User
from screening.services.errors import Refused
from screening.services.rules import database_time

TRIES = 5
LOCKED_FOR = datetime.timedelta(minutes=10)

logger = logging.getLogger(__name__)


class NotConfirmed(Refused):
    """The password was wrong, or there were too many wrong ones. That is counted: do not roll it back."""


def confirm_password(*, user: User, password: str) -> None:
    """Return where it is the account's password; otherwise count it and raise `NotConfirmed`."""
    refusal = _checked(user, password)
    if refusal:
        raise NotConfirmed(refusal)


@transaction.atomic
def _checked(user: User, password: str) -> str:
    # Locked, so that many tries sent at once are counted one after the other.
    account = User.objects.select_for_update().get(pk=user.pk)
    now = database_time()
    if account.locked_until is not None and account.locked_until > now:
        return _locked(account.locked_until)
    if account.check_password(password):
        if account.wrong_passwords:
            account.wrong_passwords, account.locked_until = 0, None
            account.save(update_fields=["wrong_passwords", "locked_until"])
        return ""
    account.wrong_passwords += 1
    left = TRIES - account.wrong_passwords
    if left <= 0:
        account.wrong_passwords, account.locked_until = 0, now + LOCKED_FOR
        logger.warning("Account %d: signing is locked after %d wrong passwords.", account.pk, TRIES)
    account.save(update_fields=["wrong_passwords", "locked_until"])
    if account.locked_until is not None and left <= 0:
        return _locked(account.locked_until)
    return ngettext(
        "That is not your password: nothing is signed. One more try.",
        "That is not your password: nothing is signed. %(count)d more tries.",
        left,
    ) % {"count": left}


def _locked(until: datetime.datetime) -> str:
    return _(
        "Too many wrong passwords: this account can sign again after %(time)s UTC. Nothing is signed."
    ) % {"time": date_format(until.astimezone(datetime.UTC), "H:i")}
