from allauth.account import views
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponseBase

from .login import refused_with_422


def signup(request: HttpRequest) -> HttpResponseBase:
    """Sign up, as allauth has it; of two with the same address at once, the later one is told so.

    Both find the address free, and then PostgreSQL lets only one of them have it. Asked again,
    the form knows that it is taken, and answers as it does to anybody who comes later.
    """
    try:
        response = views.signup(request)
    except IntegrityError:
        response = views.signup(request)
    return refused_with_422(request, response)
