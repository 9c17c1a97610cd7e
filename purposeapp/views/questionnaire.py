from http import HTTPStatus

from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from purposeapp.forms import QuestionnaireForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def questionnaire(request):
    """The ten points: shown, counted on the way, and taken in.

    Whoever is signed in gets an assessment; for anybody else nothing is stored, since the
    address of a result page holds the whole split.
    """
    if request.method != "POST":
        return _page(request, QuestionnaireForm())
    if "step" in request.POST:
        return _page(request, QuestionnaireForm.after_step(request.POST))
    form = QuestionnaireForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if request.user.is_authenticated:
        return redirect(form.save(user=request.user))
    return redirect("split", form.split)


def _page(request, form, status=HTTPStatus.OK):
    return render(request, "purposeapp/questionnaire.html", {"form": form}, status=status)
