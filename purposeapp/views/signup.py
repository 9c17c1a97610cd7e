from allauth.account import views
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponseBase

from .resumable import Typed, shows_email_again


@shows_email_again
def signup(request: HttpRequest, *, typed: Typed | None = None) -> HttpResponseBase:
    """allauth's sign-up view, with a retry for two concurrent sign-ups with the same address.

    Both find the address free, and a unique constraint lets only one through. On the second try,
    the other's form sees that the address is taken, and responds as it always does then.
    """
    if typed:
        return views.SignupView.as_view(**typed.as_initial("email"))(request)
    try:
        return views.signup(request)
    except IntegrityError:
        return views.signup(request)
