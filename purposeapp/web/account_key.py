"""The account key: a pseudonymous id of the account that a page was made for."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.functional import SimpleLazyObject

FIELD = "account"
"""The hidden field with the account key of the user that a form was shown to."""

MAX_KEY_LENGTH = 32


class FormOfAnotherAccountError(PermissionDenied):
    """The form was opened by one account and submitted while another one is signed in."""


def account_key(user: AbstractBaseUser | AnonymousUser) -> str:
    """Return a fingerprint (HMAC) of the account, the same on all pages; empty for anonymous users.

    It isn't a secret and gives no access. It distinguishes what different people have typed.
    """
    return salted_hmac(__name__, str(user.pk)).hexdigest()[:MAX_KEY_LENGTH] if user.pk else ""


def of_somebody_else(request: HttpRequest) -> bool:
    """Return whether the submitted form was shown to another account than the signed-in one."""
    shown_to = request.POST.get(FIELD, "")
    return (
        bool(shown_to) and request.user.is_authenticated and shown_to != account_key(request.user)
    )


def account_context(request: HttpRequest) -> dict:
    """Context processor: add `account_key`, lazily, for the pages that use it."""
    user = getattr(request, "user", AnonymousUser())  # not set if the host was refused
    return {"account_key": SimpleLazyObject(lambda: account_key(user))}
