"""Rebuild this host's search index from the database."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from trials.models import Trial
from trials.searching import catching_up


class Command(BaseCommand):
    help = "Rebuilds the search index of this host. Searches go on in the present one until it is done."

    def handle(self, *args: Any, **options: Any) -> None:
        start = time.monotonic()
        with tqdm(
            total=Trial.objects.count(), unit=" trials", disable=None, file=sys.stderr, leave=False
        ) as bar:
            indexed = catching_up.rebuild(bar.update)
        self.stdout.write(f"indexed={indexed} seconds={time.monotonic() - start:.1f}")
