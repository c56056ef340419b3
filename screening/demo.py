"""Made-up centers, people and participants, as `fixtures/demo.yaml` describes them.

What is there already is left as it is: somebody who tries the product out may have changed it.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils.translation import gettext as _

from config.context import acting_as
from screening.access import context_for
from screening.demo_facts import DemoFacts
from screening.models import (
    Center,
    CenterSite,
    Kind,
    Membership,
    Patient,
    Role,
    Screening,
    SponsorMembership,
    User,
    Value,
)
from screening.services import (
    Refused,
    conclude_screening,
    record_answer,
    sign_screening,
    start_screening,
)
from screening.services.rules import local_date
from screening.services.signing import content_to_sign
from screening.signature import digest_of, text_of
from trials.derived import fill_site, mark_changed
from trials.importers.problems import ImportProblem, RejectedError
from trials.importers.reading import Part
from trials.importers.store import Change
from trials.importers.yaml_documents import read_yaml
from trials.models import CriteriaVersion, Site, Sponsor, Trial

DOCUMENT = settings.BASE_DIR / "fixtures" / "demo.yaml"
SPONSOR, ADMINISTRATOR = "sponsor", "administrator"
ADDRESS = ("facility", "city", "state", "zip", "country")


@dataclass(frozen=True)
class Account:
    email: str
    printed_name: str
    role: str
    place: str


@dataclass(frozen=True)
class Accounts:
    password: str
    people: tuple[Account, ...]

    def lines(self) -> list[str]:
        """For whoever starts a demonstration."""
        widest = max(len(person.email) for person in self.people)
        return [
            _("Made-up people to sign in as, all with the password %(password)s:")
            % {"password": self.password},
            *(
                f"  {person.email:{widest}}  {', '.join(filter(None, (person.role, person.place)))}"
                for person in self.people
            ),
        ]


def accounts(path: Path = DOCUMENT) -> Accounts:
    """The people of the demonstration, from its document and without the database."""
    content = read_yaml(path)
    centers = {center["code"]: center["name"] for center in content["centers"]}
    return Accounts(
        content["password"],
        tuple(
            Account(
                person["email"],
                person["printed_name"],
                person["role"],
                person.get("sponsor") or centers.get(person.get("center"), ""),
            )
            for person in content["people"]
        ),
    )


def is_demo(content: object) -> bool:
    return isinstance(content, dict) and "people" in content


def load_demo(content: dict[str, Any]) -> Change:
    """Make what is missing. Call it in a context that edits content."""
    if settings.PRODUCTION:
        raise RejectedError([ImportProblem("", "made-up people are loaded in demo mode only")])
    document = Part(content)
    with transaction.atomic():
        made = [
            *[_center(part) for part in document.parts("centers")],
            *[_person(part, document.text("password")) for part in document.parts("people")],
        ]
        first = bool(made) and all(made)
        # Screenings point at what was made, and people act.
        if not document.problems:
            made += [_screening(part) for part in document.parts("screenings")]
        unread = [ImportProblem(path, "nothing reads this key") for path, _value in document.unread()]
        if document.problems or unread:
            raise RejectedError([*document.problems, *unread])
    if first:
        return Change.CREATED
    return Change.UPDATED if any(made) else Change.UNCHANGED


def _center(part: Part) -> bool:
    fields = {name: part.text(name) for name in ("name", "time_zone", "city", "country")}
    center, made = Center.objects.get_or_create(code=part.text("code"), defaults=fields)
    return any([made, *[_site(center, place) for place in part.parts("sites")]])


def _site(center: Center, part: Part) -> bool:
    trial = _found(part, "trial", lambda nct_id: Trial.objects.get(nct_id=nct_id))
    local = part.boolean("local") or False
    address = {name: part.text(name) for name in ADDRESS if name in part}
    if trial is None:
        return False
    origin = Site.Origin.LOCAL if local else Site.Origin.REGISTRY
    sites = list(Site.objects.filter(trial=trial, origin=origin, **address))
    if not sites and local:
        site = Site(trial=trial, origin=origin, listed=False, **address)
        fill_site(site)
        site.save()
        mark_changed(trial)
        sites = [site]
    if len(sites) != 1:
        part.note("", f"{len(sites)} sites of {trial.nct_id} have this address, and one is needed")
        return False
    return CenterSite.objects.get_or_create(center=center, site=sites[0])[1]


def _person(part: Part, password: str) -> bool:
    email = User.objects.normalize_email(part.text("email"))
    role = part.choice("role", [*Role.values, SPONSOR, ADMINISTRATOR])
    name = part.text("printed_name")
    center = (
        _found(part, "center", lambda code: Center.objects.get(code=code)) if role in Role.values else None
    )
    sponsor = (
        _found(part, "sponsor", lambda name: Sponsor.objects.get(name=name)) if role == SPONSOR else None
    )
    if part.problems or User.objects.filter(email=email).exists():
        return False
    user = User.objects.create_user(
        email, password, printed_name=name, is_demo=True, is_staff=role == ADMINISTRATOR
    )
    if center:
        Membership.objects.create(user=user, center=center, role=role)
    if sponsor:
        SponsorMembership.objects.create(user=user, sponsor=sponsor)
    return True


def _screening(part: Part) -> bool:
    user = _found(part, "by", lambda email: User.objects.get(email=email))
    trial = _found(part, "trial", lambda nct_id: Trial.objects.get(nct_id=nct_id))
    source = part.choice("source", CriteriaVersion.Source.values)
    participant, said, notes = part.part("participant"), part.part("answers"), part.part("comments")
    days, ending = part.integer("consented_days_ago"), part.part("conclude")
    consented_on = part.converted("consented_on", datetime.date.fromisoformat)
    label = part.text("version")
    code, sex = participant.text("code"), participant.text("sex")
    birth_date = participant.converted("birth_date", datetime.date.fromisoformat)
    answers = {key: said.choice(key, Value.values) for key in said}
    comments = {key: notes.text(key) for key in notes}
    facts = DemoFacts(part)
    conclusion, failure_kind, why = (ending.text(key) for key in ("conclusion", "failure_kind", "text"))
    signing = part.part("sign")
    signer = _found(signing, "by", lambda email: User.objects.get(email=email)) if "by" in signing else None
    meaning, attestation = signing.text("meaning"), signing.text("attestation")
    if user is None or trial is None or part.problems:
        return False
    with acting_as(context_for(user)):
        if Patient.objects.with_code(code).exists():
            return False
        center_site = CenterSite.objects.visible_to(user).in_trial(trial).with_names().get()
        today = local_date(center_site.center)
        if days is not None:
            consented_on = today - datetime.timedelta(days=days)
        versions = CriteriaVersion.objects.filter(trial=trial, source=source)
        if label:
            version = versions.published().filter(label=label).first()
        else:
            version = versions.in_effect(today).first()
        if version is None:
            part.note("source", "the trial has no such criteria")
            return False
        try:
            screening = start_screening(
                user=user,
                center_site=center_site,
                version=version,
                patient_code=code,
                sex=sex,
                birth_date=birth_date,
                kind=Kind.CONSENTED if consented_on else Kind.PRE_SCREENING,
                # On a clock that is behind the document's dates, today.
                consent_date=min(consented_on, today) if consented_on else None,
            )
            facts.record(user, screening)
            for identifier, value in answers.items():
                record_answer(
                    user=user,
                    screening=screening,
                    identifier=identifier,
                    value=value,
                    comment=comments.get(identifier),
                    operation_id=uuid.uuid4(),
                )
            if conclusion:
                conclude_screening(
                    user=user,
                    screening=screening,
                    conclusion=conclusion,
                    failure_kind=failure_kind,
                    text=why,
                )
        except Refused as refused:
            part.note("", refused.message)
            return False
    return signer is None or _signed(part, screening, signer, meaning, attestation)


def _signed(part: Part, screening: Screening, signer: User, meaning: str, attestation: str) -> bool:
    """As the investigator who has read what stands there now."""
    with acting_as(context_for(signer)):
        content = content_to_sign(screening)
        try:
            sign_screening(
                user=signer,
                screening=screening,
                meaning=meaning,
                digest_read=digest_of(text_of(content)),
                attestation=attestation,
            )
        except Refused as refused:
            part.note("sign", refused.message)
            return False
    return True


def _found[T](part: Part, key: str, find: Callable[[str], T]) -> T | None:
    try:
        return find(part.text(key))
    except ObjectDoesNotExist:
        part.note(key, "there is no such one")
        return None
