"""The admin of accounts, groups and assessments, for superusers only."""

from typing import Any

from allauth.account import admin as account_admin  # noqa: F401 (it registers)
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.account.signals import password_changed
from allauth.account.utils import has_verified_email
from allauth.core import context
from allauth.socialaccount import admin as socialaccount_admin  # noqa: F401 (it registers)
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm
from django.contrib.auth.forms import UserChangeForm as DjangoUserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from purposeapp.accounts.deletion import LAST_SUPERUSER, delete_account
from purposeapp.accounts.limits import refuse_other_spelling
from purposeapp.accounts.verification import announce_changed_address
from purposeapp.models import Assessment, User
from purposeapp.split import Purpose

# LinkedIn is configured by environment variables, and users manage their connections themselves.
admin.site.unregister([SocialAccount, SocialApp, SocialToken])
# An address is changed along with its account, and only its owner can verify it.
admin.site.unregister([EmailAddress, Group])


OWN_ACCOUNT = _("This is your own account. Delete it in Settings instead.")
"""Error text: deleting one's own account in the admin would delete the session halfway through."""

ALLOWED_LOOKUPS = {"exact", "isnull", "gte", "lt"}
"""The lookups of the lists' filters. With others, a query string could cause invalid values."""


class SuperuserOnly:
    """Admin mixin that allows superusers only, even if others were granted permissions by mistake.

    Someone who can change accounts or groups could make themselves a superuser.
    """

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_active and request.user.is_superuser

    has_change_permission = has_delete_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Return whether a list may be filtered by this lookup."""
        asked = lookup.rpartition("__")[2]
        return asked in ALLOWED_LOOKUPS and super().lookup_allowed(lookup, value, request)  # type: ignore[misc]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Check the permission first: Django would reveal to any staff user if a row exists."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)  # type: ignore[misc]


@admin.register(Assessment)
class AssessmentAdmin(SuperuserOnly, admin.ModelAdmin):
    """Assessments, read-only, for superusers.

    Notes and life events are private to their users (see /privacy/), so they aren't shown.
    """

    fields = ["user", "taken_at", "recorded_at", *Purpose.values]
    list_display = ["taken_at", "user", "split"]
    list_select_related = ["user"]
    search_fields = ["user__email"]
    search_help_text = _("Enter the email of an account to see its results.")
    ordering = ["-taken_at", "-id"]
    show_full_result_count = False
    # Only its user can see its page.
    view_on_site = False

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """Return the results of the account with this email, and none before one is entered.

        Only one account's results have an index. Sorting and counting those of all accounts would
        take longer with each, and end in a timeout.
        """
        user = User.objects.with_email(search_term.strip()).first() if search_term else None
        return (queryset.filter(user=user) if user else queryset.none()), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow only lookups on shown fields, because filters could reveal private texts."""
        return lookup.partition("__")[0] in self.fields and super().lookup_allowed(
            lookup, value, request
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class EmailForm(forms.ModelForm):
    """Base form that refuses an address of another account, or a spelling other than as sent."""

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        if "email" in self.changed_data:
            refuse_other_spelling(email)
        if User.objects.with_email(email).exclude(pk=self.instance.pk).exists():
            constraint = "user_email_unique_in_any_case"
            [taken] = (each for each in User._meta.constraints if each.name == constraint)
            raise ValidationError(taken.get_violation_error_message(), code="unique")
        return email


WITHOUT_PASSWORD = _("Without a password, they sign in with a code sent by email.")
PASSWORD_IS_DELETED = _("If you disable it, their current password is deleted.")


class UserCreationForm(EmailForm, AdminUserCreationForm):
    """Form to create an account by email address. Django's own form asks for a user name."""

    usable_password = AdminUserCreationForm.create_usable_password_field(WITHOUT_PASSWORD)

    class Meta:
        model = User
        fields = ["email"]


class UserChangeForm(EmailForm, DjangoUserChangeForm):
    """Form to change an account. The last superuser must stay an active one with admin access."""

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        stays = all(data.get(name) for name in ("is_superuser", "is_active", "is_staff"))
        if self.instance.is_superuser and not stays:
            User.objects.lock_superusers()
            if self.instance.is_last_superuser:
                raise ValidationError(LAST_SUPERUSER, code="last_superuser")
        return data


class PasswordForm(AdminPasswordChangeForm):
    """Form to set a user's password. They get the same email as if they had changed it."""

    # A script of Django's shows the warning once "Disabled" is chosen.
    usable_password_help_text = format_lazy(  # type: ignore[assignment]
        '{} <ul id="id_unusable_warning" class="messagelist"><li class="warning">{}</li></ul>',
        WITHOUT_PASSWORD,
        PASSWORD_IS_DELETED,
    )

    def save(self, commit: bool = True) -> User:
        user = super().save(commit)
        password_changed.send(sender=User, request=context.request, user=user)
        get_adapter().send_notification_mail("account/email/password_changed", user)
        return user


@admin.register(User)
class UserAdmin(SuperuserOnly, DjangoUserAdmin):
    """Accounts, identified by email address."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = PasswordForm
    list_display = ["email", "is_staff", "is_superuser", "date_joined", "last_login"]
    list_filter = ["is_staff", "is_superuser", "is_active", "groups"]
    search_fields = ["email"]
    ordering = ["email"]
    readonly_fields = ["date_joined", "last_login", "email_is_confirmed"]
    fieldsets = [
        (None, {"fields": ["email", "email_is_confirmed", "password"]}),
        (
            _("Permissions"),
            {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]},
        ),
        (_("Dates"), {"fields": ["date_joined", "last_login"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "fields": ["email", "usable_password", "password1", "password2"],
                "description": _(
                    "No email is sent: tell them the password yourself. To make them an editor, "
                    "save, then tick “Staff status” and add the group “Tip editors”."
                ),
            },
        )
    ]

    @admin.display(description=_("email confirmed"), boolean=True)
    def email_is_confirmed(self, user: User) -> bool:
        """Return whether the user has verified the address."""
        return has_verified_email(user, user.email)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Try once more if another request took the address meanwhile: then the form says so."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IntegrityError:
            return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the account. If its address has changed, notify the old address."""
        super().save_model(request, obj, form, change)
        if change and obj.email.lower() != form.initial["email"].lower():
            announce_changed_address(request, obj, form.initial["email"])

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[Any, int], set[Any], list[Any]]:
        """Return the accounts, and the numbers of related rows that are deleted with them.

        Assessments are included, although they can't be deleted otherwise. Users' private rows are
        only counted, not listed.
        """
        _objects, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        perms_needed.discard(Assessment._meta.verbose_name)
        if _leaves_no_superuser(objs):
            # Django then deletes nothing, and lists this as the reason.
            protected = [*protected, str(LAST_SUPERUSER)]
        elif any(account.pk == request.user.pk for account in objs):
            protected = [*protected, str(OWN_ACCOUNT)]
        return [str(account) for account in objs], counts, perms_needed, protected

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.delete_queryset(request, User.objects.filter(pk=obj.pk))

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Delete the accounts as their owners would, atomically.

        Raises PermissionDenied if that would delete the user's own account or the last superuser.
        """
        if queryset.filter(pk=request.user.pk).exists():
            raise PermissionDenied(OWN_ACCOUNT)
        User.objects.lock_superusers()
        try:
            for account in queryset.order_by("pk"):
                delete_account(account)
        except ValidationError as error:  # another superuser was concurrently deleted or demoted
            raise PermissionDenied(LAST_SUPERUSER) from error


def _leaves_no_superuser(accounts: Any) -> bool:
    """Return whether no superuser would be left if these accounts were deleted."""
    ids = [account.pk for account in accounts]
    superusers = User.objects.superusers()
    return superusers.filter(pk__in=ids).exists() and not superusers.exclude(pk__in=ids).exists()


@admin.register(Group)
class GroupAdmin(SuperuserOnly, DjangoGroupAdmin):
    """Permission groups, such as the tip editors."""
