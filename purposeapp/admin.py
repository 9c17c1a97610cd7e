"""The admin: staff keep the tips good, superusers see accounts and assessments."""

from allauth.socialaccount import admin as socialaccount_admin  # noqa: F401 (it registers)
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from .models import Assessment, Tip, User

admin.site.site_header = _("Five Purposes")
admin.site.site_title = _("Five Purposes")
admin.site.index_title = _("Administration")
admin.site.site_url = "/"

# Whether LinkedIn is on is said by the environment, and a connection is its owner's business.
admin.site.unregister([SocialAccount, SocialApp, SocialToken])


def _whole_number_or_404(text: str) -> None:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Http404


@admin.register(Tip)
class TipAdmin(SimpleHistoryAdmin):
    """Tips, by purpose and position; the history of each shows who changed what."""

    list_display = ["text", "purpose", "audience", "position"]
    list_editable = ["position"]
    list_filter = ["purpose", "audience"]
    search_fields = ["text", "key"]
    ordering = ["purpose", "position", "key"]
    # The library's own list has an inline style, which the content security policy forbids.
    object_history_list_template = "admin/tip_changes.html"

    def history_view(self, request, object_id, extra_context=None):
        """The changes of a tip; a 404 for an id that none can have, not the library's 500."""
        _whole_number_or_404(object_id)
        return super().history_view(request, object_id, extra_context)

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        """A tip as it was; likewise."""
        _whole_number_or_404(object_id)
        _whole_number_or_404(version_id)
        return super().history_form_view(request, object_id, version_id, extra_context)

    def get_readonly_fields(self, request, obj=None):
        """The key is chosen once: exports and old assessments know the tip by it."""
        return ["key"] if obj else []


@admin.register(Assessment)
class AssessmentAdmin(admin.ModelAdmin):
    """What people recorded: for superusers to read, and for nobody to change."""

    list_display = ["taken_at", "user", "split", "note"]
    list_filter = ["taken_at"]
    list_select_related = ["user"]
    search_fields = ["user__email"]
    ordering = ["-taken_at", "-id"]
    show_full_result_count = False
    # Its page is its owner's alone.
    view_on_site = False

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.is_active and request.user.is_superuser

    def has_module_permission(self, request) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


class UserCreationForm(AdminUserCreationForm):
    """Makes an account by address; Django's own form asks for a user name."""

    class Meta:
        model = User
        fields = ["email"]


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Accounts, by address."""

    add_form = UserCreationForm
    list_display = ["email", "is_staff", "is_superuser", "date_joined", "last_login"]
    list_filter = ["is_staff", "is_superuser", "is_active", "groups"]
    search_fields = ["email"]
    ordering = ["email"]
    readonly_fields = ["date_joined", "last_login"]
    fieldsets = [
        (None, {"fields": ["email", "password"]}),
        (
            _("Permissions"),
            {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]},
        ),
        (_("Dates"), {"fields": ["date_joined", "last_login"]}),
    ]

    def get_deleted_objects(self, objs, request):
        """What goes with an account: its assessments too, which nobody may delete otherwise."""
        objects, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        perms_needed.discard(Assessment._meta.verbose_name)
        return objects, counts, perms_needed, protected

    add_fieldsets = [(None, {"fields": ["email", "usable_password", "password1", "password2"]})]
