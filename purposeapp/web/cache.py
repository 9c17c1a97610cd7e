from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.cache.backends import db
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.db import Error, connection
from django.utils import timezone

from purposeapp.web.outage import is_outage


class DatabaseCache(db.DatabaseCache):
    """Django's cache in PostgreSQL, where an outage is an error also when something is stored.

    Django lets storing fail silently, and a limit on tries then takes everybody for one who has
    tried too often.
    """

    def clear_expired(self) -> int:
        """Delete entries that are over, and return how many that were.

        Django leaves them in the table until there are too many.
        """
        table = connection.ops.quote_name(self._table)  # type: ignore[attr-defined]
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [timezone.now()])  # noqa: S608
            return cursor.rowcount

    def count(self, key: str, *, timeout: float) -> int:
        """Count one more under a key, in one statement, and return how many that are by now.

        The count begins anew when its time is over.
        """
        table = connection.ops.quote_name(self._table)  # type: ignore[attr-defined]
        now = timezone.now()
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} AS known (cache_key, value, expires) VALUES (%s, '1', %s)"  # noqa: S608
                " ON CONFLICT (cache_key) DO UPDATE SET"
                " value = CASE WHEN known.expires < %s THEN 1 ELSE known.value::int + 1 END,"
                " expires = CASE WHEN known.expires < %s THEN EXCLUDED.expires"
                " ELSE known.expires END RETURNING value::int",
                [self.make_and_validate_key(key), now + timedelta(seconds=timeout), now, now],
            )
            return cursor.fetchone()[0]

    def _base_set(self, mode, key, value, timeout=DEFAULT_TIMEOUT) -> bool:
        outages: list[Error] = []

        def watch(execute: Callable, *arguments: Any) -> Any:
            try:
                return execute(*arguments)
            except Error as error:
                if is_outage(error):
                    outages.append(error)
                raise

        with connection.execute_wrapper(watch):
            is_stored = super()._base_set(mode, key, value, timeout)  # type: ignore[misc]
        if outages:
            raise outages[0]
        return is_stored
