from operator import attrgetter
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from purposeapp import sentences
from purposeapp.models import Assessment
from purposeapp.split import Purpose
from purposeapp.timeline import story
from purposeapp.timeline.dates import time_between
from purposeapp.timeline.snapshot import Snapshot
from purposeapp.web.requests import AuthenticatedRequest

from .history import uuid_or_404

MAX_CHOICES = 500


@never_cache
@login_required
@require_safe
def compare(request: AuthenticatedRequest) -> HttpResponse:
    """Two assessments of the person who asks, side by side; the earlier one always on the left.

    `a` and `b` name them; what is left out is the oldest or the latest.
    """
    mine = Assessment.objects.for_user(request.user)
    first = _chosen(mine.oldest_first(), request.GET.get("a"))
    second = _chosen(mine.latest_first(), request.GET.get("b"))
    choices = mine.latest_snapshots(MAX_CHOICES)[::-1]
    if len(choices) < 2 or not first or not second:
        return render(request, "purposeapp/compare.html")
    earlier, later = sorted((each.snapshot for each in (first, second)), key=attrgetter("order"))
    known = {choice.id for choice in choices}
    choices += [each for each in (later, earlier) if each.id not in known]
    context: dict[str, Any] = {"choices": choices, "earlier": earlier, "later": later}
    context |= _difference(earlier, later, choices[::-1])
    return render(request, "purposeapp/compare.html", context)


def _chosen(assessments: QuerySet[Assessment], id: str | None) -> Assessment | None:
    """The assessment with this id; the first one, if there is any, where none is named."""
    if not id:
        return assessments.first()
    return get_object_or_404(assessments, id=uuid_or_404(id))


def _difference(earlier: Snapshot, later: Snapshot, snapshots: list[Snapshot]) -> dict[str, Any]:
    """What the page says of the two together."""
    return {
        "same": earlier.id == later.id,
        "sides": [(each, sentences.headline(each.split)) for each in (earlier, later)],
        "rows": [
            (purpose, earlier.split[purpose], later.split[purpose], sentences.signed(by))
            for purpose in Purpose
            for by in [later.split[purpose] - earlier.split[purpose]]
        ],
        "moves": story.moves(earlier.split, later.split),
        "time": time_between(earlier.on, later.on),
        # The event of the later one stands beside it.
        "events_between": [
            each
            for each in snapshots
            if each.event_label and earlier.order < each.order < later.order
        ],
    }
