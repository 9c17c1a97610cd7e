"""The security log: what happened and how, but never whose account it is."""

import io
import json
import logging

import pytest
from django.core import mail
from django.test import Client, override_settings

from purposeapp.web.request_log import HideKeys
from tests.support.mails import code_in
from tests.support.make import PASSWORD, make_verified_user

EMAIL = "someone@example.org"
OTHER = "another long sentence"
REQUESTS = {"request_started", "request_finished"}


@pytest.fixture
def events():
    """A function that returns the lines logged since its last call."""
    (handler,) = (
        each
        for each in logging.getLogger().handlers
        if any(isinstance(one, HideKeys) for one in each.filters)
    )
    stream = io.StringIO()
    before = handler.setStream(stream)

    def read() -> list[dict]:
        text = stream.getvalue()
        stream.seek(0)
        stream.truncate()
        for secret in (EMAIL, PASSWORD, OTHER, "127.0.0.1"):
            assert secret not in text
        lines = [json.loads(line) for line in text.splitlines()]
        return [line for line in lines if line["logger"] == "purposeapp.accounts.security_log"]

    yield read
    handler.setStream(before)


def names(lines: list[dict]) -> list[str]:
    assert all(line["request_id"] and line["timestamp"] for line in lines)
    return [line["event"] for line in lines]


def sign_in(client: Client, password: str = PASSWORD):
    return client.post("/accounts/login/", {"login": EMAIL, "password": password})


def test_signing_up_in_and_out(client, db, events):
    client.post("/accounts/signup/", {"email": EMAIL, "password1": PASSWORD})
    assert sorted(names(events())) == ["signed_in", "signed_up"]
    client.post("/accounts/logout/")
    assert names(events()) == ["signed_out"]
    sign_in(client, "wrong")
    assert names(events()) == ["sign_in_failed"]
    sign_in(client)
    (line,) = events()
    assert (line["event"], line["methods"]) == ("signed_in", ["password"])


def test_a_code(client, db, events):
    make_verified_user(EMAIL)
    with override_settings(EMAIL_URL="smtp://mail.example:25"):
        client.post("/accounts/login/code/", {"email": EMAIL})
        client.post("/accounts/login/code/confirm/", {"code": "wrong"})
        assert names(events()) == ["code_rejected_for_sign_in"]
        client.post("/accounts/login/code/confirm/", {"code": code_in(mail.outbox[-1])})
    (line,) = events()
    assert (line["event"], line["methods"]) == ("signed_in", ["code"])


def test_a_password_once_more_and_another_one(client, db, events):
    make_verified_user(EMAIL)
    sign_in(client)
    events()
    client.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert names(events()) == ["sign_in_failed"]
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    form = {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}
    client.post("/accounts/password/change/", form)
    assert names(events()) == ["password_changed"]
