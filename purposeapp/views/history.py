from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import groupby, zip_longest
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from purposeapp import sentences
from purposeapp.accounts.pending import pending_results
from purposeapp.models import Assessment, Goal, Reminder, Tick, User
from purposeapp.models.assessment import MAX_NEWEST
from purposeapp.split import Purpose, Split
from purposeapp.timeline.chart import draw
from purposeapp.timeline.progress import Progress
from purposeapp.timeline.snapshot import Snapshot, repeated
from purposeapp.timeline.story import Story
from purposeapp.web.ids import uuid_or_404
from purposeapp.web.requests import AuthenticatedRequest

from .paging import Page
from .tips_to_do import tips_to_do

PAGE_SIZE = MAX_NEWEST - 1
"""Number of assessments per page. One more is fetched to see if there is an older page."""
NEXT_TIPS = 2
EXAMPLE = (
    (Split(7, 1, 1, 0, 1), _("In spring: mostly business")),
    (Split(1, 1, 1, 7, 0), _("In autumn: redundancy, and a job search")),
    (Split(3, 4, 3, 0, 0), _("A year later: a new job, and time to give back")),
)
"""The example that an empty history shows."""
MAX_PICTURED = 2_000
"""Maximum number of assessments in the chart and the story. They say so if there are more."""


@never_cache
@login_required
@require_safe
def history(request: AuthenticatedRequest) -> HttpResponse:
    """Show the signed-in user's home page: the current state, the chart and all assessments.

    The list uses keyset pagination: a page begins after the assessment with the id `before`. Only
    the newest page has the chart.
    """
    newer = None
    if cursor := request.GET.get("before"):
        mine = Assessment.objects.for_user(request.user).latest_first()
        newer = get_object_or_404(mine, id=uuid_or_404(cursor))
        page = Page.of(mine.before(newer), PAGE_SIZE)
    else:
        page = Page.of(Assessment.objects.newest_of(request.user), PAGE_SIZE)
    entries = _entries(newer, page)
    ticks = Tick.objects.by_tip(request.user)
    context: dict[str, Any] = {
        "entries": entries,
        "years": _by_year(entries),
        "older": page.cursor,
        "newest_page": not cursor,
        "comparable": bool(cursor) or len(entries) > 1,
        "pending": len(pending_results(request.session)),
        "example": [] if entries else EXAMPLE,
        "ticks": Counter(tick.verdict for tick in ticks.values()),
    }
    if not cursor:
        now = page.rows[0].split if page.rows else None
        progress = Goal.objects.progress(request.user, now)
        context["progress"] = progress
        context["reminder"] = Reminder.objects.of(request.user)
        if page.rows:
            earlier = page.rows[1] if len(page.rows) > 1 else None
            to_do = tips_to_do(request.user, page.rows[0], earlier, progress, ticks)
            context["next_tips"] = [tip for each in to_do for tip in each.at_once][:NEXT_TIPS]
            context |= _over_time(request.user, page, progress)
    return render(request, "purposeapp/history.html", context)


def _over_time(user: User, page: Page[Assessment], progress: Progress | None) -> dict[str, Any]:
    """Return the context of the chart, the goal and the story. `page` is the newest one."""
    if page.following:
        snapshots = Assessment.objects.for_user(user).latest_snapshots(MAX_PICTURED + 1)
    else:
        snapshots = [each.snapshot for each in reversed(page.rows)]
    is_partial = len(snapshots) > MAX_PICTURED
    snapshots = snapshots[-MAX_PICTURED:]
    goal = progress and progress.goal
    return {
        "chart": draw(snapshots, goal.split, goal.wanted_by) if goal else draw(snapshots),
        "story": Story(snapshots, is_partial),
        "purposes": Purpose,
        "goal": goal,
    }


@dataclass(frozen=True)
class Entry:
    """One assessment in the list, with the change since the previous one in time."""

    snapshot: Snapshot
    earlier: Split | None
    """The split of the previous assessment; None for the very first one."""
    shares_day: bool
    """Whether another assessment on or around the page has the same date."""
    is_latest: bool

    @property
    def name(self) -> str:
        return self.snapshot.name(shares_day=self.shares_day)

    @property
    def headline(self) -> str:
        return sentences.headline(self.snapshot.split)

    @property
    def change(self) -> str:
        """The change as text, empty for the very first one."""
        return sentences.change(self.snapshot.split, self.earlier) if self.earlier else ""

    @property
    def is_folded(self) -> bool:
        """Whether it's collapsed, as it says nothing new: same split, no event and no note."""
        snapshot = self.snapshot
        has_words = snapshot.event_label or snapshot.note
        return not (self.is_latest or has_words) and snapshot.split == self.earlier


def _entries(newer: Assessment | None, page: Page[Assessment]) -> list[Entry]:
    """Return the entries of a page. `newer` is the assessment before it in the list, if any."""
    around = [each.snapshot for each in (newer, *page.rows, page.following) if each]
    shared = repeated(snapshot.on for snapshot in around)
    earlier = [each.split for each in (*page.rows[1:], page.following) if each]
    return [
        Entry(
            each.snapshot,
            before,
            each.snapshot.on in shared,
            is_latest=newer is None and number == 0,
        )
        for number, (each, before) in enumerate(zip_longest(page.rows, earlier))
    ]


def _by_year(entries: list[Entry]) -> list[tuple[date, list[tuple[bool, list[Entry]]]]]:
    """Group the entries by year, and each year into runs of collapsed or other entries."""
    return [
        (
            run[0].snapshot.on,
            [(folded, list(group)) for folded, group in groupby(run, key=lambda e: e.is_folded)],
        )
        for _year, group in groupby(entries, key=lambda entry: entry.snapshot.on.year)
        for run in [list(group)]
    ]
