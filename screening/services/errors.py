"""What a service says when it does not do what it was asked."""

from __future__ import annotations

from dataclasses import dataclass

from screening.models import Answer


class Refused(Exception):  # noqa: N818  (an answer, not an error)
    """A rule stands against it; the message says which, and what to do."""

    def __init__(self, message: object) -> None:
        self.message = str(message)
        super().__init__(self.message)


class ReasonNeeded(Refused):
    """It can be done once a reason is given."""


class Overtaken(Refused):
    """What the page showed is no longer so: look at what stands now, and ask again."""


@dataclass
class Conflict(Exception):  # noqa: N818  (an answer, not an error)
    """Somebody, or another tab, has answered since the form was shown: here is what stands now."""

    current: Answer | None

    def __str__(self) -> str:
        return "answered meanwhile"
