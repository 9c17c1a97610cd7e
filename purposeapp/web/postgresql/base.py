import select
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus
from psycopg.types import datetime as psycopg_datetime

from .circuit_breaker import circuit_breaker

HEALTHY = (TransactionStatus.IDLE, TransactionStatus.INTRANS)


class TimestamptzLoader(psycopg_datetime.TimestamptzLoader):
    """Reads times in UTC as Django does, in a sixth of the time: a history has hundreds.

    Python reads what PostgreSQL writes in ISO style. What it can't, psycopg reads or refuses.
    """

    timezone = UTC
    """Django asks a loader for it, and brings another one where it wants another zone."""

    def load(self, data: Any) -> datetime:
        """Read a time such as 2026-03-02 10:00:00.5+00."""
        try:
            time = datetime.fromisoformat(bytes(data).decode())
        except ValueError:
            time = super().load(data)
        return time.astimezone(UTC)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to PostgreSQL whose health check (CONN_HEALTH_CHECKS) looks at the socket.

    Its waits are bounded where the process has limits for them (circuit_breaker.py).
    """

    max_wait_s: float | None = None

    @contextmanager
    def answering_within(self, seconds: float) -> Iterator[None]:
        """Give statements up after so many seconds, where waits are bounded at all."""
        self.max_wait_s = seconds
        try:
            yield
        finally:
            self.max_wait_s = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect, and bound every wait on the connection."""
        if self.max_wait_s is not None:
            conn_params = {**conn_params, "connect_timeout": 2}  # the least that libpq knows

        def probe() -> None:
            self.Database.connect(**conn_params).close()

        connect = super().get_new_connection
        connection = circuit_breaker.connect(lambda: connect(conn_params), probe)
        circuit_breaker.bound(connection, lambda: self.max_wait_s, probe)
        connection.adapters.register_loader("timestamptz", TimestamptzLoader)
        return connection

    def is_usable(self) -> bool:
        """Whether no statement has failed for good and the server has not hung up.

        A server that stops, or ends a connection, says so and closes it: then there is something to
        read, where an idle connection has nothing. Django's own check asks `SELECT 1`, which costs
        each request a round trip and promises no more: any connection may break right after it.
        """
        connection = self.connection
        if connection is None or connection.closed:
            return False
        if connection.info.transaction_status not in HEALTHY:
            return False
        unread = select.poll()
        unread.register(connection.fileno(), select.POLLIN)
        return not unread.poll(0)
