"""A cache in PostgreSQL, for counts that every worker must see: rate limits."""

import pickle
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.core.cache.backends import db
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.db import DEFAULT_DB_ALIAS, connection
from django.utils import timezone

STORED_PER_CULL = 100
"""How many values a process stores before it looks whether there are too many of them."""

_stored = count(1)


class DatabaseCache(db.DatabaseCache):
    """Django's cache in PostgreSQL, where storing is one upsert, and fails loudly.

    Django counts the whole table, begins a savepoint, looks the key up and then inserts or updates.
    A sign-in stores eight values, so that this was most of its statements. And where the
    database is away, it lets storing fail silently: a limit on tries then takes everybody for one
    who has tried too often.
    """

    def clear_expired(self) -> int:
        """Delete entries that are over, and return how many that were.

        Django leaves them in the table until there are too many.
        """
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {self._name} WHERE expires < %s", [timezone.now()])  # noqa: S608
            return cursor.rowcount

    def count(self, key: str, *, timeout: float) -> int:
        """Count one more under a key, in one statement, and return how many that are by now.

        The count begins anew when its time is over.
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

    def _base_set(
        self, mode: str, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT
    ) -> bool:
        """Set a value, add it where none is valid, or touch the one that is there.

        Return whether there was something to do. Raise a `DatabaseError` where it can't be done.
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
        """A value as Django's own methods read it."""
        return b64encode(pickle.dumps(value, self.pickle_protocol)).decode()

    def _cull_now_and_then(self, cursor: Any) -> None:
        """Delete what is over, and a third of the rest, where there are more than MAX_ENTRIES."""
        if next(_stored) % STORED_PER_CULL:
            return
        cursor.execute(f"SELECT COUNT(*) FROM {self._name}")  # noqa: S608
        (number,) = cursor.fetchone()
        if number > self._max_entries:
            self._cull(DEFAULT_DB_ALIAS, cursor, timezone.now(), number)  # type: ignore[attr-defined]

    @property
    def _name(self) -> str:
        return connection.ops.quote_name(self._table)  # type: ignore[attr-defined]
