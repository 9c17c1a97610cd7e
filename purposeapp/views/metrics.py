from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the metrics for Prometheus. A 404 unless METRICS_TOKEN is sent as bearer token."""
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    if not token or not constant_time_compare(given, f"Bearer {token}"):
        raise Http404
    from prometheus_client import (
        CONTENT_TYPE_LATEST,
        CollectorRegistry,
        generate_latest,
        multiprocess,
    )

    from purposeapp.web.metrics import Database

    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    registry.register(Database())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
