"""The smallest or largest of several values as people write it, a term a line, and in a document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

NUMBER = r"[-+]?\d{1,15}(?:\.\d{1,10})?"
_LIMIT = rf"(?:({NUMBER})\s*[×x*]?\s*)?(ULN|LLN)"  # noqa: RUF001
_EARLIER = r"earlier value:\s*(.+?)(?:\s*\[([^\[\]]+)\])?"


def read_number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def read_term(line: str) -> Any:
    """The document's form of one line; `ValidationError` says how to write one."""
    if re.fullmatch(NUMBER, line):
        return read_number(line)
    if limit := re.fullmatch(_LIMIT, line, re.IGNORECASE):
        times = read_number(limit[1]) if limit[1] else 1
        return {"limit": limit[2].upper(), "times": times}
    if earlier := re.fullmatch(_EARLIER, line, re.IGNORECASE):
        return {"prior": earlier[1], **({"variable": earlier[2].strip()} if earlier[2] else {})}
    raise ValidationError(
        _(
            "“%(line)s” is no term. Write a number, 2 × ULN, LLN,"  # noqa: RUF001
            " or “earlier value:” and which one it is."
        ),
        params={"line": line},
    )


def term_line(term: Any) -> str:
    """How a person would write it; `read_term` understands it."""
    if not isinstance(term, Mapping):
        return str(term)
    if "limit" in term:
        times = term.get("times", 1)
        return str(term["limit"]) if times == 1 else f"{times} × {term['limit']}"  # noqa: RUF001
    variable = f" [{term['variable']}]" if term.get("variable") else ""
    return f"earlier value: {term['prior']}{variable}"
