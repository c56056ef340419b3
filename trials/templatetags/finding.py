"""What the search's pages show a hundred times, made in one go: template loops take most of a page."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from trials.choices import Choice
from trials.finding.stars import stars_of

register = template.Library()


@register.simple_tag
def choices_of(name: str, choices: Iterable[Choice]) -> SafeString:
    """The choices of a filter; of `sex` one is always chosen."""
    kind = "radio" if name == "sex" else "checkbox"
    # Values and labels are the registry's; what else stands in it is ours.
    return mark_safe(  # noqa: S308
        "".join(
            f'<div class="form-check choice"><input class="form-check-input" type="{kind}" id="{name}-{key}" '
            f'name="{name}" value="{escape(choice.value)}"{" checked" if choice.chosen else ""}>'
            f'<label class="form-check-label" for="{name}-{key}">{escape(choice.label)}</label> '
            f'<span class="count">{choice.number}</span></div>'
            for choice in choices
            for key in (choice.key,)
        )
    )


@register.simple_tag
def star(number: str, is_starred: bool) -> SafeString:
    """A trial's star: a button of the form `keep`, which htmx puts in its own place."""
    name, glyph, word, more = (
        ("unstar", "★", _("Starred"), f"{number}: {_('take the star away')}")
        if is_starred
        else ("star", "☆", _("Star"), number)
    )
    return format_html(
        '<button class="star" type="submit" form="keep" id="star-{number}" name="{name}" value="{number}" '
        'hx-post="{address}" hx-swap="outerHTML" hx-target="this">'
        '<span aria-hidden="true">{glyph}</span> {word} <span class="visually-hidden">{more}</span></button>',
        number=number,
        name=name,
        address=reverse("trials:star"),
        glyph=glyph,
        word=word,
        more=more,
    )


@register.inclusion_tag("trials/star_of.html", takes_context=True)
def star_of(context: Context, number: str) -> dict[str, object]:
    """A trial's star on a page of its own."""
    request = context["request"]
    return {
        "number": number,
        "is_starred": number in stars_of(request),
        "next": request.get_full_path(),
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag
def items(texts: Iterable[str]) -> SafeString:
    return mark_safe("".join(f"<li>{conditional_escape(text)}</li>" for text in texts))  # noqa: S308  (escaped)
