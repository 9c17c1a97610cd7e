"""Reauthentication of whoever has no password: allauth asks those for nothing."""

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
    """A form by which somebody could take over an account in a browser that they find signed in.

    Without a password, it is proven by a sign-in of the last minutes, or by a code that comes by
    mail. Whoever has a password is asked for it by the form itself.
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
    # Not to the form itself: the page of the email is where a code that is over leads to.
    response = require_login_code(request, request.user, next_url=reverse("settings"))  # type: ignore[arg-type]
    if response.headers.get("Location") == reverse("account_confirm_login_code"):
        words = _("Is it you? Enter the code we've just sent you, then make the change again.")
        messages.info(request, words)
    return response
