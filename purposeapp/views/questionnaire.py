from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from purposeapp.accounts.pending import add_pending_result
from purposeapp.forms import QuestionnaireForm
from purposeapp.sharing.links import share_questionnaire

from .recording import redirect_to_recorded
from .ten_points import ten_points_page


def _context(request: HttpRequest, form: QuestionnaireForm) -> dict[str, Any]:
    asked = request.GET.get("start") == "last"
    if not asked:
        # Whoever opens the first page on a shared tablet is not shown somebody's last split.
        form.earlier = None
    return {"share": share_questionnaire(), "asked_for_last": asked}


def _show_result(request: HttpRequest, form: QuestionnaireForm) -> HttpResponse:
    return redirect("split", form.split)


@never_cache
@ten_points_page(
    QuestionnaireForm,
    "purposeapp/questionnaire.html",
    context=_context,
    when_cookies_are_blocked=_show_result,
)
def questionnaire(request: HttpRequest, form: QuestionnaireForm) -> HttpResponse:
    """The ten points of today.

    Whoever is signed in gets an assessment. Anybody else gets the public page of their split,
    and the pending result waits in their session until they sign in.
    """
    if request.user.is_authenticated:
        return redirect_to_recorded(request, form.save(user=request.user))
    add_pending_result(request, split=form.split, submission=form.cleaned_data["submission"])
    return _show_result(request, form)
