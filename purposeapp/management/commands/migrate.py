import time
from typing import Any

from django.core.management import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from psycopg.errors import LockNotAvailable

LOCK = 0x5F1E_9057  # an arbitrary number that nothing else uses as an advisory lock here

LOCK_TIMEOUT = "1s"
"""How long a migration waits for a table. Whoever needs the table meanwhile queues behind it, and a
request waits two seconds (`lock_timeout` in config/gunicorn.conf.py)."""
PAUSE_S = 9
TRIES = 60  # ten minutes


class Command(migrate.Command):
    """Django's migrate under an advisory lock: a second one waits, and then has nothing to do.

    Without the lock, two that start on an empty database at once would create the same tables, and
    one would fail. The lock is PostgreSQL's, so it also works between machines. If a migration
    fails, the lock is released with the connection.

    While something else, such as a backup, keeps a table locked, it's retried, so that the site
    isn't blocked. Each migration is atomic: a retry begins with the one that had to wait.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        with connections[options["database"]].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT])
            for tries_left in reversed(range(TRIES)):
                try:
                    super().handle(*args, **options)
                    break
                except OperationalError as error:
                    if not isinstance(error.__cause__, LockNotAvailable):
                        raise
                    if not tries_left:
                        raise CommandError("A table is still locked. Run migrate later.") from error
                self.stdout.write(
                    f"\nA table is locked, perhaps by a backup: trying again in {PAUSE_S} s."
                )
                time.sleep(PAUSE_S)
            cursor.execute("RESET lock_timeout")
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
