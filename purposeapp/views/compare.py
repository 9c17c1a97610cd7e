from itertools import pairwise
from operator import attrgetter
from typing import Any

from dateutil.relativedelta import relativedelta
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from purposeapp import sentences
from purposeapp.dates import time_between
from purposeapp.models import Assessment
from purposeapp.split import Purpose
from purposeapp.timeline import story
from purposeapp.timeline.facts import NEAR
from purposeapp.timeline.snapshot import Snapshot, repeated
from purposeapp.web.ids import uuid_or_404
from purposeapp.web.requests import AuthenticatedRequest

MAX_CHOICES = 500


@never_cache
@login_required
@require_safe
def compare(request: AuthenticatedRequest) -> HttpResponse:
    """Compare two of the user's assessments side by side, the earlier one always on the left.

    The query names their ids as `a` and `b`, which default to the oldest and the latest. The
    history's checkboxes send `a` twice.
    """
    mine = Assessment.objects.for_user(request.user)
    ticked = request.GET.getlist("a")
    first = _chosen(mine.oldest_first(), ticked[0] if ticked else None)
    second_id = request.GET.get("b") or "".join(ticked[1:2])
    second = _chosen(mine.latest_first(), second_id)
    if first == second and not second_id:
        # Only the latest one is ticked: compare it with the one before.
        second = mine.latest_first()[1:2].first()
    snapshots = mine.latest_snapshots(MAX_CHOICES)
    is_whole = len(snapshots) < MAX_CHOICES
    if len(snapshots) < 2 or not first or not second:
        return render(request, "purposeapp/compare.html")
    ordered = sorted((first, second), key=attrgetter("key"))
    earlier, later = (each.snapshot for each in ordered)
    between = mine.after(ordered[0]).before(ordered[1])
    known = {snapshot.id for snapshot in snapshots}
    snapshots = [each for each in (earlier, later) if each.id not in known] + snapshots
    shared = repeated(snapshot.on for snapshot in snapshots)
    context: dict[str, Any] = {
        "choices": [
            (each, each.name(shares_day=each.on in shared, short=True)) for each in snapshots[::-1]
        ],
        "earlier": earlier,
        "later": later,
        "presets": _presets(snapshots, is_whole),
        "has_too_many": len(ticked) > 2,
    }
    context |= _difference(earlier, later)
    # Without the later one's event, which is shown next to it.
    context["events_between"] = between.with_event().latest_snapshots(MAX_CHOICES)
    return render(request, "purposeapp/compare.html", context)


def _presets(snapshots: list[Snapshot], is_whole: bool) -> list[tuple[str, str]]:
    """Return suggested comparisons with the latest assessment, as pairs of text and query.

    Without `is_whole`, the first of the snapshots isn't the person's first.
    """
    *others, latest = snapshots
    found = {others[0].id if is_whole else None: (_("Your first result"), "?")}
    year_ago = latest.taken_at - relativedelta(years=1)
    nearest = min(others, key=lambda each: abs(each.taken_at - year_ago))
    if abs(nearest.taken_at - year_ago) <= NEAR:
        words = _("About a year earlier (%(date)s)") % {"date": nearest.day}
        found.setdefault(nearest.id, (words, f"?a={nearest.id}"))
    for after, before in pairwise(reversed(snapshots)):
        if after.event_label:
            words = _("Before “%(event)s” (%(date)s)") % {
                "event": after.event_label,
                "date": before.day,
            }
            found.setdefault(before.id, (words, f"?a={before.id}"))
            break
    return list(found.values())


def _chosen(assessments: QuerySet[Assessment], id: str | None) -> Assessment | None:
    """Return the assessment with this id, or the first one if no id is given."""
    if not id:
        return assessments.first()
    return get_object_or_404(assessments, id=uuid_or_404(id))


def _difference(earlier: Snapshot, later: Snapshot) -> dict[str, Any]:
    """Return the template context of the comparison."""
    return {
        "same": earlier.id == later.id,
        "sides": [
            (each, each.name(shares_day=earlier.on == later.on), sentences.headline(each.split))
            for each in (earlier, later)
        ],
        "rows": [
            (purpose, earlier.split[purpose], later.split[purpose], sentences.signed(by))
            for purpose in Purpose
            for by in [later.split[purpose] - earlier.split[purpose]]
        ],
        "moves": story.moves(earlier.split, later.split),
        "time": time_between(earlier.on, later.on),
    }
