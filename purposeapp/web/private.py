"""Cache-Control and X-Robots-Tag of private pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache


def private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorator for views whose pages must not be cached or indexed by search engines."""

    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response

    return wrapped
