"""The django-allauth account adapter: customizes sign-up, sign-in and their emails."""

from datetime import timedelta
from ipaddress import ip_address
from types import SimpleNamespace

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import Login
from allauth.core import context as allauth_context
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from purposeapp.accounts import limits
from purposeapp.accounts.login_code import is_login_code_required
from purposeapp.accounts.verification import ASKED_BY, VERIFICATION_SENT, refuse_old_address
from purposeapp.web.public_host import public_host

CONFIRMATIONS = {
    "account/email/email_confirmation",
    "account/email/email_confirmation_signup",
    "account/email/account_already_exists",
}
ASKED_FOR_BY_ANYBODY = CONFIRMATIONS | {
    "account/email/login_code",
    "account/email/password_reset_code",
    "account/email/unknown_account",
}
"""Emails that anyone can have sent to an address that they type into a form.

All other emails notify the account's owner of a change.
"""


def login_methods(request) -> dict:
    """Context processor: say if LinkedIn is offered besides a password and a code."""
    return {"linkedin_is_on": bool(settings.LINKEDIN_CLIENT_ID)}


class AccountAdapter(DefaultAccountAdapter):
    """Account adapter that builds the links in emails from PUBLIC_URL, not from the Host header.

    Otherwise an attacker who sets the header could have us mail a victim a link to any site.
    """

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "duplicate_email": _("Your account already has this email. Enter a different one."),
        "email_password_mismatch": _("Wrong email or password."),
        "email_taken": _("There's already an account with this email. If it's yours, sign in."),
        "incorrect_code": _("That's not the code we sent. Check the email and try again."),
        "incorrect_password": _("Wrong password."),
        "enter_current_password": _("That's not your current password."),
        "too_many_login_attempts": _("Too many tries. Wait five minutes, then try again."),
        "rate_limited": _("Too many tries. Wait a little, then try again."),
    }

    def is_safe_url(self, url) -> bool:
        """Return whether `next` may redirect to this URL. Malformed URLs are refused."""
        try:
            return super().is_safe_url(url)
        except ValueError:
            return False

    def is_ajax(self, request) -> bool:
        """Return False, so that allauth always answers with a page and never with JSON."""
        return False

    def login(self, request, user) -> None:
        """Sign in, unless the account was deactivated while the login waited for a code."""
        if not user.is_active:
            raise ImmediateHttpResponse(self.respond_user_inactive(request, user))
        # Atomic: the old session ends only if its pending results move to the history.
        with transaction.atomic():
            super().login(request, user)

    def is_login_by_code_required(self, login: Login) -> bool:
        """Return whether the login also needs a code, because we (login_code.py) or allauth ask."""
        return is_login_code_required(login) or super().is_login_by_code_required(login)

    def confirm_email(self, request, email_address) -> bool:
        """Confirm an address for a user who is signing up or signed in: credentials stay valid."""
        if not request.user.is_authenticated:  # a signed-in user may be changing the address
            refuse_old_address(request, email_address.user, email_address.email)
        email_address.confirmed_by_owner = True
        return super().confirm_email(request, email_address)

    def clean_email(self, email) -> str:
        """Return the email of a new account, a changed email, or one to reset a password."""
        limits.refuse_other_spelling(email)
        return super().clean_email(email)

    def clean_password(self, password, user=None) -> str:
        """Validate a new password. It names one mistake at a time: a short one is common too."""
        try:
            return super().clean_password(password, user=user)
        except ValidationError as error:
            raise error.error_list[0] from None

    def get_email_confirmation_url(self, request, emailconfirmation) -> str:
        """Return the link that confirms a changed address, for sites that verify by link."""
        path = reverse("account_confirm_email", args=[emailconfirmation.key])
        return settings.PUBLIC_URL + path

    def get_email_verification_redirect_url(self, email_address) -> str:
        """Return the page that asked for the confirmation in this browser, if any, to go back."""
        asked_by = self.request.session.pop(ASKED_BY, None)
        return asked_by or super().get_email_verification_redirect_url(email_address)

    def get_client_ip(self, request) -> str:
        """Return the client's IP address, with IPv4-mapped IPv6 addresses converted to IPv4.

        On a dual-stack socket (`HOST=::`), all IPv4 clients have addresses in one IPv6 network,
        so rate limits would count them as one client.
        """
        address = ip_address(super().get_client_ip(request))
        return str(getattr(address, "ipv4_mapped", None) or address)

    def authenticate(self, request, **credentials) -> AbstractBaseUser | None:
        """Return the user if the password is right. It doesn't count towards the rate limit."""
        user = super().authenticate(request, **credentials)
        if user:
            limits.uncount_right_password(request, credentials["email"])
        return user

    def pre_authenticate(self, request, **credentials) -> None:
        """Count a try, and refuse it if the limit is used up, even if the password is right."""
        super().pre_authenticate(request, **credentials)
        if not limits.may_try_password(request, credentials["email"]):
            raise self.validation_error("too_many_login_attempts")

    def authentication_failed(self, request, **credentials) -> None:
        """Take as long for a known email as for an unknown one."""
        super().authentication_failed(request, **credentials)
        limits.ask_for_known_too(credentials["email"])

    def reauthenticate(self, user, password) -> bool:
        """Return whether the password is that of `user`. If it is, rotate the session key."""
        is_right = super().reauthenticate(user, password)
        if is_right:
            allauth_context.request.session.cycle_key()
        return is_right

    def add_message(self, request, level, message_template=None, *args, **kwargs) -> None:
        """Add the message, unless it says that a code was sent: the code page says so already."""
        by_code = settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED
        if not (by_code and message_template == VERIFICATION_SENT):
            super().add_message(request, level, message_template, *args, **kwargs)

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Send an email, with the site's name and PUBLIC_URL in its context.

        Raises ImmediateHttpResponse (429) if the mailbox was sent too many.
        """
        request = allauth_context.request
        if template_prefix in ASKED_FOR_BY_ANYBODY:
            limits.require_mailbox(request, email, pause=template_prefix in CONFIRMATIONS)
        site = SimpleNamespace(name="Five Purposes", domain=public_host())
        context = {
            **context,
            "current_site": site,
            "public_url": settings.PUBLIC_URL,
            "password_reset_url": settings.PUBLIC_URL + reverse("account_reset_password"),
            "signup_url": settings.PUBLIC_URL + reverse("account_signup"),
            "code_minutes": settings.CODE_MINUTES,
            "contact": settings.CONTACT_EMAIL,
        }
        super().send_mail(template_prefix, email, context)

    def send_notification_mail(self, template_prefix, user, context=None, email=None) -> None:
        """Send an email about an account, perhaps to an address that it no longer has."""
        context = {**(context or {}), "user": user}
        super().send_notification_mail(template_prefix, user, context, email)

    def render_mail(self, template_prefix, email, context, headers=None) -> EmailMessage:
        """Render an email. One with a code expires in the outbox together with the code.

        One about an account is deleted from the outbox together with it.
        """
        mail = super().render_mail(template_prefix, email, context, headers)
        mail.user = context.get("user")
        if "code" in context:
            mail.max_age = timedelta(minutes=settings.CODE_MINUTES)
        return mail
