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
    from django.core.management import execute_from_command_line

    reads_only = READ_ONLY.issuperset(sys.argv[1:2])
    if not reads_only and os.environ.get("APP_ENV") != "production":
        environment.make_secret_key()
        if not os.environ.get("DATABASE_URL"):
            local_postgres.ensure_running()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
