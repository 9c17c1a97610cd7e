"""Request logging: one line for each request, without keys or codes that give access."""

import logging
import re
import sys
import time
from http import HTTPStatus
from typing import Any

import structlog
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django_structlog.middlewares import RequestMiddleware
from django_structlog.signals import bind_extra_request_finished_metadata

from .outage import is_outage

logger = structlog.get_logger(__name__)

MAX_LENGTH = 300
"""The most characters of a path that are logged. Some clients send thousands."""

KEY = re.compile(r"(/reminders/stop/|/accounts/confirm-email/|/invitations/|/talk/|/r/)[^/\s]+")
QUERY = re.compile(r"[?#]\S+")
"""The query string or fragment of a URL, up to a space: it may hold a key, also as part of `next`,
a room's code, or one of LinkedIn's."""


def without_keys(path: str) -> str:
    """Return a path or URL, or a text that contains one, without its query, fragment and keys.

    It is also truncated.
    """
    short = path if len(path) <= MAX_LENGTH else f"{path[:MAX_LENGTH]}…"
    return KEY.sub(r"\1…", QUERY.sub("…", short))


class HideKeys(logging.Filter):
    """Logging filter that removes keys from Django's own messages, which have paths or Referers."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                without_keys(arg) if isinstance(arg, str) else arg for arg in record.args
            )
        return True


class RefusedHost(logging.Filter):
    """Logging filter that makes an unknown Host header a warning of one line, without a traceback.

    Scanners send many. Django logs each as an error.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.msg, record.args = without_keys(record.getMessage()), ()
        record.exc_info = None
        return logging.getLogger(record.name).isEnabledFor(logging.WARNING)


def route_of(request: HttpRequest) -> str:
    """Return the URL pattern of a request, not its path, which may contain keys.

    Empty if the URL was not resolved or doesn't exist.
    """
    return f"/{request.resolver_match.route}" if request.resolver_match else ""


REQUEST_ID = "X-Request-ID"
"""The response header with which a visitor's complaint can be found in the log."""


def request_id() -> str:
    """Return the id of the current request, which its log lines have. Empty outside of one."""
    return structlog.contextvars.get_contextvars().get("request_id", "")


class RequestLogMiddleware(RequestMiddleware):
    """Log the method, route, duration and number of queries of each request.

    A route contains neither the query string, where LinkedIn puts its codes, nor the keys in links.
    """

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {route_of(request) or '(none)'}"

    def prepare(self, request: HttpRequest) -> None:
        """Start measuring the duration."""
        request.log_begin = time.perf_counter()  # type: ignore[attr-defined]
        super().prepare(request)

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        """Tell the client the request's id, and log the request."""
        response.headers[REQUEST_ID] = request_id()
        super().handle_response(request, response)

    def process_got_request_exception(
        self, sender: type[Any], request: HttpRequest, **kwargs: Any
    ) -> None:
        """Log a database outage as the 503 that it becomes, and any other exception as a failure.

        An exception of an outer middleware comes here too: the session may be the first to need the
        database.
        """
        error = sys.exception()
        if not is_outage(error):
            super().process_got_request_exception(sender, request, **kwargs)
        elif not hasattr(request, "_raised_exception"):
            # As django-structlog does, so that `request_finished` doesn't repeat it.
            request._raised_exception = error  # type: ignore[attr-defined]
            logger.warning(
                "request_unavailable",
                code=HTTPStatus.SERVICE_UNAVAILABLE.value,
                request=self.format_request(request),
                exc_info=True,
            )


@receiver(bind_extra_request_finished_metadata)
def _add_costs(request: HttpRequest, log_kwargs: dict[str, Any], **extra: Any) -> None:
    begin = request.log_begin  # type: ignore[attr-defined]
    log_kwargs["duration_ms"] = round((time.perf_counter() - begin) * 1000, 1)
    log_kwargs["queries"] = request.query_count.statements  # type: ignore[attr-defined]
