from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from purposeapp.advice.fit import Side
from purposeapp.models import Reminder, Session
from purposeapp.web.requests import AuthenticatedRequest


@never_cache
@login_required
@require_safe
def settings(request: AuthenticatedRequest) -> HttpResponse:
    """Everything about the account in one place, each with the way to change it."""
    user = request.user
    context = {
        "side": Side(user.side) if user.side else None,
        "sides": Side,
        "reminder": Reminder.objects.for_user(user).first(),
        "has_password": user.has_usable_password(),
        "linkedin_is_connected": SocialAccount.objects.filter(user=user).exists(),
        "sessions": Session.objects.filter(user=user).unexpired().count(),
    }
    return render(request, "purposeapp/settings.html", context)
