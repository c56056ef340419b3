"""What the script that draws a map is told: where its parts are, and every word it may say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from trials.map.asked import SitesWanted, address
from trials.templatetags.catalogue import status_look, status_word
from trials.vocabulary import Status


@dataclass(frozen=True)
class Frame:
    sites_address: str
    focus: int | None

    @property
    def settings(self) -> str:
        told: dict[str, Any] = {
            "labels": reverse("trials:map_labels"),
            "stack": reverse("trials:map_stack"),
            "site": reverse("trials:map_site", args=[0]),
            "focus": self.focus,
            "statuses": {value: _status(value) for value in (*Status.values, "")},
            "words": {
                "site": _("1 site"),
                "sites": _("%(n)s sites"),
                "narrow": _("Choose filters to see the sites one by one."),
                "approximate": _("approximate place"),
                "zoomIn": _("Zoom in"),
                "zoomOut": _("Zoom out"),
                "all": _("Show all sites of the map"),
                "close": _("Close"),
                "loading": _("Loading …"),
                "failed": _("This could not be loaded. Try again, or read the table."),
                "notLoaded": _(
                    "The map could not be loaded. The table says the same; reload the page to try again."
                ),
                "details": _("Site"),
            },
        }
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def frame(wanted: SitesWanted, focus: int | None = None) -> Frame:
    return Frame(address("trials:map_data", wanted), focus)


def _status(value: str) -> dict[str, str]:
    glyph, look = status_look(value)
    return {"word": status_word(value), "glyph": glyph, "look": look}
