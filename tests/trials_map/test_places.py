"""Places that somebody may name: the likeliest first, and each found again by its label."""

from __future__ import annotations

import pytest

from tests.factories import make_trial
from tests.trials_map.places import make_site
from trials import cities
from trials.place_names import PlaceFound
from trials.places import find_places, places_instead, suggest_places


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Rennes", "Rennes, France"),
        ("rennes, FRANCE", "Rennes, France"),
        ("Rennes France", "Rennes, France"),
        ("München", "Munich, Germany"),
        ("Cologne", "Köln, Germany"),
        ("Den Haag", "The Hague, The Netherlands"),
        ("Paris", "Paris, France"),
        ("Paris TX", "Paris, Texas, United States"),
        ("paris, texas", "Paris, Texas, United States"),
        ("London, Ontario", "London, Ontario, Canada"),
        ("Birmingham UK", "Birmingham, England, United Kingdom"),
        ("Washington, D.C.", "Washington, District of Columbia, United States"),
        ("New York", "New York City, New York, United States"),
        ("Saint Louis, MO", "St. Louis, Missouri, United States"),
        ("St Louis", "St. Louis, Missouri, United States"),
        ("Muenchen", "Munich, Germany"),
        ("Wien", "Vienna, Austria"),
        ("Praha", "Prague, Czechia"),
        ("NYC", "New York City, New York, United States"),
        ("Washington DC", "Washington, District of Columbia, United States"),
        ("北京", "Beijing, China"),
        ("Москва", "Moscow, Russia"),
        ("Αθήνα", "Athens, Greece"),
        ("Frankfurt am Main", "Frankfurt am Main, Germany"),
        ("Frankfurt/Oder", "Frankfurt (Oder), Germany"),
        ("Halle (Saale)", "Halle (Saale), Germany"),
        ("Halle/Saale", "Halle (Saale), Germany"),
        ("Rennes (France)", "Rennes, France"),
        ("Rennes, Bretagne", "Rennes, France"),
        ("Wien, Österreich", "Vienna, Austria"),
        ("Salem, India", "Salem, India"),
        ("Toronto, CA", "Toronto, Ontario, Canada"),
        ("London, U.K.", "London, England, United Kingdom"),
        ("Victoria BC", "Victoria, British Columbia, Canada"),
        ("Perth WA", "Perth, Western Australia, Australia"),
        ("Boston Massachusetts USA", "Boston, Massachusetts, United States"),
        ("Nantes Cedex 1", "Nantes, France"),
        ("Praha 2", "Prague, Czechia"),
    ],
)
@pytest.mark.django_db
def test_a_city_by_any_of_its_names(typed: str, first: str) -> None:
    found = find_places(typed)
    assert found[0].label == first
    assert find_places(first)[0] == found[0]


def test_a_city_of_the_united_states_is_first_of_its_name_with_its_state() -> None:
    """Whatever else there is: Newark, New Jersey beside New York, and a Salem in India."""
    here = [city for city in cities.beginning("", 100_000) if city.country == "US"]
    states: dict[str, list[str]] = {}
    for written, by_country in cities.divisions().items():
        if "US" in by_country:
            states.setdefault(by_country["US"], []).append(written)
    typed = {
        f"{name}, {state}": city.label
        for city in here
        if "," not in (name := city.label.rsplit(", ", 2)[0])
        for state in states[city.division]
    }
    assert len(typed) > 15_000
    assert [(text, found) for text, first in typed.items() if (found := _first(text)) != first] == []


def _first(text: str) -> str:
    found = find_places(text)
    return found[0].label if found else ""


def test_a_state_is_no_city_beside_it() -> None:
    assert find_places("Greenwich, NY") == find_places("Hoboken, New York") == []
    assert find_places("Cambridge, Boston")[0].label == "Cambridge, Massachusetts, United States"


def test_a_ward_is_found_by_its_city_and_in_it() -> None:
    [bunkyo] = find_places("Bunkyo, Tokyo")
    assert (bunkyo.latitude, bunkyo.longitude) == pytest.approx((35.7, 139.75), abs=0.03)


def test_a_name_that_several_cities_bear_offers_them_by_size() -> None:
    labels = [place.label for place in find_places("Springfield")]
    assert labels[0] == "Springfield, Missouri, United States"
    assert "Springfield, Illinois, United States" in labels
    assert all(find_places(label)[0].label == label for label in labels)


@pytest.mark.parametrize(
    "typed",
    [
        *("", " , ", "Nowhere at all", "%_", "\x00", "1" * 300, "(", "/"),
        # Another place than there is, or one of several that nothing known tells apart.
        *("Rennes, Japan", "Paris, Atlantis", "Halle (Westf.)", "Córdoba, Andalucía", "Rennes, Lyon"),
        # Regions, though small towns elsewhere have these names.
        *("California", "Victoria", "Lebanon", "Georgia"),
    ],
)
@pytest.mark.django_db
def test_what_is_no_place_finds_none(typed: str) -> None:
    assert find_places(typed) == []


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("San Marino", "San Marino, California, United States"),
        ("Lebanon", "Lebanon, Tennessee, United States"),
        ("Kuwait", "Kuwait City, Kuwait"),
        ("Greenwich, NY", "Greenwich, Connecticut, United States"),
        ("Santa Monica LA", "Santa Monica, California, United States"),
        ("Rennes, Japan", "Rennes, France"),
        ("Bosten", "Boston, Massachusetts, United States"),
        ("Springfeild, IL", "Springfield, Illinois, United States"),
        *((typed, "") for typed in ("France", "Georgia", "Nowhere at all", "", ",", "1", "\x00", "x" * 100)),
    ],
)
@pytest.mark.django_db
def test_instead_of_none_those_are_offered_that_may_be_meant(typed: str, first: str) -> None:
    assert find_places(typed) == []
    offered = places_instead(typed)
    assert (offered[0].label if offered else "") == first
    assert all(find_places(place.label)[0] == place for place in offered)


def test_the_beginning_of_a_name_suggests_the_largest() -> None:
    assert suggest_places("renn", 2)[0].label == "Rennes, France"
    assert [place.label for place in suggest_places("new yo", 1)] == [
        "New York City, New York, United States"
    ]
    assert suggest_places("x") == suggest_places("") == []
    assert suggest_places("wien")[0].label == "Vienna, Austria"
    assert suggest_places("моск")[0].label == "Moscow, Russia"
    # Of names that are not a city's own, no more than the whole.
    assert "Hamburg, Germany" not in [place.label for place in suggest_places("ambo")]


@pytest.mark.django_db
def test_a_postal_code_is_where_the_sites_are_that_have_it() -> None:
    iowa = {"city": "Iowa City", "state": "Iowa", "country": "United States"}
    make_site(**iowa, zip="52242", latitude=41.66, longitude=-91.54)
    make_site(**iowa, zip="52242-1009", latitude=41.68, longitude=-91.56)
    make_site(city="Elsewhere", country="Mexico", zip="52242", latitude=19.0, longitude=-99.0)
    make_site(city="London", country="United Kingdom", zip="SW1A 1AA", latitude=51.5, longitude=-0.14)
    make_site(city="Amsterdam", country="Netherlands", zip="1012 AB", latitude=52.37, longitude=4.9)
    make_site(city="Nowhere", country="France", zip="99999")
    american, mexican = find_places("52242")
    assert american.label == "52242, Iowa City, Iowa, United States"
    assert (american.latitude, american.longitude) == pytest.approx((41.67, -91.55))
    assert find_places("52242 us") == find_places("52242, United States") == [american]
    assert find_places(mexican.label) == [mexican]
    assert find_places("sw1a1aa") == find_places("SW1A 1AA UK") != []
    assert find_places("99999") == find_places("52242 France") == []
    assert {place.label for place in suggest_places("522")} >= {american.label, mexican.label}
    # A part of a code that nobody has there is where the sites of the whole are.
    assert find_places("1012")[0].label == "1012, Amsterdam, Netherlands"
    assert find_places("sw1a")[0].label == find_places("SW1A 2AA")[0].label == "SW1A, London, United Kingdom"
    assert find_places("SW1") == find_places("SW1B 1AA") == []
    for label in ("1012, Amsterdam, Netherlands", "SW1A, London, United Kingdom"):
        assert find_places(label)[0].label == label
    # A code says where in a city, and which city of that name is meant.
    assert find_places("Iowa City, IA 52242-1009")[0].label == "52242-1009, Iowa City, Iowa, United States"
    assert find_places("London SW1A 1AA")[0].label == "SW1A 1AA, London, United Kingdom"
    assert find_places("1012ab Amsterdam")[0].label == "1012 AB, Amsterdam, Netherlands"
    assert [place.label for place in find_places("Boston MA 02115")] == [
        "Boston, Massachusetts, United States"
    ]
    assert find_places("75013 Paris")[0].label == "Paris, France"
    assert find_places("52242 Rennes")[0].label == "Rennes, France"


@pytest.mark.django_db
def test_one_wrong_record_does_not_move_a_postal_code() -> None:
    wrong = make_trial()
    for _number in range(5):
        make_site(wrong, city="Lyon", country="France", zip="75013", latitude=45.75, longitude=4.85)
    for _number in range(2):
        make_site(city="Paris", country="France", zip="75013", latitude=48.83, longitude=2.36)
    [paris] = find_places("75013")
    assert paris == PlaceFound("75013, Paris, France", 48.83, 2.36)
