"""Capability keys: whoever has one, has the page that it opens.

A key is random, and only its hash is stored: who reads the database opens nothing.
"""

import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256

KEY_BYTES = 16
"""Random bytes of a key: 128 bits, which nobody guesses."""

HASH = r"^[0-9a-f]{64}$"
"""What `hash_of` returns, for constraints."""


def make_key() -> str:
    """A new key."""
    return key_of(secrets.token_bytes(KEY_BYTES))


def key_of(secret: bytes) -> str:
    """The key that is made of a secret of at least as many bytes."""
    return urlsafe_b64encode(secret[:KEY_BYTES]).decode().rstrip("=")


def hash_of(key: str) -> str:
    """What is stored of a key. It is random, so a plain SHA-256 can't be guessed back."""
    return sha256(key.encode()).hexdigest()
