"""`manage.py send_reminders`: at least once whatever fails, and no duplicates by two runs."""

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
from django.db import connection, transaction
from django.utils import timezone

from purposeapp.dates import today
from purposeapp.models import Reminder, User
from purposeapp.models.reminder import BY_DUE_DATE
from purposeapp.reminders.sending import AT_ONCE
from tests.support.mail_server import HANG_UP, MailServer
from tests.support.make import make_assessment, make_reminder, make_user, prove_address
from tests.support.reminders import chosen, make_due, send
from tests.support.server import CHECKOUT, SETTINGS, Database


def recipients() -> list[str]:
    return sorted(address for message in mail.outbox for address in message.to)


def due() -> list[str]:
    """Return the people who are still due."""
    return list(
        Reminder.objects.due(today()).order_by("user__email").values_list("user__email", flat=True)
    )


# --- Recipients and next dates ---


@pytest.mark.parametrize("days", [0, 400])
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
    periods = range(1, 6)
    due = [reminder.due_on + relativedelta(months=months * n) for n in periods] if months else []
    assert chosen(reminder.user) == (after, next((day for day in due if day > today()), None))
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
    user = make_due().user
    EmailAddress.objects.update(verified=False)
    EmailAddress.objects.create(user=user, email="old@example.org", verified=True)
    assert send() == "0 sent, 0 failed, 0 put off\n"
    assert due() == ["ada@example.org"]
    EmailAddress.objects.filter(primary=True).update(verified=True)
    assert send() == "1 sent, 0 failed, 0 put off\n"
    assert recipients() == ["ada@example.org"]


def test_whoever_is_shut_out_or_gone_gets_nothing(db):
    make_due("gone").user.delete()
    make_due("out")
    User.objects.update(is_active=False)
    assert send() == "0 sent, 0 failed, 0 put off\n"
    assert mail.outbox == []
    assert due() == ["out@example.org"]


class Terminal(io.StringIO):
    """An output stream that claims to be a terminal."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_a_line_moves(db):
    for name in ("ada", "bob"):
        make_due(name)
    make_assessment(make_due("eve").user)
    assert send(Terminal()) == (
        "\rSent 1 of up to 3\rSent 2 of up to 3\rSent 2 of up to 3\n2 sent, 0 failed, 1 put off\n"
    )
    assert send(Terminal()) == "0 sent, 0 failed, 0 put off\n"


# --- Mail servers as they are ---


@pytest.fixture
def smtp(settings):
    """A function that sends mails to this mail server from now on."""

    def use(server: MailServer) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port

    return use


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("RCPT", "550 ada@example.org is unknown"),
        ("DATA", "554 ada@example.org: no"),
        ("END", "451 ada@example.org: later"),
        ("END", HANG_UP),
    ],
)
def test_one_that_fails_stops_nobody_else_and_is_tried_again(db, smtp, caplog, step, answer):
    for name in ("ada", "bob", "zoe"):
        make_due(name)
    failing = True

    def at(now, recipient):
        return answer if failing and (now, recipient) == (step, "ada@example.org") else None

    with MailServer(at) as server:
        smtp(server)
        words = send()
        assert words == (
            "2 sent, 1 failed, 0 put off\nWhat failed stays due, and is tried again next time.\n"
        )
        assert due() == ["ada@example.org"]
        assert Reminder.objects.get(user__email="ada@example.org").last_sent_at is None
        (record,) = caplog.records
        assert record.name == "purposeapp.reminders.sending"
        assert "example.org" not in words + caplog.text
        failing = False
        assert send() == "1 sent, 0 failed, 0 put off\n"
    assert server.recipients == ["ada@example.org", "bob@example.org", "zoe@example.org"]
    # The log names the email by its Message-ID, and doesn't say whose it is.
    last = server.taken[-1]
    assert last["To"] == "ada@example.org"
    said = record.getMessage()
    assert said.partition(", ")[0] == f"reminder_failed: {last['Message-ID']}"


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


def test_a_mail_server_that_goes_down_on_the_way_leaves_the_others_due(db, smtp):
    for name in ("ada", "bob", "eve"):
        make_due(name)

    def at(step, recipient):
        if step == "RCPT" and recipient == "bob@example.org":
            return HANG_UP
        return "421 closing" if step == "CONNECT" and server.connections > 1 else None

    with MailServer(at) as server:
        smtp(server)
        assert send() == (
            "1 sent, 0 failed, 0 put off\n"
            "The mail server can't be used (SMTPConnectError 421). All who are due stay due.\n"
        )
    assert due() == ["bob@example.org", "eve@example.org"]


def test_one_connection_serves_as_many_as_the_server_takes_over_it(db, smtp):
    names = ["ada", "bob", "eve", "joe", "zoe"]
    for name in names:
        make_due(name)
    counts = [0]

    def at(step, recipient):
        counts[0] = 0 if step == "CONNECT" else counts[0] + (step == "MAIL")
        return "421 enough" if step == "MAIL" and counts[0] > 2 else None

    with MailServer(at) as server:
        smtp(server)
        assert send() == "5 sent, 0 failed, 0 put off\n"
    assert server.recipients == [f"{name}@example.org" for name in names]
    assert server.connections == 3


# --- Concurrency and crashes ---


def start(server: MailServer) -> subprocess.Popen:
    """Start the command in a process of its own, as on another machine."""
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


@pytest.mark.processes
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_at_once_share_the_work_and_nobody_gets_two():
    for number in range(20):
        make_due(f"p{number:02}")
    both = threading.Barrier(2)

    def at(step, recipient):
        # Each run is sending a mail before either of them goes on.
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


@pytest.mark.processes
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize(("step", "copies"), [("DATA", 1), ("TAKEN", 2)])
def test_killed_and_run_again_nobody_is_forgotten_and_a_repeat_is_the_same_mail(smtp, step, copies):
    """The run is killed before the mail server accepts bob's mail, or after."""
    for name in ("ada", "bob", "eve"):
        make_due(name)
    started = threading.Event()

    def kill(now, recipient):
        if (now, recipient) == (step, "bob@example.org") and process.poll() is None:
            started.wait()
            process.kill()
            process.wait()

    with MailServer(kill) as server:
        process = start(server)
        started.set()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        with transaction.atomic():
            # PostgreSQL needs a moment to notice that the process is gone.
            list(Reminder.objects.select_for_update())
        smtp(server)
        send()
    assert server.recipients == [
        "ada@example.org",
        *["bob@example.org"] * copies,
        "eve@example.org",
    ]
    assert len({message["Message-ID"] for message in server.taken}) == 3
    assert due() == []


@pytest.mark.processes
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_finishes_the_one_it_is_at(number):
    for name in ("ada", "bob"):
        make_due(name)
    started = threading.Event()

    def at(step, recipient):
        if step == "DATA":
            started.wait()
            process.send_signal(number)

    with MailServer(at) as server:
        process = start(server)
        started.set()
        words, complaints = process.communicate()
    assert words == "1 sent, 0 failed, 0 put off\n"
    assert "Stopped." in complaints
    assert process.returncode == 1
    assert server.recipients == ["ada@example.org"]
    assert due() == ["bob@example.org"]


# --- Number of queries ---


def test_with_nobody_due_it_asks_once(db, django_assert_num_queries):
    for name in ("ada", "bob", "eve"):
        make_due(name, days=-2)  # in two days, since tomorrow has already begun somewhere
    with django_assert_num_queries(1):
        assert send() == "0 sent, 0 failed, 0 put off\n"


def test_each_one_costs_the_same(db, django_assert_num_queries):
    looks, each = 3, 8  # the reminders due, their users, and the look for more
    for name in ("ada", "bob", "eve"):
        make_due(name)
    with django_assert_num_queries(looks + 3 * each):
        assert send() == "3 sent, 0 failed, 0 put off\n"


@pytest.mark.parametrize("place", [None, (date(2026, 3, 1), 7)])
def test_those_who_are_not_due_are_never_looked_at(db, place):
    waiting = Reminder.objects.due(date(2026, 5, 4)).by_due_date()
    waiting = waiting.after_key(*place) if place else waiting
    with transaction.atomic(), connection.cursor() as cursor:
        # With an empty table every plan costs the same: leave PostgreSQL only the one that scales.
        for other_way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{other_way} = off")
        plan = waiting.values_list(*BY_DUE_DATE)[:AT_ONCE].explain()
    assert "Index Only Scan using reminder_due on purposeapp_reminder" in plan
    assert "Sort" not in plan
    condition = re.search(r"using reminder_due on .*\n +Index Cond: (.+)", plan)[1]
    assert "due_on <= '2026-05-04'" in condition
    assert ("due_on >= '2026-03-01'" in condition) == bool(place)
