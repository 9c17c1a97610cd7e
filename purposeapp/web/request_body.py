"""Reads the rest of a request body before the answer goes out."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

MAX_DRAIN_BYTES = 128 * 1024 * 1024
"""Bytes of a body that are read on after the answer is known, and thrown away."""

BODY_READ_TIMEOUT_S = 5
"""Seconds that a sender may say nothing in the middle of a body."""

MAX_DRAIN_S = 60
"""Seconds that the rest of a body may take altogether."""


def drain_request_body(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Take in what is left of a form's body before the answer goes out.

    A form that is too large is refused before it is read. A browser that is still sending
    when the connection closes shows an error of its own, instead of our page that says why.
    Whoever promises a body and then falls silent must not hold a thread for ever.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return get_response(request)
        sender = request.META.get("gunicorn.socket")
        if sender:
            sender.settimeout(BODY_READ_TIMEOUT_S)
        try:
            response = get_response(request)
            _drain(request)
        finally:
            if sender:
                sender.settimeout(None)
        return response

    return middleware


def _drain(request: HttpRequest) -> None:
    left, deadline = MAX_DRAIN_BYTES, time.monotonic() + MAX_DRAIN_S
    try:
        while left > 0 and time.monotonic() < deadline and (chunk := request.read(64 * 1024)):
            left -= len(chunk)
    except OSError:
        pass  # whoever sent it is gone, or silent, and waits for no answer
