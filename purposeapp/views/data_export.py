from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from purposeapp.exchange import exporting
from purposeapp.models import Assessment, Goal, Reminder, Tick


@never_cache
@login_required
@require_safe
def export_json(request):
    """Everything that the person told, oldest first; an import reads what is history back."""
    mine = Assessment.objects.for_user(request.user).oldest_first()
    goals = Goal.objects.for_user(request.user).oldest_first()
    ticks = Tick.objects.for_user(request.user).select_related("tip").order_by("ticked_at", "id")
    reminder = Reminder.objects.for_user(request.user).first()
    text = exporting.to_json(mine, goals, ticks, reminder, request.user.side)
    return _download("five-purposes.json", "application/json", text)


@never_cache
@login_required
@require_safe
def export_csv(request):
    """The assessments as a table, for a spreadsheet."""
    mine = Assessment.objects.for_user(request.user).oldest_first()
    return _download("five-purposes.csv", "text/csv; charset=utf-8", exporting.to_csv(mine))


def _download(name: str, content_type: str, text: str):
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(
        text, content_type=content_type, headers={"Content-Disposition": disposition}
    )
