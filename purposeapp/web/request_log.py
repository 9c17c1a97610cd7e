"""One log line for each request, without anything that opens something."""

import logging
import re
import time
from typing import Any

from django.dispatch import receiver
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware
from django_structlog.signals import bind_extra_request_finished_metadata

MAX_LENGTH = 300
"""Characters of a path that are logged: an address may have thousands."""

KEY = re.compile(r"(/reminders/stop/|/accounts/confirm-email/|/invitations/|/talk/|/r/)[^/\s]+")


def without_keys(path: str) -> str:
    """A path, or words with one in them, as they may be logged."""
    short = path if len(path) <= MAX_LENGTH else f"{path[:MAX_LENGTH]}…"
    return KEY.sub(r"\1…", short)


class HideKeys(logging.Filter):
    """Hides them from what Django itself logs of a request, which names its path or Referer."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                without_keys(arg) if isinstance(arg, str) else arg for arg in record.args
            )
        return True


def route_of(request: HttpRequest) -> str:
    """The pattern of the address, never the address, which may hold what opens something.

    Empty where none was looked up, or none is like it.
    """
    return f"/{request.resolver_match.route}" if request.resolver_match else ""


class RequestLogMiddleware(RequestMiddleware):
    """Logs the method and the route of each request, how long it took, and its queries.

    The query of an address, where LinkedIn puts its codes, and the keys that links and mails bring
    are in no route.
    """

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {route_of(request) or '(none)'}"

    def prepare(self, request: HttpRequest) -> None:
        """Begin, with the clock started."""
        request.log_begin = time.perf_counter()  # type: ignore[attr-defined]
        super().prepare(request)


@receiver(bind_extra_request_finished_metadata)
def _add_costs(request: HttpRequest, log_kwargs: dict[str, Any], **extra: Any) -> None:
    begin = request.log_begin  # type: ignore[attr-defined]
    log_kwargs["duration_ms"] = round((time.perf_counter() - begin) * 1000, 1)
    log_kwargs["queries"] = request.query_count.statements  # type: ignore[attr-defined]
