"""Entering a code that was sent by mail, as allauth has it; one that is over leads to a new one.

Expired, or after three wrong ones, allauth says nothing or to wait, and leads to the sign-in.
"""

from urllib.parse import urlsplit

from allauth.account import views
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

ASK_AGAIN = _("That code no longer works. Ask for a new one.")
SIGN_IN_AGAIN = _("That code no longer works. Sign in to get a new one.")

WHERE_CODES_END = ("account_login", "account_request_login_code", "account_email")
"""Where allauth leads if there is no code any more; with a right one it leads on."""


def confirm_login_code(request: HttpRequest) -> HttpResponseBase:
    """The code to sign in with; one that LinkedIn's sign-in asked for leads back to that."""
    response = views.confirm_login_code(request)
    if getattr(response, "url", "") == reverse("account_login"):
        return _to_a_new_code(request, response, "account_login", str(SIGN_IN_AGAIN))
    return _to_a_new_code(request, response, "account_request_login_code", str(ASK_AGAIN))


def confirm_email(request: HttpRequest) -> HttpResponseBase:
    """The code that confirms the email of a new account, or another one of an account."""
    response = views.email_verification_sent(request)
    if request.user.is_authenticated:
        return _to_a_new_code(request, response, "account_email", str(ASK_AGAIN))
    return _to_a_new_code(request, response, "account_login", str(SIGN_IN_AGAIN))


def confirm_password_reset(request: HttpRequest) -> HttpResponseBase:
    """The code for a new password."""
    response = views.confirm_password_reset_code(request)
    return _to_a_new_code(request, response, "account_reset_password", str(ASK_AGAIN))


def _to_a_new_code(
    request: HttpRequest, response: HttpResponseBase, start: str, words: str
) -> HttpResponseBase:
    """The answer; where the code is over, the way to `start`, and from there to the same page."""
    if urlsplit(getattr(response, "url", "")).path not in map(reverse, WHERE_CODES_END):
        return response
    if request.method == "POST":
        list(messages.get_messages(request))  # to wait, and that a code was sent: true no longer
        messages.warning(request, words)
    goes_on = request.POST.get("next") or request.GET.get("next")
    query = f"?{urlencode({'next': goes_on})}" if goes_on else ""
    return redirect(reverse(start) + query)
