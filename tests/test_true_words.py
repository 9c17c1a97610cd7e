"""Statements in pages and mails are true: what is stored, how long codes work, what expires."""

import time
from unittest.mock import patch

import pytest
from django.core import mail

from purposeapp.models import Assessment, Session, User
from purposeapp.models.assessment import AssessmentQuerySet
from tests.support.client import spend
from tests.support.mails import code_in
from tests.support.make import PASSWORD, make_verified_user, prove
from tests.support.pages import text_of

MAY_BE_DONE = "You've been signed out Your session ended while we were working on this"


def words(response) -> str:
    return text_of(response).replace("&#x27;", "'")


def test_a_session_that_ends_between_two_steps_claims_nothing(owner, monkeypatch):
    record = AssessmentQuerySet.record

    def end_session(self, **kwargs):
        Session.objects.all().delete()
        return record(self, **kwargs)

    monkeypatch.setattr(AssessmentQuerySet, "record", end_session)
    response = spend(owner)
    assert (response.status_code, Assessment.objects.count()) == (400, 1)
    assert MAY_BE_DONE in words(response)
    assert "Signed in as" not in response.content.decode()


@pytest.fixture(autouse=True)
def _codes(with_mail_server):
    """Have codes sent."""


def sign_up(client) -> str:
    form = {"email": "new@example.org", "password1": PASSWORD}
    return client.post("/accounts/signup/", form).url


def sign_in_by_code(client) -> str:
    make_verified_user()
    return client.post("/accounts/login/code/", {"email": "owner@example.org"}).url


def reset_password(client) -> str:
    make_verified_user()
    return client.post("/accounts/password/reset/", {"email": "owner@example.org"}).url


def change_email(client) -> str:
    client.force_login(make_verified_user())
    prove(client)
    return client.post("/accounts/email/", {"email": "new@example.org", "action_add": ""}).url


WAYS = pytest.mark.parametrize("ask", [sign_up, sign_in_by_code, reset_password, change_email])


@WAYS
def test_the_mail_and_the_page_say_how_long_a_code_works(client, db, ask):
    page = client.get(ask(client))
    assert "is on its way. It works for 15 minutes." in words(page)
    (message,) = mail.outbox
    assert code_in(message)
    assert "The code works for 15 minutes." in " ".join(message.body.split())


@WAYS
@pytest.mark.parametrize("minutes", [14, 16])
@pytest.mark.parametrize("method", ["get", "post"])
def test_it_works_so_long_and_a_late_one_leads_to_a_new_one(client, db, ask, minutes, method):
    page = ask(client)
    with patch("time.time", return_value=time.time() + minutes * 60):
        response = getattr(client, method)(page, {"code": code_in(mail.outbox[0])}, follow=True)
    assert ("That code no longer works." in words(response)) == (minutes > 15)
    assert response.status_code == 200


def test_a_new_password_that_comes_too_late_says_so(client, db):
    page = reset_password(client)
    page = client.post(page, {"code": code_in(mail.outbox[0])}).url
    new = {"password1": "another ten points", "password2": "another ten points"}
    with patch("time.time", return_value=time.time() + 16 * 60):
        response = client.post(page, new, follow=True)
    assert response.redirect_chain == [("/accounts/password/reset/", 302)]
    assert "That code no longer works. Ask for a new one." in words(response)
    assert User.objects.get().check_password(PASSWORD)
