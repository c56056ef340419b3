"""The same searches by PostgreSQL's own full-text search, from one table made for it.

Each trial is a row: its words as a tsvector with weights and a GIN index, and beside them all that is counted
or filtered by, so that nothing has to be joined but the places. One statement gives the best 20 by `ts_rank`,
the exact number, and the counts under each filter as if that filter were not there. It knows neither synonyms
nor spelling, which costs it nothing here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from django.db import connections

from tests.benchmarks.registry.usage import Used, used
from trials.searching.wanted import Wanted

_MANY = ("phase", "age_group", "condition", "intervention_type", "country")
_ONE = ("status", "study_type", "healthy", "sponsor_class", "has_results")
_KM_OF_A_DEGREE = 111.2

_MADE = """
CREATE TABLE bench.doc AS
SELECT t.id,
  setweight(to_tsvector('simple', t.nct_id || ' ' || t.org_study_id), 'A')
  || setweight(to_tsvector('english', t.brief_title || ' ' || t.official_title || ' ' || t.acronym), 'A')
  || setweight(to_tsvector('english', coalesce(c.names, '') || ' ' || coalesce(k.names, '')), 'B')
  || setweight(to_tsvector('english', coalesce(i.names, '')), 'B')
  || setweight(to_tsvector('english', t.brief_summary), 'C')
  || setweight(to_tsvector('english', left(t.eligibility_text, 200000)), 'D') AS words,
  t.overall_status AS status, t.study_type, coalesce(t.healthy_volunteers::text, 'none') AS healthy,
  coalesce(t.has_results::text, 'none') AS has_results, coalesce(s.class, 'none') AS sponsor_class,
  t.phases::text[] AS phase, t.std_ages::text[] AS age_group, t.sex,
  coalesce(c.keys, '{}') AS condition, coalesce(i.types, '{}') AS intervention_type,
  coalesce(p.countries, '{}') AS country, coalesce(t.minimum_age_days, 0) AS youngest,
  coalesce(t.maximum_age_days, 2147483647) AS oldest, t.last_update_submitted_date AS updated
FROM trials_trial t
LEFT JOIN (SELECT trial_id, string_agg(name, ' ') AS names, array_agg(DISTINCT folded::text) AS keys
           FROM trials_condition GROUP BY 1) c ON c.trial_id = t.id
LEFT JOIN (SELECT trial_id, string_agg(name, ' ') AS names
           FROM trials_keyword GROUP BY 1) k ON k.trial_id = t.id
LEFT JOIN (SELECT trial_id, string_agg(name || ' ' || array_to_string(other_names, ' '), ' ') AS names,
                  array_agg(DISTINCT type::text) AS types
           FROM trials_intervention GROUP BY 1) i ON i.trial_id = t.id
LEFT JOIN (SELECT trial_id, min(agency_class) AS class
           FROM trials_trialsponsor WHERE role = 'lead' GROUP BY 1) s ON s.trial_id = t.id
LEFT JOIN (SELECT trial_id, array_agg(DISTINCT country_normalised::text) AS countries
           FROM trials_site WHERE listed AND country_normalised <> '' GROUP BY 1) p ON p.trial_id = t.id
"""
_SEXES = """
unnest((CASE sex WHEN 'FEMALE' THEN '{FEMALE}' WHEN 'MALE' THEN '{MALE}' ELSE '{FEMALE,MALE}' END)::text[])
"""
_PLACES = """
CREATE TABLE bench.place AS
SELECT DISTINCT trial_id AS id, latitude, longitude FROM trials_site WHERE listed AND latitude IS NOT NULL
"""


def make() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS bench CASCADE")
        cursor.execute("CREATE SCHEMA bench")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute(_MADE)
        cursor.execute("ALTER TABLE bench.doc ADD PRIMARY KEY (id)")
        cursor.execute("CREATE INDEX ON bench.doc USING gin (words)")
        cursor.execute(_PLACES)
        cursor.execute("CREATE INDEX ON bench.place (latitude, longitude, id)")
        cursor.execute("ANALYZE bench.doc")
        cursor.execute("ANALYZE bench.place")


def search(wanted: Wanted) -> tuple[int, list[int], dict[str, dict[str, int]], Used]:
    """How many, the best 20, the counts, and what that took."""
    statement, values = _statement(wanted)
    with connections["owner"].cursor() as cursor, used("owner") as spent:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    total, hits = 0, []
    facets: dict[str, dict[str, int]] = {}
    for name, value, number in rows:
        if name == "hit":
            hits.append(int(value))
        elif name == "total":
            total = number
        else:
            facets.setdefault(name, {})[value] = number
    return total, hits, facets, spent


def prepare() -> None:
    """One process a query, as its processor time is what is measured."""
    with connections["owner"].cursor() as cursor:
        for setting in ("max_parallel_workers_per_gather = 0", "jit = off", "work_mem = '256MB'"):
            cursor.execute(f"SET {setting}")


def _statement(wanted: Wanted) -> tuple[str, list[Any]]:
    text = wanted.text.strip()
    always, values = _always(wanted)
    chosen, choices = _chosen(wanted)
    rank = "ts_rank(words, (SELECT query FROM sought))::float8" if text else "0.0::float8"
    parts = [
        f"(SELECT 'hit', id::text, 0 FROM found WHERE {_all(chosen)} "
        f"ORDER BY {rank} DESC, updated DESC NULLS LAST LIMIT 20)",
        f"(SELECT 'total', '', count(*) FROM found WHERE {_all(chosen)})",
    ]
    values += [*choices.values(), *choices.values()]
    for name in (*_ONE, *_MANY, "sex"):
        others = {key: test for key, test in chosen.items() if key != name}
        values += [choices[key] for key in others]
        counted = _SEXES if name == "sex" else f"unnest({name})" if name in _MANY else f"{name}::text"
        parts.append(
            f"(SELECT '{name}', value, count(*) "
            f"FROM (SELECT {counted} AS value FROM found WHERE {_all(others)}) AS each "
            "GROUP BY value ORDER BY count(*) DESC LIMIT 40)"
        )
    return (
        "WITH sought AS MATERIALIZED (SELECT websearch_to_tsquery('english', %s) AS query), "
        f"found AS MATERIALIZED (SELECT * FROM bench.doc WHERE {' AND '.join(always)}) "
        + " UNION ALL ".join(parts),
        [text, *values],
    )


def _all(tests: dict[str, str]) -> str:
    return " AND ".join(tests.values()) or "true"


def _always(wanted: Wanted) -> tuple[list[str], list[Any]]:
    """What no filter with counts asks for: the words, the age, the place."""
    tests, values = ["true"], []
    if wanted.text.strip():
        tests.append("words @@ (SELECT query FROM sought)")
    if wanted.age is not None:
        tests.append("youngest <= %s AND oldest >= %s")
        values += [wanted.age * 365.25, wanted.age * 365.25]
    if wanted.near and wanted.near.km:
        near, high = wanted.near, wanted.near.km / _KM_OF_A_DEGREE
        wide = high / max(math.cos(math.radians(near.latitude)), 0.01)
        tests.append(
            "id IN (SELECT id FROM bench.place "
            "WHERE latitude BETWEEN %s AND %s AND longitude BETWEEN %s AND %s "
            "AND 2 * 6371 * asin(sqrt(sin(radians(latitude - %s) / 2) ^ 2 "
            "+ cos(radians(latitude)) * cos(radians(%s)) * sin(radians(longitude - %s) / 2) ^ 2)) <= %s)"
        )
        values += [near.latitude - high, near.latitude + high, near.longitude - wide, near.longitude + wide]
        values += [near.latitude, near.latitude, near.longitude, near.km]
    return tests, values


def _chosen(wanted: Wanted) -> tuple[dict[str, str], dict[str, Any]]:
    tests: dict[str, str] = {}
    values: dict[str, Any] = {}
    for name in (*_ONE, *_MANY):
        asked: Sequence[str] = wanted.chosen(name)
        if asked:
            tests[name] = f"{name} && %s::text[]" if name in _MANY else f"{name} = ANY(%s::text[])"
            values[name] = list(asked)
    if wanted.sex:
        tests["sex"] = "sex = ANY(%s::text[])"
        values["sex"] = [wanted.sex, "ALL", ""]
    return tests, values
