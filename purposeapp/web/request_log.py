"""One log line for each request, without anything that opens something."""

import logging
import re

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

MAX_LENGTH = 300
"""Characters of a path that are logged: an address may have thousands."""

KEY = re.compile(r"(/reminders/stop/|/accounts/confirm-email/|/invitations/|/talk/)[^/\s]+")


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


class RequestLogMiddleware(RequestMiddleware):
    """Logs the path of each request without what opens something for whoever has it.

    That is the query, where LinkedIn puts its codes, and the keys that links and mails bring.
    """

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {without_keys(request.path)}"
