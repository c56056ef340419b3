"""How long it takes to say what an amendment means for 1,000 open screenings: `make bench`.

The screenings are generated, each answered in its own way: on the earlier text of NCT06665256, and on a text
of 100 statements of which one in ten is amended. They are stored in a database like the tests' and counted as
for whoever publishes: one query for what screenings have in common, then each way of having answered once.
"""

# ruff: noqa: T201 - what it prints is its purpose

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django

os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "TRIALDESK_MODE": "test"}
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402
from django.test.runner import DiscoverRunner  # noqa: E402

from config.context import acting_as, system  # noqa: E402
from screening.models import (  # noqa: E402
    Answer,
    Center,
    CenterSite,
    Kind,
    Patient,
    Screening,
    VersionPin,
)
from screening.services.amendments import consequences  # noqa: E402
from tests.benchmarks.bench_logic import protocol  # noqa: E402
from tests.factories import (  # noqa: E402
    CONTENT,
    make_center,
    make_center_site,
    make_trial,
    make_user,
    make_version,
)
from trials.importers.fixtures import load_document  # noqa: E402
from trials.models import CriteriaVersion, Criterion, Trial  # noqa: E402

SCREENINGS = 1000
ROUNDS = 5


@contextmanager
def database() -> Iterator[None]:
    runner = DiscoverRunner(verbosity=0, interactive=False)
    kept = runner.setup_databases()
    try:
        yield
    finally:
        connections.close_all()
        runner.teardown_databases(kept)


def generate(site: CenterSite, version: CriteriaVersion, user: Any) -> None:
    """Screenings that have come more or less far, most answers good ones."""
    source = random.Random(11)
    center = site.center
    with acting_as(system("benchmark", write_centers=[center.pk], edits_content=True)):
        criteria = list(Criterion.objects.filter(version=version, op="statement").order_by("position"))
        patients = Patient.objects.bulk_create(
            Patient(center=center, code=f"{site.pk}-{number}") for number in range(SCREENINGS)
        )
        screenings = Screening.objects.bulk_create(
            Screening(
                center=center,
                patient=patient,
                center_site=site,
                site=site.site,
                trial_id=version.trial_id,
                version=version,
                screening_number=f"S-{number:04}",
                kind=Kind.PRE_SCREENING,
                started_by=user,
            )
            for number, patient in enumerate(patients)
        )
        VersionPin.objects.bulk_create(
            VersionPin(center=center, screening=screening, version=version, moved_by=user)
            for screening in screenings
        )
        Answer.objects.bulk_create(
            Answer(
                center=center,
                screening=screening,
                version=version,
                criterion=criterion,
                value=source.choices([good, "unknown", "no" if good == "yes" else "yes"], [90, 6, 4])[0],
                answered_by=user,
            )
            for screening in screenings
            for criterion in criteria[: source.randint(len(criteria) // 3, len(criteria))]
            for good in ["yes" if criterion.category == "inclusion" else "no"]
        )


def amended(tree: dict[str, Any]) -> dict[str, Any]:
    """Every tenth statement says something else."""
    number = 0

    def change(node: dict[str, Any]) -> dict[str, Any]:
        nonlocal number
        number += node["op"] == "statement"
        if node["op"] == "statement" and number % 10 == 0:
            return node | {"text": f"{node['text']}, amended"}
        return node | (
            {"children": [change(child) for child in node["children"]]} if "children" in node else {}
        )

    return {key: change(value) if key != "cohorts" else value for key, value in tree.items()}


def measure(name: str, site: CenterSite, before: CriteriaVersion, after: CriteriaVersion) -> None:
    generate(site, before, make_user(f"bench{site.pk}"))
    times = []
    with acting_as(CONTENT):
        before.tree()
        for _round in range(ROUNDS):
            began = time.perf_counter()
            found = consequences(after)
            times.append(time.perf_counter() - began)
    assert found.screenings == SCREENINGS
    print(
        f"{name:44}{found.screenings:6} screenings, {found.answers:6} answers, {found.carried:6} carry over, "
        f"outcome changes for {found.changed:4}: first {times[0]:.2f} s, best {min(times):.2f} s"
    )


def main() -> None:
    with database():
        center: Center = make_center("BENCH")
        with acting_as(system("benchmark", edits_content=True, importing=True)):
            for name in ("variables", "trials/NCT06665256"):
                load_document(settings.BASE_DIR / f"fixtures/{name}.yaml")
        with acting_as(CONTENT):
            trial = Trial.objects.get(nct_id="NCT06665256")
            before, after = CriteriaVersion.objects.filter(trial=trial).order_by("number")
        measure("NCT06665256, its two texts", make_center_site(center, trial), before, after)
        large, tree = make_trial(), protocol([])
        before = make_version(large, tree)
        draft = make_version(large, amended(tree), label="2", published=False)
        measure("100 statements, ten of them amended", make_center_site(center, large), before, draft)


if __name__ == "__main__":
    main()
