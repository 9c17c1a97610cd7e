#!/usr/bin/env python
"""Django's command line. Without DATABASE_URL, it starts and shares the embedded PostgreSQL."""

import os
import sys

from config import local_postgres


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    if not os.environ.get("DATABASE_URL") and os.environ.get("APP_ENV") != "production":
        local_postgres.ensure_running()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
