"""The 503 page of a database outage: it needs no database, and loses nothing that was typed."""

from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _

from purposeapp.split import Split
from purposeapp.web.outage import RETRY_AFTER_S
from purposeapp.web.request_log import request_id

PASSWORDS = {
    "password": _("Password"),
    "password1": _("Password"),
    "password2": _("Password (again)"),
    "oldpassword": _("Current password"),
    "old_password": _("Current password"),
    "new_password1": _("New password"),
    "new_password2": _("New password (again)"),
}
"""The password fields, by name. Their values are asked for again, and never put into a page."""


@dataclass(frozen=True)
class Retry:
    """The values of a submitted form, to submit again unchanged."""

    hidden: list[tuple[str, str]]
    texts: list[tuple[str, str]]
    """Texts of several words, which the page shows, so that users see that they aren't lost."""
    passwords: list[tuple[str, str]]
    """The names and labels of the passwords that have to be typed again."""

    @classmethod
    def of(cls, data: QueryDict) -> "Retry":
        """Return all submitted values except for the CSRF token: the page has a new one."""
        sent = [
            (name, value)
            for name, values in data.lists()
            for value in values
            if name != "csrfmiddlewaretoken" and name not in PASSWORDS
        ]
        return cls(
            hidden=[(name, value) for name, value in sent if not _is_text(value)],
            texts=[(name, value) for name, value in sent if _is_text(value)],
            passwords=[(name, str(label)) for name, label in PASSWORDS.items() if name in data],
        )


def _is_text(value: str) -> bool:
    return len(value.split()) > 1


def unavailable(request: HttpRequest, *, split: Split | None = None) -> HttpResponse:
    """Return a 503 for a database outage, with a button that resends a submitted form.

    Only a form with a valid CSRF token can be resent: the page has a valid token, which must not
    legitimize a form that another site sent. Files can't be put into a page, so they have to be
    chosen again. `split` is a result that can be shown in the meantime.
    """
    is_accepted = request.method == "POST" and getattr(request, "csrf_processing_done", False)
    has_files = is_accepted and bool(request.FILES)
    context = {
        "path": request.get_full_path(),
        "retry": Retry.of(request.POST) if is_accepted and not has_files else None,
        "has_files": has_files,
        "split": split,
        "request_id": request_id(),
        # So that the header doesn't query the database for the user.
        "is_public": True,
    }
    status = HTTPStatus.SERVICE_UNAVAILABLE
    response = render(request, "unavailable.html", context, status=status)
    response["Retry-After"] = str(RETRY_AFTER_S)
    add_never_cache_headers(response)
    # If an outer middleware failed after the CSRF middleware, its response was lost along with the
    # CSRF cookie, which is new after a sign-in. So set it on this response.
    CsrfViewMiddleware(lambda request: response).process_response(request, response)
    return response
