"""Plain Python that makes what tests need, as the application role and on somebody's behalf.

The cast of three: Alice coordinates in Rennes, Bob monitors there (he reads), Charlie coordinates in Iowa.
Dora investigates in Rennes; Ada administers; Sven works for the sponsor.
"""

from __future__ import annotations

import datetime
import itertools
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from config.context import acting_as, system
from screening.access import context_for
from screening.models import (
    Center,
    CenterSite,
    Kind,
    Membership,
    Patient,
    Role,
    Screening,
    Signature,
    SponsorMembership,
    User,
)
from screening.services import Recorded, record_answer, sign_screening, start_screening
from screening.services.signing import content_to_sign
from screening.signature import digest_of, outline_of, text_of
from tests.database import load_once
from trials.criteria.tree import parse_tree
from trials.models import Cohort, CriteriaVersion, Site, Sponsor, Trial, TrialSponsor
from trials.services import create_draft, publish

PASSWORD = "correct horse battery"
CONTENT = system("test", edits_content=True)
_numbers = itertools.count(1)


def make_user(name: str, *, is_staff: bool = False, **fields: Any) -> User:
    with acting_as(CONTENT):
        return User.objects.create_user(
            f"{name.lower()}@example.org",
            PASSWORD,
            printed_name=f"{name} Example",
            is_staff=is_staff,
            **fields,
        )


def make_center(code: str, *, time_zone: str = "Europe/Paris") -> Center:
    with acting_as(CONTENT):
        return Center.objects.create(code=code, name=f"{code} hospital", time_zone=time_zone)


def make_member(user: User, center: Center, role: Role) -> Membership:
    with acting_as(CONTENT):
        return Membership.objects.create(user=user, center=center, role=role)


def make_trial(nct_id: str = "", *, sponsor: Sponsor | None = None) -> Trial:
    with acting_as(CONTENT):
        trial = Trial.objects.create(
            nct_id=nct_id or f"NCT9{next(_numbers):07}",
            brief_title="A trial",
            overall_status="RECRUITING",
        )
        if sponsor:
            TrialSponsor.objects.create(trial=trial, sponsor=sponsor, role="lead", position=0)
        return trial


def make_sponsor(name: str = "Sponsor of tests") -> Sponsor:
    with acting_as(CONTENT):
        return Sponsor.objects.create(name=name, folded=name.lower())


def make_center_site(center: Center, trial: Trial) -> CenterSite:
    with acting_as(CONTENT):
        site = Site.objects.create(
            trial=trial,
            origin=Site.Origin.LOCAL,
            listed=False,
            facility=f"Site {next(_numbers)}",
            city="Rennes",
            country="France",
            address_key="",
        )
        return CenterSite.objects.create(center=center, site=site)


def statement(identifier: str, text: str = "", **keys: Any) -> dict[str, Any]:
    return {"identifier": identifier, "op": "statement", "text": text or f"Statement {identifier}", **keys}


# Age and lupus are needed; pregnancy (of women) and infection exclude.
SMALL_TREE: dict[str, Any] = {
    "inclusion": {
        "identifier": "in",
        "op": "all",
        "children": [statement("age", label="1."), statement("lupus", label="2.")],
    },
    "exclusion": {
        "identifier": "ex",
        "op": "any",
        "children": [
            statement("pregnant", label="1.", test={"applies_to": "female"}),
            statement("infection", label="2."),
        ],
    },
}
TREE_WITH_COHORTS: dict[str, Any] = {
    "cohorts": [{"code": "SLE", "label": "Lupus"}, {"code": "SSc", "label": "Sclerosis"}],
    "inclusion": {
        "identifier": "in",
        "op": "all",
        "children": [
            statement("age"),
            statement("lupus", cohorts=["SLE"]),
            statement("skin", cohorts=["SSc"]),
        ],
    },
    "exclusion": {"identifier": "ex", "op": "any"},
}


def make_version(
    trial: Trial,
    tree: dict[str, Any] | None = None,
    *,
    label: str = "1",
    source: str = "registry",
    completeness: str = "complete",
    published: bool = True,
) -> CriteriaVersion:
    with acting_as(CONTENT):
        version = create_draft(
            trial=trial,
            tree=parse_tree(tree or SMALL_TREE),
            label=label,
            source=source,
            completeness=completeness,
        )
        return publish(version, reason="first version", published_by="Tests") if published else version


@dataclass(frozen=True)
class Cast:
    """Two centers that work the same trial, and the people around it."""

    alice: User
    bob: User
    charlie: User
    dora: User
    ada: User
    sven: User
    rennes: Center
    iowa: Center
    trial: Trial
    version: CriteriaVersion
    sponsor: Sponsor
    rennes_site: CenterSite
    iowa_site: CenterSite


def make_cast(tree: dict[str, Any] | None = None) -> Cast:
    return load_once(f"cast {tree}", lambda: _new_cast(tree))


def _new_cast(tree: dict[str, Any] | None) -> Cast:
    rennes, iowa = make_center("RENNES"), make_center("IOWA", time_zone="America/Chicago")
    alice, bob, charlie, dora = (make_user(name) for name in ("Alice", "Bob", "Charlie", "Dora"))
    ada, sven = make_user("Ada", is_staff=True), make_user("Sven")
    make_member(alice, rennes, Role.COORDINATOR)
    make_member(bob, rennes, Role.MONITOR)
    make_member(charlie, iowa, Role.COORDINATOR)
    make_member(dora, rennes, Role.INVESTIGATOR)
    sponsor = make_sponsor()
    with acting_as(CONTENT):
        SponsorMembership.objects.create(user=sven, sponsor=sponsor)
    trial = make_trial(sponsor=sponsor)
    return Cast(
        alice=alice,
        bob=bob,
        charlie=charlie,
        dora=dora,
        ada=ada,
        sven=sven,
        rennes=rennes,
        iowa=iowa,
        trial=trial,
        version=make_version(trial, tree),
        sponsor=sponsor,
        rennes_site=make_center_site(rennes, trial),
        iowa_site=make_center_site(iowa, trial),
    )


@contextmanager
def acting(user: User) -> Iterator[None]:
    """As this person's requests run."""
    with acting_as(context_for(user)):
        yield


def make_screening(
    user: User,
    center_site: CenterSite,
    version: CriteriaVersion,
    *,
    patient: Patient | None = None,
    patient_code: str = "",
    cohort: Cohort | None = None,
    consent_date: datetime.date | None = None,
    **fields: Any,
) -> Screening:
    if patient is None and not patient_code:
        patient_code = f"P-{next(_numbers):04}"
    with acting(user):
        return start_screening(
            user=user,
            center_site=center_site,
            version=version,
            patient=patient,
            patient_code=patient_code,
            cohort=cohort,
            kind=Kind.CONSENTED if consent_date else Kind.PRE_SCREENING,
            consent_date=consent_date,
            **fields,
        )


def answer(user: User, screening: Screening, identifier: str, value: str, **fields: Any) -> Recorded:
    """As a form without JavaScript would, shown just before."""
    with acting(user):
        if "base_revision" not in fields:
            now = screening.answers.filter(criterion__identifier=identifier).first()
            fields["base_revision"] = now.revision if now else 0
        return record_answer(
            user=user,
            screening=screening,
            identifier=identifier,
            value=value,
            operation_id=fields.pop("operation_id", None) or uuid.uuid4(),
            **fields,
        )


def read(user: User, screening: Screening) -> dict[str, Any]:
    """What the page to sign sends back of what was read on it."""
    with acting(user):
        content = content_to_sign(Screening.objects.for_log().get(pk=screening.pk))
    return {"digest_read": digest_of(text_of(content)), "outline_read": outline_of(content)}


def sign(user: User, screening: Screening, meaning: str = "eligible", **fields: Any) -> Signature:
    """As an investigator who has just read the page does."""
    fields = read(user, screening) | fields
    with acting(user):
        return sign_screening(user=user, screening=screening, meaning=meaning, **fields)
