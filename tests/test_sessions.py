"""A session lasts while it is used: 180 days from the last use, with at most one write a day."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from purposeapp.models import Session
from purposeapp.web.sessions import SessionStore

AGE = timedelta(days=180)


@pytest.fixture
def signed_in(client, user) -> Client:
    client.force_login(user)
    return client


def let_pass(**time) -> None:
    """Make all sessions as old as if so much time had passed."""
    for session in Session.objects.all():
        session.expire_date -= timedelta(**time)
        session.save()


def writes(client: Client, path: str) -> tuple[list[str], bool]:
    """What a page writes about sessions, and whether it sets their cookie."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    changes = ("UPDATE", "INSERT", "DELETE")
    sql = [query["sql"] for query in queries if query["sql"].startswith(changes)]
    return [each for each in sql if "session" in each], "sessionid" in response.cookies


def test_a_session_lasts_180_days(signed_in):
    assert Session.objects.get().expire_date > timezone.now() + AGE - timedelta(minutes=1)


def test_somebody_who_comes_every_three_months_stays_signed_in(signed_in):
    for _visit in range(5):
        let_pass(days=92)
        assert signed_in.get("/history/").status_code == 200


def test_row_and_cookie_are_renewed_together(signed_in):
    let_pass(days=2)
    response = signed_in.get("/settings/")
    expires = Session.objects.get().expire_date
    assert expires > timezone.now() + AGE - timedelta(minutes=1)
    assert response.cookies["sessionid"]["max-age"] == AGE.total_seconds()


def test_a_session_that_is_not_used_ends(signed_in):
    let_pass(days=181)
    assert signed_in.get("/history/").status_code == 302


def test_there_is_one_write_a_day_and_not_one_a_request(signed_in):
    assert writes(signed_in, "/settings/") == ([], False)
    let_pass(hours=23)
    assert writes(signed_in, "/settings/") == ([], False)
    let_pass(hours=2)
    renewed, sets_cookie = writes(signed_in, "/settings/")
    assert len(renewed) == 1
    assert sets_cookie
    assert writes(signed_in, "/settings/") == ([], False)


def test_a_public_page_renews_nothing_and_sets_no_cookie(signed_in):
    anonymous = Client().get("/purposes/").content
    let_pass(days=9)
    assert writes(signed_in, "/purposes/") == ([], False)
    assert signed_in.get("/purposes/").content == anonymous


def test_a_session_from_before_lasts_as_long_as_a_new_one(signed_in):
    session = signed_in.session
    session.set_expiry(timedelta(days=90))
    session.save()
    let_pass(days=2)
    signed_in.get("/settings/")
    assert Session.objects.get().expire_date > timezone.now() + AGE - timedelta(minutes=1)


def test_renewing_does_not_undo_what_another_request_stored(signed_in):
    let_pass(days=2)
    renewing = SessionStore(signed_in.session.session_key)
    renewing.get("anything")
    assert renewing.modified
    other = SessionStore(signed_in.session.session_key)
    other["note"] = "kept"
    other.save()
    renewing.save()
    assert SessionStore(signed_in.session.session_key)["note"] == "kept"


def test_renewing_brings_no_session_back_that_has_ended_meanwhile(signed_in):
    let_pass(days=2)
    renewing = SessionStore(signed_in.session.session_key)
    renewing.get("anything")
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        renewing.save()
    assert not Session.objects.exists()


def test_session_and_user_are_read_in_one_statement(signed_in, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert signed_in.get("/nowhere/").status_code == 404


def test_a_changed_password_and_a_deactivated_account_open_nothing(signed_in, user):
    user.is_active = False
    user.save()
    assert signed_in.get("/settings/").status_code == 302
    user.is_active = True
    user.set_password("another ten points to spend")
    user.save()
    assert signed_in.get("/settings/").status_code == 302
    assert not Session.objects.exists()


def test_a_new_secret_key_signs_nobody_out(signed_in, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new key, made after the old one was seen by somebody"
    assert signed_in.get("/settings/").status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert signed_in.get("/settings/").status_code == 200
