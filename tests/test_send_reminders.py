"""Nobody gets two, and nobody is forgotten, whatever breaks on the way."""

import io
import os
import re
import signal
import subprocess
import sys
import threading
from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from dateutil.relativedelta import relativedelta
from django.core import mail
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from purposeapp.models import Reminder, User
from purposeapp.models.reminder import today
from purposeapp.reminders.postman import SmtpPostman, postman
from tests.support.mail_server import HANG_UP, MailServer
from tests.support.make import make_assessment, make_reminder, make_user, prove_address
from tests.support.reminders import chosen
from tests.support.server import CHECKOUT, SETTINGS, Database

STEPS = ["CONNECT", "HELLO", "MAIL", "RCPT", "DATA", "END", "TAKEN"]
"""Where a sender can die, as the mail server sees it; it takes what it has read to the END."""


class Terminal(io.StringIO):
    """A place to write to that somebody watches."""

    def isatty(self) -> bool:
        return True


def make_due(name: str = "ada", rhythm: str = "every_6_months", days: int = 0, **extra) -> Reminder:
    """The reminder of a new person, that has been due for so many days."""
    user = make_user(f"{name}@example.org")
    prove_address(user)
    return make_reminder(user, rhythm, due_on=today() - timedelta(days=days), **extra)


def send(output: io.StringIO | None = None) -> str:
    """Run the command, and return what it says; a failure is said after it."""
    output = output or io.StringIO()
    try:
        call_command("send_reminders", stdout=output)
    except CommandError as error:
        output.write(f"{error}\n")
    return output.getvalue()


def recipients() -> list[str]:
    return sorted(address for message in mail.outbox for address in message.to)


def due() -> list[str]:
    """Who is still due."""
    return list(
        Reminder.objects.due(today()).order_by("user__email").values_list("user__email", flat=True)
    )


# --- What is sent ---


def test_the_mail_is_short_says_why_it_comes_and_how_to_stop_it(db, settings):
    settings.PUBLIC_URL = "https://purposes.example"
    settings.DEFAULT_FROM_EMAIL = "Five Purposes <hello@purposes.example>"
    reminder = make_due()
    make_assessment(
        reminder.user, "6-2-2-0-0", taken_at=timezone.now() - timedelta(days=400), note="secret"
    )
    day = today() - timedelta(days=400)
    assert send() == "1 sent, 0 failed, 0 put off\n"
    (message,) = mail.outbox
    assert message.to == ["ada@example.org"]
    assert message.from_email == "Five Purposes <hello@purposes.example>"
    assert message.subject == "Where do your ten points go now?"
    assert message.body == (
        f"Hello,\n\nyou asked us to write to you every 6 months. You last spent your ten points on "
        f"{day.day} {day:%B %Y}. What are you on LinkedIn for by now? Two minutes, and you know:\n"
        "\nhttps://purposes.example/\n\nWhat you kept so far, and how it moved:\n"
        "https://purposes.example/history/\n\nAnother rhythm, or another day:\n"
        "https://purposes.example/reminders/\n\n"
        "No more of these mails, with one press and without signing in:\n"
        f"https://purposes.example/reminders/stop/{reminder.stop_key}/\n\n"
        "Five Purposes\nhttps://purposes.example/\n"
    )


def test_its_headers_let_a_mail_program_stop_it_with_one_press(client, db, settings):
    settings.PUBLIC_URL = "https://purposes.example"
    reminder = make_due()
    send()
    headers = mail.outbox[0].message()
    link = f"https://purposes.example/reminders/stop/{reminder.stop_key}/"
    assert headers["List-Unsubscribe"] == f"<{link}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert len(headers.get_all("Message-ID")) == 1
    client.post(link.removeprefix("https://purposes.example"), {"List-Unsubscribe": "One-Click"})
    assert chosen(reminder.user) == ("off", None)


def test_a_repeat_has_the_same_id_and_any_other_mail_another(db):
    first, _second = make_due("ada"), make_due("bob")
    send()
    Reminder.objects.update(due_on=first.due_on)
    send()
    Reminder.objects.update(due_on=first.due_on - timedelta(days=1))
    send()
    ids = [message.message()["Message-ID"] for message in mail.outbox]
    assert ids[0:2] == ids[2:4]
    assert len({*ids}) == 4
    for one in ids:
        assert re.fullmatch(r"<[0-9a-f-]{36}@127\.0\.0\.1>", one)
        assert str(first.stop_key) not in one


@pytest.mark.parametrize(
    ("rhythm", "subject", "words"),
    [
        ("every_3_months", "Where do your ten points go now?", "write to you every 3 months."),
        ("on_date", "Where do your ten points go now?", "This was the one mail that you asked for"),
        ("on_change", "Has the dust settled?", "you told us that something changed in your life"),
    ],
)
def test_each_rhythm_has_its_words(db, rhythm, subject, words):
    make_due(rhythm=rhythm)
    send()
    (message,) = mail.outbox
    assert message.subject == subject
    assert words in message.body
    assert "You have not spent your ten points yet." in message.body


# --- Who gets it, and what comes next ---


@pytest.mark.parametrize("days", [0, 1, 400])
@pytest.mark.parametrize(
    ("rhythm", "after", "months"),
    [
        ("every_3_months", "every_3_months", 3),
        ("every_6_months", "every_6_months", 6),
        ("every_12_months", "every_12_months", 12),
        ("on_date", "off", None),
        ("on_change", "on_change", None),
    ],
)
def test_each_gets_one_and_moves_on(db, rhythm, after, months, days):
    reminder = make_due(rhythm=rhythm, days=days)
    started = timezone.now()
    assert send() == "1 sent, 0 failed, 0 put off\n"
    assert send() == "0 sent, 0 failed, 0 put off\n"
    assert recipients() == ["ada@example.org"]
    assert chosen(reminder.user) == (after, months and today() + relativedelta(months=months))
    reminder.refresh_from_db()
    assert started <= reminder.last_sent_at <= timezone.now()


def test_nobody_is_written_to_before_the_day(db):
    make_due("early", days=-1)
    user = make_user("armed@example.org")
    prove_address(user)
    make_reminder(user, "on_change")
    assert send() == "0 sent, 0 failed, 0 put off\n"
    assert mail.outbox == []


def test_whoever_came_back_meanwhile_is_asked_later(db):
    reminder = make_due()
    spent = timezone.now() - timedelta(days=7)
    make_assessment(reminder.user, taken_at=spent)
    make_assessment(reminder.user, taken_at=spent - timedelta(days=900))
    assert send() == "0 sent, 0 failed, 1 put off\n"
    assert mail.outbox == []
    assert chosen(reminder.user) == ("every_6_months", spent.date() + relativedelta(months=6))


def test_a_day_that_was_named_stands_even_if_they_came_back(db):
    for name, rhythm in [("ada", "on_date"), ("bob", "on_change")]:
        make_assessment(make_due(name, rhythm).user)
    send()
    assert recipients() == ["ada@example.org", "bob@example.org"]


def test_an_address_that_is_not_proven_gets_nothing_until_it_is(db):
    reminder = make_due()
    EmailAddress.objects.update(verified=False)
    assert send() == "0 sent, 0 failed, 0 put off\n"
    assert due() == ["ada@example.org"]
    EmailAddress.objects.all().delete()
    assert send() == "0 sent, 0 failed, 0 put off\n"
    prove_address(reminder.user)
    assert send() == "1 sent, 0 failed, 0 put off\n"


def test_only_the_address_of_the_account_gets_it(db):
    reminder = make_due()
    EmailAddress.objects.create(user=reminder.user, email="new@example.org")
    EmailAddress.objects.create(user=reminder.user, email="old@example.org", verified=True)
    send()
    assert recipients() == ["ada@example.org"]


def test_whoever_is_shut_out_or_gone_gets_nothing(db):
    make_due("gone").user.delete()
    make_due("out")
    User.objects.update(is_active=False)
    assert send() == "0 sent, 0 failed, 0 put off\n"
    assert mail.outbox == []
    assert due() == ["out@example.org"]


# --- What it says ---


def test_on_a_terminal_a_line_moves(db):
    for name in ("ada", "bob"):
        make_due(name)
    make_assessment(make_due("eve").user)
    assert send(Terminal()) == (
        "\rSent 1 of 3\rSent 2 of 3\rSent 2 of 3\n2 sent, 0 failed, 1 put off\n"
    )
    assert send(Terminal()) == "0 sent, 0 failed, 0 put off\n"


# --- Mail servers as they are ---


@pytest.fixture
def smtp(settings):
    """Makes mails go to this mail server from now on."""

    def use(server: MailServer) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port

    return use


def test_one_connection_serves_everybody(db, smtp):
    for name in ("ada", "bob", "eve"):
        make_due(name)
    with MailServer() as server:
        smtp(server)
        assert send() == "3 sent, 0 failed, 0 put off\n"
    assert server.recipients == ["ada@example.org", "bob@example.org", "eve@example.org"]
    assert server.connections == 1


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("RCPT", "550 ada@example.org is unknown"),
        ("RCPT", "451 ada@example.org: later"),
        ("MAIL", "421 too busy"),
        ("DATA", "554 ada@example.org: no"),
        ("END", "554 ada@example.org: no"),
        ("RCPT", HANG_UP),
        ("DATA", HANG_UP),
        ("END", HANG_UP),
    ],
)
def test_one_that_fails_stops_nobody_else_and_is_tried_again(db, smtp, caplog, step, answer):
    for name in ("ada", "bob"):
        make_due(name, days=1)
    before = make_due("zoe").user
    refuse = [True]

    def at(now, recipient):
        wrong = now == step and (recipient == "ada@example.org" or step == "MAIL") and refuse
        return refuse.pop() and answer if wrong else None

    with MailServer(at) as server:
        smtp(server)
        words = send()
        assert words == (
            "2 sent, 1 failed, 0 put off\nWhat failed stays due, and is tried again next time.\n"
        )
        assert due() == ["ada@example.org"]
        assert Reminder.objects.get(user__email="ada@example.org").last_sent_at is None
        assert [record.name for record in caplog.records] == ["purposeapp.reminders.sending"]
        assert "example.org" not in words + caplog.text
        assert send() == "1 sent, 0 failed, 0 put off\n"
    assert server.recipients == ["ada@example.org", "bob@example.org", "zoe@example.org"]
    assert chosen(before)[1] > today()


def test_a_mail_server_that_is_down_leaves_everybody_due(db, smtp):
    for name in ("ada", "bob"):
        make_due(name)
    with MailServer() as server:
        smtp(server)
    assert send() == (
        "0 sent, 0 failed, 0 put off\n"
        "The mail server can't be used (ConnectionRefusedError). All who are due stay due.\n"
    )
    assert due() == ["ada@example.org", "bob@example.org"]
    with MailServer() as server:
        smtp(server)
        assert send() == "2 sent, 0 failed, 0 put off\n"


def test_a_mail_server_that_goes_down_on_the_way_is_asked_once_more_and_no_oftener(db, smtp):
    for name in ("ada", "bob", "eve", "zoe"):
        make_due(name)

    def at(step, recipient):
        if step == "RCPT" and recipient == "bob@example.org":
            return HANG_UP
        return "421 closing" if step == "CONNECT" and server.connections > 1 else None

    with MailServer(at) as server:
        smtp(server)
        assert send() == (
            "1 sent, 1 failed, 0 put off\n"
            "The mail server can't be used (SMTPConnectError 421). All who are due stay due.\n"
        )
    assert server.connections == 2
    assert due() == ["bob@example.org", "eve@example.org", "zoe@example.org"]


def test_a_server_that_takes_a_few_over_each_connection_fails_nobody(db, smtp):
    for name in ("ada", "bob", "eve", "joe", "zoe"):
        make_due(name)
    counts = [0]

    def at(step, recipient):
        counts[0] = 0 if step == "CONNECT" else counts[0] + (step == "MAIL")
        return "421 enough" if step == "MAIL" and counts[0] > 2 else None

    with MailServer(at) as server:
        smtp(server)
        assert send() == "5 sent, 0 failed, 0 put off\n"
    assert len(server.recipients) == len({*server.recipients}) == 5
    assert server.connections == 3


def test_what_the_person_chose_meanwhile_stands_though_the_mail_failed(
    client, db, smtp, monkeypatch
):
    reminder = make_due()

    revert = Reminder.revert

    def stop_first(self, was):
        client.post(f"/reminders/stop/{reminder.stop_key}/")
        revert(self, was)

    with MailServer(lambda step, _: "554 no" if step == "END" else None) as server:
        smtp(server)
        monkeypatch.setattr(Reminder, "revert", stop_first)
        send()
    assert chosen(reminder.user) == ("off", None)


def test_a_line_that_is_a_dot_ends_no_mail(db, smtp):
    lines = "Hello\n.\n..\n.b"
    with MailServer() as server:
        smtp(server)
        one = postman()
        for text in (lines, lines + "\n"):
            one.offer(EmailMessage("Dots", text, to=["Ada <ada@example.org>"]))
            one.deliver()
        one.go_home()
    assert [taken.get_content() for taken in server.taken] == 2 * [
        lines.replace("\n", "\r\n") + "\r\n"
    ]


def test_what_can_not_be_written_down_is_not_sent(db, monkeypatch):
    make_due()

    def fail(*args, **kwargs):
        raise DatabaseError

    monkeypatch.setattr(Reminder, "save", fail)
    with pytest.raises(DatabaseError):
        send()
    assert mail.outbox == []


# --- At once, and after a crash ---


def start(server: MailServer) -> subprocess.Popen:
    """The command in a process of its own, as on another machine."""
    ours = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return subprocess.Popen(
        [sys.executable, "manage.py", "send_reminders"],
        cwd=CHECKOUT,
        env=ours
        | {
            "DATABASE_URL": Database(connection.settings_dict["NAME"]).url,
            "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_at_once_share_the_work_and_nobody_gets_two():
    for number in range(20):
        make_due(f"p{number:02}")
    both = threading.Barrier(2)

    def at(step, recipient):
        # Each has somebody in hand before either of them goes on.
        if step == "RCPT" and recipient in ("p00@example.org", "p01@example.org"):
            both.wait(60)

    with MailServer(at) as server:
        processes = [start(server), start(server)]
        ends = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0, 0], ends
    assert server.recipients == [f"p{number:02}@example.org" for number in range(20)]
    counts = [
        int(re.fullmatch(r"(\d+) sent, 0 failed, 0 put off\n", words)[1]) for words, _ in ends
    ]
    assert sum(counts) == 20
    assert min(counts) >= 1
    assert due() == []


class Killer:
    """Kills a process once, as hard as it gets: at a step of bob's mail, or of the first one."""

    def __init__(self, step: str) -> None:
        self.step = step
        self.armed = threading.Event()
        self.done = False

    def arm(self, process: subprocess.Popen) -> None:
        self.process = process
        self.armed.set()

    def __call__(self, step: str, recipient: str) -> None:
        early = step in ("CONNECT", "HELLO", "MAIL")
        if self.done or step != self.step or not (early or recipient == "bob@example.org"):
            return
        self.armed.wait()
        self.process.kill()
        self.process.wait()
        self.done = True


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_and_run_again_everybody_gets_one(step, smtp):
    for name in ("ada", "bob", "eve"):
        make_due(name)
    killer = Killer(step)
    with MailServer(killer) as server:
        process = start(server)
        killer.arm(process)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert len(server.recipients) < 3
        with transaction.atomic():
            # PostgreSQL needs a moment to see that the process is gone.
            list(Reminder.objects.select_for_update())
        smtp(server)
        send()
    assert server.recipients == ["ada@example.org", "bob@example.org", "eve@example.org"]
    assert due() == []


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_without_its_database_nothing_is_handed_over():
    make_due("ada")

    def at(step, recipient):
        if step == "DATA":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
                    "datname = current_database() AND state = 'idle in transaction'"
                )
            connection.close()  # this thread's own

    with MailServer(at) as server:
        process = start(server)
        _words, complaints = process.communicate()
    assert process.returncode == 1
    assert "OperationalError" in complaints
    assert server.taken == []
    assert due() == ["ada@example.org"]


def test_the_one_moment_that_is_left_is_after_the_commit_and_before_the_last_dot(db, smtp):
    """Killed exactly there, one mail is lost: it counts as sent, and nobody can know better."""
    make_due("ada")
    make_due("bob")

    class Killed(BaseException):
        """No Python is left to put anything right."""

    def deliver(self):
        raise Killed

    with MailServer() as server, pytest.MonkeyPatch.context() as patch:
        smtp(server)
        patch.setattr(SmtpPostman, "deliver", deliver)
        with pytest.raises(Killed):
            send()
        patch.undo()
        assert send() == "1 sent, 0 failed, 0 put off\n"
    assert server.recipients == ["bob@example.org"]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("step", STEPS[2:])
def test_told_to_stop_it_finishes_the_one_it_is_at(step):
    for name in ("ada", "bob"):
        make_due(name)
    armed = threading.Event()

    def at(now, recipient):
        if now == step:
            armed.wait()
            process.terminate()

    with MailServer(at) as server:
        process = start(server)
        armed.set()
        words, complaints = process.communicate()
    assert words == "1 sent, 0 failed, 0 put off\n"
    assert "Stopped." in complaints
    assert process.returncode == 1
    assert server.recipients == ["ada@example.org"]
    assert due() == ["bob@example.org"]


# --- What it costs ---


def test_with_nobody_due_it_asks_once(db, django_assert_num_queries):
    for name in ("ada", "bob", "eve"):
        make_due(name, days=-1)
    with django_assert_num_queries(4):  # with the savepoint around it
        assert send() == "0 sent, 0 failed, 0 put off\n"


def test_each_one_costs_the_same(db, django_assert_num_queries):
    nobody, each = 4, 7
    for name in ("ada", "bob", "eve"):
        make_due(name)
    with django_assert_num_queries(nobody + 3 * each):
        assert send() == "3 sent, 0 failed, 0 put off\n"


@pytest.mark.parametrize("place", [None, (date(2026, 3, 1), 7)])
def test_those_who_are_not_due_are_never_looked_at(db, place):
    waiting = Reminder.objects.reachable().due(date(2026, 5, 4)).by_due_date()
    waiting = waiting.after_key(*place) if place else waiting
    with transaction.atomic(), connection.cursor() as cursor:
        # In a table of no rows each way costs the same: leave PostgreSQL the one that scales.
        for other_way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{other_way} = off")
        plan = waiting.locked_for_sending()[:1].explain()
    assert "Index Scan using reminder_due on purposeapp_reminder" in plan
    assert "Sort" not in plan
    condition = re.search(r"using reminder_due on .*\n +Index Cond: (.+)", plan)[1]
    assert "due_on <= '2026-05-04'" in condition
    assert ("due_on >= '2026-03-01'" in condition) == bool(place)
