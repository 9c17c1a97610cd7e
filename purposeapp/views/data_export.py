from django.contrib.auth.decorators import login_required
from django.http import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from purposeapp.import_export import exporting
from purposeapp.models import Assessment, Goal, Reminder, Room, Talk, Tick
from purposeapp.web.requests import AuthenticatedRequest
from purposeapp.web.responses import streamed_attachment

PAGE_SIZE = 500
"""Number of assessments in memory at a time."""


@never_cache
@login_required
@require_safe
def export_json(request: AuthenticatedRequest) -> HttpResponseBase:
    """Export everything that is stored about the user as JSON, oldest first.

    An import reads the assessments and goals back.
    """
    content = exporting.to_json(
        Assessment.objects.for_user(request.user).in_pages(PAGE_SIZE),
        Goal.objects.for_user(request.user).oldest_first(),
        Tick.objects.for_user(request.user).select_related("tip").order_by("ticked_at", "id"),
        Reminder.objects.of(request.user),
        Talk.objects.of_both_sides(request.user),
        Room.objects.for_user(request.user).oldest_first().with_pictures(),
        request.user,
    )
    return streamed_attachment(
        content, filename="five-purposes.json", content_type="application/json"
    )


@never_cache
@login_required
@require_safe
def export_csv(request: AuthenticatedRequest) -> HttpResponseBase:
    """Export the user's assessments as CSV for spreadsheets."""
    content = exporting.to_csv(Assessment.objects.for_user(request.user).in_pages(PAGE_SIZE))
    filename, content_type = "five-purposes.csv", "text/csv; charset=utf-8"
    return streamed_attachment(content, filename=filename, content_type=content_type)
