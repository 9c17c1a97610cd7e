"""Capability keys: secret tokens that give access to a page to anyone who has one.

A key is random, and only its hash is stored, so reading the database gives no access.
"""

import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256

KEY_BYTES = 16
"""The random bytes of a key: 128 bits, which can't be guessed."""

HASH = r"^[0-9a-f]{64}$"
"""A regular expression for the results of `hash_of`, for constraints."""


def make_key() -> str:
    """Return a new random key."""
    return secrets.token_urlsafe(KEY_BYTES)


def key_of(secret: bytes) -> str:
    """Return the key for a secret of at least KEY_BYTES bytes."""
    return urlsafe_b64encode(secret[:KEY_BYTES]).decode().rstrip("=")


def hash_of(key: str) -> str:
    """Return the hash of a key, to be stored. Keys are random, so an unsalted SHA-256 is enough."""
    return sha256(key.encode()).hexdigest()
