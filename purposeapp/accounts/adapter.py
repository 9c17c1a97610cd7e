"""How sign-up, sign-in and their mails behave, where django-allauth leaves it to us."""

from datetime import timedelta
from ipaddress import ip_address
from types import SimpleNamespace
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import Login
from allauth.core import context as allauth_context
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from purposeapp.accounts import limits
from purposeapp.accounts.login_code import is_login_code_required
from purposeapp.accounts.verification import VERIFICATION_SENT, refuse_old_address

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
"""Mails to whatever email somebody types. All others tell an owner what happened to the account."""


def login_methods(request) -> dict:
    """For templates: whether there is more than a password and a code."""
    return {"linkedin_is_on": bool(settings.LINKEDIN_CLIENT_ID)}


class AccountAdapter(DefaultAccountAdapter):
    """Writes mails whose addresses come from PUBLIC_URL, never from the Host header.

    Whoever could choose the host in a mail to somebody else could lead them anywhere.
    """

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("Wrong email or password."),
        "email_taken": _("There's already an account with this email. If it's yours, sign in."),
        "incorrect_code": _("That's not the code we sent. Check the email and try again."),
        "incorrect_password": _("Wrong password."),
        "enter_current_password": _("That's not your current password."),
        "too_many_login_attempts": _("Too many tries. Wait five minutes, then try again."),
        "rate_limited": _("Too many tries. Wait a little, then try again."),
    }

    def is_safe_url(self, url) -> bool:
        """Whether `next` may lead there. What is no address at all leads nowhere."""
        try:
            return super().is_safe_url(url)
        except ValueError:
            return False

    def is_ajax(self, request) -> bool:
        """Whether to answer in JSON: never, whatever the headers say. We serve pages."""
        return False

    def login(self, request, user) -> None:
        """Sign in, unless the account was closed since the login began, as with a code by mail."""
        if not user.is_active:
            raise ImmediateHttpResponse(self.respond_user_inactive(request, user))
        # The session of before ends, and what waits in it moves to the history: both, or neither.
        with transaction.atomic():
            super().login(request, user)

    def is_login_by_code_required(self, login: Login) -> bool:
        """Whether a code has to be entered too: where we ask for it, see login_code.py."""
        return is_login_code_required(login) or super().is_login_by_code_required(login)

    def confirm_email(self, request, email_address) -> bool:
        """Confirm an address, by whoever signs up with it or is signed in: their keys stay."""
        if not request.user.is_authenticated:  # who is may be changing it
            refuse_old_address(request, email_address.user, email_address.email)
        email_address.confirmed_by_owner = True
        return super().confirm_email(request, email_address)

    def get_email_confirmation_url(self, request, emailconfirmation) -> str:
        """The link that confirms a changed address, where nobody has to enter codes."""
        path = reverse("account_confirm_email", args=[emailconfirmation.key])
        return settings.PUBLIC_URL + path

    def get_client_ip(self, request) -> str:
        """The network address of whoever asks; of an IPv4 client as such, not mapped into IPv6.

        On a socket for both (`HOST=::`) all of them come from one IPv6 network, which for limits
        is one place.
        """
        address = ip_address(super().get_client_ip(request))
        return str(getattr(address, "ipv4_mapped", None) or address)

    def pre_authenticate(self, request, **credentials) -> None:
        """Refuse a password that is one too many, be it right or wrong."""
        super().pre_authenticate(request, **credentials)
        if not limits.may_try_password(request, credentials["email"]):
            raise self.validation_error("too_many_login_attempts")

    def authentication_failed(self, request, **credentials) -> None:
        """Count a wrong password; the answer takes as long for a known email as for others."""
        super().authentication_failed(request, **credentials)
        limits.count_wrong_password(request, credentials["email"])
        limits.ask_for_known_too(credentials["email"])

    def reauthenticate(self, user, password) -> bool:
        """Whether that is the password of `user`; if so, the session gets another key."""
        is_right = super().reauthenticate(user, password)
        if is_right:
            allauth_context.request.session.cycle_key()
        return is_right

    def add_message(self, request, level, message_template=None, *args, **kwargs) -> None:
        """Say what was done, but for a code that was sent: the page to enter it says so itself."""
        by_code = settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED
        if not (by_code and message_template == VERIFICATION_SENT):
            super().add_message(request, level, message_template, *args, **kwargs)

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Send one mail, in our words, with our own address in it.

        Raises ImmediateHttpResponse (429) where the mailbox has had too many.
        """
        request = allauth_context.request
        if template_prefix in ASKED_FOR_BY_ANYBODY:
            limits.require_mailbox(request, email, pause=template_prefix in CONFIRMATIONS)
        site = SimpleNamespace(name="Five Purposes", domain=urlsplit(settings.PUBLIC_URL).netloc)
        context = {
            **context,
            "current_site": site,
            "public_url": settings.PUBLIC_URL,
            "password_reset_url": settings.PUBLIC_URL + reverse("account_reset_password"),
            "signup_url": settings.PUBLIC_URL + reverse("account_signup"),
            "code_minutes": settings.CODE_MINUTES,
        }
        super().send_mail(template_prefix, email, context)

    def render_mail(self, template_prefix, email, context, headers=None) -> EmailMessage:
        """Write a mail; one with a code waits for a mail server only as long as the code works."""
        mail = super().render_mail(template_prefix, email, context, headers)
        if "code" in context:
            mail.max_age = timedelta(minutes=settings.CODE_MINUTES)
        return mail
