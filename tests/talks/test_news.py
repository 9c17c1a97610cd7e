"""Emails about a talk: the other side has finished, or was the second to agree."""

import pytest
from django.core import mail
from django.test import Client

from purposeapp.models.talk_answer import TalkKind, TalkSide
from purposeapp.split import Split
from purposeapp.talks.mail import mail_finished, mail_opened
from tests.support.client import signed_in
from tests.support.concurrency import at_once, locked_meanwhile
from tests.support.make import make_user, points, prove_address
from tests.support.talks import LABEL, make_talk, talk_of

FINISHED = "Your talk: the other person has spent their points"
OPENED = "Your talk is open: see each other's points"

pytestmark = pytest.mark.django_db


@pytest.fixture
def inviter(user):
    prove_address(user)
    return user


@pytest.fixture
def ana():
    """A guest with an account and a verified email."""
    guest = make_user("ana@example.org")
    prove_address(guest)
    return guest


def spend(client: Client, url: str, *kinds: str) -> None:
    for kind in kinds:
        assert client.post(f"{url}{kind}/", points("6-2-2-0-0")).status_code == 303


def sent() -> list[tuple[str, list[str]]]:
    return [(each.subject, each.to) for each in mail.outbox]


def test_the_inviter_is_told_once_that_the_guest_has_finished(guest, inviter):
    made = make_talk(inviter, "started")
    url = f"/talk/{made.guest_key}/"
    spend(guest, url, "now", "guess")
    assert sent() == []
    spend(guest, url, "future")
    assert sent() == [(FINISHED, [inviter.email])]
    spend(guest, url, "future", "now")
    assert len(mail.outbox) == 1
    body = mail.outbox[0].body
    assert f"This is your talk with: {LABEL}" in body
    assert f"http://127.0.0.1:8000/talks/{made.talk.pk}/" in body
    assert made.guest_key not in body
    assert mail.outbox[0].extra_headers["Auto-Submitted"] == "auto-generated"


def test_news_that_two_requests_send_at_once_is_the_same_email(inviter):
    made, other = (make_talk(inviter, "started") for _ in range(2))
    for talk in (made.talk, made.talk, other.talk):
        assert mail_finished(talk, TalkSide.GUEST)
    assert mail_opened(made.talk, TalkSide.GUEST)
    ids = [each.extra_headers["Message-ID"] for each in mail.outbox]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    assert str(made.talk.pk) not in ids[0]


def test_what_each_side_is_told_is_another_email(inviter, ana):
    made = make_talk(inviter, "started", guest=ana)
    for side in TalkSide:
        assert mail_finished(made.talk, side)
    first, second = (each.extra_headers["Message-ID"] for each in mail.outbox)
    assert first != second


def test_a_guest_with_an_account_is_told_by_name_and_never_reads_the_label(inviter, ana):
    made = make_talk(inviter, "started", guest=ana, name="Tom & Co")
    spend(signed_in(inviter), f"/talks/{made.talk.pk}/", "now", "future")
    assert sent() == [(FINISHED, [ana.email])]
    assert "Tom & Co has spent their points for today" in mail.outbox[0].body
    assert LABEL not in mail.outbox[0].body


def test_whoever_agreed_first_is_told_once_that_the_talk_is_open(guest, inviter):
    made = make_talk(inviter, "agreed")
    for _ in range(2):
        assert guest.post(f"/talk/{made.guest_key}/agree/").status_code == 303
    assert talk_of(made.talk).is_open
    assert sent() == [(OPENED, [inviter.email])]
    assert f"This is your talk with: {LABEL}" in mail.outbox[0].body


def test_a_guest_with_an_account_is_told_that_the_talk_is_open(inviter, ana):
    made = make_talk(inviter, "answered", guest=ana)
    made.talk.agree(TalkSide.GUEST)
    signed_in(inviter).post(f"/talks/{made.talk.pk}/agree/")
    assert sent() == [(OPENED, [ana.email])]
    assert "Anna has agreed to share too." in mail.outbox[0].body
    assert LABEL not in mail.outbox[0].body


@pytest.mark.parametrize("page", ["agree", "future"])
def test_the_first_to_agree_and_a_change_of_points_are_no_news(guest, inviter, page):
    made = make_talk(inviter, "answered")
    guest.post(f"/talk/{made.guest_key}/{page}/", points("6-2-2-0-0"))
    assert sent() == []


def test_who_has_no_verified_email_is_told_nothing(user, guest):
    made = make_talk(user, "started")
    spend(guest, f"/talk/{made.guest_key}/", "now", "future")
    spend(signed_in(user), f"/talks/{made.talk.pk}/", "now", "future")  # a guest without account
    assert sent() == []


def test_a_mail_server_that_fails_loses_no_points(guest, inviter, settings):
    settings.EMAIL_BACKEND = "tests.talks.test_news.nothing"
    made = make_talk(inviter, "started")
    spend(guest, f"/talk/{made.guest_key}/", "now", "future")
    assert talk_of(made.talk).has_finished(TalkSide.GUEST)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_last_two_answers_at_once_are_told_once(guest):
    inviter = make_user()
    prove_address(inviter)
    made = make_talk(inviter, "started")
    locked_meanwhile(
        lambda: made.talk.answer(TalkSide.GUEST, TalkKind.NOW, Split.parse("6-2-2-0-0")),
        lambda: spend(guest, f"/talk/{made.guest_key}/", "future"),
    )
    assert sent() == [(FINISHED, [inviter.email])]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize(
    ("state", "page", "news"), [("started", "future", FINISHED), ("agreed", "agree", OPENED)]
)
def test_what_is_sent_six_times_at_once_is_told_once(state, page, news):
    inviter = make_user()
    prove_address(inviter)
    made = make_talk(inviter, state)
    url = f"/talk/{made.guest_key}/"
    if state == "started":
        spend(Client(), url, "now")
    assert at_once(*[lambda: spend(Client(), url, page)] * 6) == []
    assert sent() == [(news, [inviter.email])]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_repeated_agreement_that_waits_for_the_first_is_no_news(guest):
    inviter = make_user()
    prove_address(inviter)
    made = make_talk(inviter, "agreed")
    locked_meanwhile(
        lambda: made.talk.agree(TalkSide.GUEST),
        lambda: guest.post(f"/talk/{made.guest_key}/agree/"),
    )
    assert talk_of(made.talk).is_open
    assert sent() == []
