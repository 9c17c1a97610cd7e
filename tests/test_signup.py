"""Two simultaneous sign-ups with the same email address (a race, or a double click)."""

import threading

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.db import IntegrityError, connection
from django.test import Client, override_settings

from purposeapp.accounts.adapter import AccountAdapter
from purposeapp.accounts.forms import SignupForm
from purposeapp.models import User
from tests.support.make import PASSWORD

SIGN_UP = {"email": "new@example.org", "password1": PASSWORD}


@pytest.fixture
def sign_up_at_once(monkeypatch):
    """A function that signs up twice, both past the check that the address is free.

    It returns the two responses.
    """
    checked, here = threading.Barrier(2), threading.local()
    try_save = SignupForm.try_save

    def save_when_both_are_there(self, *args, **kwargs):
        if not hasattr(here, "is_again"):
            here.is_again = True
            checked.wait(timeout=10)
        return try_save(self, *args, **kwargs)

    monkeypatch.setattr(SignupForm, "try_save", save_when_both_are_there)

    def run():
        cache.clear()
        clients, answers = [Client(), Client()], []

        def sign_up(client, email):
            try:
                answers.append(client.post("/accounts/signup/", SIGN_UP | {"email": email}))
            finally:
                connection.close()

        emails = ["new@example.org", "NEW@Example.org"]
        threads = [
            threading.Thread(target=sign_up, args=pair)
            for pair in zip(clients, emails, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(answers, key=lambda answer: answer.status_code)

    return run


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_later_one_is_told_that_the_address_is_taken(sign_up_at_once):
    first, second = sign_up_at_once()
    assert (first.status_code, first.url) == (302, "/history/")
    assert second.status_code == 422
    assert second.context["form"].errors == {
        "email": ["There's already an account with this email. If it's yours, sign in."]
    }
    assert first.client.get("/history/").status_code == 200
    assert second.client.get("/history/").status_code == 302
    assert User.objects.count() == EmailAddress.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@override_settings(
    ACCOUNT_EMAIL_VERIFICATION="mandatory", ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED=True
)
def test_with_codes_the_later_one_is_told_to_wait_and_one_mail_goes_out(sign_up_at_once):
    first, second = sign_up_at_once()
    assert (first.status_code, first.url) == (302, "/accounts/confirm-email/")
    assert second.status_code == 429
    assert second.headers["Retry-After"] == "60"
    assert "Wait one minute" in second.content.decode()
    (message,) = mail.outbox
    assert message.to == ["new@example.org"]
    assert User.objects.count() == EmailAddress.objects.count() == 1


def test_an_error_that_stays_is_not_hidden(client, db, monkeypatch):
    def fail(self, *args, **kwargs):
        raise IntegrityError

    monkeypatch.setattr(AccountAdapter, "save_user", fail)
    with pytest.raises(IntegrityError):
        client.post("/accounts/signup/", SIGN_UP)
