from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from purposeapp import sentences
from purposeapp.accounts.pending import (
    JUST_CLAIMED,
    add_pending_result,
    is_pending,
    mark_as_own,
)
from purposeapp.advice.fit import Side
from purposeapp.forms import SaveResultForm
from purposeapp.models import Assessment, User
from purposeapp.models.assessment import HistoryFullError
from purposeapp.split import Split
from purposeapp.web.same_origin import is_same_origin

from .recording import redirect_to_recorded


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def save_result(request: HttpRequest, split: Split) -> HttpResponse:
    """Ask for confirmation that a split is the user's own, and save it to their history.

    A visitor is redirected to the sign-up, with the split as a pending result. One that is pending
    already, because it was just spent in this browser, needs no confirmation, but only if they
    followed a link on a page of ours: another site must not choose which result is claimed.
    """
    signed_in = request.user.is_authenticated
    side = _side(request)
    is_confirmed = request.method == "POST" or is_same_origin(request)
    if is_confirmed and not signed_in and is_pending(request.session, split):
        mark_as_own(request.session, split, side)
        return _sign_up_to_save(split)
    if request.method == "POST":
        form = SaveResultForm(request.POST)
        form.is_valid()  # always True: its only field accepts any value
        return save_own(request, split, form.cleaned_data["submission"], side)
    if signed_in and (kept := request.session.get(JUST_CLAIMED, {}).get(str(split))):
        # Confirmed before signing in, and recorded since.
        del request.session[JUST_CLAIMED]
        return redirect(kept)
    latest = Assessment.objects.latest_of(request.user)
    if latest and latest.split == split:
        messages.info(request, _("This is already your latest result."))
        return redirect(latest)
    context = {
        "form": SaveResultForm(),
        "split": split,
        "headline": sentences.headline(split),
        "side": side,
    }
    return render(request, "purposeapp/save_result.html", context)


def _side(request: HttpRequest) -> str:
    """Return the side of job seeking that was chosen on the page of the split, if any."""
    side = request.GET.get("as", "")
    return side if side in Side.values else ""


def save_own(request: HttpRequest, split: Split, submission: UUID, side: str = "") -> HttpResponse:
    """Record a split that the user has confirmed as their own. A visitor's becomes pending.

    `side` is their side of job seeking, unless they've chosen one already.
    """
    if not request.user.is_authenticated:
        add_pending_result(request, split=split, submission=submission, is_own=True, side=side)
        return _sign_up_to_save(split)
    User.objects.choose_side(request.user, side)
    try:
        recorded = Assessment.objects.record(user=request.user, split=split, submission=submission)
    except HistoryFullError as error:
        messages.error(request, error.messages[0])
        return redirect("history")
    return redirect_to_recorded(request, recorded)


def _sign_up_to_save(split: Split) -> HttpResponse:
    """Redirect to the sign-up page, and from there back to the page that saves the split."""
    back = urlencode({"next": reverse("result_save", args=[split])})
    return redirect(f"{reverse('account_signup')}?{back}")
