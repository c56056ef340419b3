"""On whose behalf the database is used: what every policy and every audit event rests on.

The middleware, commands, jobs and test factories all come in through `acting_as`. Outside of it nothing that
belongs to a center is seen, and the triggers refuse every write that would have to be audited.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from django.db import connections, transaction


@dataclass(frozen=True)
class Context:
    """Who acts, and what of the database that opens. The default opens what is public."""

    actor: str = ""
    user_id: int | None = None
    read_centers: frozenset[int] = frozenset()
    write_centers: frozenset[int] = frozenset()
    sponsors: frozenset[int] = frozenset()
    edits_content: bool = False
    importing: bool = False


NOBODY = Context()


class NoContextError(RuntimeError):
    """Something needs to know on whose behalf it runs, and nobody said so."""


@dataclass(frozen=True)
class _Running:
    context: Context
    reason: str = ""


_running: ContextVar[dict[str, _Running]] = ContextVar("running")


def system(
    name: str,
    *,
    read_centers: Iterable[int] = (),
    write_centers: Iterable[int] = (),
    edits_content: bool = False,
    importing: bool = False,
) -> Context:
    """The context of a named part of the system, such as a command: no person, and only what it is given."""
    written = frozenset(write_centers)
    return Context(
        actor=f"system: {name}",
        read_centers=frozenset(read_centers) | written,
        write_centers=written,
        edits_content=edits_content,
        importing=importing,
    )


@contextmanager
def acting_as(context: Context, *, using: str = "default") -> Iterator[Context]:
    """A transaction in which the database knows who acts.

    Inside another one it is a savepoint, and the other's context returns afterwards.
    """
    nested = connections[using].in_atomic_block
    outer = _current(using) if nested else None
    with transaction.atomic(using=using), _set(using, _Running(context)):
        yield context
    if nested:
        _tell(using, outer or _Running(NOBODY))


@contextmanager
def reason_given(text: str, *, using: str = "default") -> Iterator[None]:
    """Audit events inside carry this reason. About a patient it has to be sealed already."""
    running = _current(using)
    if running is None:
        raise NoContextError("reason_given() is used inside acting_as().")
    with transaction.atomic(using=using), _set(using, replace(running, reason=text)):
        yield
    _tell(using, running)


def current_context(*, using: str = "default") -> Context:
    """The context that holds now; raises where there is none."""
    running = _current(using)
    if running is None:
        raise NoContextError("This runs on nobody's behalf: wrap it in config.context.acting_as().")
    return running.context


def _current(using: str) -> _Running | None:
    # What was left of a transaction that has ended, such as one of a test, does not hold any more.
    return _running.get({}).get(using) if connections[using].in_atomic_block else None


@contextmanager
def _set(using: str, running: _Running) -> Iterator[None]:
    _tell(using, running)
    token = _running.set({**_running.get({}), using: running})
    try:
        yield
    finally:
        _running.reset(token)


def _tell(using: str, running: _Running) -> None:
    """Until the end of the transaction or savepoint; a rollback takes it back by itself."""
    context = running.context
    values = {
        "actor": context.actor,
        "user_id": "" if context.user_id is None else str(context.user_id),
        "read_centers": _array(context.read_centers),
        "write_centers": _array(context.write_centers),
        "sponsors": _array(context.sponsors),
        "edits_content": "on" if context.edits_content else "",
        "importing": "on" if context.importing else "",
        "reason": running.reason,
    }
    calls = ", ".join(f"set_config('app.{name}', %s, true)" for name in values)
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT {calls}", list(values.values()))


def _array(ids: Iterable[int]) -> str:
    return "{" + ",".join(str(number) for number in sorted(ids)) + "}"
