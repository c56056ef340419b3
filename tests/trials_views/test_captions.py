"""The headings and captions of a trial's page: as they come, and as an administrator words them."""

from __future__ import annotations

import pytest
from django.db import Error, connections
from django.test import Client

from config.context import acting_as
from screening.models import AuditEvent
from tests.factories import CONTENT, Cast, acting, make_cast
from tests.trials_views.catalogue import text_of
from trials.models import Caption
from trials.reading.sections import SECTIONS

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def page_of(client: Client, cast: Cast) -> str:
    return text_of(client.get(f"/trials/{cast.trial.nct_id}/").content.decode())


def test_an_administrator_words_a_caption_and_has_the_first_one_back(client: Client, cast: Cast) -> None:
    client.force_login(cast.ada)
    form = client.get("/admin/trials/caption/add/").content.decode()
    assert all(str(section.caption).split("'")[0] in form for section in SECTIONS)

    words = {"key": "eligibility", "heading": "Eligibility", "text": "Who may join, and who may not."}
    assert client.post("/admin/trials/caption/add/", words).status_code == 302
    text = page_of(Client(), cast)
    assert "Eligibility Who may join, and who may not." in text
    assert "Who can take part" not in text

    caption = Caption.objects.get()
    shown = client.get(f"/admin/trials/caption/{caption.pk}/change/").content.decode()
    assert "Inclusion criteria must all be true of a participant" in shown
    assert client.post(f"/admin/trials/caption/{caption.pk}/delete/", {"post": "yes"}).status_code == 302
    assert "Who can take part Inclusion criteria must all be true" in page_of(Client(), cast)

    with acting(cast.ada):
        events = AuditEvent.objects.filter(table="trials_caption").order_by("pk")
        assert [(event.action, event.user_id) for event in events] == [
            ("insert", cast.ada.pk),
            ("delete", cast.ada.pk),
        ]


def test_a_part_left_empty_stays_as_it_comes(client: Client, cast: Cast) -> None:
    with acting_as(CONTENT):
        Caption.objects.create(key="eligibility", text="Who may join.")
        Caption.objects.create(key="no-such-section", text="Nowhere to be seen.")
    text = page_of(client, cast)
    assert "Who can take part Who may join." in text
    assert "Nowhere to be seen" not in text


def test_a_caption_that_says_nothing_is_refused_with_a_word(client: Client, cast: Cast) -> None:
    client.force_login(cast.ada)
    response = client.post("/admin/trials/caption/add/", {"key": "glance", "heading": "", "text": ""})
    assert "Write a heading or a caption" in response.content.decode()
    assert not Caption.objects.exists()


def test_only_who_edits_content_writes_captions(cast: Cast) -> None:
    with pytest.raises(Error), acting(cast.alice):
        Caption.objects.create(key="glance", text="Not hers to say.")
    with pytest.raises(Error):
        Caption.objects.create(key="glance", text="Nobody's to say.")
    assert connections["default"].is_usable()
