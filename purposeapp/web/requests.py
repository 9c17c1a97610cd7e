"""Requests as views get them, for type checkers."""

from django.http import HttpRequest

from purposeapp.models import User


class AuthenticatedRequest(HttpRequest):
    """A request behind `login_required`: somebody is signed in."""

    user: User
