"""Login codes that we require: the user proves that they can read the account's email."""

from typing import Any

from allauth.account.models import Login
from allauth.account.utils import perform_login
from allauth.decorators import rate_limit
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase

from purposeapp.models import User

BY_CODE = "by_code"
"""Key in a login's `signal_kwargs` that makes AccountAdapter require a code."""


def require_login_code(
    request: HttpRequest, user: User, *, next_url: str | None, **signal_kwargs: Any
) -> HttpResponseBase:
    """Sign out the current user, and send `user` a login code.

    Once the code is entered, allauth redirects to `next_url` and passes the `signal_kwargs`,
    which the session holds until then, to `user_logged_in`. Over the rate limit, the response is
    a 429 and nothing is sent.
    """
    email = user.email.lower()

    # LinkedIn's callback is a GET, which the mailbox's rate limit doesn't count.
    @rate_limit(action="linkedin_code", key=email, limit_get=True)
    def send(request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            logout(request)
        return perform_login(
            request,
            user,
            email=email,
            redirect_url=next_url,
            signal_kwargs={BY_CODE: True, **signal_kwargs},
        )

    return send(request)


def is_login_code_required(login: Login) -> bool:
    """Return whether this login needs a code as proof that the user reads the account's email."""
    return BY_CODE in (login.signal_kwargs or {})
