"""Publication of texts: what readers see after a save, and a Publish button for drafts."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from simple_history.utils import bulk_update_with_history

from purposeapp.models.table_lock import lock_table


def set_state(request: HttpRequest, rows: Iterable[Any], state: str, reason: str) -> list[Any]:
    """Change the state of the rows that have another one, with an audit trail, and return them."""
    changed = [row for row in rows if row.state != state]
    for row in changed:
        row.state = state
    if changed:
        bulk_update_with_history(
            changed,
            type(changed[0]),
            ["state"],
            default_user=request.user,
            default_change_reason=reason,
        )
    return changed


def visibility(row: Any) -> str:
    """Return a sentence that says whether readers see a text and, if not, why or from when."""
    if row.state == "draft":
        return _("It's a draft, so readers don't see it.")
    if row.state == "archived":
        return _("It's archived, so readers don't see it.")
    if getattr(row, "starts_later", False):
        return _("Readers will see it from %(day)s.") % {"day": date_format(row.published_from)}
    return _("Readers see it now.")


class PublishingAdmin(admin.ModelAdmin):
    """Admin mixin: says after a save what readers see, and publishes a draft on request."""

    def reader_page(self, row: Any) -> str:
        """Return the address of a page that always shows the row once it's published, or ""."""
        return ""

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Redirect to the list, and say there what readers see. For a draft, offer to publish."""
        if self._stays(request):
            return super().response_add(request, obj, post_url_continue)
        self._say_saved(request, obj)
        return self.response_post_save_add(request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Redirect to the list, and say there what readers see. For a draft, offer to publish."""
        if self._stays(request):
            return super().response_change(request, obj)
        self._say_saved(request, obj)
        return self.response_post_save_change(request, obj)

    def _stays(self, request: HttpRequest) -> bool:
        return bool({"_continue", "_addanother", "_popup"} & set(request.POST))

    def _say_saved(self, request: HttpRequest, obj: Any) -> None:
        """Add a message; for a draft, with a button that uses the list's form and CSRF token."""
        page = reverse(f"admin:purposeapp_{self.opts.model_name}_change", args=[obj.pk])
        row = format_html('<a href="{}">{}</a>', page, obj)
        is_restored = hasattr(obj, "_history")
        said = _("“{row}” restored.") if is_restored else _("“{row}” saved.")
        parts = [format_html(said, row=row), *self._what_readers_see(obj)]
        if obj.state == self.model.State.DRAFT and self.has_change_permission(request, obj):
            button = '<button class="button" form="changelist-form" formaction="{}">{}</button>'
            publish = reverse(f"admin:purposeapp_{self.opts.model_name}_publish", args=[obj.pk])
            parts += [_("Publish it?"), format_html(button, publish, _("Publish"))]
        self.message_user(request, _joined(parts), messages.SUCCESS)

    def _what_readers_see(self, row: Any) -> list[str]:
        """Return the sentence on a row's visibility and, if they see it, a link to where."""
        page = self.reader_page(row) if row.state == self.model.State.PUBLISHED else ""
        if not page or row.starts_later:
            return [visibility(row)]
        return [visibility(row), format_html('<a href="{}">{}</a>', page, _("Open their page"))]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    @method_decorator(transaction.atomic)
    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Publish a row, and redirect to the list. A GET, e.g. after a sign-in, opens the row."""
        if request.method != "POST":
            return redirect("../change/")
        lock_table(self.model)
        row = get_object_or_404(self.model, pk=pk)
        if set_state(request, [row], self.model.State.PUBLISHED, "Published in the list"):
            parts = [_("“%(row)s” published.") % {"row": row}, *self._what_readers_see(row)]
            self.message_user(request, _joined(parts), messages.SUCCESS)
        else:
            said = _("“%(row)s” was published already.") % {"row": row}
            self.message_user(request, said, messages.INFO)
        return redirect(f"admin:purposeapp_{self.opts.model_name}_changelist")


def _joined(parts: Iterable[str]) -> SafeString:
    """Return sentences, links and buttons as one message. Only what is marked safe is HTML."""
    return format_html_join(" ", "{}", ((part,) for part in parts))
