import io
import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.core.signing import TimestampSigner
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import RequestFactory
from django.utils import timezone

from purposeapp.management import doctor
from purposeapp.management.doctor import MAIL_LATE, TRIES_UNTIL_LATE, Level, findings
from purposeapp.models import OutgoingMail, Room, Session
from purposeapp.models.outgoing_mail import FIRST_RETRY, MAX_RETRY
from purposeapp.models.room_answer import DELETED_WITHIN, ROOM_TERM
from purposeapp.views.probes import healthz
from tests.support.make import make_reminder, make_superuser, prove_address
from tests.support.rooms import make_room

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_to_fetch(settings):
    """Point PUBLIC_URL to port 1, which refuses connections: no site runs unless a test's own."""
    settings.PUBLIC_URL = "http://127.0.0.1:1"


def found(part: str, *, production: bool = False) -> list[doctor.Finding]:
    return [each for each in findings(production=production) if each.part == part]


def level(part: str, **where) -> list[Level]:
    return [each.level for each in found(part, **where)]


@contextmanager
def site(*, status: int = 200, buffers: bool = False, hops: int = 0):
    """Run a site that answers with this status, as if behind `hops` proxies that buffer or not."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if buffers:
                body = io.BytesIO(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            else:
                body = self.rfile
            request = RequestFactory().get(self.path, headers=dict(self.headers))
            request.environ["wsgi.input"] = body
            request = WSGIRequest({**request.environ, "CONTENT_LENGTH": "1"})
            if hops:
                request.META["HTTP_X_FORWARDED_FOR"] = ", ".join(["192.0.2.1"] * hops)
            response = healthz(request)
            self.send_response(status)
            self.send_header("Content-Length", str(len(response.content)))
            self.end_headers()
            self.wfile.write(response.content)

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_fresh_installation_on_a_laptop_has_nothing_wrong(settings, tmp_path):
    settings.PRODUCTION = False
    words = StringIO()
    call_command("doctor", stdout=words, no_color=True)
    lines = words.getvalue().splitlines()
    assert lines[-1] == "Nothing is wrong; read the notes above."
    assert not any(line.startswith("WRONG") for line in lines)
    assert [line for line in lines if line.startswith("note   Mail")]


def test_without_a_note_nothing_is_left_to_read(monkeypatch):
    good = [doctor.Finding("Disk", Level.GOOD, "There is room.")]
    monkeypatch.setattr("purposeapp.management.commands.doctor.findings", lambda **_: good)
    words = StringIO()
    call_command("doctor", stdout=words, no_color=True)
    assert words.getvalue().splitlines()[-1] == "Nothing is wrong."


def test_what_is_wrong_is_counted_and_ends_with_1(settings):
    settings.PRODUCTION = False
    Session.objects.create(session_key="a" * 32, expire_date=timezone.now() - timedelta(days=4))
    words = StringIO()
    with pytest.raises(CommandError, match=r"^1 wrong\.$"):
        call_command("doctor", stdout=words, no_color=True)
    said = words.getvalue()
    assert "WRONG  Daily           Sessions that ended more than three days ago: 1." in said
    assert "Does manage.py tidy run? See docs/operate.md." in said


def test_a_database_that_is_away_is_said_and_the_rest_is_checked(monkeypatch):
    def refuse(*args):
        raise OperationalError("connection refused\n\tIs the server running?")

    monkeypatch.setattr(connection, "cursor", refuse)
    (database,) = found("Database")
    assert database.level == Level.WRONG
    assert database.words == "connection refused Is the server running?"
    assert level("Migrations") == level("Daily") == []
    assert level("Disk") == [Level.GOOD]


def test_migrations_that_wait(db):
    ((app, last),) = MigrationLoader(connection).graph.leaf_nodes("purposeapp")
    MigrationRecorder(connection).record_unapplied(app, last)
    (migrations,) = found("Migrations")
    assert migrations.level == Level.WRONG
    assert "manage.py migrate" in migrations.mend
    assert level("Daily") == []


def test_a_clock_that_is_off(monkeypatch):
    assert level("Clock") == [Level.GOOD]
    monkeypatch.setattr(doctor, "MAX_CLOCK_SKEW", timedelta(seconds=-1))
    assert level("Clock") == [Level.WRONG]


def test_whether_anybody_can_sign_in_to_the_admin():
    assert level("Staff") == [Level.NOTE]
    make_superuser()
    assert level("Staff") == [Level.GOOD]


def test_reminders_that_nobody_sends(user):
    make_reminder(user, due_on=timezone.now().date() - timedelta(days=2))
    assert level("Daily") == [Level.GOOD, Level.GOOD, Level.GOOD]
    user.reminder.delete()
    make_reminder(user, due_on=timezone.now().date() - timedelta(days=4))
    assert level("Daily") == [Level.GOOD, Level.GOOD, Level.GOOD]  # nobody may write to this person
    prove_address(user)
    assert level("Daily") == [Level.GOOD, Level.GOOD, Level.NOTE]


def test_answers_in_rooms_that_nobody_deletes(user):
    room = make_room(user, answers=1)
    Room.objects.filter(pk=room.pk).update(opened_at=timezone.now() - ROOM_TERM)
    assert level("Daily") == [Level.GOOD, Level.GOOD, Level.GOOD]
    Room.objects.filter(pk=room.pk).update(opened_at=timezone.now() - DELETED_WITHIN)
    assert level("Daily") == [Level.GOOD, Level.WRONG, Level.GOOD]


@pytest.mark.parametrize(
    ("due_minutes_ago", "tries", "wrong"), [(59, 5, False), (61, 0, True), (-360, 6, True)]
)
def test_mails_that_wait_for_an_hour(due_minutes_ago, tries, wrong):
    mail = OutgoingMail.objects.put(EmailMessage("Subject", "Body", to=["a@example.org"]))
    mail.next_try_at = timezone.now() - timedelta(minutes=due_minutes_ago)
    mail.tries = tries
    mail.save()
    (outbox,) = found("Outbox")
    assert outbox.level == (Level.WRONG if wrong else Level.GOOD)
    said = f"1 mails have waited for more than an hour; the most tries are {tries}."
    assert (outbox.words == said) == wrong


def test_the_tries_of_an_hour_are_counted_as_the_outbox_makes_them():
    waits = [min(FIRST_RETRY * 2**tries, MAX_RETRY) for tries in range(TRIES_UNTIL_LATE - 1)]
    assert sum(waits[:-1], timedelta()) < MAIL_LATE < sum(waits, timedelta())


def test_mails_that_go_to_the_log_are_wrong_in_production(settings):
    settings.EMAIL_URL = None
    assert level("Mail") == [Level.NOTE]
    assert level("Mail", production=True) == [Level.WRONG]


def test_a_mail_server_that_refuses(settings):
    settings.EMAIL_URL = "smtp://127.0.0.1:1"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    (mail,) = found("Mail")
    assert mail.level == Level.WRONG
    assert mail.words.startswith("ConnectionRefusedError")


def test_a_public_address_where_nothing_answers():
    (note,) = found("Public address")
    assert note.level == Level.NOTE
    assert "PORT" in note.mend
    unencrypted, unreachable = found("Public address", production=True)
    assert (unencrypted.level, unreachable.level) == (Level.WRONG, Level.WRONG)
    assert "https://" in unencrypted.mend


def test_a_public_address_where_something_else_answers(settings):
    with site(status=400) as settings.PUBLIC_URL:
        (address,) = found("Public address")
    assert address.level == Level.WRONG
    assert address.words.endswith("/healthz answers 400.")


@pytest.mark.parametrize(
    ("buffers", "hops", "trusted", "here", "in_production"),
    [
        (True, 1, 1, Level.GOOD, Level.GOOD),
        (True, 2, 2, Level.GOOD, Level.GOOD),
        (True, 1, 0, Level.WRONG, Level.WRONG),
        (True, 1, 2, Level.WRONG, Level.WRONG),
        (True, 0, 1, Level.WRONG, Level.WRONG),
        (False, 0, 0, Level.NOTE, Level.WRONG),
        (False, 1, 1, Level.NOTE, Level.WRONG),
    ],
)
def test_how_a_request_comes_is_what_the_settings_say(
    settings, monkeypatch, buffers, hops, trusted, here, in_production
):
    monkeypatch.setattr(doctor, "BODY_LATE_S", 0.2)
    settings.TRUSTED_PROXIES = trusted
    with site(buffers=buffers, hops=hops) as settings.PUBLIC_URL:
        assert level("Proxy") == [here]
        assert level("Proxy", production=True) == [in_production]


def test_a_site_with_another_secret_key_is_not_understood(settings, monkeypatch):
    monkeypatch.setattr(doctor, "BODY_LATE_S", 0)
    monkeypatch.setattr(doctor, "doctor_signer", lambda: TimestampSigner(key="x" * 50))
    with site() as settings.PUBLIC_URL:
        (proxy,) = found("Proxy")
    assert proxy.level == Level.WRONG
    assert "another SECRET_KEY" in proxy.words


def test_an_https_address_without_production(settings):
    settings.PUBLIC_URL = "https://127.0.0.1:1"
    (wrong,) = found("Settings")
    assert (wrong.level, wrong.mend) == (Level.WRONG, "Set APP_ENV=production.")


def test_a_full_disk(monkeypatch):
    monkeypatch.setattr(doctor, "MIN_FREE_BYTES", 10**18)
    assert level("Disk") == [Level.WRONG]


def test_static_files_that_were_not_collected(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    settings.STATIC_ROOT = tmp_path
    assert level("Static files") == [Level.WRONG]
    call_command("collectstatic", interactive=False, verbosity=0)
    settings.STATIC_ROOT = str(tmp_path)  # makes the storage read the collected files
    assert level("Static files") == [Level.GOOD]
    next(tmp_path.glob("css/site.*.css")).unlink()
    (static,) = found("Static files")
    assert (static.level, static.words) == (Level.WRONG, "1 are missing.")
