"""Which studies a request is for, page by page.

A page's token says what the page before ended with, not how far it came: studies that come, go or change
between two pages shift none of the others out of sight. (By relevance it is a rank: scores change with every
study.) It is signed, and belongs to its request.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.signing import BadSignature, Signer
from django.db import OperationalError, connection, transaction
from django.db.models import BigIntegerField, BooleanField, F, Func, OrderBy, Q, Value
from psycopg.errors import QueryCanceled

from trials.api import essie
from trials.api.columns import COUNTED, of_trial
from trials.api.indexed import Indexed
from trials.api.parameters import Order, StudiesAsked
from trials.api.problems import BadRequestError
from trials.api.searched import Scope, condition
from trials.dates import PartialDate
from trials.models import Trial
from trials.searching.wanted import Area

# Without the time, so that the same page is the same bytes.
_SIGNER = Signer(salt="trials.api.page")
_CHOICE_FIELDS = {
    "status": "OverallStatus",
    "phase": "Phase",
    "studyType": "StudyType",
    "sex": "Sex",
    "ages": "StdAge",
    "healthy": "HealthyVolunteers",
    "results": "HasResults",
    "funderType": "LeadSponsorClass",
}
# That all parts of an expression find together: several times as many as there are studies.
MOST_KEYS = 3_000_000
# Milliseconds that a statement may take, as not every column has an index.
PATIENCE = 15_000
# What the last study of a page was: its number, the values it is sorted by and its number, or its rank.
type Ending = list[Any]


@dataclass(frozen=True)
class Page:
    """Primary keys in their order; `following` is the token of the next page, `total` where it was asked for.

    `is_complete` is false while the index does not have every trial yet.
    """

    keys: list[int]
    following: str | None = None
    total: int | None = None
    is_complete: bool = True


@dataclass(frozen=True)
class _Found:
    """One study more than the page takes, where there are so many, each with what a page ends with there."""

    studies: list[tuple[int, Ending]]
    total: Callable[[], int]


class Among(Func):
    """Whether a trial is one of many: one array, where `in` would take a parameter for each."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()

    def __init__(self, keys: Sequence[int]) -> None:
        super().__init__(F("pk"), Value(list(keys), output_field=ArrayField(BigIntegerField())))


def studies(asked: StudiesAsked) -> Page:
    """Raises BadRequestError."""
    after = _ending(asked)
    plain = [(area, text) for area, text in asked.texts if essie.is_plain(text)]
    near = asked.near[0] if asked.near else None
    indexed = Indexed(plain, near) if plain or near else None
    conditions = _conditions(asked)
    is_quick = conditions is None and not any(order.column in COUNTED for order in asked.order)
    with nullcontext() if is_quick else _patience():
        if indexed and plain and any(order.by_relevance for order in asked.order):
            found = _by_relevance(asked, indexed, conditions, after)
        elif indexed and conditions is None and not asked.order:
            found = _by_number(asked, indexed, after)
        else:
            found = _by_columns(asked, indexed, conditions, after)
        total = found.total() if asked.count_total and after is None else None
    shown = found.studies[: asked.page_size]
    has_more = len(found.studies) > len(shown)
    return Page(
        keys=[key for key, _ending in shown],
        following=_SIGNER.sign_object([asked.digest, shown[-1][1]]) if has_more else None,
        total=total,
        is_complete=indexed is None or indexed.complete,
    )


@contextmanager
def _patience() -> Iterator[None]:
    """Anybody may ask for anything: what takes the database too long is refused."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(PATIENCE)])
            yield
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        raise BadRequestError("The search takes too long: ask for less at once") from None


def _ending(asked: StudiesAsked) -> Ending | None:
    if not asked.page_token:
        return None
    try:
        digest, ending = _SIGNER.unsign_object(asked.page_token)
    except BadSignature:
        raise BadRequestError("Invalid value in parameter `pageToken`") from None
    if digest != asked.digest:
        raise BadRequestError("Parameter `pageToken` belongs to a request with other parameters")
    return list(ending)


def _by_number(asked: StudiesAsked, indexed: Indexed, after: Ending | None) -> _Found:
    [last] = after or [0]
    found = indexed.by_number(last, asked.page_size + 1)
    return _Found([(key, [number]) for key, number in found], lambda: indexed.total)


def _by_relevance(
    asked: StudiesAsked, indexed: Indexed, conditions: Q | None, after: Ending | None
) -> _Found:
    [first] = after or [0]
    last = first + asked.page_size + 1
    if conditions is None:
        keys = indexed.by_relevance(first, asked.page_size + 1)
        return _Found([(key, [first + place]) for place, key in enumerate(keys, 1)], lambda: indexed.total)
    ranked = indexed.by_relevance(0, indexed.total + 1)
    fitting = set(Trial.objects.filter(conditions, Among(ranked)).order_by().values_list("pk", flat=True))
    keys = [key for key in ranked if key in fitting]
    return _Found(
        [(key, [first + place]) for place, key in enumerate(keys[first:last], 1)], lambda: len(keys)
    )


def _by_columns(
    asked: StudiesAsked, indexed: Indexed | None, conditions: Q | None, after: Ending | None
) -> _Found:
    """Studies that say nothing in the first column come last, and are a search of their own.

    So the database reads the others in the order of an index.
    """
    orders = [order for order in asked.order if order.column]
    counted = {order.column: COUNTED[order.column] for order in orders if order.column in COUNTED}
    trials = Trial.objects.annotate(**counted).filter(conditions or Q())
    if indexed:
        trials = trials.filter(Among(indexed.all()))
    later = trials.filter(_later(orders, after)) if after else trials
    parts = [later]
    if orders:
        says_nothing = Q(**{f"{orders[0].column}__isnull": True})
        parts = [later.filter(~says_nothing), trials.filter(says_nothing)]
        if after and after[0] is None:
            parts = [later.filter(says_nothing)]
    found: list[tuple[int, Ending]] = []
    for part in parts:
        rows = part.order_by(*_sorted(orders)).values_list(
            "pk", *(order.column for order in orders), "nct_id"
        )
        wanted = asked.page_size + 1 - len(found)
        found += [(key, _stored(ending)) for key, *ending in rows[:wanted]]
    return _Found(found, trials.count)


def _sorted(orders: Sequence[Order]) -> Iterator[str | OrderBy]:
    for place, order in enumerate(orders):
        if place == 0:
            yield f"-{order.column}" if order.descending else order.column
        elif order.descending:
            yield F(order.column).desc(nulls_last=True)
        else:
            yield F(order.column).asc(nulls_last=True)
    yield "nct_id"


def _later(orders: Sequence[Order], after: Ending, *, apart: bool = True) -> Q:
    """What comes after a study in this order; what says nothing in a column comes last, or `apart`."""
    if not orders:
        return Q(nct_id__gt=after[0])
    name, value = orders[0].column, after[0]
    next_to = _later(orders[1:], after[1:], apart=False)
    nothing = Q(**{f"{name}__isnull": True})
    if value is None:
        return nothing & next_to
    beyond = "lt" if orders[0].descending else "gt"
    # Said twice, since an index reads from a limit on, and not from one of several cases.
    limit = Q(**{f"{name}__{beyond}e": value})
    later = limit & (Q(**{f"{name}__{beyond}": value}) | Q(**{name: value}) & next_to)
    return later if apart else later | nothing


def _stored(values: Sequence[Any]) -> Ending:
    return [value.iso if isinstance(value, PartialDate) else value for value in values]


def _conditions(asked: StudiesAsked) -> Q | None:
    """What the database decides; None where nothing of the request is for it."""
    found = [Q(overall_status__in=statuses) for statuses in asked.statuses]
    if asked.numbers is not None:
        numbers = sorted(asked.numbers)
        found.append(Q(nct_id__in=numbers) | Q(nct_id_aliases__overlap=numbers))
    found += [Q(Among(Indexed((), near).all())) for near in asked.near[1:]]
    for name, values in asked.choices:
        each = (of_trial(essie.Words(value), _CHOICE_FIELDS[name]) for value in values)
        found.append(reduce(operator.or_, each))
    texts = [(area, text) for area, text in asked.texts if not essie.is_plain(text)]
    lookups = _Lookups()
    for area, text in [*texts, *((Area.ANYWHERE, text) for text in asked.expressions)]:
        found.append(condition(essie.parse(text), Scope(lookups, area)))
    return reduce(operator.and_, found) if found else None


class _Lookups:
    """What the index finds for the parts of one request, as conditions, as far as memory has room for it."""

    def __init__(self) -> None:
        self._left = MOST_KEYS

    def __call__(self, area: Area, text: str) -> Q:
        indexed = Indexed([(area, text)])
        self._left -= indexed.total
        if self._left < 0:
            raise BadRequestError("The parts of the expression find too many studies: ask for fewer at once")
        return Q(Among(indexed.all()))
