"""Read environment variables. Only `make_secret_key` writes anything."""

import os
import re
import secrets
from email.errors import HeaderParseError, ObsoleteHeaderDefect
from email.policy import default as RFC_5322
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from config import local_postgres

SECRET_KEY_MIN_LENGTH = 50
"""Minimum length of SECRET_KEY in production, in characters: that of Django's own check, W009."""

HOST_NAME = re.compile(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\]", re.IGNORECASE)
"""What can be in a Host header, without the port. A leading dot stands for all subdomains."""


def read_choice(name: str, *choices: str) -> str:
    """Return the environment variable `name`, one of `choices`; the first is the default.

    Raises ImproperlyConfigured for another value.
    """
    value = os.environ.get(name) or choices[0]
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def read_whole_number(name: str, default: int, *, least: int = 0, most: int) -> int:
    """Return the environment variable `name` as a whole number, from `least` to `most`.

    Raises ImproperlyConfigured for another value.
    """
    value = os.environ.get(name) or str(default)
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        raise ImproperlyConfigured(
            f"{name} must be a whole number from {least} to {most}, not {value!r}."
        )
    return int(value)


def split_url(name: str, url: str) -> SplitResult:
    """Return the parts of a URL, which the environment variable `name` holds.

    Raises ImproperlyConfigured for an invalid host or port.
    """
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 (it's parsed only now)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is not understood: {error}.") from error
    return parts


def count_of_workers() -> int:
    """Return the number of worker processes. Raises ImproperlyConfigured for an invalid one."""
    return read_whole_number("WEB_CONCURRENCY", 2, least=1, most=100)


def host_names(text: str, *, any_host: bool) -> list[str]:
    """Return the host names in the value of ALLOWED_HOSTS, which separates them by commas.

    With `any_host`, one may be `*`. Raises ImproperlyConfigured for anything else that no Host
    header would ever match.
    """
    hosts = [host for each in text.split(",") if (host := each.strip())]
    for host in hosts:
        if not (HOST_NAME.fullmatch(host) or (any_host and host == "*")):
            raise ImproperlyConfigured(
                f"ALLOWED_HOSTS must be host names separated by commas, such as purposes.example, "
                f"without a scheme, a port or a path, not {host!r}."
            )
    return hosts


def is_email_address(text: str) -> bool:
    """Return whether a text is an email address without a name."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def is_mailbox(text: str) -> bool:
    """Return whether a text is one email address, with or without a name (RFC 5322)."""
    try:
        header = RFC_5322.header_factory("From", text)
    except (HeaderParseError, IndexError):
        return False
    # A name with a dot in it, without quotes, is obsolete and common.
    defects = [each for each in header.defects if not isinstance(each, ObsoleteHeaderDefect)]
    return not defects and len(header.addresses) == 1


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
