from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from purposeapp import sentences
from purposeapp.advice.fit import Direction, Situation
from purposeapp.advice.selection import AdvisedTip, choose
from purposeapp.dates import oldest_today, today
from purposeapp.forms import EndGoalForm, GoalForm
from purposeapp.models import Assessment, Goal, Tick
from purposeapp.models.goal import MAX_NEWEST
from purposeapp.split import Purpose
from purposeapp.timeline.progress import Progress
from purposeapp.web.login_required import login_required_to_post
from purposeapp.web.published import published
from purposeapp.web.requests import AuthenticatedRequest

from .ten_points import Opening, opening_of, ten_points_page

EARLIER_SHOWN = MAX_NEWEST - 2
"""Number of ended goals shown: the query also returns the current goal and one lookahead row."""
TIPS_SHOWN = 4
AHEAD = (Direction.WANTED_MORE, Direction.WANTED_LESS)
"""The directions of change that lead to a goal."""


def _opening(request: AuthenticatedRequest) -> Opening:
    """Start the form from the current goal, unless the query names a split."""
    last, initial = opening_of(request)
    if initial is None:
        goal, _ended = _goals(request)
        if goal:
            day = goal.wanted_by if goal.wanted_by and goal.wanted_by >= oldest_today() else None
            initial = {**goal.split.as_dict(), "wanted_by": day}
    return Opening(last, initial)


def _goals(request: Any) -> tuple[Goal | None, list[Goal]]:
    """Return the current goal and the last ended ones, cached on the request."""
    if not hasattr(request, "latest_goals"):
        request.latest_goals = Goal.objects.newest_of(request.user)
    goals = request.latest_goals
    return (goals[0], goals[1:]) if goals and not goals[0].ended_at else (None, goals)


def _context(request: AuthenticatedRequest, form: GoalForm) -> dict[str, Any]:
    goal, ended = _goals(request)
    progress = Progress(goal, form.earlier, today()) if goal else None
    return {
        "progress": progress,
        "since": _since_it_was_set(request, progress, form.last),
        "tips": _tips(request, progress),
        "opens": not progress or request.method == "POST" or "start" in request.GET,
        "ended": [(goal, sentences.headline(goal.split)) for goal in ended[:EARLIER_SHOWN]],
        "has_more": len(ended) > EARLIER_SHOWN,
    }


def _since_it_was_set(
    request: AuthenticatedRequest, progress: Progress | None, last: Assessment | None
) -> str:
    """Return what changed since the goal was set, or "" if there's no newer result.

    Compares with the latest result at the time the goal was set.
    """
    if not progress or not last:
        return ""
    mine = Assessment.objects.for_user(request.user)
    then = mine.taken_by(progress.goal.set_at).latest_first().first()
    return progress.since(then.split) if then and then != last else ""


def _tips(request: AuthenticatedRequest, progress: Progress | None) -> list[AdvisedTip]:
    """Return tips for the points that have to move, without tips that the user has ticked.

    Each purpose that has to grow gets one, the biggest gap first: one that is for such a move or,
    if there is none, one for the points that it would have.
    """
    if not progress or not progress.moves or not progress.now:
        return []
    now, wanted, side = progress.now, progress.wanted, request.user.effective_side
    ticked = Tick.objects.by_tip(request.user)
    tips = published().tips
    situation = Situation(now, wanted=wanted, side=side)
    ahead = [tip for tip in tips.fitting(situation, ticked) if tip.direction in AHEAD]
    leading = {each.purpose: each.at_once for each in choose(situation, ahead, ticked)}
    there = Situation(wanted, side=side)
    usual = {
        each.purpose: [replace(tip, why=situation.why_wanted(each.purpose)) for tip in each.at_once]
        for each in choose(there, tips.fitting(there, ticked), ticked)
    }
    gaps = {each: wanted[each] - now[each] for each in Purpose}
    growing = sorted((each for each in Purpose if gaps[each] > 0), key=lambda each: -gaps[each])
    first = [tip for each in growing for tip in (leading.get(each) or usual.get(each, []))[:1]]
    others = [tip for each in leading.values() for tip in each if tip not in first]
    return [*first, *others][:TIPS_SHOWN]


@never_cache
@ten_points_page(
    GoalForm, "purposeapp/goal.html", login_required=True, opening=_opening, context=_context
)
def goal(request: AuthenticatedRequest, form: GoalForm) -> HttpResponse:
    """Show the user's goal next to their current split, with the form to set it."""
    if form.save(user=request.user):
        messages.success(request, _("Your goal is saved."))
    return redirect("goal")


@never_cache
@require_POST
@login_required_to_post("goal")
def end_goal(request: AuthenticatedRequest) -> HttpResponse:
    """End the goal that the user saw on the page. It stays on record.

    Idempotent: if it has already ended, nothing changes, and a new current goal stays.
    """
    form = EndGoalForm(request.POST, user=request.user)
    if form.is_valid() and form.save():
        messages.success(request, _("Goal removed. You can still see it below."))
    return redirect("goal")
