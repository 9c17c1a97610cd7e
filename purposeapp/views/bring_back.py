from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from purposeapp.forms import ImportForm


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bring_back(request):
    """Read an export into the history of the person who sends it: all of it, or nothing."""
    if request.method != "POST":
        return render(request, "purposeapp/import.html", {"form": ImportForm()})
    form = ImportForm(request.POST, request.FILES)
    added = form.save(user=request.user) if form.is_valid() else None
    if added is None:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return render(request, "purposeapp/import.html", {"form": form}, status=status)
    messages.success(request, _summary(added, len(form.cleaned_data["file"]) - added))
    return redirect("history")


def _summary(added: int, known: int) -> str:
    """What an import did, in words."""
    if not added and not known:
        return _("The file holds no assessments, so nothing changed.")
    new = ngettext("%(count)d assessment is back.", "%(count)d assessments are back.", added)
    old = ngettext("%(count)d was there already.", "%(count)d were there already.", known)
    parts = [(new, added), (old, known)]
    return " ".join(words % {"count": count} for words, count in parts if count)
