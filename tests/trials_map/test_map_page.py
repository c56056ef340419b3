"""The map's page without a script: filters, landing, table, and what is said of a wrong question."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from config.context import acting_as
from screening.models import SponsorMembership, User
from tests.factories import CONTENT, make_sponsor, make_trial, make_user
from tests.trials_map.places import LYON, OSAKA, PARIS, SINGAPORE, TOKYO, make_site
from trials.models import Site, SiteContact, Sponsor, Trial, TrialSponsor

pytestmark = pytest.mark.django_db


def text_of(html: str) -> str:
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


def facilities(client: Client, query: str = "", **headers: str) -> list[str]:
    html = client.get(f"/map/{query}", headers=headers).text
    return re.findall(r'<th scope="row"><a href="/map/sites/\d+/">([^<]*)<', html)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_public_lands_on_what_is_recruiting_and_is_told_so(client: Client) -> None:
    make_site(facility="Open", **PARIS)
    make_site(facility="Done", status="COMPLETED", **PARIS)
    make_site(facility="Unsaid", status="", **PARIS)
    assert facilities(client) == ["Open"]
    page = text_of(client.get("/map/").text)
    assert "The map opens on the sites that are recruiting" in page
    assert "Recruitment status: Recruiting" in page
    assert facilities(client, "?sites=all") == ["Open", "Done", "Unsaid"]
    assert facilities(client, "?status=none") == ["Unsaid"]


def test_a_sponsor_lands_on_its_own_trials_and_may_look_further() -> None:
    own, other = make_sponsor("Own Pharma"), make_sponsor("Other Pharma")
    make_site(make_trial(sponsor=own), facility="Ours", status="COMPLETED", **PARIS)
    make_site(make_trial(sponsor=other), facility="Theirs", **PARIS)
    sven = make_user("Sven")
    with acting_as(CONTENT):
        SponsorMembership.objects.create(user=sven, sponsor=own)
    client = signed_in(sven)
    assert facilities(client) == ["Ours"]
    assert "the sites of your own trials" in text_of(client.get("/map/").text)
    assert 'data-here="/map/?sponsor=Own+Pharma"' in client.get("/map/").text
    assert facilities(client, "?sites=all") == ["Ours", "Theirs"]


def test_people_without_a_sponsor_land_on_everything() -> None:
    make_site(facility="Done", status="COMPLETED", **PARIS)
    assert facilities(signed_in(make_user("Ada", is_staff=True))) == ["Done"]


def test_filters_narrow_together_and_each_widens_by_its_values(client: Client) -> None:
    sponsor = make_sponsor("Own Pharma")
    trial: Trial = make_trial("NCT00000001", sponsor=sponsor)
    make_site(trial, facility="Tokyo 1", **TOKYO)
    make_site(trial, facility="Osaka 1", status="COMPLETED", **OSAKA)
    make_site(trial, facility="Lyon 1", **LYON)
    make_site(make_trial("NCT00000002"), facility="Tokyo 2", **TOKYO)
    for query, expected in {
        "?country=Japan": ["Osaka 1", "Tokyo 1", "Tokyo 2"],
        "?country=Japan&status=RECRUITING": ["Tokyo 1", "Tokyo 2"],
        "?country=Japan&country=France": ["Lyon 1", "Osaka 1", "Tokyo 1", "Tokyo 2"],
        "?trial=NCT00000001&country=Japan": ["Osaka 1", "Tokyo 1"],
        "?trial=nct00000002": ["Tokyo 2"],
        "?sponsor=Own+Pharma&status=RECRUITING": ["Lyon 1", "Tokyo 1"],
        "?sites=all&country=France": ["Lyon 1"],
        "?trial=NCT00000002&country=France": [],
    }.items():
        assert facilities(client, query) == expected, query


def test_a_choice_says_how_many_sites_it_would_find(client: Client) -> None:
    trial = make_trial(sponsor=make_sponsor("Own Pharma"))
    for place in (TOKYO, TOKYO, OSAKA):
        make_site(trial, **place)
    make_site(trial, status="COMPLETED", **LYON)
    page = client.get("/map/?status=RECRUITING").text

    def count(value: str) -> int:
        [found] = re.findall(rf'value="{value}".*?<span class="count">(\d+)</span>', page)
        return int(found)

    assert (count("Japan"), count("Own Pharma"), count("COMPLETED"), count(trial.nct_id)) == (3, 3, 1, 3)


def offered(client: Client, query: str, name: str) -> list[str]:
    page = client.get(query).text
    return [unescape(value) for value in re.findall(rf'id="{name}-\w+" name="{name}" value="([^"]*)"', page)]


def test_every_sponsor_and_trial_is_within_reach_however_many_there_are(client: Client) -> None:
    make_many(45)
    for name, rare in (("sponsor", "Sponsor 44 & Sons"), ("trial", "NCT00000044")):
        listed = offered(client, "/map/?sites=all", name)
        assert len(listed) == 40
        assert rare not in listed
        assert offered(client, f"/map/?sites=all&find_{name}=44", name) == [rare]
    assert offered(client, "/map/?sites=all&find_trial=TITLE+44", "trial") == ["NCT00000044"]
    page = text_of(client.get("/map/?sites=all").text)
    assert page.count("Write a part of a name to find others.") == 2
    assert len(offered(client, "/map/?sites=all", "country")) == 45


def test_what_is_sought_in_a_list_changes_the_list_alone(client: Client) -> None:
    make_many(3)
    chosen = "/map/?sponsor=Sponsor+01+%26+Sons&find_sponsor=02"
    assert offered(client, chosen, "sponsor") == ["Sponsor 01 & Sons", "Sponsor 02 & Sons"]
    response = client.get(chosen, headers={"HX-Request": "true"})
    assert response["HX-Push-Url"] == "/map/?sponsor=Sponsor+01+%26+Sons"
    assert facilities(client, "?sites=all&find_trial=nothing") == ["Hospital 0", "Hospital 1", "Hospital 2"]
    assert "None bears that name." in text_of(client.get("/map/?sites=all&find_trial=nothing").text)
    assert "Look for 100 characters" in text_of(client.get(f"/map/?find_trial={'x' * 101}").text)


def make_many(number: int) -> None:
    """So many trials, each with a sponsor and with a site in a country of its own."""
    with acting_as(CONTENT):
        sponsors = Sponsor.objects.bulk_create(
            Sponsor(name=f"Sponsor {n:02} & Sons", folded=f"sponsor {n:02} & sons") for n in range(number)
        )
        trials = Trial.objects.bulk_create(
            Trial(nct_id=f"NCT{n:08}", brief_title=f"Title {n}") for n in range(number)
        )
        TrialSponsor.objects.bulk_create(
            TrialSponsor(trial=trial, sponsor=sponsor, role="lead", position=0)
            for trial, sponsor in zip(trials, sponsors, strict=True)
        )
        Site.objects.bulk_create(
            Site(trial=trial, facility=f"Hospital {n}", country_normalised=f"Country {n:02}")
            for n, trial in enumerate(trials)
        )


def test_the_table_says_what_the_map_does(client: Client) -> None:
    trial = make_trial()
    named = make_site(trial, facility="Named hospital", **PARIS)
    make_site(
        trial,
        facility="Somewhere",
        city="Lyon",
        country="France",
        approximate_latitude=45.7,
        approximate_longitude=4.8,
    )
    make_site(trial, facility="Nowhere", city="Atlantis")
    with acting_as(CONTENT):
        SiteContact.objects.create(site=named, position=0, name="Ann Person", phone="+33 1")
    page = text_of(client.get("/map/?sites=all").text)
    assert "3 sites, 1 of them not on the map" in page
    assert "Ann Person" in page
    assert re.search(r"Named hospital.*Paris, France ● Recruiting Ann Person", page)
    assert re.search(r"Somewhere.*approximate", page)
    assert re.search(r"Nowhere.*Not on the map", page)


def test_it_sorts_both_ways_and_pages_with_the_filters(client: Client) -> None:
    trial = make_trial()
    for number in range(27):
        make_site(trial, facility=f"Hospital {number:02}", **PARIS)
    make_site(trial, facility="Elsewhere", **LYON)
    assert facilities(client, "?country=France&sort=site")[:2] == ["Elsewhere", "Hospital 00"]
    assert facilities(client, "?country=France&sort=-site")[:2] == ["Hospital 26", "Hospital 25"]
    assert facilities(client, "?country=France&sort=-site&page=2") == [
        "Hospital 01",
        "Hospital 00",
        "Elsewhere",
    ]
    page = client.get("/map/?country=France&sort=-site").text
    assert 'href="/map/?country=France&amp;sort=-site&amp;page=2"' in page
    assert page.count('aria-sort="descending"') == 1


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?status=OPEN", "There is no choice “OPEN” here"),
        ("?country=Atlantis", "No trial here has “Atlantis”"),
        ("?trial=NCT1", "No trial here has “NCT1”"),
        ("?sponsor=%00", "Null characters are not allowed"),
        ("?sort=secret", "The table cannot be sorted by “secret”"),
        ("?sites=all&site=x", "A site is asked for by its number"),
        ("?sites=all&page=0", "There is no page 0"),
        ("?sites=all&page=x", "“x” is no page number"),
        ("?sites=all&site=99999999999999999999", "A site is asked for by its number"),
    ],
)
def test_what_was_not_understood_is_said_and_not_applied(client: Client, query: str, said: str) -> None:
    make_site(**PARIS)
    response = client.get(f"/map/{query}")
    assert response.status_code == 200
    assert said in text_of(response.text)
    assert len(facilities(client, query)) == 1


def test_sites_that_no_registry_lists_are_nowhere(client: Client) -> None:
    hidden = make_site(listed=False, origin="local", **PARIS)
    assert facilities(client, "?sites=all") == []
    assert client.get("/map/sites.json").json()["id"] == ""
    assert client.get(f"/map/sites/{hidden.pk}/").status_code == 404
    assert client.get(f"/map/sites/?site={hidden.pk}").status_code == 404
    assert client.get(f"/map/labels.json?site={hidden.pk}").json() == {}
    assert hidden.facility not in client.get("/map/sites.csv").text
    assert "There are no sites here yet" in text_of(client.get("/map/?sites=all").text)


def test_htmx_gets_the_part_that_changes_and_an_address(client: Client) -> None:
    make_site(**PARIS)
    response = client.get("/map/?sites=all&country=France", headers={"HX-Request": "true"})
    assert "<html" not in response.text
    assert response.text.lstrip().startswith('<section id="results"')
    assert 'id="filters" class="filters" hx-swap-oob="true"' in response.text
    assert response["HX-Push-Url"] == "/map/?country=France"
    assert "HX-Request" in response["Vary"]


def settings_of(page: str) -> dict[str, Any]:
    [found] = re.findall(r'data-settings="(.*?)"', page)
    return dict(json.loads(unescape(found)))


def test_the_script_is_told_every_word_and_which_site_to_show(client: Client) -> None:
    site = make_site(**PARIS)
    told = settings_of(client.get(f"/map/?sites=all&site={site.pk}").text)
    assert told["focus"] == site.pk
    assert told["statuses"]["RECRUITING"] == {"word": "Recruiting", "glyph": "●", "look": "good"}
    assert told["statuses"][""]["word"] == "Status not reported"


def test_the_page_of_a_trial_has_the_map_of_its_own_sites(client: Client) -> None:
    trial, empty = make_trial("NCT00000001"), make_trial("NCT00000002")
    make_site(trial, **SINGAPORE)
    make_site(trial, city="Atlantis")
    make_site(empty, city="Atlantis")
    page = client.get("/trials/NCT00000001/").text
    assert 'data-sites="/map/sites.json?trial=NCT00000001"' in page
    assert "1 site is not on the map." in page
    assert "map-canvas" not in client.get("/trials/NCT00000002/").text


def test_no_more_queries_for_more_sites(client: Client, django_assert_num_queries: Any) -> None:
    def add(number: int) -> None:
        for _ in range(number):
            site = make_site(
                make_trial(sponsor=make_sponsor(f"Sponsor {id(object())} {_} {number}")), **PARIS
            )
            with acting_as(CONTENT):
                SiteContact.objects.create(site=site, position=0, name="Ann Person")

    add(1)
    with django_assert_num_queries(8) as one:
        client.get("/map/?sites=all")
    add(20)
    with django_assert_num_queries(len(one.captured_queries)):
        client.get("/map/?sites=all")
