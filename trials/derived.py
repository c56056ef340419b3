"""Columns that follow from others; whoever writes a row by other ways than an import fills them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models.functions import Now

from trials.importers import addresses
from trials.models.trial import NEXT_REVISION
from trials.revisions import hold_revisions
from trials.text import folded

if TYPE_CHECKING:
    from trials.models import Site, Sponsor, Trial


def fill_sponsor(sponsor: Sponsor) -> None:
    sponsor.folded = folded(sponsor.name)[:1000]


def fill_site(site: Site) -> None:
    written = (site.facility, site.city, site.state, site.zip, site.country)
    site.address_key = addresses.address_key(*written)
    for name, value in addresses.normalised(*written).items():
        setattr(site, name, value)


def mark_changed(trial: Trial) -> None:
    """After an edit of the trial or of anything that belongs to it."""
    hold_revisions()
    type(trial).objects.filter(pk=trial.pk).update(changed_at=Now(), revision=NEXT_REVISION)
