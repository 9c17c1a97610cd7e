"""Cache keys that nobody can read."""

from django.utils.crypto import salted_hmac


def hashed_key(key: str, key_prefix: str, version: int) -> str:
    """The key under which something is cached, in a form from which nobody can read it.

    Limits are counted under the network address of whoever tries, and entries that are over
    stay in the table until there are many: in the clear, they would be a log of addresses.
    """
    return salted_hmac(__name__, f"{key_prefix}:{version}:{key}", algorithm="sha256").hexdigest()
