import select

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

HEALTHY = (TransactionStatus.IDLE, TransactionStatus.INTRANS)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to PostgreSQL whose health check (CONN_HEALTH_CHECKS) looks at the socket."""

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
