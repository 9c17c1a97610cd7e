from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache

from purposeapp.models import Reminder, Room, Session
from purposeapp.models.room_answer import DELETED_WITHIN


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """What Prometheus scrapes, with METRICS_TOKEN as its bearer token; a 404 for anybody else."""
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    if not token or not constant_time_compare(given, f"Bearer {token}"):
        raise Http404
    from prometheus_client import (
        CONTENT_TYPE_LATEST,
        CollectorRegistry,
        Gauge,
        generate_latest,
        multiprocess,
    )

    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    now = timezone.now()
    due = Reminder.objects.due(now.date()).count()
    overdue = Session.objects.filter(expire_date__lt=now).count()
    rooms = Room.objects.overdue(term=DELETED_WITHIN).count()
    for name, meaning, value in (
        ("five_purposes_reminders_due", "Reminders whose day has come and that wait.", due),
        ("five_purposes_sessions_over", "Ended sessions that tidy has not deleted.", overdue),
        ("five_purposes_rooms_over", "Rooms that hold answers after a day.", rooms),
    ):
        Gauge(name, meaning, registry=registry).set(value)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
