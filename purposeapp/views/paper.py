from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from purposeapp.forms import PaperForm
from purposeapp.models import Reminder
from purposeapp.web.requests import AuthenticatedRequest

from .ten_points import Opening, ten_points_page


def _opening(request: HttpRequest) -> Opening:
    """Start empty, without the last assessment, which may be later than the worksheet."""
    return Opening()


@never_cache
@ten_points_page(PaperForm, "purposeapp/assessment_add.html", login_required=True, opening=_opening)
def assessment_add(request: AuthenticatedRequest, form: PaperForm) -> HttpResponse:
    """Add an assessment that was done on paper, with its date."""
    assessment = form.save(user=request.user)
    Reminder.objects.for_user(request.user).postpone_after(form.cleaned_data["taken_on"])
    messages.success(request, _("Added to your history."))
    return redirect(assessment)
