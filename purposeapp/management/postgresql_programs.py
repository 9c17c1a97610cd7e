"""Running pg_dump and pg_restore: finds the programs, and connects them to our database."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.core.management import CommandError
from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient

from config import local_postgres


def run(name: str, *arguments: str) -> str:
    """Run a program on the database in the settings and return its output.

    Raises CommandError with its error message if it fails.
    """
    command, environment = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    *address, database = command[1:]  # psql has the same options for the address
    return execute(
        [_program(name), *address, f"--dbname={database}", "--no-password", *arguments],
        environment,
    )


def execute(command: list, environment: dict[str, str] | None = None) -> str:
    """Run a program and return its output. Raises CommandError if it fails."""
    variables = {**os.environ, **(environment or {})}
    # Safe for S603: the command and its options don't come from users.
    done = subprocess.run(command, env=variables, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise CommandError(f"{Path(command[0]).name} failed: {done.stderr.strip()}")
    return done.stdout


def tables_in(file: Path) -> set[str]:
    """Return the names of the tables in a dump. Raises CommandError if the file isn't a dump."""
    listed = execute([_program("pg_restore"), "--list", str(file)])
    return set(re.findall(r"^\d+; \d+ \d+ TABLE public (\S+) ", listed, re.MULTILINE))


def _program(name: str) -> str:
    """Return the path of a program at least as new as the server: older ones refuse to dump it."""
    connection.ensure_connection()
    server = connection.pg_version // 10_000  # type: ignore[attr-defined]
    for path in _candidates(name):
        found = re.search(r"(\d+)", execute([path, "--version"]))
        if found and int(found[1]) >= server:
            return path
    raise CommandError(
        f"There is no {name} for PostgreSQL {server}: install its client programs "
        f"(on Debian, postgresql-client-{server}), or requirements/local.txt."
    )


def _candidates(name: str) -> Iterator[str]:
    if os.environ.get("DATABASE_URL") and (path := shutil.which(name)):
        yield path  # supports TLS, unlike the embedded one
    with suppress(local_postgres.LocalPostgresError):  # not installed
        yield str(local_postgres.programs() / name)
