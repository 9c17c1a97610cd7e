from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from purposeapp.community import MIN_CELL, MIN_CHANGED, MIN_PEOPLE
from purposeapp.forms import CommunityForm
from purposeapp.forms.community import LEAVE_OUT
from purposeapp.forms.redisplay import restore_typed
from purposeapp.web.page_cache import public_page
from purposeapp.web.published import published
from purposeapp.web.requests import AuthenticatedRequest

from .resumable import Typed, resumable_form


@public_page
def community(request: HttpRequest) -> HttpResponse:
    """Show the latest release of the community's picture: how all users spend their points."""
    context = {
        "picture": published().community,
        "min_people": MIN_PEOPLE,
        "min_changed": MIN_CHANGED,
        "min_cell": MIN_CELL,
    }
    return render(request, "purposeapp/community.html", context)


@never_cache
@resumable_form(login_required=True)
@require_http_methods(["GET", "HEAD", "POST"])
def community_setting(request: AuthenticatedRequest, *, typed: Typed | None = None) -> HttpResponse:
    """Let a user opt out of the community's picture, or back in."""
    form = CommunityForm(request.POST if request.method == "POST" else None, user=request.user)
    status = HTTPStatus.OK
    if form.is_bound:
        if form.is_valid():
            form.save(user=request.user)
            if form.cleaned_data["choice"] == LEAVE_OUT:
                messages.success(request, _("You're left out from now on."))
            else:
                messages.success(request, _("You're counted from now on."))
            return redirect("settings")
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    restore_typed(form, typed)
    context = {"form": form, "typed": typed}
    return render(request, "purposeapp/community_setting.html", context, status=status)
