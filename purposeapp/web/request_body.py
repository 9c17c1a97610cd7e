"""Draining: reads the rest of a request body before the response is sent."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

MAX_DRAIN_BYTES = 128 * 1024 * 1024
"""The most bytes of a body that are read and discarded after the response is known."""

BODY_READ_TIMEOUT_S = 5
"""The seconds that a client may pause within a body."""

MAX_DRAIN_S = 60
"""The seconds that the rest of a body may take in total."""


def drain_request_body(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Read the rest of a request's body before the response is sent.

    A form that is too large is refused before all of it is read. A browser that is still sending
    when the connection closes shows its own error instead of our page with the reason. The
    timeouts keep a client that stops sending from blocking a thread for ever.
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
        pass  # the client has disconnected or stopped sending, and doesn't expect a response
