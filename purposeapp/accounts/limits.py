"""Rate limits, and protection against account enumeration and account lockout.

Tries are counted per network and email together, so that an attacker who uses them up doesn't
lock out the owner. The limit per email alone is far higher than one network can use up.
"""

from secrets import token_hex

from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest

from purposeapp.models import User
from purposeapp.web.visitors import network_of

MAILBOX_RETRY_AFTER_S = 60 * 60
"""Retry-After in seconds if a mailbox was sent too many emails. The daily limit may last longer."""

LOOKUPS_OF_A_SIGN_UP = 5
"""Extra queries for the email that allauth makes for a new account, but not for a known email."""


def may_try_password(request: HttpRequest, email: str) -> bool:
    """Return whether this client may try a password for this email. Doesn't count a try."""
    email = email.lower()
    return ratelimit.consume(
        request, action="password_here", key=_here(request, email), dry_run=True
    ) and ratelimit.consume(request, action="password_anywhere", key=email, dry_run=True)


def count_wrong_password(request: HttpRequest, email: str) -> None:
    """Count a failed password try towards both limits."""
    email = email.lower()
    ratelimit.consume(request, action="password_here", key=_here(request, email))
    ratelimit.consume(request, action="password_anywhere", key=email)


def require_mailbox(request: HttpRequest, email: str, *, pause: bool = False) -> None:
    """Count an email towards the mailbox's rate limits, once per request.

    For emails that anybody can have sent to an address. With `pause`, an email right after
    another is refused too: a form that is submitted twice must not replace the code that was
    just sent. Raises ImmediateHttpResponse (429) if a limit is exceeded.
    """
    mailbox = _mailbox(email)
    here = _here(request, mailbox)
    if getattr(request, "mailbox_is_counted", "") == here:
        return
    if pause and not ratelimit.consume(request, action="confirmation_here", key=here):
        raise ImmediateHttpResponse(ratelimit.respond_429(request))
    for action, key in (("mailbox_here", here), ("mailbox_anywhere", mailbox)):
        if not ratelimit.consume(request, action=action, key=key):
            request.mailbox_is_full = True  # type: ignore[attr-defined]  # for the page's words
            raise ImmediateHttpResponse(ratelimit.respond_429(request))
    request.mailbox_is_counted = here  # type: ignore[attr-defined]


def _mailbox(email: str) -> str:
    """Return the mailbox of an email: the address without its plus tag."""
    name, _at, domain = email.lower().rpartition("@")
    return f"{name.partition('+')[0]}@{domain}"


def _here(request: HttpRequest, email: str) -> str:
    """Return the rate limit key of an email and the client's network."""
    return f"{network_of(request)} {email}"


def ask_for_known_too(email: str) -> None:
    """Run the same number of queries for a known email as allauth runs for an unknown one.

    allauth looks up an unknown email in two tables, EmailAddress and User, but a known one only in
    the first. Without this second query, the response time would show who has an account.
    """
    if EmailAddress.objects.filter(email=email.lower()).exists():
        User.objects.with_email(email).first()


def pretend_to_sign_up(password: str) -> None:
    """Do the work of a sign-up and roll it back, so that a known email takes as long as a new one.

    Called if the email already has an account.
    """
    # A random address: nobody can register it, and concurrent requests don't wait for each other.
    nobody = User(email=f"{token_hex(16)}@invalid.example", password=make_password(password))
    # Roll back to a savepoint, and commit the outer transaction: a commit takes time too.
    with transaction.atomic():
        savepoint = transaction.savepoint()
        nobody.save()
        address = EmailAddress.objects.create(user=nobody, email=nobody.email, primary=True)
        for _question in range(LOOKUPS_OF_A_SIGN_UP):
            address.refresh_from_db()
        transaction.savepoint_rollback(savepoint)
