"""The page that thanks whose data these are."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_the_page_names_each_source_of_data_and_every_page_leads_there(client: Client) -> None:
    shown = client.get(reverse("trials:about")).content.decode()
    for source in (
        "National Library of Medicine",
        "Human Disease Ontology",
        "Mondo",
        "GeoNames",
        "Natural Earth",
    ):
        assert source in shown
    assert reverse("trials:about") in client.get(reverse("trials:list")).content.decode()
