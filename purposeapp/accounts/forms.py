"""The forms of django-allauth, as our other forms look: a label, no placeholder that repeats it."""

from allauth.account import forms
from allauth.core import context
from allauth.socialaccount import forms as socialaccount_forms
from django.utils.translation import gettext_lazy as _

from purposeapp.accounts.verification import refuse_old_address

RESET_EMAIL = "password_reset_email"
"""Where the session names the address to which the code for a new password went."""


class PlainFields:
    """Leaves out the placeholders, and says in one line which passwords will do."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        fields = self.fields  # type: ignore[attr-defined]
        for field in fields.values():
            field.widget.attrs.pop("placeholder", None)
        if "password1" in fields:
            fields["password1"].help_text = _("At least 8 characters, and not a common one.")


class LoginForm(PlainFields, forms.LoginForm):
    """Email and password."""


class SignupForm(PlainFields, forms.SignupForm):
    """The email and the password of a new account."""


class LinkedInSignupForm(PlainFields, socialaccount_forms.SignupForm):
    """The email of a new account whose owner comes from LinkedIn."""


class AddEmailForm(PlainFields, forms.AddEmailForm):
    """Another email for an account."""


class ChangeEmailForm(PlainFields, forms.ChangeEmailForm):
    """Another email, before the first one is confirmed."""


class ChangePasswordForm(PlainFields, forms.ChangePasswordForm):
    """The current password, and a new one."""


class SetPasswordForm(PlainFields, forms.SetPasswordForm):
    """A first password."""


class ResetPasswordForm(PlainFields, forms.ResetPasswordForm):
    """The email to which a code for a new password goes."""

    def save(self, request, **kwargs) -> str:
        """Send the code, and remember where it went."""
        email = super().save(request, **kwargs)
        request.session[RESET_EMAIL] = email
        return email


class ResetPasswordKeyForm(PlainFields, forms.ResetPasswordKeyForm):
    """A new password, after the code."""

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


class ConfirmLoginCodeForm(PlainFields, forms.ConfirmLoginCodeForm):
    """The code to sign in with."""


class ConfirmEmailVerificationCodeForm(PlainFields, forms.ConfirmEmailVerificationCodeForm):
    """The code that confirms an email."""


class ConfirmPasswordResetCodeForm(PlainFields, forms.ConfirmPasswordResetCodeForm):
    """The code for a new password."""
