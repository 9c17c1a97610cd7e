"""Validation of ids in URLs and forms: an id that PostgreSQL would reject is a 404."""

from uuid import UUID

from django.http import Http404

MAX_DIGITS = 18
"""The most digits that always fit into a bigint."""


def is_id(text: str) -> bool:
    """Return whether PostgreSQL accepts this text as a numeric primary key."""
    return text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS


def id_or_404(text: str) -> str:
    """Return a numeric primary key from a URL. Raises Http404 if it isn't one."""
    if not is_id(text):
        raise Http404
    return text


def uuid_or_404(text: str) -> UUID:
    """Return a UUID from a URL. Raises Http404 if it isn't one."""
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
