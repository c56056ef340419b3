"""Pages of a long list, and what is said where there is no such page."""

from __future__ import annotations

from typing import Any

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.utils.translation import gettext as _


def page_of(paginator: Paginator[Any], asked_for: str) -> tuple[Page[Any], str]:
    """The page asked for; where there is no such page the nearest, and a word about it."""
    try:
        return paginator.page(asked_for), ""
    except PageNotAnInteger:
        problem = _("“%(page)s” is no page number, so this is the first page.")
        return paginator.page(1), problem % {"page": asked_for[:20]}
    except EmptyPage:
        nearest = 1 if int(asked_for) < 1 else paginator.num_pages
        problem = _("There is no page %(page)s; this is page %(nearest)s.")
        return paginator.page(nearest), problem % {"page": asked_for[:20], "nearest": nearest}
