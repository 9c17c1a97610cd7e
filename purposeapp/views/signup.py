from allauth.account import views
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponseBase

from .resumable import Typed, shows_email_again


@shows_email_again
def signup(request: HttpRequest, *, typed: Typed | None = None) -> HttpResponseBase:
    """Sign up, as allauth has it; of two with the same address at once, the later one is told so.

    Both find the address free, and then PostgreSQL lets only one of them have it. Asked again,
    the form knows that it is taken, and answers as it does to anybody who comes later.
    """
    if typed:
        return views.SignupView.as_view(**typed.as_initial("email"))(request)
    try:
        return views.signup(request)
    except IntegrityError:
        return views.signup(request)
