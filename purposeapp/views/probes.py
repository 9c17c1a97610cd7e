"""Health probes: liveness and readiness."""

import logging
import time
from http import HTTPStatus
from threading import Event

from django.core import signing
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)

PLAIN = "text/plain; charset=utf-8"
DOCTOR_HEADER = "X-Doctor"

_migrated = Event()
"""Set once this process has seen that all its migrations are applied. Comparing them takes long."""


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Liveness probe: the process responds. A database outage is no reason to restart it.

    `manage.py doctor` sends a signed header, and gets back how its request arrived.
    """
    words = "ok\n"
    if question := request.headers.get(DOCTOR_HEADER):
        words += _as_it_came(request, question)
    return HttpResponse(words, content_type=PLAIN)


def _as_it_came(request: HttpRequest, question: str) -> str:
    """Return the number of proxies, and the seconds until the body's one byte arrived."""
    try:
        doctor_signer().unsign(question, max_age=60)
    except signing.BadSignature:
        return ""
    begin = time.monotonic()
    request.read(1)
    late_s = time.monotonic() - begin
    passed_on = request.headers.get("X-Forwarded-For", "")
    hops = len([address for address in passed_on.split(",") if address.strip()])
    return f"{hops} {late_s:.2f}\n"


def doctor_signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="purposeapp.doctor")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Readiness probe: the database responds, and all migrations are applied."""
    try:
        is_migrated = _is_migrated()
    except Error:
        return _not_ready("the database does not answer")
    if not is_migrated:
        return _not_ready("migrations are waiting")
    return HttpResponse("ready\n", content_type=PLAIN)


def _is_migrated() -> bool:
    if _migrated.is_set():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    _migrated.set()
    return True


def _not_ready(why: str) -> HttpResponse:
    logger.warning("not_ready: %s", why)
    return HttpResponse(
        f"not ready: {why}\n", content_type=PLAIN, status=HTTPStatus.SERVICE_UNAVAILABLE
    )
