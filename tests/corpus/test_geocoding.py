"""How well the gazetteer places the addresses of real records: those with coordinates say where they are."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.corpus.test_records import FILES, records
from trials.gazetteer import Address, Point, find
from trials.importers.addresses import normalised
from trials.searching.places import kilometres

pytestmark = pytest.mark.corpus

# A city's hospitals lie around it; a registry's own coordinates are those of the city, or of its country.
REACH_KM = 50


def test_nearly_all_addresses_are_placed_and_hardly_any_wrongly() -> None:
    placed: Counter[Address] = Counter()
    given: list[tuple[Address, float, float]] = []
    for path in FILES:
        for record in records(path):
            for site in record["protocolSection"].get("contactsLocationsModule", {}).get("locations", []):
                parts = [site.get(name, "") for name in ("facility", "city", "state", "zip", "country")]
                columns = normalised(*parts)
                address = Address(*(columns[f"{name}_normalised"] for name in ("city", "state", "country")))
                placed[address] += 1
                if point := site.get("geoPoint"):
                    given.append((address, point["lat"], point["lon"]))
    found = find(placed)
    assert sum(number for address, number in placed.items() if address in found) >= 0.96 * placed.total()
    measured = [_km(found[address], *point) for address, *point in given if address in found]
    assert len(measured) >= 0.96 * len(given)
    assert sum(km > REACH_KM for km in measured) <= 0.015 * len(measured)


def _km(found: Point, latitude: float, longitude: float) -> float:
    return kilometres(found.latitude, found.longitude, latitude, longitude)
