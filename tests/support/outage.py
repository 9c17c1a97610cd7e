"""Simulate a database outage for this process."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection


@contextmanager
def database_away(error: type[Exception] = OperationalError) -> Iterator[None]:
    """Make every query in the block fail as while PostgreSQL is down."""

    def fail(execute, sql, params, many, context):
        raise error("the connection is lost")

    with connection.execute_wrapper(fail):
        yield
