"""Login by code, where we ask for it: a user who signs in proves that they read the mails."""

from typing import Any

from allauth.account.models import Login
from allauth.account.utils import perform_login
from allauth.decorators import rate_limit
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase

from purposeapp.models import User

BY_CODE = "by_code"
"""What a login's signal arguments hold where AccountAdapter has to ask for a code."""


def require_login_code(
    request: HttpRequest, user: User, *, next_url: str | None, **signal_kwargs: Any
) -> HttpResponseBase:
    """Sign out the current user, and send a code with which `user` signs in.

    They go on at `next_url` then, and allauth's `user_logged_in` gets the `signal_kwargs`, which
    wait in the session. Answers with 429, and sends nothing, where that was too often.
    """
    email = user.email.lower()

    # The way back from LinkedIn is a GET, which the limit on a mailbox does not count.
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
    """Whether a login has to prove by a code that the account's mails are read."""
    return BY_CODE in (login.signal_kwargs or {})
