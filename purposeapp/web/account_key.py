"""The account key: tells in a page whose it is, without saying who that is."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.functional import SimpleLazyObject

FIELD = "account"
"""The hidden field in which a form says for whom it was shown."""

MAX_KEY_LENGTH = 32


class FormOfAnotherAccountError(PermissionDenied):
    """A form was opened by one account and sent while another one is signed in."""


def account_key(user: AbstractBaseUser | AnonymousUser) -> str:
    """A fingerprint (HMAC) of the account, the same in each of its pages; empty for nobody.

    Not a secret: it opens nothing. It tells what one person typed from what another one did.
    """
    return salted_hmac(__name__, str(user.pk)).hexdigest()[:MAX_KEY_LENGTH] if user.pk else ""


def of_somebody_else(request: HttpRequest) -> bool:
    """Whether the form that was sent was shown to another account than the one signed in now."""
    shown_to = request.POST.get(FIELD, "")
    return (
        bool(shown_to) and request.user.is_authenticated and shown_to != account_key(request.user)
    )


def account_context(request: HttpRequest) -> dict:
    """For templates: `account_key`. It is looked up only where a page has it in it."""
    user = getattr(request, "user", AnonymousUser())  # a host that is not ours has none
    return {"account_key": SimpleLazyObject(lambda: account_key(user))}
