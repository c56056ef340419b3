"""What somebody keeps of the catalogue: starred trials, in the account or else in this browser."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from trials.models import Star, Trial

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

COOKIE = "stars"
# A browser keeps 4 KB of a cookie at most.
MOST_IN_BROWSER = 100
_YEAR = 365 * 24 * 3600
NUMBER = re.compile(r"NCT[0-9]{8}")


class TooManyStarsError(Exception):
    """A browser keeps no more; an account does."""


@dataclass(frozen=True)
class Stars:
    """The NCT numbers of somebody's starred trials, the latest first, and whose account keeps them."""

    numbers: tuple[str, ...]
    user: Any = None

    def __contains__(self, nct_id: object) -> bool:
        return nct_id in self.numbers

    def keys(self) -> frozenset[int]:
        """The primary keys of those trials."""
        return frozenset(Trial.objects.filter(nct_id__in=self.numbers).values_list("pk", flat=True))

    def __len__(self) -> int:
        return len(self.numbers)


def stars_of(request: HttpRequest) -> Stars:
    """Somebody signed in has those of the account; a visitor those that the browser keeps."""
    return stars_in_account(request.user) if request.user.is_authenticated else stars_in_browser(request)


def stars_in_account(user: Any) -> Stars:
    return Stars(tuple(Star.objects.filter(user=user.pk).values_list("trial__nct_id", flat=True)), user)


def stars_in_browser(request: HttpRequest) -> Stars:
    numbers = NUMBER.findall(request.COOKIES.get(COOKIE, ""))
    return Stars(tuple(dict.fromkeys(numbers))[:MOST_IN_BROWSER])


def star(stars: Stars, trial: Trial, response: HttpResponse) -> None:
    if stars.user:
        star_in_account(stars.user, [trial])
    elif trial.nct_id not in stars:
        if len(stars) >= MOST_IN_BROWSER:
            raise TooManyStarsError
        _keep_in_browser([trial.nct_id, *stars.numbers], response)


def unstar(stars: Stars, trial: Trial, response: HttpResponse) -> None:
    if stars.user:
        Star.objects.filter(user=stars.user.pk, trial=trial).delete()
    else:
        _keep_in_browser([number for number in stars.numbers if number != trial.nct_id], response)


def star_in_account(user: Any, trials: Iterable[Trial]) -> None:
    Star.objects.bulk_create((Star(user=user, trial=trial) for trial in trials), ignore_conflicts=True)


def forget_in_browser(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, samesite="Lax")


def _keep_in_browser(numbers: list[str], response: HttpResponse) -> None:
    if not numbers:
        forget_in_browser(response)
        return
    response.set_cookie(
        COOKIE,
        ".".join(numbers),
        max_age=_YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
