"""What a supervisor asks: does the process answer, and can it do its work?"""

from http import HTTPStatus

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

PLAIN = "text/plain; charset=utf-8"


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. It asks nobody else, so a database that is down starts no restart."""
    return HttpResponse("ok\n", content_type=PLAIN)


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers, and its tables are as new as this code."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return _not_ready("the database does not answer")
    if waiting:
        return _not_ready("migrations are waiting")
    return HttpResponse("ready\n", content_type=PLAIN)


def _not_ready(why: str) -> HttpResponse:
    return HttpResponse(
        f"not ready: {why}\n", content_type=PLAIN, status=HTTPStatus.SERVICE_UNAVAILABLE
    )
