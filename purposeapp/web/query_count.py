"""How many statements a request sends to PostgreSQL, and how long they take."""

import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse


class QueryCount:
    """The statements of one request so far, counted by an execute wrapper of its connection."""

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
    """Let each request have its `query_count`. Answers from memory, further out, need none."""

    def middleware(request: HttpRequest) -> HttpResponse:
        count = request.query_count = QueryCount()  # type: ignore[attr-defined]
        with connection.execute_wrapper(count):
            return get_response(request)

    return middleware
