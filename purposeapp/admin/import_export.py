"""Export and import of all tips as one file. An import shows a diff before it saves anything."""

import base64
import zlib
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from purposeapp.forms import TipsFileForm
from purposeapp.import_export import tips_file
from purposeapp.import_export.json_validation import InvalidFile
from purposeapp.models import Tip
from purposeapp.models.table_lock import lock_table
from purposeapp.web.responses import attachment

from .rendering import render_page
from .tip_coverage import warning_of_gaps

WAITING = "tips_file"
"""Session key of the uploaded file between the two steps.

It's stored on the server, where the client can't change it. It may also exceed the maximum size
of a form.
"""

CHANGED_SINCE = gettext_lazy(
    "The tips or the file changed after you looked. Here is how they differ now."
)


@require_safe
def export_tips(request: HttpRequest) -> HttpResponse:
    """Export all tips, including archived ones, to review or to import on another server."""
    content = tips_file.to_json(Tip.objects.by_purpose())
    return attachment(content, filename="five-purposes-tips.json", content_type="application/json")


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Upload a valid file, and redirect to the preview of its changes."""
    title = _("Import tips")
    if request.method != "POST":
        request.session.pop(WAITING, None)
        return render_page(request, "admin/tips_import.html", title, {"form": TipsFileForm()})
    form = TipsFileForm(request.POST, request.FILES)
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return render_page(request, "admin/tips_import.html", title, {"form": form}, status)
    packed = base64.b85encode(zlib.compress(form.cleaned_data["file"])).decode()
    request.session[WAITING] = [packed, form.cleaned_data["archive_missing"]]
    return redirect("admin:purposeapp_tip_import_difference")


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def preview_import(request: HttpRequest) -> HttpResponse:
    """Show what the file would change and, once confirmed, apply it atomically."""
    if WAITING not in request.session:
        return redirect("admin:purposeapp_tip_import")
    if request.method == "POST":
        lock_table(Tip)
    packed, archive_missing = request.session[WAITING]
    try:
        tips = tips_file.read(zlib.decompress(base64.b85decode(packed)))
    except InvalidFile as error:
        # It was valid on upload, but a newer release of the site may have stricter rules.
        del request.session[WAITING]
        for mistake in error.messages:
            messages.error(request, mistake)
        return redirect("admin:purposeapp_tip_import")
    comparison = tips_file.Comparison(tips, archive_missing=archive_missing)
    agreed = request.POST.get("fingerprint") == comparison.fingerprint
    if request.method == "POST" and agreed:
        _require_permissions(request, comparison)
        with warning_of_gaps(request):
            comparison.apply(request.user)
        del request.session[WAITING]
        messages.success(request, _summary(comparison))
        return redirect("admin:purposeapp_tip_changelist")
    outdated = request.method == "POST"
    context = {"comparison": comparison, "error": CHANGED_SINCE if outdated else ""}
    status = HTTPStatus.CONFLICT if outdated else HTTPStatus.OK
    title = _("Review import")
    return render_page(request, "admin/tips_difference.html", title, context, status)


def _require_permissions(request: HttpRequest, comparison: tips_file.Comparison) -> None:
    """Raise PermissionDenied if the user may not do by hand what this import would do."""
    needed = {
        "add": comparison.new,
        "change": comparison.changed,
        "delete": comparison.archived,
    }
    for right, rows in needed.items():
        if rows and not request.user.has_perm(f"purposeapp.{right}_tip"):
            raise PermissionDenied


def _summary(comparison: tips_file.Comparison) -> str:
    """Return a message that says what an import changed."""
    new, changed = len(comparison.new), len(comparison.changed)
    archived = len(comparison.archived)
    done = [
        (ngettext("%(n)d tip added.", "%(n)d tips added.", new), new),
        (ngettext("%(n)d tip changed.", "%(n)d tips changed.", changed), changed),
        (ngettext("%(n)d tip archived.", "%(n)d tips archived.", archived), archived),
    ]
    return " ".join(words % {"n": n} for words, n in done if n) or _("Nothing needed to change.")
