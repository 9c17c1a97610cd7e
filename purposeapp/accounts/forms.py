"""The forms of django-allauth, as our other forms look: a label, no placeholder that repeats it."""

from collections.abc import Mapping

from allauth.account import app_settings, forms
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.socialaccount import forms as socialaccount_forms
from django.contrib.auth.password_validation import (
    MinimumLengthValidator,
    get_default_password_validators,
)
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import PasswordInput
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from purposeapp.accounts import limits
from purposeapp.accounts.verification import is_address_of, refuse_old_address
from purposeapp.models import User

RESET_EMAIL = "password_reset_email"
"""Where the session names the address to which the code for a new password went."""

TOO_MANY_CODES = gettext_lazy("Too many codes in a short time. Wait one minute, then try again.")


class PlainFields:
    """Leaves out the placeholders, and gives passwords their rules, for people and scripts."""

    labels: Mapping[str, Promise] = {}
    """What a field is called, where allauth capitalizes each word."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        fields = self.fields  # type: ignore[attr-defined]
        for name, field in fields.items():
            field.label = self.labels.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field.widget, PasswordInput):
                field.widget.attrs |= {
                    "data-show": _("Show password"),
                    "data-hide": _("Hide password"),
                }
        if "password1" in fields:
            length = {"length": _minimum_length()}
            fields["password1"].help_text = (
                _("At least %(length)s characters, and not a common one.") % length
            )
            fields["password1"].widget.attrs |= {
                "data-min-length": length["length"],
                "data-too-short": _("Use at least %(length)s characters.") % length,
                "data-only-digits": _("Add a letter. Numbers alone are easy to guess."),
                "data-like-email": _("That's too close to your email. Try something else."),
                "data-fine": _("Long enough."),
                "data-email": getattr(getattr(self, "user", None), "email", ""),
            }


def _minimum_length() -> int:
    for validator in get_default_password_validators():
        if isinstance(validator, MinimumLengthValidator):
            return validator.min_length
    return 1


class LoginForm(PlainFields, forms.LoginForm):
    """Email and password."""

    def clean(self) -> dict:
        """Refuse an email that the account is only about to have: it is not proven yet."""
        values = super().clean()
        if self.user and not is_address_of(self.user, values.get("login", "")):
            raise get_adapter().validation_error("email_password_mismatch")
        return values


class SignupForm(PlainFields, forms.SignupForm):
    """The email and the password of a new account."""

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Make the account, or write to whoever has it already: the same work in both cases.

        Raises ImmediateHttpResponse (429), with nothing made, where no mail could follow.
        """
        email = self.cleaned_data["email"]
        if app_settings.EMAIL_VERIFICATION_BY_CODE_ENABLED:
            limits.require_mailbox(request, email, pause=True)
        if self.account_already_exists:
            limits.pretend_to_sign_up(self.cleaned_data["password1"])
        return super().try_save(request)

    @transaction.atomic
    def save(self, request: HttpRequest) -> User:
        """Store the account and its address, or neither."""
        return super().save(request)


class LinkedInSignupForm(PlainFields, socialaccount_forms.SignupForm):
    """The email of a new account whose owner comes from LinkedIn."""


class AddEmailForm(PlainFields, forms.AddEmailForm):
    """Another email for an account."""

    labels = {"email": gettext_lazy("New email")}

    def save(self, request: HttpRequest) -> EmailAddress:
        """Let the new one wait until it is proven, beside the one that the account has.

        Where nothing can be proven by a code, allauth takes an own email that is not proven for
        an earlier wish, and would remove it.
        """
        if app_settings.EMAIL_VERIFICATION_BY_CODE_ENABLED:
            return super().save(request)
        others = EmailAddress.objects.filter(user=self.user)
        others.exclude(email=self.user.email.lower()).delete()
        address = EmailAddress.objects.create(
            user=self.user, email=self.cleaned_data["email"].lower()
        )
        address.send_confirmation(request)
        return address


class ChangeEmailForm(PlainFields, forms.ChangeEmailForm):
    """Another email, before the first one is confirmed."""


class ChangePasswordForm(PlainFields, forms.ChangePasswordForm):
    """The current password, and a new one."""

    labels = {
        "oldpassword": gettext_lazy("Current password"),
        "password1": gettext_lazy("New password"),
        "password2": gettext_lazy("New password again"),
    }


class SetPasswordForm(PlainFields, forms.SetPasswordForm):
    """A first password."""

    labels = {"password2": gettext_lazy("Password again")}


class ResetPasswordForm(PlainFields, forms.ResetPasswordForm):
    """The email to which a code for a new password goes."""

    def clean_email(self) -> str:
        """Look for the account, and do the same for a known email as for any other."""
        email = super().clean_email()
        limits.ask_for_known_too(email)
        return email

    def save(self, request, **kwargs) -> str:
        """Send the code, and remember where it went."""
        email = super().save(request, **kwargs)
        request.session[RESET_EMAIL] = email
        return email


class ResetPasswordKeyForm(PlainFields, forms.ResetPasswordKeyForm):
    """A new password, after the code."""

    labels = {
        "password1": gettext_lazy("New password"),
        "password2": gettext_lazy("New password again"),
    }

    def clean(self) -> dict:
        """Refuse one whose code went to an address that the account no longer has."""
        if self.user:
            request = context.request
            refuse_old_address(request, self.user, request.session.get(RESET_EMAIL, ""))
        return super().clean()


class ReauthenticateForm(PlainFields, forms.ReauthenticateForm):
    """The password once more."""


class RequestLoginCodeForm(PlainFields, forms.RequestLoginCodeForm):
    """The email to which a code for signing in goes."""

    def clean_email(self) -> str:
        """Look for the account, and do the same for a known email as for any other.

        Of too many codes it says how long to wait, which is less than allauth says.
        """
        try:
            email = super().clean_email()
            limits.ask_for_known_too(email)
            return email
        except ValidationError as error:
            if error.code != "too_many_login_attempts":
                raise
            raise ValidationError(TOO_MANY_CODES, code=error.code) from None


class ConfirmLoginCodeForm(PlainFields, forms.ConfirmLoginCodeForm):
    """The code to sign in with."""


class ConfirmEmailVerificationCodeForm(PlainFields, forms.ConfirmEmailVerificationCodeForm):
    """The code that confirms an email."""


class ConfirmPasswordResetCodeForm(PlainFields, forms.ConfirmPasswordResetCodeForm):
    """The code for a new password."""
