"""What the search's pages show a hundred times, made in one go: template loops take most of a page."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.template import Context
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from trials.choices import Choice
from trials.finding.stars import stars_of

register = template.Library()

_CHOICE = (
    '<div class="form-check choice">'
    '<input class="form-check-input" type="{}" id="{}-{}" name="{}" value="{}"{}>'
    '<label class="form-check-label" for="{}-{}">{}</label> <span class="count">{}</span></div>'
)


@register.simple_tag
def choices_of(name: str, choices: Iterable[Choice]) -> SafeString:
    """The choices of a filter; of `sex` one is always chosen."""
    kind = "radio" if name == "sex" else "checkbox"
    checked = {True: SafeString(" checked"), False: SafeString("")}
    return format_html_join(
        "",
        _CHOICE,
        (
            (
                kind,
                name,
                key,
                name,
                choice.value,
                checked[choice.chosen],
                name,
                key,
                choice.label,
                choice.number,
            )
            for choice in choices
            for key in (choice.key,)
        ),
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
def items(texts: Iterable[object]) -> SafeString:
    return format_html_join("", "<li>{}</li>", ((text,) for text in texts))
