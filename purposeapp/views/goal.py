from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from purposeapp import sentences
from purposeapp.forms import EndGoalForm, GoalForm
from purposeapp.models import Assessment, Goal

from .questionnaire import start_of

EARLIER_SHOWN = 20


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def goal(request):
    """Where a person wants to be: now beside wanted, and the ten points to say it with."""
    last = Assessment.objects.for_user(request.user).latest_first().first()
    earlier = last.split if last else None
    if request.method != "POST":
        start = start_of(request, earlier)
        initial = start.as_dict() if start else None
        return _page(request, GoalForm(initial=initial, earlier=earlier))
    if "give_up" in request.POST:
        return _give_up(request)
    if "step" in request.POST:
        return _page(request, GoalForm.after_step(request.POST, earlier=earlier))
    form = GoalForm(request.POST, earlier=earlier)
    if not form.is_valid():
        return _page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if form.save(user=request.user):
        messages.success(request, _("Your goal is set."))
    return redirect("goal")


def redisplay(request):
    """The form as it was sent, when its proof of origin has grown old."""
    last = Assessment.objects.for_user(request.user).latest_first().first()
    form = GoalForm.redisplay(request.POST, earlier=last.split if last else None)
    return _page(request, form, status=HTTPStatus.FORBIDDEN)


def _give_up(request):
    form = EndGoalForm(request.POST, user=request.user)
    # One that has ended meanwhile needs no end, and the one in its place was not meant.
    if form.is_valid() and form.save():
        messages.success(request, _("Your goal is given up. It stays on record below."))
    return redirect("goal")


def _page(request, form, status=HTTPStatus.OK):
    mine = Goal.objects.for_user(request.user).latest_first()
    # One more than is shown tells whether there are more.
    ended = list(mine.ended()[: EARLIER_SHOWN + 1])
    context = {
        "form": form,
        "progress": Goal.objects.for_user(request.user).progress(form.earlier),
        "ended": [
            {"goal": goal, "headline": sentences.headline(goal.split)}
            for goal in ended[:EARLIER_SHOWN]
        ],
        "has_more": len(ended) > EARLIER_SHOWN,
    }
    return render(request, "purposeapp/goal.html", context, status=status)
