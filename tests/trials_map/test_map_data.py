"""What the map is made of: columns, labels, popups; and the same as files."""

from __future__ import annotations

import csv
import gzip
import io
import json
from itertools import accumulate
from typing import Any

import pytest
from django.test import Client

from config.context import acting_as
from tests.factories import CONTENT, make_trial
from tests.trials_map.places import LYON, PARIS, SINGAPORE, TOKYO, make_site
from trials.map.columns import LETTERS
from trials.models import CentralContact, Site, SiteContact

pytestmark = pytest.mark.django_db


def decoded(columns: dict[str, Any]) -> dict[int, tuple[float, float, bool, str]]:
    """By site, as the script reads it: latitude, longitude, whether approximate, status."""
    places = zip(
        accumulate(columns["lat"]),
        accumulate(columns["lon"]),
        columns["rough"],
        columns["count"],
        strict=True,
    )
    digits, found, at = columns["digits"], {}, 0
    for lat, lon, rough, count in places:
        for _ in range(count):
            number = 0
            for letter in columns["id"][at * digits : (at + 1) * digits]:
                number = number * 64 + LETTERS.index(letter)
            status = columns["statuses"][LETTERS.index(columns["status"][at])]
            found[number] = (lat / columns["precision"], lon / columns["precision"], rough == "1", status)
            at += 1
    return found


def test_every_located_site_is_in_the_columns(client: Client) -> None:
    first = make_site(**PARIS)
    second = make_site(status="COMPLETED", **PARIS)
    far = make_site(status="", latitude=-33.8688, longitude=-179.9999, country="Nowhere")
    rough = make_site(
        city="Lyon", country="France", approximate_latitude=45.7491, approximate_longitude=4.8478
    )
    make_site(city="Atlantis")
    assert decoded(client.get("/map/sites.json").json()) == {
        first.pk: (48.853, 2.349, False, "RECRUITING"),
        second.pk: (48.853, 2.349, False, "COMPLETED"),
        far.pk: (-33.869, -180.0, False, ""),
        rough.pk: (45.749, 4.848, True, "RECRUITING"),
    }


def test_the_record_goes_before_the_city(client: Client) -> None:
    site = make_site(**PARIS, approximate_latitude=1.0, approximate_longitude=1.0)
    assert decoded(client.get("/map/sites.json").json())[site.pk][:3] == (48.853, 2.349, False)


def test_large_numbers_keep_their_digits(client: Client) -> None:
    small, large = make_site(**PARIS), make_site(pk=123_456_789, **LYON)
    assert set(decoded(client.get("/map/sites.json").json())) == {small.pk, large.pk}


def test_the_columns_obey_the_filters(client: Client) -> None:
    japan, _ = make_site(**TOKYO), make_site(**PARIS)
    assert set(decoded(client.get("/map/sites.json?country=Japan").json())) == {japan.pk}
    assert client.get("/map/sites.json?country=Atlantis").status_code == 404


def test_too_many_sites_are_sent_by_city(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for status, place in (("COMPLETED", PARIS), ("", PARIS), ("", PARIS), ("COMPLETED", LYON)):
        make_site(status=status, **place)
    make_site(status="", city="Paris", approximate_latitude=48.8634, approximate_longitude=2.3488)
    make_site(status="", city="Atlantis")
    monkeypatch.setattr("trials.map.columns.MOST_SITES", 5)
    assert "id" in client.get("/map/sites.json").json()
    assert "So many sites are shown by city." not in client.get("/map/?sites=all").text
    monkeypatch.setattr("trials.map.columns.MOST_SITES", 4)
    given = client.get("/map/sites.json").json()
    assert given == {
        "precision": 1000,
        "statuses": ["", "COMPLETED"],
        "lat": [45749, 48856 - 45749],  # the middle of four sites at Paris
        "lon": [4848, 2349 - 4848],
        "count": [1, 4],
        "mix": [0, 1, 3, 1],
    }
    assert "So many sites are shown by city." in client.get("/map/?sites=all").text
    assert "id" in client.get("/map/sites.json?status=COMPLETED").json()


def test_what_has_not_changed_is_not_sent_again(client: Client, django_assert_num_queries: Any) -> None:
    make_site(**PARIS)
    first = client.get("/map/sites.json")
    assert first["Cache-Control"] == "no-cache"
    with django_assert_num_queries(1):  # the columns are not even made
        again = client.get("/map/sites.json", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (again["ETag"], again["Cache-Control"]) == (first["ETag"], "no-cache")


@pytest.mark.parametrize(
    "change",
    [
        {"status": "COMPLETED"},
        {"latitude": 48.9},
        {"listed": False},
        {
            "latitude": None,
            "longitude": None,
            "approximate_latitude": 48.8534,
            "approximate_longitude": 2.3488,
        },
    ],
)
def test_any_change_of_a_site_is_sent(client: Client, change: dict[str, Any]) -> None:
    site, _ = make_site(**PARIS), make_site(**LYON)
    first = client.get("/map/sites.json")
    with acting_as(CONTENT):
        Site.objects.filter(pk=site.pk).update(**change)
    changed = client.get("/map/sites.json", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]
    assert changed.content != first.content


def test_it_is_compressed(client: Client) -> None:
    for number in range(40):
        make_site(latitude=number, longitude=2 * number)
    response = client.get("/map/sites.json", headers={"Accept-Encoding": "gzip, br"})
    assert response["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(response.content))["count"] == [1] * 40
    assert "Accept-Encoding" in response["Vary"]


@pytest.mark.parametrize("address", ["/map/sites.json", "/map/sites.csv", "/map/sites.geojson"])
def test_queries_do_not_grow(client: Client, django_assert_max_num_queries: Any, address: str) -> None:
    trial = make_trial()
    for _ in range(20):
        make_site(trial, **PARIS)
    with django_assert_max_num_queries(2):
        client.get(address)


def test_markers_have_names(client: Client) -> None:
    site, bare = (
        make_site(facility="Charité", city="Berlin"),
        make_site(facility="", city="", country="France"),
    )
    given = client.get(
        f"/map/labels.json?site={site.pk}&site={bare.pk}&site=x&site=99999999999999999999999"
    ).json()
    assert given == {str(site.pk): "Charité, Berlin", str(bare.pk): "France"}


def test_a_popup_shows_site_trial_status_and_contact(client: Client) -> None:
    site = make_site(facility="Hôpital <b>", **PARIS)
    with acting_as(CONTENT):
        SiteContact.objects.create(site=site, position=0, name="Ann Person", email="ann@example.org")
    part = client.get(f"/map/sites/{site.pk}/", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    for said in ("Hôpital &lt;b&gt;", "Recruiting", site.trial.nct_id, "ann@example.org", "Paris, France"):
        assert said in part
    page = client.get(f"/map/sites/{site.pk}/").text
    assert "<h1>Hôpital &lt;b&gt;</h1>" in page
    assert f"site={site.pk}#map" in page


def test_a_site_without_contact_falls_back_on_the_trials(client: Client) -> None:
    site = make_site(**PARIS)
    assert "No contact is reported" in client.get(f"/map/sites/{site.pk}/").text
    with acting_as(CONTENT):
        CentralContact.objects.create(trial=site.trial, position=0, name="World Desk")
    assert "World Desk" in client.get(f"/map/sites/{site.pk}/").text


def test_a_crowded_place_is_a_list(client: Client) -> None:
    sites = [make_site(**SINGAPORE) for _ in range(3)]
    query = "&".join(f"site={site.pk}" for site in sites)
    part = client.get(f"/map/sites/?{query}").text
    assert "3 sites here" in part
    assert all(site.facility in part for site in sites)
    assert client.get("/map/sites/").status_code == 404


def rows(client: Client, query: str = "") -> list[dict[str, str]]:
    response = client.get(f"/map/sites.csv{query}")
    assert response["Content-Disposition"] == 'attachment; filename="sites.csv"'
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_the_csv_has_the_filtered_sites_and_no_formulas(client: Client) -> None:
    site = make_site(facility='=HYPERLINK("x")', **TOKYO)
    make_site(facility="Lyon", **LYON)
    with acting_as(CONTENT):
        SiteContact.objects.create(site=site, position=0, name="@Ann", phone="+81 3", phone_ext="7")
    [row] = rows(client, "?country=Japan")
    assert row["facility"] == '\'=HYPERLINK("x")'
    assert row["contacts"] == "'@Ann, +81 3 ext. 7"
    assert (row["latitude"], row["longitude"], row["coordinates"]) == ("35.6895", "139.6917", "of the record")
    assert rows(client, "?sort=-site")[0]["facility"] == "Lyon"
    assert client.get("/map/sites.csv?country=Atlantis").status_code == 404


def test_negative_coordinates_stay_numbers(client: Client) -> None:
    make_site(latitude=-33.8, longitude=-70.6)
    [row] = rows(client)
    assert (row["latitude"], row["longitude"]) == ("-33.8", "-70.6")


def test_geojson_has_every_site_and_says_what_is_approximate(client: Client) -> None:
    exact = make_site(**PARIS)
    rough = make_site(city="Lyon", approximate_latitude=45.7, approximate_longitude=4.8)
    nowhere = make_site(city="Atlantis")
    response = client.get("/map/sites.geojson")
    assert response["Content-Type"] == "application/geo+json"
    features = {feature["id"]: feature for feature in json.loads(response.content)["features"]}
    assert features[exact.pk]["geometry"] == {"type": "Point", "coordinates": [2.3488, 48.8534]}
    assert features[rough.pk]["properties"]["coordinates"] == "approximate: the city's"
    assert features[nowhere.pk]["geometry"] is None
