"""The folder that a demonstration keeps everything in, and the secrets made for it at first start."""

import os
import secrets
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured


def make_folder(folder: Path) -> None:
    """Make the data folder where there is none, for its owner alone.

    Root's PostgreSQL runs as another user, who has to pass through; what is confidential in it has a mode
    of its own.
    """
    if not folder.is_dir():
        folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)


def new_secret_key() -> str:
    return secrets.token_urlsafe(64)


def new_patient_key() -> str:
    return Fernet.generate_key().decode()


def kept_secret(path: Path, make: Callable[[], str]) -> str:
    """Return what the file holds; write it first, readable by its owner alone, when there is none.

    The content is complete before the name exists, so two first starts agree on one secret.
    """
    try:
        if not path.exists():
            make_folder(path.parent)
            with tempfile.NamedTemporaryFile("w", dir=path.parent) as draft:  # made with mode 0600
                draft.write(make())
                draft.flush()
                with suppress(FileExistsError):  # another process was first, and its secret is the one
                    path.hardlink_to(draft.name)
        return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{path} cannot be kept: {error.strerror}. Set TRIALDESK_DATA to a folder of yours."
        ) from error


def checked_patient_key(key: str) -> str:
    try:
        Fernet(key)
    except ValueError as error:
        raise ImproperlyConfigured(
            "TRIALDESK_PATIENT_KEY is not a Fernet key (32 bytes, URL-safe base64)."
        ) from error
    return key
