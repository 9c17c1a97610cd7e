"""The pages of what went wrong. They say what to do next, and belong to the product."""

import sys
from http import HTTPStatus
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import RequestDataTooBig
from django.forms import Form, PasswordInput
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from purposeapp.accounts.limits import MAILBOX_RETRY_AFTER_S
from purposeapp.web.account_key import FormOfAnotherAccountError
from purposeapp.web.blank_page import blank_page
from purposeapp.web.outage import is_outage

from .unavailable import unavailable

RETRY_AFTER_S = 60
"""Within which every limit lets somebody in again; those on wrong passwords and on mails to one
mailbox have their own.
"""

WAIT_A_MINUTE = gettext_lazy(
    "You've tried too often in a short time. Wait one minute, then try again."
)
TOO_MANY_MAILS = gettext_lazy(
    "We've already sent several emails to this address. Check your inbox and your spam folder, or "
    "try again in an hour."
)


class Way(NamedTuple):
    """Where an error page leads on to, before the ten points that each of them offers."""

    url: str
    label: str


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 for a body that is larger than any form of ours.

    A session that another request has ended meanwhile is a 400 too.
    """
    if isinstance(exception, RequestDataTooBig):
        return error_page(
            request,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            _("That's too large"),
            _("What you sent is too large, so nothing was saved."),
        )
    if isinstance(exception, SessionInterrupted):
        # The view is done by then: only what it would have kept in the session is not.
        request.user = AnonymousUser()
        return error_page(
            request,
            HTTPStatus.BAD_REQUEST,
            _("You've been signed out"),
            _(
                "Your session ended while we were working on this, so it may be done or not. Sign "
                "in and check before you send it again."
            ),
        )
    return error_page(
        request,
        HTTPStatus.BAD_REQUEST,
        _("We couldn't read that"),
        _("Part of the request was damaged. Please try again."),
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: signed in, but not for this."""
    if isinstance(exception, FormOfAnotherAccountError):
        return form_of_another_account(request)
    return error_page(
        request,
        HTTPStatus.FORBIDDEN,
        _("No access"),
        _("You don't have access to this page."),
    )


def csrf_expired(request: HttpRequest) -> HttpResponse:
    """403 for a form whose CSRF token is missing or stale, where it can't be shown again."""
    return error_page(
        request,
        HTTPStatus.FORBIDDEN,
        _("This form has expired"),
        _(
            "You signed in or out after opening it, or cookies are blocked, so nothing was "
            "saved. Go back and send the form again."
        ),
    )


def incomplete(request: HttpRequest) -> HttpResponse:
    """408: the connection broke off, or fell silent, before the whole form was here."""
    request.POST = QueryDict()
    return error_page(
        request,
        HTTPStatus.REQUEST_TIMEOUT,
        _("Your form didn't reach us"),
        _("The connection broke off, so nothing was saved. Go back and send the form again."),
    )


def cookies_blocked(request: HttpRequest) -> HttpResponse:
    """403 for a form that needs a cookie, from a browser that keeps none."""
    return error_page(
        request,
        HTTPStatus.FORBIDDEN,
        _("Cookies are blocked"),
        _(
            "Your browser sent no cookie, so we couldn't sign you in or save anything. Allow "
            "cookies for this site, then open the page again. You can spend your ten points "
            "without cookies."
        ),
    )


def form_of_another_account(request: HttpRequest) -> HttpResponse:
    """403 for a form that was opened by one account and sent while another one is signed in."""
    return error_page(
        request,
        HTTPStatus.FORBIDDEN,
        _("This form belongs to another account"),
        _(
            "You're signed in with a different account than the one that opened this form, so "
            "nothing was saved."
        ),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: nothing here, or nothing that is yours."""
    words = {"title": _("Page not found"), "text": _("Check the address, or start again.")}
    page = blank_page(request, "error.html", dict, late={}, reads_query=False, **words)
    if not page:
        return error_page(request, HTTPStatus.NOT_FOUND, **words)
    page.status_code = HTTPStatus.NOT_FOUND
    return page


def gone(request: HttpRequest, title: str, text: str, way: Way | None = None) -> HttpResponse:
    """410: it was here, and is over."""
    return error_page(request, HTTPStatus.GONE, title, text, way=way)


def unprocessable(request: HttpRequest) -> HttpResponse:
    """422: the value of a button that no page of ours has."""
    return error_page(
        request,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("That's not an option"),
        _("We couldn't save that answer. Please go back and try again."),
    )


def too_many_requests(request: HttpRequest) -> HttpResponseBase:
    """429: a limit on sign-in, sign-up or mails is used up for now.

    A form comes back with what was typed, for the visitor to send again. What waits in the
    session for a sign-in stays there.
    """
    is_full = getattr(request, "mailbox_is_full", False)
    words = str(TOO_MANY_MAILS if is_full else WAIT_A_MINUTE)
    response = _redisplayed_form(request, words) or error_page(
        request, HTTPStatus.TOO_MANY_REQUESTS, _("Too many tries"), words
    )
    response.status_code = HTTPStatus.TOO_MANY_REQUESTS
    response.headers["Retry-After"] = str(MAILBOX_RETRY_AFTER_S if is_full else RETRY_AFTER_S)
    return response


def _redisplayed_form(request: HttpRequest, words: str) -> HttpResponseBase | None:
    """The page of a form of allauth's that was refused unread; None where there is no such form.

    Its fields hold what was sent, but for passwords and codes, which are typed anew.
    """
    if request.method != "POST" or not request.resolver_match:
        return None
    view, args, kwargs = request.resolver_match
    typed = request.POST  # read now, since a GET has none
    request.method = "GET"  # which no limit counts
    try:
        response = view(request, *args, **kwargs)
    finally:
        request.method = "POST"
    form = (getattr(response, "context_data", None) or {}).get("form")
    if response.status_code != HTTPStatus.OK or not isinstance(form, Form):
        return None
    for name, field in form.fields.items():
        if name != "code" and not isinstance(field.widget, PasswordInput):
            form.initial[name] = typed.get(name, "")
    messages.warning(request, words)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. Or 503, where the error that is being handled is a database outage.

    Django calls this for whatever a view, a middleware or another error page could not handle.
    """
    if is_outage(sys.exception()):
        return unavailable(request)
    return error_page(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        _("Something went wrong"),
        _("This is our fault, not yours. Please try again in a moment."),
        is_public=True,  # so that the header does not ask the database who is signed in
    )


def error_page(
    request: HttpRequest, status: HTTPStatus, title: str, text: str, **context: Any
) -> HttpResponse:
    """What went wrong and what to do next, with the way to one's own ten points."""
    return render(request, "error.html", {"title": title, "text": text, **context}, status=status)
