from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from purposeapp.forms import ImportForm
from purposeapp.import_export.importing import ImportResult
from purposeapp.models import User
from purposeapp.web.requests import AuthenticatedRequest

from .errors import RETRY_AFTER_S

IMPORT_IS_RUNNING = gettext_lazy(
    "An import of yours is still running. Look at your history in a minute. If something is "
    "missing, choose this file again."
)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def data_import(request: AuthenticatedRequest) -> HttpResponse:
    """Import an uploaded export into the user's account, atomically."""
    if request.method != "POST":
        return render(request, "purposeapp/data_import.html", {"form": ImportForm()})
    with transaction.atomic():
        if not User.objects.lock_import(request.user):
            return _busy(request)
        form = ImportForm(request.POST, request.FILES)
        added = form.save(user=request.user) if form.is_valid() else None
    if added is None:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return render(request, "purposeapp/data_import.html", {"form": form}, status=status)
    messages.success(request, _summary(added, len(form.cleaned_data["file"]) - sum(added)))
    return redirect("history")


def _busy(request: AuthenticatedRequest) -> HttpResponse:
    """Return a 409: another import of the same account is running, perhaps of the same file."""
    messages.warning(request, IMPORT_IS_RUNNING)
    context = {"form": ImportForm()}
    page = render(request, "purposeapp/data_import.html", context, status=HTTPStatus.CONFLICT)
    page.headers["Retry-After"] = str(RETRY_AFTER_S)
    return page


def _summary(added: ImportResult, known: int) -> str:
    """Return a message that says what an import added."""
    if not any(added) and not known:
        return _("The file is empty, so nothing was imported.")
    if not any(added):
        return _("Nothing new: everything in this file is already in your account.")
    new, goals = added
    parts = [
        (ngettext("%(count)d result imported.", "%(count)d results imported.", new), new),
        (ngettext("%(count)d goal imported.", "%(count)d goals imported.", goals), goals),
        (
            ngettext(
                "%(count)d entry was already in your account.",
                "%(count)d entries were already in your account.",
                known,
            ),
            known,
        ),
    ]
    return " ".join(words % {"count": count} for words, count in parts if count)
