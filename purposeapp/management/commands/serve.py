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
    """What `make run` does once everything is installed. A container starts gunicorn itself."""

    help = "Migrate, collect the static files, and serve with gunicorn on HOST and PORT."

    def handle(self, **options) -> None:
        self.check_port()
        call_command("migrate", interactive=False, verbosity=0)
        self.collect_static()
        os.environ["START_MESSAGE"] = self.start_message()
        sys.stdout.flush()
        # This process becomes gunicorn, so that a signal to it reaches the server directly.
        gunicorn = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.conf.py"]
        os.chdir(settings.BASE_DIR)
        os.execv(sys.executable, gunicorn)  # noqa: S606

    def collect_static(self) -> None:
        """Collect the static files, one command at a time: two would delete each other's."""
        folder = Path(settings.STATIC_ROOT).parent
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "collecting.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            call_command("collectstatic", interactive=False, verbosity=0)

    def check_port(self) -> None:
        """Say at once, and in one sentence, that somebody else has the port."""
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
        """Where to go, where the data is, and how to get into the admin."""
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
