"""Prometheus metrics: number and duration of requests and queries, the database, and backlogs.

It's imported only if METRICS_TOKEN is set, since it needs the extra `monitoring`. Workers share
their counts in files in PROMETHEUS_MULTIPROC_DIR, see config/gunicorn.conf.py.
"""

import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from purposeapp.models import OutgoingMail, Reminder, Room, Session
from purposeapp.models.room_answer import DELETED_WITHIN

from .request_log import route_of

SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

requests = Counter(
    "five_purposes_requests_total",
    "Responses, including those from the page cache.",
    ["method", "route", "status"],
)
seconds = Histogram(
    "five_purposes_request_seconds",
    "Time from request to response, through all middleware.",
    ["route"],
    buckets=SECONDS,
)
queries = Counter("five_purposes_queries_total", "Statements sent to PostgreSQL.", ["route"])
query_seconds = Counter(
    "five_purposes_query_seconds_total", "Time that these statements took.", ["route"]
)

KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})


def metrics_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Count each response by its route. It is outermost, so that it also sees cached responses."""

    def middleware(request: HttpRequest) -> HttpResponse:
        begin = time.perf_counter()
        response = get_response(request)
        route = route_of(request) or _origin_of(request, response)
        # Clients can invent methods, and a label for each would fill the memory.
        method = request.method if request.method in KNOWN_METHODS else "other"
        requests.labels(method, route, response.status_code).inc()
        seconds.labels(route).observe(time.perf_counter() - begin)
        count = getattr(request, "query_count", None)
        if count and count.statements:
            queries.labels(route).inc(count.statements)
            query_seconds.labels(route).inc(count.seconds)
        return response

    return middleware


def _origin_of(request: HttpRequest, response: HttpResponse) -> str:
    """Return the origin of a response that was made before URL resolution."""
    if request.path_info.startswith(settings.STATIC_URL):
        return "(static)"
    return "(memory)" if response.status_code in (200, 304) else "(none)"


class Database(Collector):
    """Gauges of the backlog of periodic commands and of the outbox, counted at each scrape.

    During a database outage only the gauge that says so is left, so that alerts can see the outage.

    It doesn't use `Gauge`, which has a value for each worker, even after the worker has ended.
    """

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            backlog = list(self._backlog())
        except Error:
            backlog = []
        yield GaugeMetricFamily(
            "five_purposes_database_up",
            "Whether PostgreSQL has answered the queries of this scrape.",
            value=bool(backlog),
        )
        yield from backlog

    def _backlog(self) -> Iterator[GaugeMetricFamily]:
        now = timezone.now()
        for name, meaning, count in (
            (
                "five_purposes_reminders_due",
                "Reminders that are due and not sent yet, of people who may be sent mail.",
                Reminder.objects.due(now.date()).reachable().count(),
            ),
            (
                "five_purposes_sessions_over",
                "Expired sessions that tidy has not deleted yet.",
                Session.objects.expired(now).count(),
            ),
            (
                "five_purposes_rooms_over",
                "Rooms whose answers should have been deleted already.",
                Room.objects.overdue(term=DELETED_WITHIN).count(),
            ),
            (
                "five_purposes_mails_waiting",
                "Mails that have not been sent yet.",
                OutgoingMail.objects.count(),
            ),
        ):
            yield GaugeMetricFamily(name, meaning, value=count)
