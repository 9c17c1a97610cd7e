"""Accounts, groups, addresses and assessments, with the permission for superusers alone."""

from typing import Any

from allauth.account import admin as account_admin  # noqa: F401 (it registers)
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.account.signals import password_changed
from allauth.account.utils import has_verified_email
from allauth.core import context
from allauth.socialaccount import admin as socialaccount_admin  # noqa: F401 (it registers)
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm
from django.contrib.auth.forms import UserChangeForm as DjangoUserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from purposeapp.accounts.deletion import LAST_SUPERUSER, delete_account
from purposeapp.accounts.verification import announce_changed_address
from purposeapp.models import Assessment, User
from purposeapp.split import Purpose

# Whether LinkedIn is on is said by the environment, and a connection is its owner's business.
admin.site.unregister([SocialAccount, SocialApp, SocialToken])
# An address is changed with its account, and proven by its owner alone.
admin.site.unregister([EmailAddress, Group])


OWN_ACCOUNT = _("This is your own account. Delete it in Settings instead.")
"""Here, the session that asks for it would go half way through."""

ALLOWED_LOOKUPS = {"exact", "isnull", "gte", "lt"}
"""How the filters of the lists compare; what else an address could ask for may be no value."""


class SuperuserOnly:
    """Opens to superusers, whatever permissions somebody else was granted by mistake.

    Whoever could change accounts or groups could make themselves a superuser.
    """

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_active and request.user.is_superuser

    has_change_permission = has_delete_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Whether a list may be filtered so."""
        asked = lookup.rpartition("__")[2]
        return asked in ALLOWED_LOOKUPS and super().lookup_allowed(lookup, value, request)  # type: ignore[misc]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The history; Django would say to anybody whether there is such a row."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)  # type: ignore[misc]


@admin.register(Assessment)
class AssessmentAdmin(SuperuserOnly, admin.ModelAdmin):
    """That people recorded something: for superusers to read, and for nobody to change.

    What they wrote about it, and what happened in their lives, is theirs alone (see /privacy/).
    """

    fields = ["user", "taken_at", "recorded_at", *Purpose.values]
    list_display = ["taken_at", "user", "split"]
    list_filter = ["taken_at"]
    list_select_related = ["user"]
    search_fields = ["user__email"]
    ordering = ["-taken_at", "-id"]
    show_full_result_count = False
    # Its page is its owner's alone.
    view_on_site = False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Whether the list may be filtered so: a filter would let words be guessed, too."""
        return lookup.partition("__")[0] in self.fields and super().lookup_allowed(
            lookup, value, request
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class UserCreationForm(AdminUserCreationForm):
    """Makes an account by address; Django's own form asks for a user name."""

    class Meta:
        model = User
        fields = ["email"]


class UserChangeForm(DjangoUserChangeForm):
    """Changes an account; the last superuser stays one who can sign in to the admin."""

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        stays = all(data.get(name) for name in ("is_superuser", "is_active", "is_staff"))
        if self.instance.is_superuser and not stays:
            User.objects.lock_superusers()
            if self.instance.is_last_superuser:
                raise ValidationError(LAST_SUPERUSER, code="last_superuser")
        return data


class PasswordForm(AdminPasswordChangeForm):
    """Sets the password of somebody, who gets a mail as if they had changed it themselves."""

    def save(self, commit: bool = True) -> User:
        user = super().save(commit)
        password_changed.send(sender=User, request=context.request, user=user)
        get_adapter().send_notification_mail("account/email/password_changed", user)
        return user


@admin.register(User)
class UserAdmin(SuperuserOnly, DjangoUserAdmin):
    """Accounts, by address."""

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
    add_fieldsets = [(None, {"fields": ["email", "usable_password", "password1", "password2"]})]

    @admin.display(description=_("email confirmed"), boolean=True)
    def email_is_confirmed(self, user: User) -> bool:
        """Whether the person has proven that they read mail to the address."""
        return has_verified_email(user, user.email)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Store the account, and give an address that it no longer has one notice."""
        super().save_model(request, obj, form, change)
        if change and obj.email.lower() != form.initial["email"].lower():
            announce_changed_address(request, obj, form.initial["email"])

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[Any, int], set[Any], list[Any]]:
        """The accounts, and how much goes with them: its assessments too, which nobody may delete
        otherwise. What a person wants, ticked and recorded is counted, and not put on show.
        """
        _objects, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        perms_needed.discard(Assessment._meta.verbose_name)
        if _leaves_no_superuser(objs):
            # Django then deletes nothing, and lists what hinders it.
            protected = [*protected, str(LAST_SUPERUSER)]
        elif any(account.pk == request.user.pk for account in objs):
            protected = [*protected, str(OWN_ACCOUNT)]
        return [str(account) for account in objs], counts, perms_needed, protected

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.delete_queryset(request, User.objects.filter(pk=obj.pk))

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Delete them as their owners would; all of them, or none where it is refused by now."""
        if queryset.filter(pk=request.user.pk).exists():
            raise PermissionDenied(OWN_ACCOUNT)
        User.objects.lock_superusers()
        try:
            for account in queryset.order_by("pk"):
                delete_account(account)
        except ValidationError as error:  # another superuser was deleted or demoted a moment ago
            raise PermissionDenied(LAST_SUPERUSER) from error


def _leaves_no_superuser(accounts: Any) -> bool:
    """Whether nobody could do everything in the admin once these accounts are gone."""
    ids = [account.pk for account in accounts]
    superusers = User.objects.superusers()
    return superusers.filter(pk__in=ids).exists() and not superusers.exclude(pk__in=ids).exists()


@admin.register(Group)
class GroupAdmin(SuperuserOnly, DjangoGroupAdmin):
    """Who may do what together, such as the editors of tips."""
