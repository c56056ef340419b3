"""What changed in a trial's criteria with their present version, counted statement by statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from trials.criteria.tree import Tree
    from trials.models import CriteriaVersion


@dataclass(frozen=True)
class LastChange:
    """`since` is the day from which the present version holds; without an earlier one nothing has changed."""

    since: date
    is_first: bool
    words: str = ""
    reason: str = ""


def last_change(versions: Sequence[CriteriaVersion]) -> LastChange | None:
    """Of published versions, the present one first."""
    if not versions:
        return None
    present = versions[0]
    assert present.published_at is not None  # noqa: S101 (what is in effect is published)
    since = present.effective or present.published_at.date()
    if len(versions) == 1:
        return LastChange(since, is_first=True)
    words = _in_words(versions[1].tree(), present.tree())
    return LastChange(since, is_first=False, words=words, reason=present.change_reason)


def _in_words(before: Tree, after: Tree) -> str:
    old, new = ({node.identifier: node for node in tree.statements} for tree in (before, after))
    changed = sum(old[identifier] != new[identifier] for identifier in old.keys() & new.keys())
    added, removed = len(new.keys() - old.keys()), len(old.keys() - new.keys())
    counted = [
        (changed, ngettext("%(n)d statement changed", "%(n)d statements changed", changed)),
        (added, ngettext("%(n)d statement added", "%(n)d statements added", added)),
        (removed, ngettext("%(n)d statement removed", "%(n)d statements removed", removed)),
    ]
    said = [words % {"n": count} for count, words in counted if count]
    return ", ".join(said) or _("no statement changed")
