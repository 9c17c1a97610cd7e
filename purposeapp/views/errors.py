"""Error pages in the site's design. They say what the user can do next."""

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

from purposeapp.accounts.limits import MAIL_RETRY_AFTER_S
from purposeapp.web.account_key import FormOfAnotherAccountError
from purposeapp.web.blank_page import blank_page
from purposeapp.web.outage import is_outage
from purposeapp.web.request_log import request_id

from .unavailable import unavailable

RETRY_AFTER_S = 60
"""Seconds after which rate limits allow another request.

The limits on wrong passwords and on emails have their own times.
"""

WAIT_A_MINUTE = gettext_lazy(
    "You've tried too often in a short time. Wait one minute, then try again."
)
TOO_MANY_MAILS = gettext_lazy(
    "We've already sent several emails to this address. Check your inbox and your spam folder, or "
    "try again in an hour."
)
TOO_MANY_FROM_HERE = gettext_lazy(
    "People on your network have asked us for too many emails. Try again in an hour, or use "
    "another network."
)
MAIL_LIMITS = {
    "network_mails": TOO_MANY_FROM_HERE,
    "mailbox_here": TOO_MANY_MAILS,
    "mailbox_anywhere": TOO_MANY_MAILS,
}
"""What the page says for each rate limit on emails; see `limits.require_mailbox`."""


class Way(NamedTuple):
    """A link on an error page, above the link to the questionnaire that every one has."""

    url: str
    label: str


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return a 400, or a 413 if the request body is larger than any of our forms.

    A session that another request has ended in the meantime is a 400 too.
    """
    if isinstance(exception, RequestDataTooBig):
        return error_page(
            request,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            _("That's too large"),
            _(
                "Nothing was saved. Go back, shorten the text or choose a smaller file, then send "
                "it again."
            ),
        )
    if isinstance(exception, SessionInterrupted):
        # Raised after the view has run: only its changes to the session are lost.
        request.user = AnonymousUser()
        return error_page(
            request,
            HTTPStatus.BAD_REQUEST,
            _("You've been signed out"),
            _(
                "Your session ended while we were working on this, so we can't tell whether it "
                "went through. Sign in and check before you send it again."
            ),
        )
    return error_page(
        request,
        HTTPStatus.BAD_REQUEST,
        _("We couldn't read that"),
        _("Part of the request was damaged. Please try again."),
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return a 403: the user is signed in, but lacks permission."""
    if isinstance(exception, FormOfAnotherAccountError):
        return form_of_another_account(request)
    return error_page(
        request,
        HTTPStatus.FORBIDDEN,
        _("No access"),
        _("You don't have access to this page."),
    )


def csrf_expired(request: HttpRequest) -> HttpResponse:
    """Return a 403 for a form with a missing or stale CSRF token that can't be redisplayed."""
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
    """Return a 408: the connection broke or stalled before the whole form had arrived."""
    request.POST = QueryDict()
    return error_page(
        request,
        HTTPStatus.REQUEST_TIMEOUT,
        _("Your form didn't reach us"),
        _("The connection was lost, so nothing was saved. Go back and send the form again."),
    )


def cookies_blocked(request: HttpRequest) -> HttpResponse:
    """Return a 403 for a form that needs a cookie, from a browser that blocks cookies."""
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
    """Return a 403 for a form opened by one account and sent while another is signed in."""
    return error_page(
        request,
        HTTPStatus.FORBIDDEN,
        _("This form belongs to another account"),
        _(
            "You're signed in with a different account from the one that opened this form, so "
            "nothing was saved. Sign in with that account and send the form again."
        ),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return a 404: the page doesn't exist, or belongs to another user."""
    words = {"title": _("Page not found"), "text": _("Check the address, or start again.")}
    page = blank_page(request, "error.html", dict, late={}, reads_query=False, **words)
    if not page:
        return error_page(request, HTTPStatus.NOT_FOUND, **words)
    page.status_code = HTTPStatus.NOT_FOUND
    return page


def gone(
    request: HttpRequest, title: str, text: str, way: Way | None = None, unsaved: str = ""
) -> HttpResponse:
    """Return a 410: the page existed, but is gone. It shows what was typed but not saved."""
    return error_page(request, HTTPStatus.GONE, title, text, way=way, unsaved=unsaved)


def unprocessable(request: HttpRequest) -> HttpResponse:
    """Return a 422 for a button value that none of our pages sends."""
    return error_page(
        request,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("We couldn't save that"),
        _("We didn't recognise your choice. Please go back and try again."),
    )


def too_many_requests(request: HttpRequest) -> HttpResponseBase:
    """Return a 429: a rate limit on sign-in, sign-up or emails is exceeded.

    A form is redisplayed with the typed values, so that the visitor can send it again. Pending
    results and held forms stay in the session.
    """
    mail_limit = getattr(request, "mail_limit", "")
    words = str(MAIL_LIMITS.get(mail_limit, WAIT_A_MINUTE))
    response = _redisplayed_form(request, words) or error_page(
        request, HTTPStatus.TOO_MANY_REQUESTS, _("Too many tries"), words
    )
    response.status_code = HTTPStatus.TOO_MANY_REQUESTS
    response.headers["Retry-After"] = str(MAIL_RETRY_AFTER_S if mail_limit else RETRY_AFTER_S)
    return response


def _redisplayed_form(request: HttpRequest, words: str) -> HttpResponseBase | None:
    """Return the page of an allauth form that a rate limit refused, or None if it isn't one.

    The fields are filled with the sent values, except for passwords and codes.
    """
    if request.method != "POST" or not request.resolver_match:
        return None
    view, args, kwargs = request.resolver_match
    typed = request.POST  # parse it now, as Django doesn't for a GET
    request.method = "GET"  # rate limits don't count it
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
    """Return a 500, or a 503 if the exception is a database outage.

    Django calls this for an exception that no view, middleware or other error page has handled.
    """
    if is_outage(sys.exception()):
        return unavailable(request)
    return error_page(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        _("Something went wrong"),
        _("This is our fault, not yours. Please try again in a moment."),
        request_id=request_id(),
        is_public=True,  # so that the header doesn't query the database for the user
    )


def error_page(
    request: HttpRequest, status: HTTPStatus, title: str, text: str, **context: Any
) -> HttpResponse:
    """Render an error page: what went wrong, what to do next, a link to the questionnaire."""
    return render(request, "error.html", {"title": title, "text": text, **context}, status=status)
