"""pg_dump and pg_restore: which ones there are, and how they reach the database of the settings."""

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
    """Run one of them on the database of the settings; returns what it prints.

    Raises CommandError with its words when it fails.
    """
    command, environment = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    *address, database = command[1:]  # as for psql, whose options for the address are the same
    return execute(
        [_program(name), *address, f"--dbname={database}", "--no-password", *arguments],
        environment,
    )


def execute(command: list, environment: dict[str, str] | None = None) -> str:
    """Run a program to its end; returns what it prints."""
    variables = {**os.environ, **(environment or {})}
    # The command and its options are ours.
    done = subprocess.run(command, env=variables, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise CommandError(f"{Path(command[0]).name} failed: {done.stderr.strip()}")
    return done.stdout


def tables_in(file: Path) -> set[str]:
    """The tables that a dump brings. Raises CommandError where the file is no dump."""
    listed = execute([_program("pg_restore"), "--list", str(file)])
    return set(re.findall(r"^\d+; \d+ \d+ TABLE public (\S+) ", listed, re.MULTILINE))


def _program(name: str) -> str:
    """The path of a program that knows the server's version: an older one refuses to dump it."""
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
        yield path  # it can speak TLS, unlike the embedded one
    with suppress(local_postgres.LocalPostgresError):  # it is not installed
        yield str(local_postgres.programs() / name)
