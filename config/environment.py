"""Read environment variables. Only `make_secret_key` writes anything."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from config import local_postgres

SECRET_KEY_MIN_LENGTH = 32
"""Minimum length of SECRET_KEY in production, in characters."""


def read_choice(name: str, *choices: str) -> str:
    """Return the environment variable `name`, one of `choices`; the first is the default.

    Raises ImproperlyConfigured for another value.
    """
    value = os.environ.get(name) or choices[0]
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def read_whole_number(name: str, default: int, *, most: int) -> int:
    """Return the environment variable `name` as a whole number, from 0 to `most`.

    Raises ImproperlyConfigured for another value.
    """
    value = os.environ.get(name) or str(default)
    if not (value.isascii() and value.isdigit() and int(value) <= most):
        raise ImproperlyConfigured(f"{name} must be a whole number up to {most}, not {value!r}.")
    return int(value)


def read_secret_key(production: bool) -> str:
    """Return the secret key from the environment, or else from the file of `make_secret_key`.

    Without either, return a random key for this process alone, which is enough to read the
    settings or to run tests. Raises ImproperlyConfigured for a key too short for production.
    """
    if key := os.environ.get("SECRET_KEY"):
        if production and len(key) < SECRET_KEY_MIN_LENGTH:
            raise ImproperlyConfigured(
                f"SECRET_KEY is too short: use {SECRET_KEY_MIN_LENGTH} characters or more."
            )
        return key
    kept = _secret_key_file()
    return kept.read_text() if kept.exists() else secrets.token_urlsafe(48)


def make_secret_key() -> None:
    """Create this machine's secret key once, unless the environment sets one.

    It is stored beside the local data, so that a restart signs nobody out. It is written to a
    temporary file and then linked, so that two simultaneous first starts use the same key.
    """
    kept = _secret_key_file()
    if os.environ.get("SECRET_KEY") or kept.exists():
        return
    local_postgres.make_data_dir()
    draft = kept.with_name(f"secret_key.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(48))
    try:
        os.link(draft, kept)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _secret_key_file() -> Path:
    return local_postgres.data_dir() / "secret_key"
