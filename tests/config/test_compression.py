"""Which pages are compressed, and which must not be."""

import pytest
from django.test import Client

from tests.factories import make_cast

pytestmark = pytest.mark.django_db
GZIP = {"Accept-Encoding": "gzip, br"}


@pytest.mark.parametrize("address", ["/", "/trials/?q=nothing", "/accounts/login/"])
def test_pages_of_visitors_whom_nobody_knows_are_compressed(client: Client, address: str) -> None:
    response = client.get(address, headers=GZIP)
    assert response["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in response["Vary"]
    assert "Content-Encoding" not in client.get(address).headers


def test_what_repeats_a_search_to_somebody_known_is_not(client: Client) -> None:
    cast = make_cast()
    client.force_login(cast.alice)
    for address in ("/", "/trials/?q=nothing", "/screening/?trial=nothing", "/accounts/password/"):
        assert "Content-Encoding" not in client.get(address, headers=GZIP).headers, address
    # It repeats nothing, and is long.
    response = client.get(f"/trials/{cast.trial.nct_id}/", headers=GZIP)
    assert response["Content-Encoding"] == "gzip"
