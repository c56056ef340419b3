"""Sentences for people, kept beside the rule that they are about and translated where they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


def gettext_noop(sentence: str) -> str:
    """Marks a sentence for translation, by the name that the tools look for. It stays as it is here."""
    return sentence


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence with gaps in the %(name)s form, and what goes into them."""

    template: str
    parameters: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template % self.parameters
