#!/usr/bin/env python
"""Django's command line, which first sets up what a command needs on this machine.

That is a secret key and, without DATABASE_URL, the embedded PostgreSQL that all commands share.
"""

import os
import sys

from config import environment, local_postgres

READ_ONLY = {"check", "diffsettings", "help", "version", "--help", "--version"}
"""Commands that only read settings and code: nothing is created or started for them."""


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    reads_only = READ_ONLY.issuperset(sys.argv[1:2])
    try:
        if not reads_only and os.environ.get("APP_ENV") != "production":
            environment.make_secret_key()
            if not os.environ.get("DATABASE_URL"):
                local_postgres.ensure_running()
        settings.DEBUG  # noqa: B018 (it reads them all)
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, local_postgres.LocalPostgresError) as error:
        sys.exit(str(error))
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None):
            raise  # PostgreSQL answered: this is about a statement
        sys.exit(f"The database can't be reached: {' '.join(str(error).split())}")


if __name__ == "__main__":
    main()
