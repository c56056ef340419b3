"""What the settings refuse, each in a process of its own, with one line that says what to do."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from config.data_folder import kept_secret

PRODUCTION = {
    "TRIALDESK_MODE": "production",
    "SECRET_KEY": secrets.token_urlsafe(64),
    "TRIALDESK_PATIENT_KEY": Fernet.generate_key().decode(),
    "ALLOWED_HOSTS": "trials.example.org",
    "DATABASE_URL": "postgresql://trialdesk@127.0.0.1:9/trialdesk",
}
SHOW = "from django.conf import settings as s; print(s.MODE, s.DEBUG, *s.DATABASES)"


def start(tmp_path: Path, code: str = SHOW, **environment: str) -> subprocess.CompletedProcess[str]:
    unsaid = (*PRODUCTION, "DATABASE_OWNER_URL", "DEBUG", "TRIALDESK_AS_OWNER")
    base = {
        **os.environ,
        **dict.fromkeys(unsaid, ""),  # empty and not absent: a developer's .env does not fill them in
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "TRIALDESK_DATA": str(tmp_path / "data"),
    }
    return subprocess.run(
        [sys.executable, "-c", code], env=base | environment, capture_output=True, text=True, check=False
    )


def test_production_starts_with_all_it_needs_and_never_as_the_owner(tmp_path: Path) -> None:
    shown = start(tmp_path, **PRODUCTION, DATABASE_OWNER_URL="postgresql://owner@127.0.0.1:9/trialdesk")
    assert shown.stdout.split() == ["production", "False", "default"]
    assert not (tmp_path / "data").exists()


def test_nothing_said_means_production(tmp_path: Path) -> None:
    shown = start(tmp_path, **{**PRODUCTION, "TRIALDESK_MODE": ""})
    assert shown.stdout.startswith("production")


@pytest.mark.parametrize("name", ["SECRET_KEY", "TRIALDESK_PATIENT_KEY", "ALLOWED_HOSTS", "DATABASE_URL"])
def test_production_refuses_to_start_without(name: str, tmp_path: Path) -> None:
    shown = start(tmp_path, **{**PRODUCTION, name: ""})
    assert shown.returncode
    assert f"{name} is not set" in shown.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DEBUG", "true", "DEBUG shows internals"),
        ("TRIALDESK_PATIENT_KEY", "short", "not a Fernet key"),
        ("TRIALDESK_MODE", "prod", "can be production, demo or test"),
        ("TRIALDESK_AS_OWNER", "1", "DATABASE_OWNER_URL is needed"),
    ],
)
def test_production_refuses(name: str, value: str, words: str, tmp_path: Path) -> None:
    shown = start(tmp_path, **{**PRODUCTION, name: value})
    assert shown.returncode
    assert words in shown.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("file", "name"), [("secret-key", "SECRET_KEY"), ("patient-key", "TRIALDESK_PATIENT_KEY")]
)
def test_production_refuses_a_generated_key(file: str, name: str, tmp_path: Path) -> None:
    assert start(tmp_path, TRIALDESK_MODE="demo").returncode == 0
    generated = (tmp_path / "data" / file).read_text()
    shown = start(tmp_path, **{**PRODUCTION, name: generated})
    assert "was generated for a demonstration" in shown.stderr.splitlines()[-1]


def test_a_demonstration_keeps_the_keys_it_made_to_itself(tmp_path: Path) -> None:
    code = "from django.conf import settings as s; print(s.SECRET_KEY, s.PATIENT_KEY)"
    first, second = (start(tmp_path, code, TRIALDESK_MODE="demo").stdout for _ in range(2))
    assert first == second
    assert len(first) > 100
    for file in (tmp_path / "data").iterdir():
        assert file.stat().st_mode & 0o777 == 0o600


def test_two_first_starts_agree_on_one_key(tmp_path: Path) -> None:
    path = tmp_path / "key"

    def make_while_another_starts() -> str:
        assert kept_secret(path, lambda: "first") == "first"
        return "second"

    assert kept_secret(path, make_while_another_starts) == "first"


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    shown = start(tmp_path, TRIALDESK_MODE="demo")
    assert "Set TRIALDESK_DATA to a folder of yours" in shown.stderr.splitlines()[-1]


def test_the_web_process_refuses_the_owner(tmp_path: Path) -> None:
    shown = start(tmp_path, "import config.wsgi", TRIALDESK_MODE="demo", TRIALDESK_AS_OWNER="1")
    assert "must not hold the owner's connection" in shown.stderr.splitlines()[-1]
