"""allauth's views to enter a code from an email, with a redirect to get a new code if it's over.

If a code has expired, or after three wrong tries, allauth redirects to the sign-in page and says
nothing, or only to wait. A code is over too if its account was deleted after it was sent.

A code that verifies an address for the first time revokes older credentials
(accounts/verification.py), and one for a changed address makes it the primary one in place of the
old. The views are atomic, because an interrupted request could otherwise do one and not the other.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from allauth.account import views
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from purposeapp.accounts.verification import (
    ASK_AGAIN,
    PENDING_EMAIL,
    PENDING_LOGIN,
    PENDING_RESET,
    AccountDeletedError,
)

SIGN_IN_AGAIN = _("That code no longer works. Sign in to get a new one.")
SENT_AGAIN = _("We sent a new code. The one before no longer works.")

WHERE_CODES_END = (
    "account_login",
    "account_request_login_code",
    "account_email",
    "account_reset_password",
)
"""The URL names to which allauth redirects once a code is over. A right code leads elsewhere."""

PENDING_CODES = (PENDING_LOGIN, PENDING_EMAIL, PENDING_RESET)
"""allauth's session keys for what waits for a code."""


@transaction.atomic
def confirm_login_code(request: HttpRequest) -> HttpResponseBase:
    """Enter a login code. If it's over and LinkedIn's sign-in required it, return to sign-in."""
    is_pending = _is_pending(request)
    response = _response_of(views.confirm_login_code, request)
    if request.user.is_authenticated:
        return response  # the code was right, wherever this leads
    if getattr(response, "url", "") == reverse("account_login"):
        return _to_a_new_code(request, response, "account_login", SIGN_IN_AGAIN, is_pending)
    return _to_a_new_code(request, response, "account_request_login_code", ASK_AGAIN, is_pending)


@transaction.atomic
def confirm_email(request: HttpRequest) -> HttpResponseBase:
    """Enter the code that verifies the email of a new account, or a changed email."""
    is_pending = _is_pending(request)
    response = _response_of(views.email_verification_sent, request)
    if request.user.is_authenticated:
        return _to_a_new_code(request, response, "account_email", ASK_AGAIN, is_pending)
    return _to_a_new_code(request, response, "account_login", SIGN_IN_AGAIN, is_pending)


@transaction.atomic
def confirm_password_reset(request: HttpRequest) -> HttpResponseBase:
    """Enter the password reset code."""
    is_pending = _is_pending(request)
    response = _response_of(views.confirm_password_reset_code, request)
    return _to_a_new_code(request, response, "account_reset_password", ASK_AGAIN, is_pending)


@transaction.atomic
def complete_password_reset(request: HttpRequest) -> HttpResponseBase:
    """Set the new password after a right code, before the code expires."""
    is_pending = _is_pending(request)
    response = _response_of(views.complete_password_reset, request)
    return _to_a_new_code(request, response, "account_reset_password", ASK_AGAIN, is_pending)


def _response_of(
    view: Callable[[HttpRequest], HttpResponseBase], request: HttpRequest
) -> HttpResponseBase:
    """Call allauth's view. For a deleted account, redirect to where allauth leads if it's over."""
    try:
        return view(request)
    except AccountDeletedError:
        return redirect("account_request_login_code")


def _is_pending(request: HttpRequest) -> bool:
    """Return whether a code is pending. allauth removes an expired one from the session."""
    return any(key in request.session for key in PENDING_CODES)


def _to_a_new_code(
    request: HttpRequest, response: HttpResponseBase, start: str, words: object, is_pending: bool
) -> HttpResponseBase:
    """Return the response or, if the code is over, a redirect to `start` that keeps `next`."""
    if context := getattr(response, "context_data", None):
        context["code_minutes"] = settings.CODE_MINUTES
    leads_to = urlsplit(getattr(response, "url", "")).path
    if leads_to == request.path and request.POST.get("action") == "resend":
        messages.success(request, str(SENT_AGAIN))
    if leads_to not in map(reverse, WHERE_CODES_END):
        return response
    if request.method == "POST" or is_pending:
        list(messages.get_messages(request))  # discard outdated ones, such as "code sent"
        messages.warning(request, str(words))
    goes_on = request.POST.get("next") or request.GET.get("next")
    query = f"?{urlencode({'next': goes_on})}" if goes_on else ""
    return redirect(reverse(start) + query)
