"""Email verification against account pre-hijacking: who verifies an address owns its account.

An attacker can sign up with someone else's address and a password of their own, and wait. Until
a code is entered, they can't use the account. Afterwards they could, alongside the owner of the
address who entered it. So when an address is verified for the first time, by someone who hasn't
just signed up and isn't signed in, all earlier credentials are revoked: the password, connected
accounts, and sessions, which end with the password.
"""

from allauth.account.adapter import get_adapter
from allauth.account.decorators import verified_email_required
from allauth.account.models import EmailAddress
from allauth.account.signals import authentication_step_completed, email_confirmed
from allauth.account.utils import url_str_to_user_pk
from allauth.core import ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from purposeapp.models import User
from purposeapp.web.requests import AuthenticatedRequest

PASSWORD_REVOKED = _(
    "This email had never been confirmed before. To keep your account safe, the old password no "
    "longer works. You can set a new one in Settings."
)

VERIFICATION_SENT = "account/messages/email_confirmation_sent.txt"
"""Template of the message that says to which address the verification link or code was sent."""

PENDING_LOGIN = "account_login"
"""Session key under which allauth stores a sign-in that waits for its code."""

ASKED_BY = "confirmation_asked_by"
"""Session key: the URL of the page that asked for the address's confirmation by a link."""

RESET_HASH = "password_reset_auth_hash"
"""Session key: the session auth hash of the account when its password reset code was sent."""

PENDING_RESET = "account_password_reset_verification"
"""Session key under which allauth stores a password reset that waits for its code or password."""

PENDING_EMAIL = "account_email_verification_code"
"""Session key under which allauth stores an address that waits for the code that verifies it."""

ASK_AGAIN = _("That code no longer works. Ask for a new one.")
OLD_CODE = _("That code no longer works. Sign in with your current email.")


def send_verification(request: AuthenticatedRequest) -> bool:
    """Send a code that verifies the account's address, or a link if codes are switched off.

    Returns False if a link was sent just before. Raises ImmediateHttpResponse (429) if a code was.
    """
    if settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED:
        # allauth's public API to send a code. The caller decides where to redirect.
        verified_email_required(lambda request: HttpResponse())(request)
        return True
    user = request.user
    address = EmailAddress.objects.add_email(request, user, user.email)
    if not ratelimit.consume(request, action="confirmation_link", key=address.email):
        return False
    address.send_confirmation(request)
    context = {"email": address.email}
    get_adapter().add_message(request, messages.INFO, VERIFICATION_SENT, context)
    return True


def is_address_of(user: User, email: str) -> bool:
    """Return whether the account still has this address, to which a code may have been sent."""
    return User.objects.with_email(email).filter(pk=user.pk).exists()


def refuse_old_address(request: HttpRequest, user: User, email: str) -> None:
    """Refuse a code that was sent to an address that the account no longer has.

    Raises ImmediateHttpResponse, a redirect to the sign-in page.
    """
    if not is_address_of(user, email):
        # With this left in the session, the sign-in page would redirect back to the code page.
        request.session.pop(PENDING_LOGIN, None)
        messages.error(request, OLD_CODE, fail_silently=True)
        raise ImmediateHttpResponse(redirect("account_login"))


def refuse_old_reset(request: HttpRequest, user: User) -> None:
    """Refuse a password reset that was under way when the password changed.

    Raises ImmediateHttpResponse, a redirect to the page that sends a new code.
    """
    if request.session.get(RESET_HASH) != user.get_session_auth_hash():
        request.session.pop(PENDING_RESET, None)
        messages.warning(request, ASK_AGAIN, fail_silently=True)
        raise ImmediateHttpResponse(redirect("account_reset_password"))


def announce_changed_address(request: HttpRequest, user: User, old: str) -> None:
    """Notify the old address of the change, once. Nothing is sent if the change is rolled back."""
    context = {"from_email": old, "to_email": user.email}
    mail = "account/email/email_changed"
    get_adapter(request).send_notification_mail(mail, user, context, email=old)


class AccountDeletedError(Exception):
    """The account was deleted after its code was sent."""


def refuse_deleted_account(request: HttpRequest, pending: str) -> None:
    """Raise AccountDeletedError if the account of a pending code has been deleted meanwhile.

    allauth expects that it still exists. Call this only for a right code: a wrong one must not tell
    who had an account.
    """
    state = request.session.get(pending) or {}
    user_pk = state.get("user_id")
    if pending == PENDING_LOGIN:
        user_pk = state.get("user_pk") and url_str_to_user_pk(state["user_pk"])
    if not (user_pk and User.objects.filter(pk=user_pk).exists()):
        for key in (pending, PENDING_LOGIN):  # see refuse_old_address
            request.session.pop(key, None)
        raise AccountDeletedError


@receiver(authentication_step_completed)
def ensure_email_address(sender, request, user, method, email=None, **kwargs) -> None:
    """Create the missing EmailAddress row of an account that staff made, on a login by code."""
    if method == "code" and email:
        refuse_old_address(request, user, email)
        EmailAddress.objects.get_or_create(user=user, email=email.lower())


@receiver(email_confirmed)
def revoke_credentials(sender, request, email_address, **kwargs) -> None:
    """Revoke the account's credentials, unless AccountAdapter knows that its owner confirmed."""
    if getattr(email_address, "confirmed_by_owner", False):
        return
    user = email_address.user
    old_hash = user.get_session_auth_hash()
    request.password_was_revoked = user.has_usable_password()
    user.set_unusable_password()
    user.save(update_fields=["password"])
    if request.session.get(RESET_HASH) == old_hash:  # the reset whose code was just entered
        request.session[RESET_HASH] = user.get_session_auth_hash()
    SocialAccount.objects.filter(user=user).delete()


@receiver(user_logged_in)
def announce_revocation(sender, request, **kwargs) -> None:
    """Tell a user who signs in with the code that their old password was revoked."""
    if getattr(request, "password_was_revoked", False):
        messages.warning(request, PASSWORD_REVOKED, fail_silently=True)
