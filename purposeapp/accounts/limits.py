"""Rate limits, and protection against account enumeration and account lockout.

Tries are counted per network and email together, so that an attacker who uses them up doesn't
lock out the owner. The limit per email alone is higher than one network can use up at once, but an
attacker with several networks can: docs/security.md says what that means.
"""

from contextlib import suppress
from secrets import token_hex

from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.mail.message import sanitize_address
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from purposeapp.models import User
from purposeapp.web.cache import database_cache
from purposeapp.web.visitors import network_of

MAX_WRONG_HERE, WRONG_HERE_S = 5, 5 * 60
"""Wrong passwords for an email from one network, and in how many seconds."""
MAX_WRONG_ANYWHERE, WRONG_ANYWHERE_S = 100, 60 * 60
"""Wrong passwords for an email from all networks together, and in how many seconds."""

INVALID_EMAIL = gettext_lazy("Enter an email, such as name@example.com.")
OTHER_SPELLING = gettext_lazy(
    "We can't use this spelling. Enter the email as your provider shows it."
)

MAX_CODE_TRIES = 3
"""Tries of an emailed code, a right one included."""

MAIL_RETRY_AFTER_S = 60 * 60
"""Retry-After in seconds if too many emails were sent. The daily limits may last longer."""

DOTLESS_DOMAINS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}
"""Domains that ignore dots in the name of a mailbox, and the domain that they are limited under."""

LOOKUPS_OF_A_SIGN_UP = 5
"""Extra queries for the email that allauth makes for a new account, but not for a known email."""


def may_try_password(request: HttpRequest, email: str) -> bool:
    """Count a password try, and return whether it is allowed. Atomic, for concurrent tries.

    It's counted before the password is hashed, which takes long enough for many other tries.
    """
    return all(
        database_cache.count(key, timeout=seconds) <= most
        for key, most, seconds in _password_limits(request, email)
    )


def uncount_right_password(request: HttpRequest, email: str) -> None:
    """Take back the count of an allowed try, because its password was right."""
    for key, _most, _seconds in _password_limits(request, email):
        database_cache.uncount(key)


def _password_limits(request: HttpRequest, email: str) -> list[tuple[str, int, int]]:
    """Return the key, the maximum and the seconds of each limit on wrong passwords."""
    email = email.lower()
    return [
        (f"passwords at {_here(request, email)}", MAX_WRONG_HERE, WRONG_HERE_S),
        (f"passwords for {email}", MAX_WRONG_ANYWHERE, WRONG_ANYWHERE_S),
    ]


def may_try_code(request: HttpRequest, code: str) -> bool:
    """Count a try of the emailed code, and return whether it is allowed. Atomic.

    allauth counts wrong tries in the session too, where simultaneous ones overwrite each other's
    count. Without a code, because the email has no account, a try costs the same.
    """
    key = f"tries of code {code or request.session.session_key}"
    return database_cache.count(key, timeout=settings.CODE_MINUTES * 60) <= MAX_CODE_TRIES


def require_mailbox(request: HttpRequest, email: str, *, pause: bool = False) -> None:
    """Count an email towards the rate limits of the network and the mailbox, once per request.

    For emails that anyone can have sent to an address. With `pause`, an email right after
    another is refused too: a form that is submitted twice must not replace the code that was
    just sent. Raises ImmediateHttpResponse (429) if a limit is exceeded.
    """
    mailbox = mailbox_of(email)
    here = _here(request, mailbox)
    if getattr(request, "mailbox_is_counted", "") == here:
        return
    if pause and not ratelimit.consume(request, action="confirmation_here", key=here):
        raise ImmediateHttpResponse(ratelimit.respond_429(request))
    limits = [("network_mails", network_of(request))]
    limits += [("mailbox_here", here), ("mailbox_anywhere", mailbox)]
    # A dry run first: an email that one limit refuses must not use up what the others allow.
    for dry_run in (True, False):
        for action, key in limits:
            if not ratelimit.consume(request, action=action, key=key, dry_run=dry_run):
                request.mail_limit = action  # type: ignore[attr-defined]  # for the page's words
                raise ImmediateHttpResponse(ratelimit.respond_429(request))
    request.mailbox_is_counted = here  # type: ignore[attr-defined]


def mailbox_of(email: str) -> str:
    """Return the mailbox of an email: the address as Django sends it, without its plus tag.

    Django decodes encoded words, drops quotation marks and normalizes domains, so that many
    spellings reach one mailbox. Gmail ignores dots. This is for limits only: don't send to it.
    """
    with suppress(ValueError):  # it can't be sent to
        email = sanitize_address(email, "utf-8")
    name, _at, domain = email.lower().rpartition("@")
    name = name.partition("+")[0]
    if domain in DOTLESS_DOMAINS:
        name, domain = name.replace(".", ""), DOTLESS_DOMAINS[domain]
    return f"{name}@{domain}"


def refuse_other_spelling(email: str) -> None:
    """Validate that an email is the one spelling of its mailbox, apart from its case and plus tag.

    Otherwise one mailbox could have several accounts; see `mailbox_of`. A domain that isn't ASCII
    is spelled in its own script. Raises ValidationError.
    """
    name, _at, domain = email.lower().rpartition("@")
    try:
        is_normal = domain.encode("idna").decode("idna") == domain
    except UnicodeError:
        is_normal = False
    if '"' in name or "=?" in name or not is_normal:
        raise ValidationError(OTHER_SPELLING, code="other_spelling")


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
