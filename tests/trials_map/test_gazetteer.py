"""Cities of the gazetteer: in their country and division, by every name, and never in the wrong place."""

from __future__ import annotations

import pytest

from trials.gazetteer import Address, Point, find

# Where they are, to a tenth of a degree.
KNOWN = {
    Address("Birmingham", "Alabama", "United States"): (33.5, -86.8),
    Address("Birmingham", "", "United Kingdom"): (52.5, -1.9),
    Address("Springfield", "Illinois", "United States"): (39.8, -89.6),
    Address("Springfield", "MA", "United States"): (42.1, -72.6),
    Address("Cologne", "North Rhine-Westphalia", "Germany"): (50.9, 7.0),
    Address("Cologne", "", "Italy"): (45.6, 9.9),
    Address("Córdoba", "", "Spain"): (37.9, -4.8),
    Address("Cordoba", "", "Spain"): (37.9, -4.8),
    Address("Amsterdam", "North Holland", "Netherlands"): (52.4, 4.9),
    Address("Ankara", "", "Türkiye"): (39.9, 32.9),
    Address("St. Louis", "Missouri", "United States"): (38.6, -90.2),
    Address("Kaohsiung City", "", "Taiwan"): (22.6, 120.3),
    Address("Iowa City", "Iowa", "United States"): (41.7, -91.5),
    Address("Halle", "", "Germany"): (51.5, 12.0),
    Address("Praha 2", "", "Czechia"): (50.1, 14.4),
    Address("Nantes Cedex 1", "", "France"): (47.2, -1.6),
    Address("Sapporo-shi, Hokkaido", "", "Japan"): (43.1, 141.35),
    Address("Vitória", "Espírito Santo", "Brazil"): (-20.3, -40.3),
    Address("Hong Kong", "", "China"): (22.3, 114.2),
    Address("Santiago Compostela", "A Coruna", "Spain"): (42.9, -8.5),
}
OPEN = [
    Address("Springfield", "", "United States"),
    Address("Birmingham", "Utah", "United States"),
    Address("Nowhere at all", "", "France"),
    Address("Paris", "", "Atlantis"),
    Address("", "Tokyo", "Japan"),
]
JAPAN = {
    # GeoNames has it in another prefecture.
    Address("Bunkyo-ku", "Tokyo", "Japan"): (35.7, 139.75),
    Address("Bunkyo-ku", "", "Japan"): (35.7, 139.75),
    Address("Meguro-ku", "Tokyo", "Japan"): (35.6, 139.7),
    Address("Shinjuku-ku", "Tokyo", "Japan"): (35.7, 139.7),
    Address("Suita", "Osaka", "Japan"): (34.8, 135.5),
    # There are an Ishikawa in Okinawa, and an Ibaraki in Osaka, that these prefectures are not.
    Address("Kanazawa", "Ishikawa", "Japan"): (36.6, 136.6),
    Address("Mito", "Ibaraki", "Japan"): (36.4, 140.4),
    # A quarter of Madrid has more people than the city.
    Address("Salamanca", "", "Spain"): (41.0, -5.7),
}


@pytest.fixture(scope="module")
def found() -> dict[Address, Point]:
    return find([*KNOWN, *OPEN, *JAPAN])


@pytest.mark.parametrize(("address", "place"), [*KNOWN.items(), *JAPAN.items()], ids=str)
def test_a_city_is_found_in_its_country_and_division(
    address: Address, place: tuple[float, float], found: dict[Address, Point]
) -> None:
    point = found[address]
    assert (point.latitude, point.longitude) == pytest.approx(place, abs=0.06)


@pytest.mark.parametrize("address", OPEN, ids=str)
def test_what_stays_open_is_not_guessed(address: Address, found: dict[Address, Point]) -> None:
    assert address not in found


def test_nothing_asked_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trials.gazetteer.cities", None)
    assert find([]) == {}
    assert find([Address("", "", "France")]) == {}
