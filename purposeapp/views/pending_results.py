from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from purposeapp.accounts.pending import drop_pending_results, pending_results
from purposeapp.models.assessment import HistoryFullError
from purposeapp.web.requests import AuthenticatedRequest


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: AuthenticatedRequest) -> HttpResponse:
    """Let the user choose their own among the session's pending results, and record those.

    The others are dropped.
    """
    waiting = pending_results(request.session)
    if not waiting:
        return redirect("history")
    if request.method != "POST":
        return render(request, "purposeapp/pending_results.html", {"results": waiting})
    chosen = set(request.POST.getlist("result"))
    own = [each for each in waiting if f"{each.submission}|{each.split}" in chosen]
    try:
        for result in own:
            result.claim(request.user)
    except HistoryFullError as error:
        messages.error(request, error.messages[0])
        return redirect("history")
    drop_pending_results(request.session)
    words = ngettext(
        "%(count)d result added to your history.",
        "%(count)d results added to your history.",
        len(own),
    )
    if own:
        messages.success(request, words % {"count": len(own)})
    else:
        messages.info(request, _("Nothing was added to your history."))
    return redirect("history")
