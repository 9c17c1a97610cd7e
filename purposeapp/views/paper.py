from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from purposeapp.forms import PaperForm


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def assessment_add(request):
    """Take in an assessment that was done on paper, with the day on which it was."""
    if request.method != "POST":
        return _page(request, PaperForm())
    if "step" in request.POST:
        return _page(request, PaperForm.after_step(request.POST))
    form = PaperForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    assessment = form.save(user=request.user)
    messages.success(request, _("It is in your history now."))
    return redirect(assessment)


def redisplay(request):
    """The form as it was sent, when its proof of origin has grown old."""
    return _page(request, PaperForm.redisplay(request.POST), status=HTTPStatus.FORBIDDEN)


def _page(request, form, status=HTTPStatus.OK):
    return render(request, "purposeapp/assessment_add.html", {"form": form}, status=status)
