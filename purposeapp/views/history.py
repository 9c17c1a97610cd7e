from itertools import pairwise
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from purposeapp import sentences
from purposeapp.models import Assessment, Tick
from purposeapp.split import Purpose

PAGE_SIZE = 20


@never_cache
@login_required
@require_safe
def history(request):
    """Every assessment of the person who asks, newest first, a page at a time.

    A page begins behind the assessment that `before` names, so that it costs the same at the
    end of a long history as at its start.
    """
    mine = Assessment.objects.for_user(request.user).latest_first()
    shown = mine
    if cursor := request.GET.get("before"):
        shown = mine.before(get_object_or_404(mine, id=_uuid_or_404(cursor)))
    # One more than is shown: the last one on the page is compared with it.
    assessments = list(shown[: PAGE_SIZE + 1])
    entries = _with_changes(assessments)[:PAGE_SIZE]
    context = {
        "entries": entries,
        "timeline": entries[::-1],
        "purposes": Purpose,
        "older": assessments[PAGE_SIZE - 1] if len(assessments) > PAGE_SIZE else None,
        "newest_page": not cursor,
        "progress": Tick.objects.for_user(request.user).progress() if assessments else {},
    }
    return render(request, "purposeapp/history.html", context)


def _uuid_or_404(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def _with_changes(assessments):
    """Each assessment with the sentence on what changed since the one before it in time."""
    return [
        {
            "assessment": later,
            "headline": sentences.headline(later.split),
            "change": earlier and sentences.change(later.split, earlier.split),
        }
        for later, earlier in pairwise([*assessments, None])
    ]
