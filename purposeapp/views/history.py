from itertools import pairwise
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from purposeapp import sentences
from purposeapp.advice.fit import Side, Situation
from purposeapp.advice.selection import AdvisedTip, choose
from purposeapp.models import Assessment, Goal, Reminder, Tick, Tip, User
from purposeapp.split import Purpose
from purposeapp.timeline.chart import draw
from purposeapp.timeline.progress import Progress
from purposeapp.timeline.story import Story
from purposeapp.web.requests import AuthenticatedRequest

from .paging import Page

PAGE_SIZE = 20
NEXT_TIPS = 2
MAX_PICTURED = 2_000
"""Of a longer history, picture and story cover the latest ones, and say so."""


@never_cache
@login_required
@require_safe
def history(request: AuthenticatedRequest) -> HttpResponse:
    """The home of whoever is signed in: how things stand now, the picture, every assessment.

    They come a page at a time (keyset pagination), and the picture stands on the newest one. A
    page begins behind the assessment that `before` names.
    """
    mine = Assessment.objects.for_user(request.user).latest_first()
    shown = mine
    if cursor := request.GET.get("before"):
        shown = mine.before(get_object_or_404(mine, id=uuid_or_404(cursor)))
    page = Page.of(shown, PAGE_SIZE)
    context: dict[str, Any] = {
        "entries": _with_changes(page),
        "older": page.cursor,
        "newest_page": not cursor,
        "ticks": Tick.objects.for_user(request.user).count_done(),
    }
    if not cursor:
        now = page.rows[0].split if page.rows else None
        progress = Goal.objects.for_user(request.user).progress(now)
        context["progress"] = progress
        context["reminder"] = Reminder.objects.for_user(request.user).first()
        if page.rows:
            context["next_tips"] = _next_tips(request.user, page, progress)
            context |= _over_time(request.user, progress)
    return render(request, "purposeapp/history.html", context)


def _next_tips(user: User, page: Page[Assessment], progress: Progress | None) -> list[AdvisedTip]:
    """The first tips for the latest result that the person has said nothing of yet."""
    latest, earlier = [*page.rows, None][:2]
    if latest is None:
        return []
    situation = Situation(
        latest.split,
        earlier=earlier.split if earlier else None,
        wanted=progress.wanted if progress else None,
        side=Side(user.side or Side.BOTH),
    )
    ticked = Tick.objects.for_user(user).values("tip_id")
    tips = Tip.objects.published().exclude(id__in=ticked).fitting(situation)
    return [tip for advice in choose(situation, tips) for tip in advice.at_once][:NEXT_TIPS]


def _over_time(user: User, progress: Progress | None) -> dict[str, Any]:
    """The picture, with the goal that there is, and what it says."""
    snapshots = Assessment.objects.for_user(user).latest_snapshots(MAX_PICTURED + 1)
    is_partial = len(snapshots) > MAX_PICTURED
    snapshots = snapshots[-MAX_PICTURED:]
    goal = progress and progress.goal
    return {
        "chart": draw(snapshots, goal.split, goal.wanted_by) if goal else draw(snapshots),
        "story": Story(snapshots, is_partial),
        "purposes": Purpose,
        "goal": goal,
    }


def uuid_or_404(text: str) -> UUID:
    """The id that an address names."""
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def _with_changes(page: Page[Assessment]) -> list[dict[str, Any]]:
    """Each assessment with the sentence on what changed since the one before it in time."""
    return [
        {
            "assessment": later,
            "headline": sentences.headline(later.split),
            "change": earlier and sentences.change(later.split, earlier.split),
        }
        for later, earlier in pairwise([*page.rows, page.following])
        if later
    ]
