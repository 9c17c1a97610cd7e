import os
from pathlib import Path

from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connection
from psycopg import sql

from purposeapp.management.postgresql_programs import run, tables_in


class Command(BaseCommand):
    """The command behind `make restore`: pg_restore in one transaction, so all or nothing."""

    help = "Put a dump that `backup` wrote into the database, which has to be empty."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="delete what is in the database, for good"
        )

    def handle(self, file: Path, replace: bool, **options) -> None:
        if not (os.path.isfile(file) and os.access(file, os.R_OK)):
            raise CommandError(f"There is no file {file} that you may read.")
        self.connect()
        brought = tables_in(file)
        there = set(connection.introspection.table_names())
        if there and not replace:
            raise CommandError(
                "The database is not empty. To delete all that is in it and put the dump in its "
                "place, say so: --replace, or make restore FILE=... REPLACE=yes."
            )
        if unknown := sorted(there - brought):
            raise CommandError(
                f"The database has tables that the dump does not know: {', '.join(unknown)}. A "
                "newer version made them. Restore into an empty database instead."
            )
        connection.close()
        run(
            "pg_restore",
            *(["--clean", "--if-exists"] if replace else []),
            "--no-owner",
            "--exit-on-error",
            "--single-transaction",
            str(file),
        )
        self.stdout.write(f"{file} is restored. If an older version wrote it, migrate now.")

    @staticmethod
    def connect() -> None:
        """Connect, or say how to create the database, which may be missing after a total loss."""
        try:
            connection.ensure_connection()
        except OperationalError as error:
            of = connection.settings_dict
            create = sql.SQL(
                "CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0;"
            ).format(sql.Identifier(of["NAME"]), sql.Identifier(of["USER"]))
            raise CommandError(
                f"{str(error).strip()}\nWhere the database is not there yet, have PostgreSQL's "
                f"superuser make it:\n{create.as_string()}"
            ) from error
