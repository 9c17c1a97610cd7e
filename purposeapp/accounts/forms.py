"""django-allauth's forms, styled like our other forms: labels without redundant placeholders."""

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
from django.forms import EmailField, PasswordInput
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from purposeapp.accounts import limits
from purposeapp.accounts.passwords import LIKE_EMAIL, ONLY_DIGITS, TOO_SHORT
from purposeapp.accounts.verification import (
    PENDING_EMAIL,
    PENDING_LOGIN,
    PENDING_RESET,
    RESET_HASH,
    is_address_of,
    refuse_deleted_account,
    refuse_old_address,
    refuse_old_reset,
)
from purposeapp.models import User

RESET_EMAIL = "password_reset_email"
"""Session key: the address to which the password reset code was sent."""

TOO_MANY_CODES = gettext_lazy("Too many codes in a short time. Wait one minute, then try again.")


REQUIRED: dict[str, Promise] = {
    "login": gettext_lazy("Enter your email."),
    "email": gettext_lazy("Enter your email."),
    "password": gettext_lazy("Enter your password."),
    "oldpassword": gettext_lazy("Enter your current password."),
    "password1": gettext_lazy("Enter a new password."),
    "password2": gettext_lazy("Enter the new password again."),
    "code": gettext_lazy("Enter the code."),
}
"""The errors of empty fields, by field name."""
DIFFERENT_PASSWORDS = gettext_lazy("The two passwords don't match. Enter the same one twice.")


class PlainFields:
    """Form mixin that removes placeholders and adds the password rules as help text and data.

    Errors of empty fields, and of what is no email, say what to enter.
    """

    labels: Mapping[str, Promise] = {}
    """Field labels that replace allauth's, which capitalize each word."""
    required: Mapping[str, Promise] = {}
    """Errors of empty fields that replace those of REQUIRED."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        fields = self.fields  # type: ignore[attr-defined]
        for name, field in fields.items():
            field.label = self.labels.get(name, field.label)
            if words := self.required.get(name, REQUIRED.get(name)):
                field.error_messages["required"] = words
            if isinstance(field, EmailField):
                field.error_messages["invalid"] = limits.INVALID_EMAIL
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
                "data-too-short": TOO_SHORT % length,
                "data-only-digits": ONLY_DIGITS,
                "data-like-email": LIKE_EMAIL,
                "data-fine": _("Long enough."),
                "data-email": getattr(getattr(self, "user", None), "email", ""),
            }


def _minimum_length() -> int:
    for validator in get_default_password_validators():
        if isinstance(validator, MinimumLengthValidator):
            return validator.min_length
    return 1


class LoginForm(PlainFields, forms.LoginForm):
    """Login form: email and password."""

    def clean(self) -> dict:
        """Refuse a new email that the account has not verified yet."""
        values = super().clean()
        if self.user and not is_address_of(self.user, values.get("login", "")):
            raise get_adapter().validation_error("email_password_mismatch")
        return values


class SignupForm(PlainFields, forms.SignupForm):
    """Sign-up form: email and password of a new account."""

    required = {"password1": gettext_lazy("Enter a password.")}

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Create the account, or email the owner if there is one: equal work in both cases.

        Raises ImmediateHttpResponse (429), and creates nothing, if the mailbox was sent too many.
        """
        email = self.cleaned_data["email"]
        if app_settings.EMAIL_VERIFICATION_BY_CODE_ENABLED:
            limits.require_mailbox(request, email, pause=True)
        if self.account_already_exists:
            limits.pretend_to_sign_up(self.cleaned_data["password1"])
        return super().try_save(request)

    @transaction.atomic
    def save(self, request: HttpRequest) -> User:
        """Save the account and its address atomically."""
        return super().save(request)


class LinkedInSignupForm(PlainFields, socialaccount_forms.SignupForm):
    """Sign-up form after a LinkedIn sign-in: email of the new account."""


class AddEmailForm(PlainFields, forms.AddEmailForm):
    """Form to change the account's email address."""

    labels = {"email": gettext_lazy("New email")}
    required = {"email": gettext_lazy("Enter your new email.")}

    def save(self, request: HttpRequest) -> EmailAddress:
        """Add the new address as unverified. The current one stays until it is verified.

        If verification is by link, allauth takes an unverified current address for an earlier
        change request and would delete it. So only other addresses are deleted here.
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


class PasswordTwice:
    """Form mixin whose error for two different passwords says what to do."""

    def clean_password2(self) -> str:
        """Compare the passwords before allauth does."""
        values = self.cleaned_data  # type: ignore[attr-defined]
        if values.get("password1", values["password2"]) != values["password2"]:
            raise ValidationError(DIFFERENT_PASSWORDS, code="different_passwords")
        return values["password2"]


class ChangePasswordForm(PlainFields, PasswordTwice, forms.ChangePasswordForm):
    """Password change form: current and new password."""

    labels = {
        "oldpassword": gettext_lazy("Current password"),
        "password1": gettext_lazy("New password"),
        "password2": gettext_lazy("New password again"),
    }


class SetPasswordForm(PlainFields, PasswordTwice, forms.SetPasswordForm):
    """Form to set a first password."""

    labels = {"password2": gettext_lazy("Password again")}


class ResetPasswordForm(PlainFields, forms.ResetPasswordForm):
    """Password reset form: email to which the code is sent."""

    def clean_email(self) -> str:
        """Look up the account, with the same queries for a known and an unknown email."""
        email = super().clean_email()
        limits.ask_for_known_too(email)
        return email

    def save(self, request, **kwargs) -> str:
        """Send the code, and store the address and the account's auth hash in the session."""
        email = super().save(request, **kwargs)
        request.session[RESET_HASH] = self.users[0].get_session_auth_hash() if self.users else ""
        request.session[RESET_EMAIL] = email
        return email


class ResetPasswordKeyForm(PlainFields, PasswordTwice, forms.ResetPasswordKeyForm):
    """Form for the new password, once the reset code is entered."""

    labels = {
        "password1": gettext_lazy("New password"),
        "password2": gettext_lazy("New password again"),
    }

    def clean(self) -> dict:
        """Refuse the reset if the account was deleted or changed after its code was sent.

        What counts as changed is its address and its password.
        """
        request = context.request
        if not self.user:
            refuse_deleted_account(request, PENDING_RESET)
        else:
            refuse_old_address(request, self.user, request.session.get(RESET_EMAIL, ""))
            refuse_old_reset(request, self.user)
        return super().clean()


class ReauthenticateForm(PlainFields, forms.ReauthenticateForm):
    """Reauthentication form: the current password."""


class RequestLoginCodeForm(PlainFields, forms.RequestLoginCodeForm):
    """Login code form: email to which the code is sent."""

    def clean_email(self) -> str:
        """Look up the account, with the same queries for a known and an unknown email.

        The rate limit's error names our wait of one minute, which is shorter than allauth's text.
        """
        try:
            email = super().clean_email()
            limits.ask_for_known_too(email)
            return email
        except ValidationError as error:
            if error.code != "too_many_login_attempts":
                raise
            raise ValidationError(TOO_MANY_CODES, code=error.code) from None


class CountedTries:
    """Form mixin that refuses every code, right or wrong, once its tries are used up.

    The right code of an account that was deleted meanwhile raises AccountDeletedError.
    """

    expected_code: str | None

    pending: str
    """allauth's session key for what waits for the code."""

    def clean_code(self) -> str:
        """Count the try before the codes are compared."""
        if not limits.may_try_code(context.request, self.expected_code or ""):
            raise get_adapter().validation_error("incorrect_code")
        code = super().clean_code()  # type: ignore[misc]  # the form has it
        refuse_deleted_account(context.request, self.pending)
        return code


class ConfirmLoginCodeForm(PlainFields, CountedTries, forms.ConfirmLoginCodeForm):
    """Form to enter the login code."""

    pending = PENDING_LOGIN


class ConfirmEmailVerificationCodeForm(
    PlainFields, CountedTries, forms.ConfirmEmailVerificationCodeForm
):
    """Form to enter the code that verifies an email."""

    pending = PENDING_EMAIL


class ConfirmPasswordResetCodeForm(PlainFields, CountedTries, forms.ConfirmPasswordResetCodeForm):
    """Form to enter the password reset code."""

    pending = PENDING_RESET
