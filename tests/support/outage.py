"""Takes the database away from this process, as far as Django can tell."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection


@contextmanager
def database_away(error: type[Exception] = OperationalError) -> Iterator[None]:
    """Every query within fails as it does while PostgreSQL is down."""

    def fail(execute, sql, params, many, context):
        raise error("the connection is lost")

    with connection.execute_wrapper(fail):
        yield
