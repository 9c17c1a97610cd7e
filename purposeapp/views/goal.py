from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from purposeapp import sentences
from purposeapp.forms import EndGoalForm, GoalForm
from purposeapp.models import Goal
from purposeapp.web.requests import AuthenticatedRequest

from .ten_points import ten_points_page

EARLIER_SHOWN = 20


def _context(request: AuthenticatedRequest, form: GoalForm) -> dict[str, Any]:
    mine = Goal.objects.for_user(request.user)
    # One more than is shown tells whether there are more.
    ended = list(mine.ended().latest_first()[: EARLIER_SHOWN + 1])
    return {
        "progress": mine.progress(form.earlier),
        "ended": [(goal, sentences.headline(goal.split)) for goal in ended[:EARLIER_SHOWN]],
        "has_more": len(ended) > EARLIER_SHOWN,
    }


@never_cache
@login_required
@ten_points_page(GoalForm, "purposeapp/goal.html", context=_context)
def goal(request: AuthenticatedRequest, form: GoalForm) -> HttpResponse:
    """Where a person wants to be: now beside wanted, and the ten points to say it with."""
    if form.save(user=request.user):
        messages.success(request, _("Your goal is saved."))
    return redirect("goal")


@never_cache
@require_POST
def end_goal(request: HttpRequest) -> HttpResponse:
    """End the goal that the person was looking at; it stays on record.

    Idempotent: one that has ended meanwhile needs no end, and the one in its place stays.
    """
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("goal"))
    form = EndGoalForm(request.POST, user=request.user)
    if form.is_valid() and form.save():
        messages.success(request, _("Goal removed. You can still see it below."))
    return redirect("goal")
