"""Who changed what of a tip and when, and the way back to any version, also of a deleted one."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from purposeapp.exchange.tip_differences import described, differences
from purposeapp.models import Tip

from .rendering import render_page

VERSIONS_PER_PAGE = 20

CHANGED_SINCE = gettext_lazy(
    "Somebody has changed this tip since you looked. Compare again, then decide."
)

DELETED_MEANWHILE = gettext_lazy(
    "This tip has been deleted, and any version of it can come back. If you were changing it: what "
    "you typed is one page back in your browser."
)


def is_gone(tip_id: str) -> bool:
    """Whether this is the id of a tip that was deleted."""
    if not (tip_id.isascii() and tip_id.isdigit() and len(tip_id) < 19):
        return False
    return not Tip.objects.filter(pk=tip_id).exists() and Tip.history.filter(id=tip_id).exists()


@require_safe
def changes(request, tip_id: int):
    """Every version of a tip, newest first, each beside the one before it."""
    versions = Tip.history.filter(id=tip_id).select_related("history_user")
    page = Paginator(versions, VERSIONS_PER_PAGE).get_page(request.GET.get("p"))
    records = list(page)
    if not records:
        raise Http404
    # The first one of the next page, so that the last one here has something beside it.
    before = [*records[1:], *versions[page.end_index() : page.end_index() + 1], None]
    context = {
        "tip": Tip.objects.filter(pk=tip_id).first(),
        "page": page,
        "records": [
            (record, described(record) if old is None else differences(old, record))
            for record, old in zip(records, before, strict=False)
        ],
    }
    title = _("Changes of “%(tip)s”") % {"tip": records[0].key}
    return render_page(request, "admin/tip_changes.html", title, context)


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def version(request, tip_id: int, version_id: int):
    """A version beside what is stored now, and the question whether to go back to it."""
    if request.method == "POST":
        if not request.user.has_perm("purposeapp.change_tip"):
            raise PermissionDenied
        Tip.objects.lock()
    record = get_object_or_404(Tip.history, id=tip_id, history_id=version_id)
    stored = Tip.objects.filter(pk=tip_id).first()
    fingerprint = stored.fingerprint if stored else ""
    error, status = "", HTTPStatus.OK
    if request.method == "POST":
        if request.POST.get("version") != fingerprint:
            error, status = str(CHANGED_SINCE), HTTPStatus.CONFLICT
        elif error := _revert(request.user, record):
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        else:
            messages.success(request, _("“%(tip)s” is as it was.") % {"tip": record.key})
            return redirect("admin:purposeapp_tip_change", tip_id)
    context = {
        "record": record,
        "stored": stored,
        "differences": differences(stored, record) if stored else described(record),
        "version": fingerprint,
        "error": error,
    }
    title = _("“%(tip)s” as it was") % {"tip": record.key}
    return render_page(request, "admin/tip_version.html", title, context, status)


def _revert(user, record) -> str:
    """Store a version again, as a new one. Returns why it cannot be, if so."""
    tip = record.instance
    tip._history_user = user
    tip._change_reason = f"Back to the version of {record.history_date:%Y-%m-%d %H:%M:%S}"
    # What was deleted is made again, with the id that ticks and old assessments know it by.
    tip._state.adding = not Tip.objects.filter(pk=tip.pk).exists()
    try:
        tip.full_clean()
    except ValidationError as error:
        return " ".join(error.messages)
    tip.save(force_insert=tip._state.adding)
    return ""


@require_safe
def deleted(request):
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
