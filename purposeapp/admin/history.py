"""The audit trail of tips: who changed what and when, and the revert to any version."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from simple_history.admin import SimpleHistoryAdmin

from purposeapp.exchange.tip_differences import changed_fields, described, differences
from purposeapp.models import Tip

from .rendering import render_page

DELETED_MEANWHILE = gettext_lazy(
    "This tip was deleted. You can restore any version below. If you were editing it, go back "
    "one page to find what you typed."
)


class TipHistoryAdmin(SimpleHistoryAdmin):
    """Lists the versions of a tip and reverts to them: ADR 16 says what is added to the package."""

    history_list_per_page = 20
    object_history_template: Any = "admin/tip_history.html"
    object_history_form_template = "admin/tip_history_form.html"

    @method_decorator(require_safe)
    def history_view(self, request: HttpRequest, object_id: str, extra_context=None):
        """Every version, newest first, each beside the one before it; of a deleted tip too."""
        self._require_permission(request)
        return super().history_view(request, _id_or_404(object_id), extra_context)

    def set_history_delta_changes(self, request, historical_records, foreign_keys_are_objs=True):
        """Say of each version on a page what it changed, and of the first one what it is."""
        page = historical_records
        versions, end = page.paginator.object_list, page.end_index()
        # The first one of the next page, so that the last one here has something beside it.
        before = [*page[1:], *versions[end : end + 1], None]
        for record, old in zip(page, before, strict=False):
            record.changes = differences(old, record) if old else described(record)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    @method_decorator(transaction.atomic)
    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context=None
    ) -> HttpResponse:
        """A version in the form of the tip, to store it again. Only who may change may post."""
        self._require_permission(request)
        if request.method == "POST":
            Tip.objects.lock()
        ids = _id_or_404(object_id), _id_or_404(version_id)
        return super().history_form_view(request, *ids, extra_context)

    def _require_permission(self, request: HttpRequest) -> None:
        """Raise PermissionDenied before anybody learns whether there is such a tip."""
        posts = request.method == "POST"
        may = self.has_change_permission if posts else self.has_view_permission
        if not may(request):
            raise PermissionDenied

    def render_history_view(self, request, template, context, **kwargs) -> HttpResponse:
        """A version with what differs from the stored tip; a 409 if somebody was quicker."""
        if template != self.object_history_form_template:
            return super().render_history_view(request, template, context, **kwargs)
        form, version = context["adminform"].form, context["original"]
        stored = form.stored
        context["stored"] = stored
        context["differences"] = differences(stored, version) if stored else described(version)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
        if form.conflict:
            status = HTTPStatus.CONFLICT
        return super().render_history_view(request, template, context, status=status)

    def save_model(self, request, obj, form, change) -> None:
        """Store it, unless nothing was changed: that would be no news in its history."""
        if record := getattr(obj, "_history", None):
            obj._change_reason = f"Back to the version of {record.history_date:%Y-%m-%d %H:%M:%S}"
        stored = Tip.objects.filter(pk=obj.pk).first()
        if stored is None or changed_fields(stored, obj):
            super().save_model(request, obj, form, change)


def is_gone(tip_id: str) -> bool:
    """Whether this is the id of a tip that was deleted."""
    if not _is_id(tip_id):
        return False
    return not Tip.objects.filter(pk=tip_id).exists() and Tip.history.filter(id=tip_id).exists()


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _id_or_404(text: str) -> str:
    if not _is_id(text):
        raise Http404
    return text


@require_safe
def deleted(request: HttpRequest) -> HttpResponse:
    """The tips that are gone, each with the way to what it was."""
    gone = (
        Tip.history.filter(history_type="-")
        .exclude(id__in=Tip.objects.values("pk"))
        .select_related("history_user")
        .order_by("id", "-history_date")
        .distinct("id")
    )
    records = sorted(gone, key=lambda record: record.history_date, reverse=True)
    return render_page(request, "admin/tips_deleted.html", _("Deleted tips"), {"records": records})
