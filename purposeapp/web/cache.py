"""A cache in PostgreSQL, for counters that all workers share, such as rate limits."""

import pickle
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, cast

from django.core.cache import cache
from django.core.cache.backends import db
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.db import DEFAULT_DB_ALIAS, connection
from django.utils import timezone

STORED_PER_CULL = 100
"""The number of values that a process stores before it checks whether there are too many."""

_stored = count(1)


class DatabaseCache(db.DatabaseCache):
    """Django's database cache, but storing a value is a single upsert, and errors are raised.

    Django counts the whole table, begins a savepoint, looks up the key and then inserts or updates.
    A sign-in stores eight values, so that was most of its queries. And if the database is
    unavailable, Django ignores the error, so that rate limits would refuse everyone.
    """

    def clear_expired(self) -> int:
        """Delete expired entries and return their number.

        Django keeps them in the table until there are too many.
        """
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {self._name} WHERE expires < %s", [timezone.now()])  # noqa: S608
            return cursor.rowcount

    def count(self, key: str, *, timeout: float) -> int:
        """Increment the counter of a key in one statement, and return its new value.

        The counter starts again from one after `timeout` seconds.
        """
        now = timezone.now()
        with connection.cursor() as cursor:
            self._cull_now_and_then(cursor)
            cursor.execute(
                f"INSERT INTO {self._name} AS known (cache_key, value, expires)"  # noqa: S608
                " VALUES (%s, '1', %s)"
                " ON CONFLICT (cache_key) DO UPDATE SET"
                " value = CASE WHEN known.expires < %s THEN 1 ELSE known.value::int + 1 END,"
                " expires = CASE WHEN known.expires < %s THEN EXCLUDED.expires"
                " ELSE known.expires END RETURNING value::int",
                [self.make_and_validate_key(key), now + timedelta(seconds=timeout), now, now],
            )
            return cursor.fetchone()[0]

    def uncount(self, key: str) -> None:
        """Decrement the counter of a key in one statement, unless its time is over."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {self._name} SET value = value::int - 1"  # noqa: S608
                " WHERE cache_key = %s AND expires >= %s",
                [self.make_and_validate_key(key), timezone.now()],
            )

    def _base_set(
        self, mode: str, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT
    ) -> bool:
        """Set a value, add it if there is no valid one, or touch an existing one, by `mode`.

        Return whether a row was changed. Raises DatabaseError if the statement fails.
        """
        ends = self.get_backend_timeout(timeout)
        expires = (
            datetime.max.replace(tzinfo=UTC) if ends is None else datetime.fromtimestamp(ends, UTC)
        )
        with connection.cursor() as cursor:
            if mode == "touch":
                cursor.execute(
                    f"UPDATE {self._name} SET expires = %s WHERE cache_key = %s",  # noqa: S608
                    [expires, key],
                )
            else:
                self._cull_now_and_then(cursor)
                cursor.execute(
                    f"INSERT INTO {self._name} AS known (cache_key, value, expires)"  # noqa: S608
                    " VALUES (%s, %s, %s) ON CONFLICT (cache_key) DO UPDATE SET"
                    " value = EXCLUDED.value, expires = EXCLUDED.expires"
                    " WHERE %s OR known.expires < %s",
                    [key, self._dumped(value), expires, mode == "set", timezone.now()],
                )
            return cursor.rowcount == 1

    def _dumped(self, value: Any) -> str:
        """Return a value in the format of Django's database cache."""
        return b64encode(pickle.dumps(value, self.pickle_protocol)).decode()

    def _cull_now_and_then(self, cursor: Any) -> None:
        """Once in STORED_PER_CULL calls, cull the table if it has more than MAX_ENTRIES rows.

        Django's cull deletes expired entries, and a third of the rest.
        """
        if next(_stored) % STORED_PER_CULL:
            return
        cursor.execute(f"SELECT COUNT(*) FROM {self._name}")  # noqa: S608
        (number,) = cursor.fetchone()
        if number > self._max_entries:
            self._cull(DEFAULT_DB_ALIAS, cursor, timezone.now(), number)  # type: ignore[attr-defined]

    @property
    def _name(self) -> str:
        return connection.ops.quote_name(self._table)  # type: ignore[attr-defined]


database_cache = cast(DatabaseCache, cache)
"""Django's default cache, by its type."""
