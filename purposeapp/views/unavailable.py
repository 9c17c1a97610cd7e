"""503, the page of a database outage: it asks nothing of the database, and loses nothing typed."""

from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _

from purposeapp.split import Split
from purposeapp.web.outage import RETRY_AFTER_S

PASSWORDS = {
    "password": _("Password"),
    "password1": _("Password"),
    "password2": _("Password (again)"),
    "oldpassword": _("Current password"),
    "old_password": _("Current password"),
    "new_password1": _("New password"),
    "new_password2": _("New password (again)"),
}
"""The fields that are asked for again, and never written into a page."""


@dataclass(frozen=True)
class Retry:
    """A form that was sent, to be sent again as it was."""

    hidden: list[tuple[str, str]]
    texts: list[tuple[str, str]]
    """What somebody wrote in words: they see that it is still there."""
    passwords: list[tuple[str, str]]
    """The names and labels of those that have to be typed again."""

    @classmethod
    def of(cls, data: QueryDict) -> "Retry":
        """Everything that was sent but the CSRF token, which the page has anew."""
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
    """503: the database is away. A form that was sent is there again, with a button to resend it.

    Only one whose CSRF token was good: this page has a token of its own, and must not lend it to
    what another site sent. Files can't be written into a page, so they have to be chosen again.
    `split` is a result that can be shown meanwhile.
    """
    is_accepted = request.method == "POST" and getattr(request, "csrf_processing_done", False)
    has_files = is_accepted and bool(request.FILES)
    context = {
        "path": request.get_full_path(),
        "retry": Retry.of(request.POST) if is_accepted and not has_files else None,
        "has_files": has_files,
        "split": split,
        # So that the header does not ask the database who is signed in.
        "is_public": True,
    }
    status = HTTPStatus.SERVICE_UNAVAILABLE
    response = render(request, "unavailable.html", context, status=status)
    response["Retry-After"] = str(RETRY_AFTER_S)
    add_never_cache_headers(response)
    # Where a middleware failed after the CSRF one was done, the cookie of the token went with the
    # answer that it was on: a sign-in has a new one.
    CsrfViewMiddleware(lambda request: response).process_response(request, response)
    return response
