"""The outbox: trouble with the mail server affects no request, and no mail is lost or doubled."""

import threading
from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.core.mail import EmailMessage, send_mail
from django.core.mail.message import BadHeaderError
from django.core.management import CommandError, call_command
from django.db import models, transaction
from django.test import Client
from django.utils import timezone

from purposeapp.accounts.deletion import delete_account
from purposeapp.models import OutgoingMail, Talk, User
from purposeapp.models.outgoing_mail import FIRST_RETRY, MAX_AGE, MAX_RETRY
from purposeapp.models.talk_answer import TalkSide
from purposeapp.talks.mail import mail_finished, mail_guest_url, mail_invitation
from purposeapp.web import outbox
from purposeapp.web.outbox import OutboxWorker, deliver_due, drop_expired
from purposeapp.web.public_host import public_host
from tests.support.concurrency import at_once, locked_meanwhile
from tests.support.mail_server import HANG_UP, MailServer
from tests.support.mails import code_in
from tests.support.make import PASSWORD, make_user, make_verified_user, prove, prove_address
from tests.support.reminders import make_due, send
from tests.support.server import free_port
from tests.support.talks import make_talk

ADA = "ada@example.org"
NEW = "another ten points"
CONSOLE = "django.core.mail.backends.console.EmailBackend"


@pytest.fixture
def smtp(settings):
    """A function that sends mails via the outbox to this mail server, or to one that is down."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
    settings.EMAIL_URL = "smtp://127.0.0.1"
    settings.EMAIL_BACKEND = outbox.BACKEND
    settings.MAIL_SERVER_BACKEND = "django.core.mail.backends.smtp.EmailBackend"

    def use(server: MailServer | None) -> None:
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = server.port if server else free_port()

    use(None)
    return use


def make_mail(to: str = ADA) -> None:
    send_mail("Hello", "Ten points", None, [to])


def make_all_due() -> None:
    OutgoingMail.objects.update(next_try_at=timezone.now())


def waiting_for_outbox_workers() -> None:
    for thread in threading.enumerate():
        if thread.name == "outbox_worker":
            thread.join()


# --- People notice nothing ----------------------------------------------------------------------


def change_password(client: Client) -> User:
    user = make_verified_user(ADA)
    client.force_login(user)
    prove(client)
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert client.post("/accounts/password/change/", form).status_code == 302
    user.refresh_from_db()
    return user


def test_a_password_is_changed_whether_or_not_a_mail_server_is_there(client, db, smtp):
    assert change_password(client).check_password(NEW)
    assert client.get("/history/").status_code == 200
    assert deliver_due() == (0, 1)
    with MailServer() as server:
        smtp(server)
        make_all_due()
        assert deliver_due() == (1, 0)
    (taken,) = server.taken
    assert (taken["To"], "Your password was changed." in taken.get_content()) == (ADA, True)
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("answer", ["550 ada@example.org is unknown", "450 later", HANG_UP])
def test_whoever_is_refused_by_the_mail_server_signs_up_and_in(client, db, smtp, caplog, answer):
    form = {"email": ADA, "password1": PASSWORD}
    with MailServer(lambda step, to: answer if step == "RCPT" else None) as server:
        smtp(server)
        response = client.post("/accounts/signup/", form, follow=True)
        assert response.redirect_chain == [("/accounts/confirm-email/", 302)]
        assert f"A code for {ADA} is on its way." in response.content.decode()
        assert deliver_due() == (0, 1)
    assert ADA not in caplog.text
    assert "mail_failed" in caplog.text
    with patch("time.time", return_value=timezone.now().timestamp() + 60):
        again = Client().post("/accounts/login/", {"login": ADA, "password": PASSWORD})
    assert (again.status_code, again.url) == (302, "/accounts/confirm-email/")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_while_a_mail_server_hangs_every_answer_comes_and_one_thread_waits(smtp):
    make_verified_user(ADA)
    answers = threading.Event()
    with MailServer(lambda step, to: answers.wait() and None) as server:
        smtp(server)
        try:
            for number in range(9):
                form = {"email": f"{number}@example.org"}
                assert Client().post("/accounts/login/code/", form).status_code == 302
                form = {"login": ADA, "password": PASSWORD}
                assert Client().post("/accounts/login/", form).url == "/history/"
            outbox_workers = [
                each for each in threading.enumerate() if each.name == "outbox_worker"
            ]
            assert (len(outbox_workers), server.connections) == (1, 1)
            assert OutgoingMail.objects.count() == 9
        finally:
            answers.set()
        waiting_for_outbox_workers()
    assert server.recipients == [f"{number}@example.org" for number in range(9)]
    assert not OutgoingMail.objects.exists()


def test_on_a_console_mails_appear_at_once(db, settings, capsys):
    settings.EMAIL_BACKEND = settings.MAIL_SERVER_BACKEND = CONSOLE
    make_mail()
    assert "Ten points" in capsys.readouterr().out
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(
    ("step", "reply", "logged"),
    [
        ("CONNECT", "421 too busy", "SMTPConnectError 421"),
        ("CONNECT", HANG_UP, "SMTPServerDisconnected"),
        ("HELLO", "554 not for you", "SMTPHeloError 554"),
        ("AUTH", "535 wrong password", "SMTPAuthenticationError 535"),
    ],
)
def test_a_server_that_takes_no_mails_at_all_uses_up_one_try_of_one_mail(
    db, smtp, settings, caplog, step, reply, logged
):
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "site" if step == "AUTH" else ""
    for number in range(20):
        make_mail(f"{number}@example.org")
    with MailServer(lambda at, to: reply if at == step else None) as server:
        smtp(server)
        assert deliver_due() == (0, 1)
    assert server.connections == 1
    assert OutgoingMail.objects.filter(tries=0).count() == 19
    (failed,) = (each for each in caplog.messages if each.startswith("mail_failed"))
    assert failed.endswith(f"try 1, {logged}")


def test_a_mail_that_is_refused_stops_no_other(db, smtp):
    for number in range(3):
        make_mail(f"{number}@example.org")
    refused = "0@example.org"
    with MailServer(
        lambda at, to: "450 later" if (at, to) == ("RCPT", refused) else None
    ) as server:
        smtp(server)
        assert deliver_due() == (2, 1)
    assert server.recipients == ["1@example.org", "2@example.org"]


# --- What is stored, and for how long -----------------------------------------------------------


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_mail_is_stored_with_what_caused_it_or_not_at_all(smtp):
    with MailServer() as server:
        smtp(server)
        with transaction.atomic():
            make_mail("bob@example.org")
            transaction.set_rollback(True)
        with transaction.atomic():
            make_mail()
            waiting_for_outbox_workers()
            assert server.connections == 0
        waiting_for_outbox_workers()
    assert server.recipients == [ADA]


def test_all_of_a_mail_is_sent_as_it_was_written(db, smtp):
    message = EmailMessage(
        subject="Ten pöints", body="Zehn Punkte: ✓\n", to=[ADA], cc=["bob@example.org"],
        headers={"Auto-Submitted": "auto-generated"},
    )  # fmt: skip
    message.attach("five-purposes.ics", "BEGIN:VCALENDAR", "text/calendar")
    message.send()
    with MailServer() as server:
        smtp(server)
        assert deliver_due() == (1, 0)
    (taken,) = server.taken
    assert (taken["Subject"], taken["Cc"], taken["Auto-Submitted"]) == (
        "Ten pöints", "bob@example.org", "auto-generated",
    )  # fmt: skip
    body, calendar = taken.iter_parts()
    assert body.get_content().split() == ["Zehn", "Punkte:", "✓"]
    assert (calendar.get_filename(), calendar.get_content_type()) == (
        "five-purposes.ics", "text/calendar",
    )  # fmt: skip
    assert calendar.get_content().strip() == "BEGIN:VCALENDAR"


def test_a_header_of_two_lines_is_refused_before_it_is_stored(db, smtp):
    with pytest.raises(BadHeaderError):
        send_mail("Hello\nBcc: eve@example.org", "", None, [ADA])
    assert not OutgoingMail.objects.exists()


def test_what_the_server_took_without_a_word_comes_again_as_the_same_mail(db, smtp, settings):
    settings.PUBLIC_URL = "https://purposes.example"
    make_mail()
    replies = iter([HANG_UP, None])
    with MailServer(lambda step, to: next(replies) if step == "TAKEN" else None) as server:
        smtp(server)
        assert deliver_due() == (0, 1)
        make_all_due()
        assert deliver_due() == (1, 0)
    first, second = server.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].endswith("@purposes.example>")
    assert first["Date"] == second["Date"]


def test_a_mail_server_is_greeted_with_the_name_of_the_site(db, smtp):
    """Mail servers may refuse others, and Django would give the machine's or the container's."""
    make_mail()
    with MailServer() as server:
        smtp(server)
        assert deliver_due() == (1, 0)
    assert server.greeted_by == {public_host()} == {"127.0.0.1"}


def test_a_name_with_other_letters_is_ascii_in_headers(settings):
    settings.PUBLIC_URL = "https://bücher.example:8443"
    assert public_host() == "xn--bcher-kva.example"


def test_it_is_tried_less_and_less_often_and_then_given_up(db, smtp, caplog):
    make_mail()
    now = begin = timezone.now()
    waits = []
    with patch("django.utils.timezone.now", side_effect=lambda: now):
        while OutgoingMail.objects.exists():
            before = now
            deliver_due()
            if mail := OutgoingMail.objects.first():
                now = mail.next_try_at
                waits.append(now - before)
    assert waits[:4] == [FIRST_RETRY * 2**tries for tries in range(4)]
    assert max(waits) == waits[-1] == MAX_RETRY
    assert MAX_AGE <= now - begin < MAX_AGE + MAX_RETRY
    assert caplog.messages[-1].startswith("mail_given_up: ")
    assert ADA not in caplog.text


def test_a_code_is_no_longer_in_the_outbox_than_it_works(client, db, smtp, settings):
    make_verified_user(ADA)
    client.post("/accounts/login/code/", {"email": ADA})
    (mail,) = OutgoingMail.objects.all()
    left = mail.expires_at - timezone.now()
    assert timedelta(0) < left <= timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
    OutgoingMail.objects.update(expires_at=timezone.now())
    with MailServer() as server:
        smtp(server)
        assert deliver_due() == (0, 0)
    assert not server.taken
    assert not OutgoingMail.objects.exists()


def test_tidy_drops_what_is_over_and_nothing_else(db, smtp):
    make_mail("bob@example.org")
    OutgoingMail.objects.update(expires_at=timezone.now())
    make_mail()
    assert drop_expired() == 1
    assert OutgoingMail.objects.get().message["to"] == [ADA]


def test_an_account_takes_its_waiting_mails_with_it(client, db, smtp):
    user = make_user(ADA)
    make_mail()
    make_mail("bob@example.org")
    client.force_login(user)
    client.post("/accounts/delete/", {"password": PASSWORD})
    assert not User.objects.exists()
    assert OutgoingMail.objects.get().message["to"] == ["bob@example.org"]


def test_an_account_takes_mails_to_its_earlier_address_with_it(client, db, smtp):
    user = make_verified_user(ADA)
    client.force_login(user)
    prove(client)
    client.post("/accounts/email/", {"email": "new@example.org", "action_add": ""})
    (code,) = OutgoingMail.objects.all()
    client.post("/accounts/confirm-email/", {"code": code_in(code.as_email())})
    assert waiting_for() == [ADA, "new@example.org"]
    assert (
        "new@example.org" in OutgoingMail.objects.get(user=user, message__to=[ADA]).message["body"]
    )
    make_mail("bob@example.org")
    client.post("/accounts/delete/", {"password": PASSWORD})
    assert not User.objects.exists()
    assert waiting_for() == ["bob@example.org"]


def waiting_for() -> list[str]:
    """Return the addresses of waiting mails."""
    return sorted(mail.message["to"][0] for mail in OutgoingMail.objects.all())


@pytest.fixture
def two_talks(db, smtp):
    """A started talk of two accounts, and another invitation, with mails waiting for each."""
    ada, ben = make_user(ADA), make_user("ben@example.org")
    prove_address(ada)
    started = make_talk(ada, "answered", guest=ben, name="Ada Lovelace")
    mail_finished(started.talk, TalkSide.GUEST)
    mail_guest_url(started.guest_key, "ben@home.example")
    invited = make_talk(ada, name="Ada Lovelace")
    mail_invitation(invited.talk, invited.invite_key, "cleo@example.org")
    other = make_talk(make_user("dan@example.org"))
    mail_invitation(other.talk, other.invite_key, "eve@example.org")
    assert waiting_for() == [ADA, "ben@home.example", "cleo@example.org", "eve@example.org"]
    return started.talk, invited.talk


def test_an_account_takes_its_waiting_invitations_with_it(client, two_talks):
    client.force_login(User.objects.get(email=ADA))
    client.post("/accounts/delete/", {"password": PASSWORD})
    assert not User.objects.filter(email=ADA).exists()
    assert waiting_for() == ["ben@home.example", "eve@example.org"]
    assert not any("Lovelace" in str(mail.message) for mail in OutgoingMail.objects.all())


def test_an_account_takes_waiting_mails_to_its_address_with_it_however_that_was_typed(
    client, two_talks
):
    guest = make_verified_user("bob@example.org")
    client.force_login(User.objects.get(email=ADA))
    client.post("/talks/", {"name": "Ada", "email": "Bob@Example.org"})
    assert "bob@example.org" in waiting_for()
    delete_account(guest)
    assert "bob@example.org" not in waiting_for()


def test_an_invitation_that_is_revoked_or_renewed_is_no_longer_sent(client, two_talks):
    _started, invited = two_talks
    client.force_login(User.objects.get(email=ADA))
    form = {"email": "fay@example.org"}
    client.post(f"/talks/{invited.pk}/link/", form)
    assert waiting_for() == [ADA, "ben@home.example", "eve@example.org", "fay@example.org"]
    client.post(f"/talks/{invited.pk}/withdraw/")
    assert waiting_for() == [ADA, "ben@home.example", "eve@example.org"]


@pytest.mark.parametrize("side", TalkSide)
def test_news_of_a_talk_that_has_ended_are_no_longer_sent_but_a_guests_own_link_is(two_talks, side):
    started, _invited = two_talks
    started.withdraw(side)
    assert waiting_for() == ["ben@home.example", "cleo@example.org", "eve@example.org"]


def test_waiting_mails_of_a_talk_go_with_it(two_talks):
    started, _invited = two_talks
    started.delete()
    assert waiting_for() == ["ben@home.example", "cleo@example.org", "eve@example.org"]


def test_no_mail_is_put_behind_a_revocation(db, smtp):
    made = make_talk(make_user(ADA))
    as_it_was = Talk.objects.get(pk=made.talk.pk)
    made.talk.withdraw(TalkSide.INVITER)
    assert not mail_invitation(as_it_was, made.invite_key, "cleo@example.org")
    assert not OutgoingMail.objects.exists()


def lock(*rows: models.Model) -> Callable[[], None]:
    """Return a function that takes row locks on these rows, one after another."""

    def take() -> None:
        for row in rows:
            list(type(row)._default_manager.select_for_update(no_key=True).filter(pk=row.pk))

    return take


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_account_is_deleted_while_the_other_side_withdraws_from_a_talk(smtp):
    with patch.object(OutboxWorker, "wake"):
        ada = make_verified_user(ADA)
        talk = make_talk(ada, "answered", guest=make_user("ben@example.org")).talk
        mail_finished(talk, TalkSide.GUEST)
    assert waiting_for() == [ADA]
    locked_meanwhile(lock(talk), lambda: delete_account(ada), lambda: talk.withdraw(TalkSide.GUEST))
    assert not User.objects.filter(email=ADA).exists()
    assert waiting_for() == []


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("kind", ["talks, one of them withdrawn from", "mails"])
def test_what_belongs_to_two_accounts_is_locked_in_one_order(smtp, kind):
    """So two accounts that are deleted at once can't deadlock."""
    with patch.object(OutboxWorker, "wake"):
        ada, ben = make_verified_user(ADA), make_user("ben@example.org")
        rows = [make_talk(ada, "answered", guest=ben).talk for _ in range(2)]
        rows[0].withdraw(TalkSide.INVITER)
        if kind == "mails":
            invited = make_talk(ada)
            mail_invitation(invited.talk, invited.invite_key, "cleo@example.org")
            make_mail(ADA)
            rows = list(OutgoingMail.objects.order_by("pk"))
    locked_meanwhile(lock(rows[0]), lambda: delete_account(ada), lock(rows[1]))
    assert list(User.objects.all()) == [ben]
    assert waiting_for() == []


# --- Several at once ----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_at_once_share_the_work_and_send_nothing_twice(smtp):
    addresses = [f"{number}@example.org" for number in range(10)]
    with patch.object(OutboxWorker, "wake"):
        for address in addresses:
            make_mail(address)
    together = threading.Barrier(2)
    meet = iter([True, True])  # each of the two has claimed a mail before either goes on

    def at(step, recipient):
        if step == "MAIL" and next(meet, False):
            together.wait(timeout=10)

    with MailServer(at) as server:
        smtp(server)
        assert at_once(deliver_due, deliver_due) == []
    assert server.recipients == addresses


def test_a_mail_that_is_under_way_is_left_alone(db, smtp):
    make_mail()
    assert OutgoingMail.objects.claim()
    assert OutgoingMail.objects.claim() is None


def test_a_refused_address_holds_up_nobody_and_a_dead_server_is_asked_once(db, smtp):
    for name in ("ada", "bob", "eve"):
        make_mail(f"{name}@example.org")
    with MailServer(lambda step, to: "550 no" if step == "RCPT" and "ada" in to else None) as up:
        smtp(up)
        assert deliver_due() == (2, 1)
    assert up.recipients == ["bob@example.org", "eve@example.org"]
    make_mail("bob@example.org")
    make_all_due()
    smtp(None)
    assert deliver_due() == (0, 1)
    assert OutgoingMail.objects.filter(next_try_at__lte=timezone.now()).count() == 1


def test_while_something_waits_a_timer_looks_again(db, smtp):
    outbox_worker = OutboxWorker()
    make_mail()
    with patch.object(outbox.threading, "Timer") as timer, patch.object(outbox, "connection"):
        outbox_worker._is_wanted = True
        outbox_worker._run()
    (seconds, wake), _options = timer.call_args
    assert 60 < seconds <= FIRST_RETRY.total_seconds()
    assert wake == outbox_worker.wake


# --- The command, and reminders -----------------------------------------------------------------


def test_the_command_says_what_it_did(db, smtp, capsys):
    make_mail()
    with pytest.raises(CommandError):
        call_command("send_mail")
    with MailServer() as server:
        smtp(server)
        make_all_due()
        call_command("send_mail")
        call_command("send_mail")
    assert capsys.readouterr().out == "0 sent, 1 failed\n1 sent, 0 failed\n0 sent, 0 failed\n"


def test_reminders_go_past_the_outbox(db, smtp):
    make_due()
    with MailServer() as server:
        smtp(server)
        assert send() == "1 sent, 0 failed, 0 put off\n"
    assert server.recipients == [ADA]
    assert not OutgoingMail.objects.exists()
