"""The code of a room: short, and clear when it is read out, typed or seen from the last row."""

import secrets

ALPHABET = "CDFGHJKMNPQRTVWXY34679"
"""Without vowels, so that no word comes out, and without what looks like something else."""
LENGTH = 6


def make_code() -> str:
    """A random code, of some hundred million."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def without_gaps(typed: str) -> str:
    """What somebody typed, in capitals and without spaces or hyphens; of a link, its last part."""
    last = "".join(typed.split()).rstrip("/").rpartition("/")[2]
    return last.replace("-", "").upper()


def read_code(typed: str) -> str | None:
    """The code that somebody typed, in whatever case and with spaces or hyphens; None if none."""
    code = without_gaps(typed)
    is_code = len(code) == LENGTH and set(code) <= set(ALPHABET)
    return code if is_code else None
