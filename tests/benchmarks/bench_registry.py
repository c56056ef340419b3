"""Importing, searching and reading a registry of any size: `make bench`, or this script alone.

    make bench ARGS=tests/benchmarks/bench_registry.py TRIALS=60000 FOLDER=/somewhere PARTS=import,search

The records are made up (tests/registry), the same ones each time. They are imported by the command into a
database of its own; beside it stands what is compared with: COPY of the same rows, PostgreSQL's full-text
search, a view that does nothing. With FOLDER what was made and measured stays there, and running it again
goes on from there.
"""

# ruff: noqa: T201, E402 - what it prints is its purpose; settings need the environment first

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TRIALS = int(os.environ.get("TRIALS") or 3_000)
PARTS = (os.environ.get("PARTS") or "import,search,pages").split(",")
KEEP = os.environ.get("FOLDER", "")
ROOT = Path(KEEP or tempfile.mkdtemp(prefix="trialdesk-bench-")) / str(TRIALS)
ROOT.mkdir(parents=True, exist_ok=True)
for folder in (ROOT, ROOT.parent):
    folder.chmod(0o711)  # root's PostgreSQL runs as another user, who has to pass through
os.environ |= {
    "TRIALDESK_MODE": "demo",
    "TRIALDESK_DATA": str(ROOT / "data"),
    "TRIALDESK_AS_OWNER": "1",
    "DJANGO_SETTINGS_MODULE": "config.settings",
}
for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
    os.environ.pop(name, None)

import django

django.setup()

from django.conf import settings
from django.db import connections

from tests.benchmarks.registry import importing, pages, searching
from tests.benchmarks.registry.kept import Kept

MEASURED = {"import": importing, "search": searching, "pages": pages}


def main() -> None:
    kept = Kept(ROOT, TRIALS)
    connections["default"].ensure_connection()  # the embedded server stays for as long as this process
    try:
        migrate = [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "--verbosity=0"]
        subprocess.run(migrate, check=True)
        for name in PARTS:
            MEASURED[name].measure(kept)
            print(*MEASURED[name].report(kept), sep="\n", flush=True)
    finally:
        connections.close_all()
        if not KEEP:
            shutil.rmtree(ROOT.parent, ignore_errors=True)


if __name__ == "__main__":
    main()
