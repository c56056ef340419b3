"""What the tests of signatures share: a screening that can be signed, and how it is."""

from __future__ import annotations

import datetime
import json
from typing import Any

from screening.models import Screening, Signature, User
from screening.services.rules import local_date
from screening.services.signing import content_to_sign, sign_screening
from screening.signature import digest_of, outline_of, text_of
from tests.factories import Cast, acting, answer, make_screening

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


def read(cast: Cast, screening: Screening) -> dict[str, Any]:
    """What the form sends back of the page that was read."""
    with acting(cast.dora):
        content = content_to_sign(now(cast, screening))
    return {"digest_read": digest_of(text_of(content)), "outline_read": outline_of(content)}


def sign(
    cast: Cast, screening: Screening, meaning: str = "eligible", *, user: User | None = None, **fields: Any
) -> Signature:
    fields = read(cast, screening) | fields
    with acting(user or cast.dora):
        return sign_screening(user=user or cast.dora, screening=screening, meaning=meaning, **fields)


def posted(cast: Cast, screening: Screening, password: str, **fields: str) -> dict[str, str]:
    """The same as a browser sends it."""
    content = read(cast, screening)
    return {
        "digest": content["digest_read"],
        "outline": json.dumps(content["outline_read"]),
        "password": password,
        "meaning": "eligible",
    } | fields


def standing(cast: Cast, screening: Screening) -> Signature:
    with acting(cast.alice):
        return Signature.objects.filter(screening=screening).latest("pk")


A_DAY = datetime.timedelta(days=1)
