from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django_structlog.middlewares import RequestMiddleware

PATIENCE = 32 * 1024 * 1024
"""Bytes of a body that are read on after the answer is known, and thrown away."""


def read_to_the_end(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Take in what is left of a request's body before the answer goes out.

    A form that is too large is refused before it is read. A browser that is still sending
    when the connection closes shows an error of its own, instead of our page that says why.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        left = PATIENCE
        try:
            while left > 0 and (chunk := request.read(64 * 1024)):
                left -= len(chunk)
        except OSError:
            pass  # whoever sent it is gone, and waits for no answer
        return response

    return middleware


class LogEachRequest(RequestMiddleware):
    """Logs the path of each request without its query, where LinkedIn puts its codes."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"
