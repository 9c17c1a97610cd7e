import errno
import fcntl
import os
import socket
import sys
from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from config import local_postgres


class Command(BaseCommand):
    """The command behind `make run`. A container starts gunicorn itself instead."""

    help = "Migrate, collect the static files, and serve with gunicorn on HOST and PORT."

    def handle(self, **options) -> None:
        self.check_port()
        call_command("migrate", interactive=False, verbosity=0)
        self.collect_static()
        os.environ["START_MESSAGE"] = self.start_message()
        sys.stdout.flush()
        # Replace this process by gunicorn, so that signals reach the server directly.
        gunicorn = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.conf.py"]
        os.chdir(settings.BASE_DIR)
        os.execv(sys.executable, gunicorn)  # noqa: S606

    def collect_static(self) -> None:
        """Collect static files under a file lock: two at once would delete each other's files."""
        folder = Path(settings.STATIC_ROOT).parent
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "collecting.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            call_command("collectstatic", interactive=False, verbosity=0)

    def check_port(self) -> None:
        """Raise CommandError if the port can't be used, such as when it's taken."""
        family = socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.HOST, settings.PORT))
            except OSError as error:
                reason = f"Can't serve on {settings.HOST}:{settings.PORT}: {error.strerror}."
                if error.errno == errno.EADDRINUSE:
                    reason += f" Try another port: PORT={settings.PORT + 1} make run"
                raise CommandError(reason) from error

    def start_message(self) -> str:
        """Return a message with the site's URL, where its data is, and how to add staff."""
        place = "the PostgreSQL of DATABASE_URL"
        if not os.environ.get("DATABASE_URL"):
            place = str(local_postgres.data_dir())
        return (
            f"\n  Five Purposes is at {settings.PUBLIC_URL}/\n"
            f"  Its data is in {place}\n"
            f"  A staff account for {settings.PUBLIC_URL}/admin/ (in another terminal):\n"
            f"      .venv/bin/python manage.py createsuperuser\n"
            f"  Ctrl-C stops it.\n"
        )
