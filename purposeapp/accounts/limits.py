"""Rate limits and equal answers, so that nobody learns who has an account, or locks its owner out.

Tries are counted by the network address and the email together: whoever uses them up does so for
themselves. What is counted by the email alone is far more than one network address can use.
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
"""Within which a mailbox that had too many mails gets the next one, but for the daily limit."""

LOOKUPS_OF_A_SIGN_UP = 5
"""How often allauth looks for the email of a new account, and not for one that it knows."""


def may_try_password(request: HttpRequest, email: str) -> bool:
    """Whether a password may be tried for this email from there. Counts nothing."""
    email = email.lower()
    return ratelimit.consume(
        request, action="password_here", key=_here(request, email), dry_run=True
    ) and ratelimit.consume(request, action="password_anywhere", key=email, dry_run=True)


def count_wrong_password(request: HttpRequest, email: str) -> None:
    """Count a try that failed."""
    email = email.lower()
    ratelimit.consume(request, action="password_here", key=_here(request, email))
    ratelimit.consume(request, action="password_anywhere", key=email)


def require_mailbox(request: HttpRequest, email: str, *, pause: bool = False) -> None:
    """Count a mail that somebody who need not be its owner has sent to this email; once a request.

    With a `pause`, it must not come just after another: of a form that is sent twice, the second
    one must not make another code than the one that is on its way. Raises ImmediateHttpResponse
    (429) where that were too many.
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
    """Where mails to an email arrive: with a tag behind a plus sign, at the same person's."""
    name, _at, domain = email.lower().rpartition("@")
    return f"{name.partition('+')[0]}@{domain}"


def _here(request: HttpRequest, email: str) -> str:
    """An email as it is tried from one network."""
    return f"{network_of(request)} {email}"


def ask_for_known_too(email: str) -> None:
    """Ask for whoever has a known email as often as allauth asks for an unknown one.

    It looks for an unknown one in a second table.
    """
    if EmailAddress.objects.filter(email=email.lower()).exists():
        User.objects.with_email(email).first()


def pretend_to_sign_up(password: str) -> None:
    """Do the work of a sign-up, where there is an account already, and leave nothing of it."""
    # Not an address that somebody could take, or that two at once would wait for.
    nobody = User(email=f"{token_hex(16)}@invalid.example", password=make_password(password))
    # The outer transaction is committed: that takes its time too.
    with transaction.atomic():
        savepoint = transaction.savepoint()
        nobody.save()
        address = EmailAddress.objects.create(user=nobody, email=nobody.email, primary=True)
        for _question in range(LOOKUPS_OF_A_SIGN_UP):
            address.refresh_from_db()
        transaction.savepoint_rollback(savepoint)
