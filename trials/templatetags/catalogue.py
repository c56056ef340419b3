"""How the catalogue's values appear on a page, the same on every page."""

import re
from collections.abc import Mapping

from django import template
from django.forms.utils import ErrorDict
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trials.dates import PartialDate
from trials.reading import explained
from trials.reading.richtext import plain_line, rendered, rendered_criteria, rendered_line
from trials.vocabulary import DateType, Status, words

register = template.Library()

# Colour and glyph of a recruitment status; both stand beside the word, never instead of it.
_OPEN, _SOON, _CLOSED, _STOPPED, _UNSAID = "good", "info", "quiet", "bad", "quiet"
_STATUS_LOOKS = {
    Status.RECRUITING: ("●", _OPEN),
    Status.AVAILABLE: ("●", _OPEN),
    Status.APPROVED_FOR_MARKETING: ("✓", _OPEN),
    Status.ENROLLING_BY_INVITATION: ("◐", _SOON),
    Status.NOT_YET_RECRUITING: ("○", _SOON),
    Status.TEMPORARILY_NOT_AVAILABLE: ("‖", "warn"),
    Status.SUSPENDED: ("‖", "warn"),
    Status.ACTIVE_NOT_RECRUITING: ("■", _CLOSED),
    Status.COMPLETED: ("✓", _CLOSED),
    Status.NO_LONGER_AVAILABLE: ("■", _CLOSED),
    Status.TERMINATED: ("✕", _STOPPED),
    Status.WITHDRAWN: ("✕", _STOPPED),
}

_AGE_UNITS = {
    "year": lambda n: ngettext("%(n)d year", "%(n)d years", n),
    "month": lambda n: ngettext("%(n)d month", "%(n)d months", n),
    "week": lambda n: ngettext("%(n)d week", "%(n)d weeks", n),
    "day": lambda n: ngettext("%(n)d day", "%(n)d days", n),
    "hour": lambda n: ngettext("%(n)d hour", "%(n)d hours", n),
    "minute": lambda n: ngettext("%(n)d minute", "%(n)d minutes", n),
}
_AGE = re.compile(r"(\d{1,5}) (year|month|week|day|hour|minute)s?", re.IGNORECASE)

_EXPLANATIONS: Mapping[str, explained.Texts] = {
    "allocation": explained.ALLOCATION,
    "intervention_model": explained.INTERVENTION_MODEL,
    "time_perspective": explained.TIME_PERSPECTIVE,
    "primary_purpose": explained.PRIMARY_PURPOSE,
    "masking": explained.MASKING,
    "phase": explained.PHASES,
}


@register.filter
def says_more(words: str, heading: str) -> bool:
    """Whether the source's own heading has something to add to the page's."""
    return words.strip().rstrip(":").casefold() not in ("", heading.strip().casefold())


@register.simple_tag
def status(value: str, plain: bool = False) -> SafeString:
    """A recruitment status as glyph, word and colour; `plain` leaves the frame away, for tables."""
    glyph, look = status_look(value)
    frame = " status-plain" if plain else ""
    return format_html(
        '<span class="status status-{}{}"><span aria-hidden="true">{}</span>{}</span>',
        look,
        frame,
        glyph,
        status_word(value),
    )


def status_look(value: str) -> tuple[str, str]:
    """Glyph, and name of the colour."""
    return _STATUS_LOOKS.get(value, ("?", _UNSAID))  # type: ignore[call-overload]


def status_word(value: str) -> str:
    return words(Status, [value])[0] if value else _("Status not reported")


@register.simple_tag
def dated(date: PartialDate | None, kind: str = "") -> SafeString:
    """A date with the precision it has, and whether it is actual or estimated where that is said."""
    if not date:
        return SafeString("")
    if kind not in DateType.values:
        return format_html('<time datetime="{}">{}</time>', date.iso, date)
    return format_html('<time datetime="{}">{}</time> ({})', date.iso, date, DateType(kind).label)


@register.inclusion_tag("trials/fact.html")
def fact(
    label: str | Promise, value: object, detail: object = "", optional: bool = False
) -> dict[str, object]:
    """A line of a list of facts. Where there is no value it says so, unless it is `optional`."""
    return {"label": label, "value": value, "detail": detail, "shown": bool(value) or not optional}


register.filter("richtext", rendered)
register.filter("richcriteria", rendered_criteria)
register.filter("richline", rendered_line)
register.filter("plainline", plain_line)


@register.filter
def linked(words: str, address: str) -> SafeString:
    """A link that leaves this server, where the address is a page's; else the words alone."""
    if not address.lower().startswith(("http://", "https://")):
        return conditional_escape(words)
    return format_html('<a href="{}" rel="nofollow noopener noreferrer">{}</a>', address, words)


@register.filter
def errors_of(errors: ErrorDict, name: str) -> list[str]:
    return [str(error) for error in errors.get(name, ())]


@register.filter
def explanation(value: str, of: str) -> str | Promise:
    """What a value of the registry's means: `trial.masking|explanation:"masking"`."""
    return _EXPLANATIONS[of].get(value, "")


@register.filter
def age(written: str) -> str:
    """ "18 Years" as "18 years"; a limit that is none is empty."""
    parts = _AGE.fullmatch(" ".join(written.split()))
    if parts is None:
        return "" if written.strip().upper() in {"", "N/A", "NA"} else written
    number = int(parts[1])
    return _AGE_UNITS[parts[2].lower()](number) % {"n": number}


@register.filter
def age_range(trial: object) -> str:
    """Both limits in one: "18 to 75 years", "From 18 years", "Up to 17 years"; empty where there is none."""
    low, high = age(trial.minimum_age), age(trial.maximum_age)  # type: ignore[attr-defined]
    if low and low.startswith("0 "):
        return _("From birth to %(high)s") % {"high": high} if high else _("From birth")
    if low and high:
        low_unit, high_unit = low.partition(" ")[2], high.partition(" ")[2]
        start = low.partition(" ")[0] if low_unit == high_unit else low
        return _("%(low)s to %(high)s") % {"low": start, "high": high}
    if low:
        return _("From %(low)s") % {"low": low}
    return _("Up to %(high)s") % {"high": high} if high else ""
