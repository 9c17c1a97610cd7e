"""Hashed cache keys, so that the cache table contains no network addresses."""

from django.utils.crypto import salted_hmac


def hashed_key(key: str, key_prefix: str, version: int) -> str:
    """Return the hash (HMAC) of a cache key, to store instead of the key.

    Rate limits have keys with network addresses, and expired entries stay in the table until there
    are many. In plain text, they would be a log of addresses.
    """
    return salted_hmac(__name__, f"{key_prefix}:{version}:{key}", algorithm="sha256").hexdigest()
