"""One log line for each request, without anything that opens something."""

import re

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

KEY = re.compile(r"^(/reminders/stop/|/accounts/confirm-email/|/invitations/|/talk/)[^/]+")


class RequestLogMiddleware(RequestMiddleware):
    """Logs the path of each request without what opens something for whoever has it.

    That is the query, where LinkedIn puts its codes, and the keys that links and mails bring.
    """

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        path = KEY.sub(r"\1…", request.path)
        return f"{request.method} {path}"
