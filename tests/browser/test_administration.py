"""The administrator's pages in Chromium: under the policy, and what is done there with scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.desk_world import sign_in
from tests.factories import Cast, make_cast
from tests.trials.admin_pages import address, load_trial
from trials.models import Site, Trial

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def trial(cast: Cast) -> Trial:
    return load_trial()


@pytest.fixture
def ada(page: Page, live_server: Any, cast: Cast) -> Page:
    sign_in(page, live_server, cast.ada)
    return page


def test_an_edit_is_made_explained_told_and_taken_back(ada: Page, trial: Trial) -> None:
    ada.goto(address("trial_change", trial.pk))
    ada.locator("select[name=overall_status]").select_option(label="Suspended")
    ada.get_by_label("Reason for the change").fill("Letter of the sponsor")
    ada.get_by_role("button", name="Save and continue editing").click()
    field = ada.locator(".field-overall_status .local-edit")
    expect(field).to_contain_text("The registry says: Recruiting")
    expect(field).to_contain_text("Edited by Ada Example")

    ada.get_by_role("link", name="History").click()
    told = ada.get_by_role("row").filter(has_text="Letter of the sponsor")
    expect(told).to_contain_text("Status: Recruiting → Suspended")

    ada.go_back()
    field.get_by_label("Take the registry's value back when saving").check()
    ada.get_by_role("button", name="Save and continue editing").click()
    expect(ada.locator(".local-edit")).to_have_count(0)
    trial.refresh_from_db()
    assert trial.overall_status == "RECRUITING"


def test_many_sites_are_changed_at_once(ada: Page, trial: Trial) -> None:
    ada.goto(address("site_changelist", trial__id__exact=trial.pk))
    ada.locator("#action-toggle").check()
    ada.locator("select[name=action]").select_option(label="Change the status…")
    ada.get_by_role("button", name="Run").click()
    expect(ada.get_by_role("heading", name="Change the status of 4 sites")).to_be_visible()
    ada.get_by_label("New status").select_option(label="Completed")
    ada.get_by_label("Reason for the change").fill("Closed together")
    ada.get_by_role("button", name="Change the status").click()
    expect(ada.get_by_text("4 sites were changed to “Completed”.")).to_be_visible()
    assert set(Site.objects.filter(trial=trial).values_list("status", flat=True)) == {"COMPLETED"}


def test_a_role_at_a_sponsor_is_found_by_typing(ada: Page, cast: Cast, trial: Trial) -> None:
    ada.goto(reverse("admin:screening_user_change", args=[cast.alice.pk]))
    ada.get_by_text("Add another Sponsor this person works for").click()
    ada.locator("#sponsor_memberships-0 .select2-selection").click()
    ada.locator(".select2-search__field").fill("example ph")
    ada.get_by_role("option", name="Example Pharma").click()
    ada.get_by_role("button", name="Save", exact=True).click()
    expect(ada.get_by_text("was changed successfully")).to_be_visible()


# Both widths and both schemes: what a page's colours are does not depend on its width.
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (375, "dark")])
def test_the_pages_hold_to_the_policy_and_the_width(
    scheme: Any,
    width: int,
    open_page: Callable[..., Page],
    live_server: Any,
    cast: Cast,
    trial: Trial,
    check_axe: Callable[[Page], None],
) -> None:
    page = open_page(width=width, color_scheme=scheme)
    sign_in(page, live_server, cast.ada)
    ours = (
        reverse("admin:index"),
        address("trial_changelist"),
        address("site_changelist"),
        reverse("admin:trials_trial_history", args=[trial.pk]),
    )
    djangos = (  # with heads of tables that are empty
        address("trial_change", trial.pk),
        reverse("admin:screening_user_change", args=[cast.alice.pk]),
        reverse("admin:screening_center_change", args=[cast.rennes.pk]),
    )
    for path in (*ours, *djangos):
        page.goto(path)
        expect(page.get_by_role("link", name="Trialdesk")).to_be_visible()
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path
        if path in ours:
            check_axe(page)
