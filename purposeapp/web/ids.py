"""Validation of the ids in addresses and forms: whatever PostgreSQL could not take is a 404."""

from uuid import UUID

from django.http import Http404

MAX_DIGITS = 18
"""What fits into a bigint whatever the digits are."""


def is_id(text: str) -> bool:
    """Whether PostgreSQL can take this for the number of a row."""
    return text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS


def id_or_404(text: str) -> str:
    """The number of a row, as an address has it."""
    if not is_id(text):
        raise Http404
    return text


def uuid_or_404(text: str) -> UUID:
    """The UUID that an address has."""
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
