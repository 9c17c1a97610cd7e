"""Query counting: the number and duration of a request's statements to PostgreSQL."""

import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse


class QueryCount:
    """The number and duration of a request's statements so far. It is an execute wrapper."""

    def __init__(self) -> None:
        self.statements = 0
        self.seconds = 0.0

    def __call__(self, execute: Callable, *args: Any) -> Any:
        begin = time.perf_counter()
        try:
            return execute(*args)
        finally:
            self.statements += 1
            self.seconds += time.perf_counter() - begin


def count_queries(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Add `query_count` to each request. Responses from the page cache, further out, need none."""

    def middleware(request: HttpRequest) -> HttpResponse:
        count = request.query_count = QueryCount()  # type: ignore[attr-defined]
        with connection.execute_wrapper(count):
            return get_response(request)

    return middleware
