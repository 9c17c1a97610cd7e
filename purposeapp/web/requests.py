"""Types of requests, for type checkers."""

from django.http import HttpRequest

from purposeapp.models import User


class AuthenticatedRequest(HttpRequest):
    """A request in a view with `login_required`: `user` is a signed-in user."""

    user: User
