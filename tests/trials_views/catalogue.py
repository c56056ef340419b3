"""A small catalogue to browse: trials made from records, and the five documents that come with Trialdesk."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.test import Client

from config.context import acting_as, system
from tests.documents.loading import load_documents
from tests.trials.records import record
from trials.importers.ctgov import read_study
from trials.importers.store import save_study
from trials.models import Trial

NUMBERS = {
    "novartis": "NCT06665256",
    "mirror": "NCT07086404",
    "platform": "NCT06470048",
    "sparse": "NCT05869955",
    "clinconnect": "NCT06941129",
}


def add_trial(nct_id: str, **modules: dict[str, Any]) -> Trial:
    """A trial like `records.record`, with another number and whatever else is to differ."""
    identification = {"nctId": nct_id, **modules.pop("identificationModule", {})}
    with acting_as(system("test", importing=True)):
        return save_study(read_study(record(identificationModule=identification, **modules))).trial


def add_documents(*names: str) -> None:
    load_documents(*(NUMBERS[name] for name in names or NUMBERS))


def text_of(html: str) -> str:
    """What a reader sees of a page's main part, as one line."""
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def listed(client: Client, query: str = "", **headers: str) -> list[str]:
    """The NCT numbers that a search lists, in its order."""
    html = client.get(f"/trials/{query}", headers=headers).content.decode()
    return re.findall(r'<h3><a href="/trials/(NCT\d{8})/"', html)
