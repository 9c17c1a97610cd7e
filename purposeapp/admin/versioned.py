"""The audit trail of the editors' texts: who changed what and when, and restoring any version."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.db import transaction
from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Replace
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from simple_history.admin import SimpleHistoryAdmin

from purposeapp.import_export.differences import changed_fields, described, differences
from purposeapp.models.table_lock import lock_table
from purposeapp.web.ids import id_or_404

from .publication import PublishingAdmin
from .resumable import resumable, show_typed
from .version_labels import author_of, label_of, restored_from

CURLY_APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"


def _show_conflict(context: dict[str, Any]) -> None:
    """Leave out Django's own error note on a conflict, which has a warning of its own."""
    form = context["adminform"].form
    if getattr(form, "conflict", None) and set(form.errors) == {NON_FIELD_ERRORS}:
        context["errors"] = []


class VersionedAdmin(PublishingAdmin, SimpleHistoryAdmin):
    """Admin that lists a row's versions and restores them. ADR 18 says what we add to the package.

    All POST requests run under a table lock, and the forms have an optimistic lock.
    """

    allowed_lookups: ClassVar[set[str]]
    """The lookups that the list's query string may use: those of its own links.

    Django would allow any field, and thus invalid regular expressions and relations to users.
    """

    search_fields = ["searched", "key"]
    history_list_per_page = 20
    object_history_template = "admin/versions.html"
    object_history_form_template = "admin/version_form.html"

    @method_decorator(require_safe)
    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show all versions, newest first, each compared with the previous one.

        Works for deleted tips too.
        """
        self._require_permission(request)
        return super().history_view(request, id_or_404(object_id), extra_context)

    def history_view_title(self, request: HttpRequest, obj: Any) -> str:
        return _("History: %(row)s") % {"row": obj}

    def history_form_view_title(self, request: HttpRequest, obj: Any) -> str:
        """Return the title, with the same verb as the button and the history."""
        if self.revert_disabled(request, obj):
            return _("View: %(row)s") % {"row": obj}
        return _("Restore: %(row)s") % {"row": obj}

    def set_history_delta_changes(
        self, request: HttpRequest, historical_records: Any, foreign_keys_are_objs: bool = True
    ) -> None:
        """Set each version's changes: for the first version of all, these are all its fields."""
        page = historical_records
        versions, end = page.paginator.object_list, page.end_index()
        # Include the first version of the next page, to compare the last one here with.
        before = [*page[1:], *versions[end : end + 1], None]
        for record, old in zip(page, before, strict=False):
            record.changes = differences(old, record) if old else described(record)
            record.is_first = old is None
            record.author, record.label = author_of(record), label_of(record)

    @resumable
    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    @method_decorator(transaction.atomic)
    def history_form_view(
        self,
        request: HttpRequest,
        object_id: str,
        version_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a version in the row's form, to restore it.

        A POST needs the change permission and, if the row has been deleted, also the one to add.
        """
        self._require_permission(request)
        ids = id_or_404(object_id), id_or_404(version_id)
        if request.method == "POST":
            lock_table(self.model)
            is_deleted = not self.model.objects.filter(pk=ids[0]).exists()
            if is_deleted and not self.has_add_permission(request):
                raise PermissionDenied
        return super().history_form_view(request, *ids, extra_context)

    def _require_permission(self, request: HttpRequest) -> None:
        """Raise PermissionDenied, before the response reveals whether the row exists."""
        posts = request.method == "POST"
        may = self.has_change_permission if posts else self.has_view_permission
        if not may(request):
            raise PermissionDenied

    def render_history_view(
        self, request: HttpRequest, template: str, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        """Render a version with its differences from the stored row. A 409 on a conflict."""
        if template != self.object_history_form_template:
            return super().render_history_view(request, template, context, **kwargs)
        show_typed(request, context)
        form, version = context["adminform"].form, context["original"]
        self._say_what_was_merged(request, form)
        _show_conflict(context)
        labels = [str(form.fields[name].label) for name in form.not_restored]
        context["not_restored"] = ", ".join(labels)
        stored = form.stored
        context["stored"] = stored
        context["differences"] = differences(stored, version) if stored else described(version)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
        if form.conflict:
            status = HTTPStatus.CONFLICT
            context["original"] = stored or version
        return super().render_history_view(request, template, context, status=status)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the row only if it has changed, so that its history has no empty entries."""
        if record := getattr(obj, "_history", None):
            obj._change_reason = restored_from(record)
        self._say_what_was_merged(request, form)
        stored = self.model.objects.filter(pk=obj.pk).first()
        if stored is None or changed_fields(stored, obj):
            super().save_model(request, obj, form, change)

    def _say_what_was_merged(self, request: HttpRequest, form: Any) -> None:
        if kept := getattr(form, "kept", ""):
            self.message_user(request, kept, messages.INFO)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Return the row. On POST, take a table lock first, which lasts until the commit."""
        if request.method == "POST":
            lock_table(self.model)
        return super().get_object(request, object_id, from_field)

    @transaction.atomic
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list. On POST, a table lock prevents concurrent changes of its rows."""
        if request.method == "POST":
            lock_table(self.model)
            self.prepare_list(request)
        return super().changelist_view(request, extra_context)

    def prepare_list(self, request: HttpRequest) -> None:
        """Hook to check the submitted list before Django does. The table is locked."""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Render the form: a 422 if it's invalid, a 409 if the optimistic lock failed."""
        show_typed(request, context)
        form = context["adminform"].form
        self._say_what_was_merged(request, form)
        _show_conflict(context)
        if stored := getattr(form, "stored", None):
            # Django would name the row by what was typed.
            context |= {"original": stored, "subtitle": str(stored)}
        response = super().render_change_form(request, context, *args, **kwargs)
        if getattr(form, "conflict", None):
            response.status_code = HTTPStatus.CONFLICT
        elif form.errors:
            response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return response

    @resumable
    def add_view(self, request, form_url="", extra_context=None):
        return super().add_view(request, form_url, extra_context)

    @resumable
    def change_view(self, request, object_id, form_url="", extra_context=None):
        return super().change_view(request, object_id, form_url, extra_context)

    # --- The list and the form ---

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Return whether the list may be filtered by this lookup."""
        return lookup in self.allowed_lookups

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search the text and the key. A straight apostrophe and a curly one are the same."""
        curly = Value(CURLY_APOSTROPHE)
        text = Replace("text", Value("'"), curly, output_field=TextField())
        search_term = search_term.replace("'", CURLY_APOSTROPHE)
        return super().get_search_results(request, queryset.alias(searched=text), search_term)

    @admin.display(description=gettext_lazy("Text"))
    def words(self, row: Any) -> str:
        """Return the beginning of the text."""
        return Truncator(row.plain).chars(90)

    def text_fields(self, request: HttpRequest, row: Any) -> list[str]:
        """Return the form's first fields, with the optimistic lock if the row can be changed."""
        locked = row and self.has_change_permission(request, row)
        return ["text", "key", *(["version"] if locked else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Return the key of an existing row, or all fields if the user may only view it.

        The key never changes, because exports and histories identify the row by it.
        """
        if obj is None:
            return []
        return (
            ["key"]
            if self.has_change_permission(request, obj)
            else ["key", *self.model.CHANGING_FIELDS]
        )

    def get_urls(self) -> list[Any]:
        """Return our own pages' URLs before Django's, whose patterns match anything as an id."""
        publish = self.own_page("<int:pk>/publish/", self.publish_view, "publish", "change")
        return [publish, *super().get_urls()]

    def own_page(self, address: str, view: Callable[..., Any], name: str, right: str) -> URLPattern:
        """Return the URL pattern of an admin page of our own, with a permission on the model."""
        permission = f"purposeapp.{right}_{self.opts.model_name}"
        allowed = permission_required(permission, raise_exception=True)(view)
        name = f"purposeapp_{self.opts.model_name}_{name}"
        return path(address, self.admin_site.admin_view(allowed), name=name)

    def say_count(
        self, request: HttpRequest, pattern: Any, count: int, level: int = messages.SUCCESS
    ) -> None:
        """Add a message that says how many rows an action concerned, unless there were none."""
        if count:
            self.message_user(request, pattern % {"n": count}, level)
