"""Database outages: PostgreSQL is down, restarting, read-only or slow, or a lock is held."""

import psycopg
from django.db import InterfaceError, InternalError, OperationalError

RETRY_AFTER_S = 10
"""Seconds after which a client may try again: a restart of PostgreSQL takes less."""

OUTAGES = (
    InterfaceError,
    OperationalError,
    # Closing a cursor that the server keeps, Django lets psycopg's own ones through.
    psycopg.InterfaceError,
    psycopg.OperationalError,
)

OUTAGE_STATES = frozenset(
    {
        "25006",  # read_only_sql_transaction: a standby, or a primary that is set so
        "25P03",  # idle_in_transaction_session_timeout
    }
)
"""SQLSTATEs of an outage that DB-API calls internal errors. The others are operational ones."""


def is_outage(error: BaseException | None) -> bool:
    """Whether an error says that the database is away, or was raised while such a one was handled.

    Lock and statement timeouts are among them, and deadlocks: trying again is the remedy for all.
    """
    while error is not None:
        if isinstance(error, OUTAGES):
            return True
        cause = error.__cause__ or error.__context__
        if isinstance(error, InternalError) and getattr(cause, "sqlstate", "") in OUTAGE_STATES:
            return True
        error = cause
    return False
