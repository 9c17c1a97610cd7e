"""An idempotency key that all requests of one browser share, before it has a session or a seat.

A form that is sent twice at once, or again since its answer was lost, then does once what it does.
"""

from django.http import HttpRequest
from django.utils.crypto import salted_hmac


def browser_key(request: HttpRequest, salt: str, value: str = "") -> bytes | None:
    """32 bytes that nobody else can guess; None where the browser has no CSRF cookie.

    The CSRF cookie comes with each form. Signing in or out gives the browser another one.
    """
    secret = request.META.get("CSRF_COOKIE")
    return salted_hmac(salt, f"{value} {secret}", algorithm="sha256").digest() if secret else None
