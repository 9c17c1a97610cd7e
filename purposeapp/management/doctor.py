"""Self-test of an installation: finds what is wrong with it, and says how to fix it.

Each check tests the real thing: it connects, opens, fetches or counts. No check changes anything.
"""

import http.client
import os
import shutil
import ssl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from enum import Enum
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage, staticfiles_storage
from django.core.cache import caches
from django.core.checks import run_checks
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Max, Q
from django.utils import timezone

from purposeapp.models import OutgoingMail, Reminder, Room, Session, User
from purposeapp.models.room_answer import DELETED_WITHIN
from purposeapp.views.probes import DOCTOR_HEADER, doctor_signer
from purposeapp.web.outbox import mail_server

FETCH_TIMEOUT_S = 5
BODY_LATE_S = 1.0
"""The seconds by which the body of a request is delayed to test whether a proxy buffers it."""

MAX_CLOCK_SKEW = timedelta(seconds=5)
MIN_FREE_BYTES = 500 * 1024 * 1024
LATE = timedelta(days=3)
"""Work overdue by this much shows that a periodic command hasn't run, say over a weekend."""

MAIL_LATE = timedelta(hours=1)
TRIES_UNTIL_LATE = 6
"""The sixth try is made 62 minutes after the first one: the time between two tries doubles."""


class Level(Enum):
    """The severity of a finding."""

    GOOD = "ok"
    NOTE = "note"
    WRONG = "WRONG"


class Finding(NamedTuple):
    """The result of a check of a part, with a fix if it's wrong."""

    part: str
    level: Level
    words: str
    mend: str = ""


def findings(*, production: bool) -> Iterator[Finding]:
    """Check the parts one after another; those that others depend on come first."""
    yield from _settings(production)
    try:
        yield _database()
    except Error as error:
        words = " ".join(str(error).split())[:200]
        yield Finding("Database", Level.WRONG, words, "See DATABASE_URL and the server's log.")
    else:
        yield from _in_the_database()
    yield _mail(production)
    yield from _public_address(production)
    yield _disk()
    yield _static_files()


def _settings(production: bool) -> Iterator[Finding]:
    problems = run_checks(include_deployment_checks=production)
    serious = [problem for problem in problems if not problem.is_silenced()]
    for problem in serious:
        yield Finding("Settings", Level.WRONG, problem.msg, str(problem.hint or problem.id or ""))
    if not production and urlsplit(settings.PUBLIC_URL).scheme == "https":
        words = "APP_ENV is local, and PUBLIC_URL is https://: is this for the internet?"
        yield Finding("Settings", Level.WRONG, words, "Set APP_ENV=production.")
    elif not serious:
        mode = "production" if production else "local: not for the internet"
        yield Finding("Settings", Level.GOOD, f"APP_ENV is {mode}.")


def _database() -> Finding:
    begin = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('fsync')")
        version, fsync = cursor.fetchone()
    took_ms = (time.perf_counter() - begin) * 1000
    if fsync != "on":
        return Finding(
            "Database",
            Level.WRONG,
            "fsync is off: a crash may lose everything.",
            "Set fsync = on in postgresql.conf.",
        )
    return Finding("Database", Level.GOOD, f"PostgreSQL {version} answers in {took_ms:.0f} ms.")


def _in_the_database() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        yield Finding(
            "Migrations",
            Level.WRONG,
            f"{len(waiting)} are waiting.",
            "Run manage.py migrate --no-input.",
        )
        return
    yield Finding("Migrations", Level.GOOD, "The tables are as new as the code.")
    yield _clock()
    yield _staff()
    yield from _daily_commands()
    yield _outbox()


def _clock() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        skew = abs(cursor.fetchone()[0] - datetime.now(UTC))
    if skew > MAX_CLOCK_SKEW:
        return Finding(
            "Clock",
            Level.WRONG,
            f"{skew.total_seconds():.0f} s apart from the database's.",
            "Keep both machines' clocks with NTP.",
        )
    return Finding("Clock", Level.GOOD, "The same as the database's.")


def _staff() -> Finding:
    if User.objects.superusers().exists():
        return Finding("Staff", Level.GOOD, "Someone can sign in to the admin.")
    return Finding(
        "Staff",
        Level.NOTE,
        "Nobody can sign in to the admin yet.",
        "Run manage.py createsuperuser.",
    )


def _daily_commands() -> Iterator[Finding]:
    """Check that the periodic commands run: what should be gone for days shows that one doesn't."""
    now = timezone.now()
    over = Session.objects.expired(now - LATE).count()
    yield _daily("tidy", over, "Sessions that ended more than three days ago")
    due = Reminder.objects.due((now - LATE).date()).reachable().count()
    rooms = Room.objects.overdue(term=DELETED_WITHIN).count()
    yield _daily("end_rooms", rooms, "Rooms that still hold answers after a day")
    yield _daily("send_reminders", due, "Reminders that have been due for more than three days")


def _daily(command: str, left: int, words: str) -> Finding:
    if not left:
        return Finding("Daily", Level.GOOD, f"{command} has left nothing behind.")
    # A reminder stays due while a mail server refuses that person's mail: not always an error here.
    return Finding(
        "Daily",
        Level.NOTE if command == "send_reminders" else Level.WRONG,
        f"{words}: {left}.",
        f"Does manage.py {command} run? See docs/operate.md.",
    )


def _outbox() -> Finding:
    """Check that no mail has waited for more than an hour, due or tried again and again."""
    is_late = Q(next_try_at__lt=timezone.now() - MAIL_LATE) | Q(tries__gte=TRIES_UNTIL_LATE)
    late = OutgoingMail.objects.filter(is_late).aggregate(mails=Count("pk"), tries=Max("tries"))
    if late["mails"]:
        return Finding(
            "Outbox",
            Level.WRONG,
            f"{late['mails']} mails have waited for more than an hour; the most tries are "
            f"{late['tries']}.",
            "The log says why, as mail_failed. If it doesn't, does manage.py send_mail run?",
        )
    return Finding("Outbox", Level.GOOD, "No mail has waited for more than an hour.")


def _mail(production: bool) -> Finding:
    if not settings.EMAIL_URL or settings.EMAIL_BACKEND.endswith(".console.EmailBackend"):
        level = Level.WRONG if production else Level.NOTE
        return Finding(
            "Mail",
            level,
            "Mails go to the log, and reach nobody.",
            "Set EMAIL_URL to a mail server; see docs/deploy.md.",
        )
    mails = mail_server(timeout=FETCH_TIMEOUT_S)
    try:
        mails.open()
        mails.close()
    except Exception as error:  # each backend has its own exceptions
        return Finding(
            "Mail",
            Level.WRONG,
            f"{type(error).__name__}: {error}"[:200],
            "See EMAIL_URL; manage.py sendtestemail tries a whole mail.",
        )
    return Finding("Mail", Level.GOOD, f"{settings.EMAIL_HOST} lets us in.")


def _public_address(production: bool) -> Iterator[Finding]:
    public = urlsplit(settings.PUBLIC_URL)
    if production and public.scheme != "https":
        yield Finding(
            "Public address",
            Level.WRONG,
            f"{settings.PUBLIC_URL} is not encrypted.",
            "Set PUBLIC_URL to https://, and put a proxy with a certificate before the site.",
        )
    try:
        status = _status("/healthz")
    except (OSError, http.client.HTTPException) as error:
        level = Level.WRONG if production else Level.NOTE
        yield Finding(
            "Public address",
            level,
            f"{settings.PUBLIC_URL} can't be reached: {error}",
            "Does the site run? Do its name and its certificate lead here?"
            if production
            else "Does the site run? If it has another HOST or PORT, set the same for doctor.",
        )
        return
    if status != HTTPStatus.OK:
        yield Finding(
            "Public address",
            Level.WRONG,
            f"{settings.PUBLIC_URL}/healthz answers {status}.",
            "Does ALLOWED_HOSTS name the host, and does the proxy pass Host on?",
        )
        return
    yield Finding("Public address", Level.GOOD, f"{settings.PUBLIC_URL} answers.")
    yield _proxy(production)


def _proxy(production: bool) -> Finding:
    """Check how requests arrive at the site, with a request whose body is delayed."""
    with _connection(timeout=FETCH_TIMEOUT_S) as site:
        try:
            site.putrequest("GET", "/healthz")
            site.putheader(DOCTOR_HEADER, doctor_signer().sign("?"))
            site.putheader("Content-Length", "1")
            site.endheaders()
            time.sleep(BODY_LATE_S)
            site.send(b"?")
            words = site.getresponse().read().decode(errors="replace").split()
        except (OSError, http.client.HTTPException) as error:
            return Finding("Proxy", Level.WRONG, str(error), "Try again.")
    if len(words) != 3:
        return Finding(
            "Proxy",
            Level.WRONG,
            "The site doesn't know us: it has another SECRET_KEY, or is another version.",
            "Run doctor with the variables and the code of the site.",
        )
    hops, late_s = int(words[1]), float(words[2])
    if hops != settings.TRUSTED_PROXIES:
        return Finding(
            "Proxy",
            Level.WRONG,
            f"X-Forwarded-For names {hops}, and TRUSTED_PROXIES is {settings.TRUSTED_PROXIES}.",
            "Set TRUSTED_PROXIES to the number of proxies, and have each add to that header.",
        )
    if late_s < BODY_LATE_S / 2:
        return Finding("Proxy", Level.GOOD, "It reads a whole request before it passes it on.")
    return Finding(
        "Proxy",
        Level.WRONG if production else Level.NOTE,
        "No proxy reads whole requests first: slow visitors hold up the others.",
        "Put one before the site that buffers requests; see docs/deploy.md.",
    )


def _status(path: str) -> int:
    """Return the status code of the response from the public address."""
    with _connection(timeout=FETCH_TIMEOUT_S) as site:
        site.request("GET", path)
        return site.getresponse().status


@contextmanager
def _connection(*, timeout: float) -> Iterator[http.client.HTTPConnection]:
    """Open a connection to the public address, ignoring proxies in the environment."""
    public = urlsplit(settings.PUBLIC_URL)
    host = public.hostname or ""
    site: http.client.HTTPConnection
    if public.scheme == "https":
        context = ssl.create_default_context()
        site = http.client.HTTPSConnection(host, public.port, timeout=timeout, context=context)
    else:
        site = http.client.HTTPConnection(host, public.port, timeout=timeout)
    with closing(site):
        yield site


def _disk() -> Finding:
    cards = Path(caches["cards"]._dir)  # type: ignore[attr-defined]
    there = next(folder for folder in (cards, *cards.parents) if folder.exists())
    if not os.access(there, os.W_OK):
        return Finding(
            "Disk",
            Level.WRONG,
            f"{there} can't be written to.",
            "Give it to the user that the site runs as.",
        )
    free = shutil.disk_usage(there).free
    if free < MIN_FREE_BYTES:
        return Finding(
            "Disk", Level.WRONG, f"{free // 1024**2} MB are left at {there}.", "Make room."
        )
    return Finding("Disk", Level.GOOD, f"{free / 1024**3:.0f} GB are left at {there}.")


def _static_files() -> Finding:
    mend = "Run manage.py collectstatic --no-input."
    if not isinstance(staticfiles_storage, ManifestStaticFilesStorage):
        return Finding("Static files", Level.GOOD, "Served as they are, since DEBUG is true.")
    names = staticfiles_storage.hashed_files.values()
    lost = [name for name in names if not staticfiles_storage.exists(name)]
    if not names or lost:
        words = f"{len(lost)} are missing." if names else "They were not collected."
        return Finding("Static files", Level.WRONG, words, mend)
    return Finding("Static files", Level.GOOD, f"All {len(names)} are there.")
