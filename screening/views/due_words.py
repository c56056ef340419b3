"""What is due of a screening, in short lines; the same on the first page and on the participant's."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from screening.dues import Due
from screening.templatetags.desk import day
from screening.views.sheet import place_of
from trials.editor.words import ANCHORS


def due_lines(due: Due) -> list[str]:
    tree = due.screening.version.tree()
    lines = []
    if due.again:
        lines.append(
            ngettext(
                "One answer no longer holds: check %(place)s again.",
                "%(count)d answers no longer hold: check them again, first %(place)s.",
                len(due.again),
            )
            % {"count": len(due.again), "place": place_of(tree, due.again[0])}
        )
    if due.judgements:
        lines.append(
            ngettext(
                "%(place)s waits for the investigator's judgement.",
                "%(count)d statements wait for the investigator's judgement, first %(place)s.",
                len(due.judgements),
            )
            % {"count": len(due.judgements), "place": place_of(tree, due.judgements[0])}
        )
    for on, anchor in due.planned:
        lines.append(
            _("To be checked again at %(event)s, planned for %(day)s.")
            % {"event": ANCHORS[anchor], "day": day(on)}
        )
    if due.expires:
        until, identifier = due.expires
        lines.append(
            _("%(place)s holds until %(day)s.") % {"place": place_of(tree, identifier), "day": day(until)}
        )
    return lines
