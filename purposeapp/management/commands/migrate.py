from typing import Any

from django.core.management.commands import migrate
from django.db import connections

LOCK = 0x5F1E_9057  # any number that nobody else takes in this database


class Command(migrate.Command):
    """Django's migrate, one at a time: whoever comes second waits, and finds nothing left to do.

    Two that start on an empty database at the same moment would make the same tables, and one of
    them fail. The lock is PostgreSQL's, so it holds between machines too; should a migration fail,
    it ends with the connection.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        with connections[options["database"]].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            super().handle(*args, **options)
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
