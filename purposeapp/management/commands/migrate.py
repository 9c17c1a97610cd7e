from typing import Any

from django.core.management.commands import migrate
from django.db import connections

LOCK = 0x5F1E_9057  # an arbitrary number that nothing else uses as an advisory lock here


class Command(migrate.Command):
    """Django's migrate under an advisory lock: a second one waits, and then has nothing to do.

    Without the lock, two that start on an empty database at once would create the same tables, and
    one would fail. The lock is PostgreSQL's, so it also works between machines. If a migration
    fails, the lock is released with the connection.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        with connections[options["database"]].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            super().handle(*args, **options)
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
