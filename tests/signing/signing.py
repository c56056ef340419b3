"""What the tests of signatures share: a screening that can be signed, and how it is."""

from __future__ import annotations

import json
from typing import Any

from screening.models import Screening, Signature
from screening.services.rules import local_date
from tests.factories import Cast, acting, answer, make_screening, read

ELIGIBLE = {"age": "yes", "lupus": "yes", "pregnant": "no", "infection": "no"}
ATTESTED = "Compared with protocol 2.0, sections 5.1 and 5.2."


def answered(cast: Cast, answers: dict[str, str] | None = None, **fields: Any) -> Screening:
    fields.setdefault("consent_date", local_date(cast.rennes))
    screening = make_screening(cast.alice, cast.rennes_site, fields.pop("version", cast.version), **fields)
    for identifier, value in (ELIGIBLE if answers is None else answers).items():
        answer(cast.alice, screening, identifier, value)
    return now(cast, screening)


def now(cast: Cast, screening: Screening) -> Screening:
    with acting(cast.alice):
        return Screening.objects.for_log().get(pk=screening.pk)


def posted(cast: Cast, screening: Screening, password: str, **fields: str) -> dict[str, str]:
    """What was read on the page to sign, as a browser sends it back."""
    content = read(cast.dora, screening)
    return {
        "digest": content["digest_read"],
        "outline": json.dumps(content["outline_read"]),
        "password": password,
        "meaning": "eligible",
    } | fields


def standing(cast: Cast, screening: Screening) -> Signature:
    with acting(cast.alice):
        return Signature.objects.filter(screening=screening).latest("pk")
