"""Entering a code that was sent by mail, as allauth has it; one that is over leads to a new one.

Expired, or after three wrong ones, allauth says nothing or to wait, and leads to the sign-in.

A code that proves an address for the first time ends older ways in (accounts/verification.py): both
are stored, or neither. Else one that was cut off would leave the address proven, and nothing ended.
"""

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

ASK_AGAIN = _("That code no longer works. Ask for a new one.")
SIGN_IN_AGAIN = _("That code no longer works. Sign in to get a new one.")
SENT_AGAIN = _("We sent a new code. The one before no longer works.")

WHERE_CODES_END = (
    "account_login",
    "account_request_login_code",
    "account_email",
    "account_reset_password",
)
"""Where allauth leads if there is no code any more; with a right one it leads on."""

PENDING_CODES = (
    "account_login",
    "account_email_verification_code",
    "account_password_reset_verification",
)
"""What allauth calls in the session what waits for a code to be entered."""


@transaction.atomic
def confirm_login_code(request: HttpRequest) -> HttpResponseBase:
    """The code to sign in with; one that LinkedIn's sign-in asked for leads back to that."""
    is_pending = _is_pending(request)
    response = views.confirm_login_code(request)
    if getattr(response, "url", "") == reverse("account_login"):
        return _to_a_new_code(request, response, "account_login", SIGN_IN_AGAIN, is_pending)
    return _to_a_new_code(request, response, "account_request_login_code", ASK_AGAIN, is_pending)


def confirm_email(request: HttpRequest) -> HttpResponseBase:
    """The code that confirms the email of a new account, or another one of an account."""
    is_pending = _is_pending(request)
    response = views.email_verification_sent(request)
    if request.user.is_authenticated:
        return _to_a_new_code(request, response, "account_email", ASK_AGAIN, is_pending)
    return _to_a_new_code(request, response, "account_login", SIGN_IN_AGAIN, is_pending)


@transaction.atomic
def confirm_password_reset(request: HttpRequest) -> HttpResponseBase:
    """The code for a new password."""
    is_pending = _is_pending(request)
    response = views.confirm_password_reset_code(request)
    return _to_a_new_code(request, response, "account_reset_password", ASK_AGAIN, is_pending)


def complete_password_reset(request: HttpRequest) -> HttpResponseBase:
    """The new password, once the code was right; that has to be done in time too."""
    is_pending = _is_pending(request)
    response = views.complete_password_reset(request)
    return _to_a_new_code(request, response, "account_reset_password", ASK_AGAIN, is_pending)


def _is_pending(request: HttpRequest) -> bool:
    """Whether a code is waited for; allauth forgets one that has expired."""
    return any(key in request.session for key in PENDING_CODES)


def _to_a_new_code(
    request: HttpRequest, response: HttpResponseBase, start: str, words: object, is_pending: bool
) -> HttpResponseBase:
    """The answer; where the code is over, the way to `start`, and from there to the same page."""
    if context := getattr(response, "context_data", None):
        context["code_minutes"] = settings.CODE_MINUTES
    leads_to = urlsplit(getattr(response, "url", "")).path
    if leads_to == request.path and request.POST.get("action") == "resend":
        messages.success(request, str(SENT_AGAIN))
    if leads_to not in map(reverse, WHERE_CODES_END):
        return response
    if request.method == "POST" or is_pending:
        list(messages.get_messages(request))  # to wait, and that a code was sent: true no longer
        messages.warning(request, str(words))
    goes_on = request.POST.get("next") or request.GET.get("next")
    query = f"?{urlencode({'next': goes_on})}" if goes_on else ""
    return redirect(reverse(start) + query)
