"""The text by which the plain search finds a trial: everything a person may remember of it, folded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from trials.models import Trial
from trials.text import folded

if TYPE_CHECKING:
    from trials.importers.ctgov import Study


def search_text_of(trial: Trial) -> str:
    """From the trial's rows as they are now; one line a part, so that nothing is found across two parts."""
    return _joined(_parts(trial))


def search_text_of_study(study: Study, nickname: str = "", plain_summary: str = "") -> str:
    """From what a record says, for a trial whose rows say just that."""
    trial = study.trial
    parts = [study.nct_id, *trial["nct_id_aliases"], trial["org_study_id"], trial["acronym"], nickname]
    parts += [trial["brief_title"], trial["official_title"]]
    parts += [row["name"] for row in (*study.conditions, *study.keywords)]
    for row in study.interventions:
        parts += [row["name"], *row["other_names"]]
    parts += [row["name"] for row in study.sponsors]
    parts += [row["identifier"] for row in study.other_identifiers]
    for place in study.places:
        parts += [place.values[key] for key in ("facility", "city_normalised", "country_normalised")]
    parts += [trial["brief_summary"], plain_summary, trial["eligibility_text"]]
    return _joined(parts)


def _joined(parts: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(line for part in parts if (line := folded(part))))


def _parts(trial: Trial) -> Iterator[str]:
    yield from (trial.nct_id, *trial.nct_id_aliases, trial.org_study_id, trial.acronym, trial.nickname)
    yield from (trial.brief_title, trial.official_title)
    yield from trial.conditions.values_list("name", flat=True)
    yield from trial.keywords.values_list("name", flat=True)
    for name, other_names in trial.interventions.values_list("name", "other_names"):
        yield from (name, *other_names)
    yield from trial.sponsor_parts.values_list("sponsor__name", flat=True)
    yield from trial.other_identifiers.values_list("identifier", flat=True)
    for facility, city, country in trial.sites.listed().values_list(
        "facility", "city_normalised", "country_normalised"
    ):
        yield from (facility, city, country)
    yield from (trial.brief_summary, trial.plain_summary, trial.eligibility_text)
