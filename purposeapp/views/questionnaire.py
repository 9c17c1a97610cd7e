import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.views.decorators.cache import never_cache

from purposeapp.accounts.pending import add_pending_result
from purposeapp.forms import QuestionnaireForm
from purposeapp.models import Assessment
from purposeapp.sharing.links import share_questionnaire
from purposeapp.web.account_key import FIELD
from purposeapp.web.blank_page import blank_page
from purposeapp.web.outage import is_outage

from .recording import redirect_to_recorded
from .ten_points import ten_points_page
from .unavailable import unavailable

TEMPLATE = "purposeapp/questionnaire.html"


def _context(request: HttpRequest, form: QuestionnaireForm) -> dict[str, Any]:
    asked = request.GET.get("start") == "last"
    if not asked:
        # Privacy on a shared tablet: the first page doesn't show the user's last split unasked.
        form.earlier = None
    offered = form.last if form.is_blank else None
    return {
        "share": share_questionnaire(),
        "asked_for_last": asked,
        "last_on": offered and date_format(offered.on),
    }


def _blank(request: HttpRequest) -> HttpResponse | None:
    """Return the cached blank page for a visit without a query, which is the common case."""
    if "start" in request.GET:
        return None
    last = Assessment.objects.latest_of(request.user)
    return blank_page(
        request,
        TEMPLATE,
        lambda late: {
            "form": QuestionnaireForm(initial={"submission": late["submission"]}),
            "share": share_questionnaire(),
            "last_on": late["last_on"] if late["offers_last"] else "",
        },
        late={
            "submission": str(uuid.uuid4()),
            "last_on": date_format(last.on) if last else "",
        },
        reads_query=False,
        offers_last=bool(last),
    )


def _show_result(request: HttpRequest, form: QuestionnaireForm) -> HttpResponse:
    return redirect("split", form.split)


def _goes_on_in_an_outage(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorator that shows the questionnaire during a database outage, to an anonymous user.

    Valid points that are submitted then may belong in a history, so the response is a 503 page
    that can resend the form and links to the result.
    """

    @wraps(view)
    def wrapped(request: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, **kwargs)
        except Error as error:
            if not is_outage(error):
                raise
        form = QuestionnaireForm(request.POST)
        is_sent = request.method == "POST" and not kwargs and "step" not in request.POST
        if is_sent and form.is_valid():
            return unavailable(request, split=form.split)
        request.user = AnonymousUser()
        request.is_public = True  # so that the header and messages don't query the database
        return view(request, **kwargs)

    return wrapped


@never_cache
@_goes_on_in_an_outage
@ten_points_page(
    QuestionnaireForm,
    TEMPLATE,
    context=_context,
    blank=_blank,
    when_cookies_are_blocked=_show_result,
)
def questionnaire(request: HttpRequest, form: QuestionnaireForm) -> HttpResponse:
    """Ask for today's ten points.

    For a signed-in user, record an assessment. For a visitor, hold the pending result in the
    session until they sign in, and redirect to the public page of their split.
    """
    if request.user.is_authenticated:
        return redirect_to_recorded(request, form.save(user=request.user))
    try:
        add_pending_result(
            request,
            split=form.split,
            submission=form.cleaned_data["submission"],
            account=request.POST.get(FIELD, ""),
        )
    except Error as error:
        if not is_outage(error):
            raise
        # The pending result is lost, but its page is shown all the same.
        request.session.modified = False
    return _show_result(request, form)
