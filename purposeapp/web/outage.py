"""Database outages: PostgreSQL is down, restarting, read-only or slow, or a lock is held."""

import psycopg
from django.db import InterfaceError, InternalError, OperationalError

RETRY_AFTER_S = 10
"""The seconds after which a client should retry. A restart of PostgreSQL takes less."""

OUTAGES = (
    InterfaceError,
    OperationalError,
    # Django doesn't wrap psycopg's errors when it closes a server-side cursor.
    psycopg.InterfaceError,
    psycopg.OperationalError,
)

OUTAGE_STATES = frozenset(
    {
        "25006",  # read_only_sql_transaction: a standby, or a read-only primary
        "25P03",  # idle_in_transaction_session_timeout
    }
)
"""SQLSTATEs of outages that are InternalErrors in DB-API. The others are OperationalErrors."""


def is_outage(error: BaseException | None) -> bool:
    """Return whether an error, or an error that caused it, means that the database is unavailable.

    Lock timeouts, statement timeouts and deadlocks count as well: for all of them, a retry helps.
    """
    while error is not None:
        if isinstance(error, OUTAGES):
            return True
        cause = error.__cause__ or error.__context__
        if isinstance(error, InternalError) and getattr(cause, "sqlstate", "") in OUTAGE_STATES:
            return True
        error = cause
    return False
