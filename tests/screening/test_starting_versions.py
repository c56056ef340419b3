"""Which versions a screening starts on, and how a second screening is linked to the first."""

from __future__ import annotations

import datetime

import pytest

from config.context import acting_as
from screening.models import Patient, Screening
from screening.services import Refused, conclude_screening, start_screening
from screening.services.rules import local_date
from screening.services.start import versions_to_start
from tests.factories import (
    CONTENT,
    SMALL_TREE,
    Cast,
    acting,
    make_cast,
    make_center_site,
    make_screening,
    make_trial,
    make_version,
)
from trials.criteria.tree import parse_tree
from trials.models import CriteriaVersion, Trial
from trials.services import create_draft, publish

pytestmark = pytest.mark.django_db
A_DAY = datetime.timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def version_from(
    trial: Trial, label: str, effective: datetime.date | None, source: str = "registry"
) -> CriteriaVersion:
    with acting_as(CONTENT):
        draft = create_draft(
            trial=trial, tree=parse_tree(SMALL_TREE), label=label, source=source, completeness="complete"
        )
        return publish(draft, reason="A reason", effective=effective, published_by="Tests")


def offered(cast: Cast, on: datetime.date) -> dict[str, bool]:
    """Label -> whether it was replaced by then."""
    with acting(cast.alice):
        return {offer.version.label: offer.replaced for offer in versions_to_start(cast.rennes_site, on)}


def start(cast: Cast, version: CriteriaVersion, consent_date: datetime.date | None = None) -> Screening:
    return make_screening(cast.alice, cast.rennes_site, version, consent_date=consent_date)


def test_what_is_in_effect_and_what_follows_it_is_offered_source_by_source(cast: Cast) -> None:
    today = local_date(cast.rennes)
    version_from(cast.trial, "in effect", today)
    version_from(cast.trial, "tomorrow", today + A_DAY)
    version_from(cast.trial, "long ago", today - 100 * A_DAY)
    version_from(cast.trial, "protocol to come", today + A_DAY, source="protocol")
    make_version(cast.trial, label="draft", published=False)
    now = {"tomorrow": False, "in effect": False, "long ago": True, "1": True, "protocol to come": False}
    assert offered(cast, today) == now
    before = now | {"long ago": False}
    assert offered(cast, today - A_DAY) == before
    assert offered(cast, today - 200 * A_DAY) == before | {"1": False}


def test_a_screening_starts_on_what_is_in_effect_or_newer(cast: Cast) -> None:
    today = local_date(cast.rennes)
    present = version_from(cast.trial, "present", today)
    to_come = version_from(cast.trial, "to come", today + 30 * A_DAY)
    for version in (present, to_come):
        assert start(cast, version).version == version
    with pytest.raises(Refused, match="“1” was replaced"):
        start(cast, cast.version)


def test_what_was_replaced_is_used_for_who_consented_before(cast: Cast) -> None:
    today = local_date(cast.rennes)
    version_from(cast.trial, "present", today - 3 * A_DAY)
    assert start(cast, cast.version, consent_date=today - 4 * A_DAY).version == cast.version
    with pytest.raises(Refused, match="was replaced"):
        start(cast, cast.version, consent_date=today - 3 * A_DAY)


def test_the_day_is_the_centers(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half past midnight in Rennes on the day that a version takes effect; in Iowa it is the day before."""
    moment = datetime.datetime(2026, 3, 1, 23, 30, tzinfo=datetime.UTC)
    monkeypatch.setattr("screening.services.rules.database_time", lambda: moment)
    newer = version_from(cast.trial, "from 2 March", datetime.date(2026, 3, 2))
    with pytest.raises(Refused, match="was replaced"):
        start(cast, cast.version)
    assert start(cast, newer).version == newer
    assert make_screening(cast.charlie, cast.iowa_site, cast.version).version == cast.version


def test_other_trials_drafts_and_unseen_protocols_are_no_versions_to_start_on(cast: Cast) -> None:
    other = make_trial()
    for version in (
        make_version(cast.trial, label="draft", published=False),
        make_version(other, label="other"),
        make_version(other, label="other", source="protocol"),
    ):
        with pytest.raises(Refused, match="Choose a published version"):
            start(cast, version)


def conclude(cast: Cast, screening: Screening) -> None:
    with acting(cast.alice):
        conclude_screening(
            user=cast.alice, screening=screening, conclusion="screen_failure", failure_kind="withdrawn"
        )


def again(cast: Cast, patient: Patient, **options: object) -> Screening:
    with acting(cast.alice):
        return start_screening(
            **{"user": cast.alice, "center_site": cast.rennes_site, "version": cast.version}
            | {"patient": patient}
            | options  # type: ignore[arg-type]
        )


def test_a_second_screening_for_a_trial_is_linked_to_the_one_before_and_counted(cast: Cast) -> None:
    screenings = [start(cast, cast.version)]
    for _each in range(2):
        conclude(cast, screenings[-1])
        screenings.append(again(cast, screenings[0].patient))
    start(cast, cast.version)
    with acting(cast.alice):
        assert [screening.earlier for screening in screenings] == [None, *screenings[:2]]
        assert list(Screening.objects.rescreens().order_by("pk")) == screenings[1:]


def test_a_screening_for_another_trial_repeats_none(cast: Cast) -> None:
    first = start(cast, cast.version)
    other = make_trial()
    site = make_center_site(cast.rennes, other)
    elsewhere = again(cast, first.patient, center_site=site, version=make_version(other))
    assert elsewhere.earlier is None
