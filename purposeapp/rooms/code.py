"""Room codes: short, and easy to read out, to type, and to read from the last row."""

from django.utils.crypto import get_random_string

ALPHABET = "CDFGHJKMNPQRTVWXY34679"
"""No vowels, to avoid words, and no characters that look like others."""
LENGTH = 6


def make_code() -> str:
    """Return a random code, one of about a hundred million."""
    return get_random_string(LENGTH, ALPHABET)


def without_gaps(typed: str) -> str:
    """Return the typed text in upper case without spaces and hyphens; for a link, its last part."""
    last = "".join(typed.split()).rstrip("/").rpartition("/")[2]
    return last.replace("-", "").upper()


def read_code(typed: str) -> str | None:
    """Return the code in a typed text, in any case and with spaces or hyphens, or None."""
    code = without_gaps(typed)
    is_code = len(code) == LENGTH and set(code) <= set(ALPHABET)
    return code if is_code else None
