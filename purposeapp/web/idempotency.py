"""An idempotency key that is the same for all requests of a browser, without a session or a seat.

So a form that is sent twice at once, or again because the response was lost, takes effect once.
"""

from django.http import HttpRequest
from django.utils.crypto import salted_hmac


def browser_key(request: HttpRequest, salt: str, value: str = "") -> bytes | None:
    """Return a key of 32 bytes that others can't guess; None if the browser has no CSRF cookie.

    It's derived from the CSRF cookie, which is set with each form and changes at sign-in, but not
    at sign-out. So it must never give access to anything of an account by itself.
    """
    secret = request.META.get("CSRF_COOKIE")
    return salted_hmac(salt, f"{value} {secret}", algorithm="sha256").digest() if secret else None


def key_of_new_session(request: HttpRequest) -> str | None:
    """Return a session key shared by all first requests of a browser; None without a CSRF cookie.

    Signing in rotates the session key, so this one never gives access to an account.
    """
    key = browser_key(request, __name__)
    return key.hex()[:32] if key else None
