"""Reauthentication of users without a password, from whom allauth requires none."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from purposeapp.accounts.deletion import recently_authenticated
from purposeapp.accounts.login_code import require_login_code

View = Callable[..., HttpResponseBase]


def requires_reauthentication(view: View) -> View:
    """Decorate the view of a form that someone could use to take over an unattended session.

    A user without a password must have signed in within the last minutes, or enter a code from an
    email. For a user with a password, the form itself asks for it.
    """

    @wraps(view)
    def wrapped(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if (
            request.method != "POST"
            or not request.user.is_authenticated
            or recently_authenticated(request)
        ):
            return view(request, *args, **kwargs)
        return _ask_for_code(request)

    return wrapped


def _ask_for_code(request: HttpRequest) -> HttpResponseBase:
    response = require_login_code(request, request.user, next_url=reverse("settings"))  # type: ignore[arg-type]
    if response.headers.get("Location") == reverse("account_confirm_login_code"):
        words = _("Is it you? Enter the code we've just sent you, then make the change again.")
        messages.info(request, words)
    return response
