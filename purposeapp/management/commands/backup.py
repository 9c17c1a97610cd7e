import os
from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from purposeapp.management.postgresql_programs import run
from purposeapp.models import RoomAnswer

LEFT_OUT = f"--exclude-table-data={RoomAnswer._meta.db_table}"


class Command(BaseCommand):
    """The command behind `make backup`: runs pg_dump in its custom format, while the site is up."""

    help = (
        "Write the database to a file, by default a new one in var/backups/. Answers in rooms are "
        "left out: people are promised that they are gone after a day, and a backup lasts longer."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--snapshot", help="as pg_dump has it: what another transaction sees")

    def handle(self, file: Path | None, snapshot: str | None, **options) -> None:
        try:
            file = file or self.new_file()
            if file.exists():
                raise CommandError(f"{file} is there already.")
            # An incomplete file has another name, and only its owner can read it.
            part = file.with_name(f"{file.name}.part")
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        except OSError as error:
            raise CommandError(
                f"{error.filename}: {error.strerror}. Name a file that you may write: "
                "manage.py backup FILE."
            ) from error
        try:
            of_snapshot = [f"--snapshot={snapshot}"] if snapshot else []
            run("pg_dump", "--format=custom", LEFT_OUT, f"--file={part}", *of_snapshot)
            with part.open("rb") as written:
                os.fsync(written.fileno())
            part.rename(file)
        finally:
            part.unlink(missing_ok=True)
        self.stdout.write(f"{file} ({file.stat().st_size:,} bytes)")

    @staticmethod
    def new_file() -> Path:
        folder = settings.BASE_DIR / "var" / "backups"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder / f"five-purposes-{timezone.now():%Y-%m-%d-%H%M%S}.dump"
