"""How the desk writes times: in the center's time zone, which the view has made the current one."""

from __future__ import annotations

import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format

register = template.Library()


@register.filter
def when(moment: datetime.datetime | None) -> str:
    """ "10:42" today, "3 Nov, 10:42" this year, "3 Nov 2026, 10:42" before."""
    if moment is None:
        return ""
    local, now = timezone.localtime(moment), timezone.localtime()
    time = date_format(local, "H:i")
    if local.date() == now.date():
        return time
    return f"{date_format(local, 'j M' if local.year == now.year else 'j M Y')}, {time}"


@register.filter
def moment(at: datetime.datetime | None) -> str:
    """ "3 Nov 2026, 10:42", today's too: for a record, which is read on another day."""
    return date_format(timezone.localtime(at), "j M Y, H:i") if at else ""


@register.filter
def day(moment: datetime.datetime | datetime.date | None) -> str:
    """ "3 Nov 2026", of a moment in the center's time zone."""
    if moment is None:
        return ""
    local = timezone.localtime(moment) if isinstance(moment, datetime.datetime) else moment
    return date_format(local, "j M Y")
