from http import HTTPStatus
from typing import cast

from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from purposeapp.advice.fit import Side
from purposeapp.forms import TimeZoneForm
from purposeapp.models import Reminder, Session, User
from purposeapp.time_zones import current_name
from purposeapp.web.login_required import login_required_to_post
from purposeapp.web.requests import AuthenticatedRequest


@never_cache
@login_required
@require_safe
def settings(request: AuthenticatedRequest) -> HttpResponse:
    """Show all settings of the account, with links and forms to change them."""
    return _page(request, TimeZoneForm(initial={"time_zone": request.user.time_zone}))


@never_cache
@require_POST
@login_required_to_post("settings")
def time_zone(request: AuthenticatedRequest) -> HttpResponse:
    """Set the time zone in which dates and times are shown, or follow the browser's."""
    form = TimeZoneForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    form.save(user=request.user)
    messages.success(request, _("Your time zone is saved."))
    return redirect("settings")


@never_cache
@require_POST
@login_required_to_post("settings")
def sign_out_elsewhere(request: AuthenticatedRequest) -> HttpResponse:
    """End the user's sessions in all other browsers, e.g. on a lost device."""
    Session.objects.end_others(request.user, request.session.session_key)
    messages.success(request, _("You're signed out everywhere but here."))
    return redirect("settings")


def _page(request: HttpRequest, form: TimeZoneForm) -> HttpResponse:
    user = cast(User, request.user)
    context = {
        "side": Side(user.side) if user.side else None,
        "sides": Side,
        "time_zone": current_name(str(user.zone)).replace("_", " "),
        "form": form,
        "reminder": Reminder.objects.of(user),
        "has_password": user.has_usable_password(),
        "linkedin_is_connected": SocialAccount.objects.filter(user=user).exists(),
        "sessions": Session.objects.filter(user=user).unexpired().count(),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "purposeapp/settings.html", context, status=status)
