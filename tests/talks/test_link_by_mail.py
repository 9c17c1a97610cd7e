"""A guest's secret URL by email."""

import pytest
from django.core import mail

from purposeapp.models import Session
from tests.support.make import (
    make_verified_user,
)
from tests.support.pages import words_of
from tests.support.talks import by_id, by_key, make_talk


def test_a_guest_mails_their_address_to_themselves(user, guest, mails):
    made = make_talk(user, "started")
    assert "Email it to me" in words_of(guest.get(by_key(made)))
    response = guest.post(by_key(made, "mail/"), {"email": "me@example.com"}, follow=True)
    assert "An email with your link is on its way to you." in words_of(response)
    (sent,) = mail.outbox
    assert sent.to == ["me@example.com"]
    assert f"http://127.0.0.1:8000{by_key(made)}\n" in sent.body
    assert "Anna" not in sent.body
    assert not Session.objects.exists()


def test_a_mailbox_gets_five_such_mails_a_day_whatever_tags_its_address_has(user, guest, mails):
    for number in range(5):
        made = make_talk(user, "started")
        form = {"email": f"Me+{number}@example.com"}
        assert guest.post(by_key(made, "mail/"), form).status_code == 303
    made = make_talk(user, "started")
    form = {"email": "me@example.com"}
    assert guest.post(by_key(made, "mail/"), form).status_code == 429
    assert len(mail.outbox) == 5


def test_such_mails_are_limited(user, guest, mails):
    made = make_talk(user, "started")
    for _ in range(5):
        assert guest.post(by_key(made, "mail/"), {"email": "me@example.com"}).status_code == 303
    response = guest.post(by_key(made, "mail/"), {"email": "me@example.com"})
    assert response.status_code == 429
    assert "That's enough emails for today. Copy the link instead." in words_of(response)
    assert len(mail.outbox) == 5


def test_links_by_mail_are_limited_too(client, mails, settings):
    settings.ACCOUNT_RATE_LIMITS = {"talk_invitation": "1/d/user"}
    inviter = make_verified_user()
    client.force_login(inviter)
    made = make_talk(inviter)
    form = {"email": "guest@example.com"}
    assert client.post(by_id(made, "link/"), form).status_code == 303
    response = client.post(by_id(made, "link/"), form, follow=True)
    # The link is renewed all the same, and can be copied.
    assert "That's enough emails for today. Copy the link instead." in words_of(response)
    assert "Copy the link" in words_of(response).partition("Send the invitation")[2]
    assert client.post(by_id(made, "link/"), {"email": ""}).status_code == 303
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("address", ["", "nobody"])
def test_a_wrong_address_gets_no_mail(user, guest, mails, address):
    made = make_talk(user, "started")
    assert guest.post(by_key(made, "mail/"), {"email": address}).status_code == 422
    assert mail.outbox == []


@pytest.mark.parametrize("side", ["inviter", "guest"])
def test_a_site_without_a_mail_server_sends_no_link_whoever_asks(client, user, side):
    client.force_login(user)
    made = make_talk(user) if side == "inviter" else make_talk(user, "started")
    address = by_id(made, "link/") if side == "inviter" else by_key(made, "mail/")
    response = client.post(address, {"email": "someone@example.com"}, follow=True)
    assert response.status_code == 200
    assert mail.outbox == []
    assert "someone@example.com" not in response.content.decode()


def test_a_mail_that_fails_is_said(user, guest, mails, settings):
    settings.EMAIL_BACKEND = "tests.support.mails.NoBackend"
    made = make_talk(user, "started")
    response = guest.post(by_key(made, "mail/"), {"email": "me@example.com"})
    assert response.status_code == 422
    assert "We couldn't send the email." in words_of(response)
