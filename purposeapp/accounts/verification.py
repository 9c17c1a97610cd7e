"""Email verification against account pre-hijacking: who verifies an address owns its account.

Anybody can sign up with somebody else's address and a password of their own, and wait. Until a
code has been entered that account is of no use to them; afterwards it would be, beside the
person whose mail was read. So when an address is proven for the first time, and not by whoever
has just signed up or is signed in, everything that opened the account before is withdrawn: the
password, other sites that were connected to it, and sessions, which end with the password.
"""

from allauth.account.adapter import get_adapter
from allauth.account.decorators import verified_email_required
from allauth.account.models import EmailAddress
from allauth.account.signals import authentication_step_completed, email_confirmed
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
"""The message that says where a link, or a code, to verify an address went."""

PENDING_LOGIN = "account_login"
"""Where allauth keeps a sign-in that waits for its code."""

OLD_CODE = _("That code no longer works. Sign in with your current email.")


def send_verification(request: AuthenticatedRequest) -> bool:
    """Send what verifies the account's address: a code, or a link where there are no codes.

    False where a link was sent a moment ago. Raises ImmediateHttpResponse (429) where a code was.
    """
    if settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED:
        # What allauth offers to send a code with; where to go on is the caller's to say.
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
    """Whether the account has this address now, and not only when something was sent to it."""
    return User.objects.with_email(email).filter(pk=user.pk).exists()


def refuse_old_address(request: HttpRequest, user: User, email: str) -> None:
    """Let a code that went to an address open nothing once the account has another one."""
    if not is_address_of(user, email):
        # What waits for the code in the session would lead from the sign-in back to the code.
        request.session.pop(PENDING_LOGIN, None)
        messages.error(request, OLD_CODE, fail_silently=True)
        raise ImmediateHttpResponse(redirect("account_login"))


def announce_changed_address(request: HttpRequest, user: User, old: str) -> None:
    """Send the old address the one notice that it gets, if the change is stored."""
    context = {"from_email": old, "to_email": user.email}
    mail = "account/email/email_changed"
    get_adapter(request).send_notification_mail(mail, user, context, email=old)


@receiver(authentication_step_completed)
def ensure_email_address(sender, request, user, method, email=None, **kwargs) -> None:
    """Give an account that staff made the row that says whether its address is verified."""
    if method == "code" and email:
        refuse_old_address(request, user, email)
        EmailAddress.objects.get_or_create(user=user, email=email.lower())


@receiver(email_confirmed)
def revoke_credentials(sender, request, email_address, **kwargs) -> None:
    """Revoke what opened the account before, unless AccountAdapter says who entered the code."""
    if getattr(email_address, "confirmed_by_owner", False):
        return
    user = email_address.user
    request.password_was_revoked = user.has_usable_password()
    user.set_unusable_password()
    user.save(update_fields=["password"])
    SocialAccount.objects.filter(user=user).delete()


@receiver(user_logged_in)
def announce_revocation(sender, request, **kwargs) -> None:
    """Tell a user who signs in with the code that they need a new password, if they want one."""
    if getattr(request, "password_was_revoked", False):
        messages.warning(request, PASSWORD_REVOKED, fail_silently=True)
