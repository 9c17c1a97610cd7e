"""`manage.py tidy`: it deletes what has expired, and nothing else."""

import io
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from purposeapp.models import OutgoingMail, RoomAnswer, Session, Talk
from purposeapp.models.talk_queryset import KEPT_AFTER_TERM
from tests.support.client import history, sign_in, spend
from tests.support.mails import code_in
from tests.support.make import make_user, make_verified_user
from tests.support.rooms import make_room, room_of
from tests.support.tables import rows_of_all_tables
from tests.support.talks import make_talk


def tidy() -> str:
    out = io.StringIO()
    call_command("tidy", stdout=out)
    return out.getvalue()


def counts() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cache")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_what_is_over_is_deleted_and_all_else_stays():
    user, now = make_user(), timezone.now()
    old, recent = make_talk(user, "expired").talk, make_talk(user, "expired").talk
    Talk.objects.filter(pk=old.pk).update(made_at=old.made_at - KEPT_AFTER_TERM)
    kept = [make_talk(user, state).talk for state in ("invited", "open", "left", "over")]
    for key, hours in (("over", -1), ("still-there", 1)):
        Session.objects.create(session_key=key, expire_date=now + timedelta(hours=hours))
    cache.clear()
    cache.set("over", 1, timeout=-60)
    cache.set("still there", 1, timeout=60)
    assert counts() == 2
    address = EmailAddress.objects.create(user=user, email=user.email)
    for key, days in (("over", 400), ("still-there", 0)):
        EmailConfirmation.objects.create(
            email_address=address, key=key, sent=now - timedelta(days=days)
        )
    for hours in (-1, 1):
        expires_at = now + timedelta(hours=hours)
        OutgoingMail.objects.create(message={}, next_try_at=now, expires_at=expires_at)
    rooms = [make_room(user, state, answers=6) for state in ("overdue", "open", "ended")]
    assert (
        tidy()
        == "Deleted: 1 talks, 1 sessions, 0 codes, 1 counts, 1 links, 1 mails; ended: 1 rooms\n"
    )
    assert set(Talk.objects.all()) == {recent, *kept}
    assert [room.state for room in map(room_of, rooms)] == ["ended", "open", "ended"]
    assert {each.room for each in RoomAnswer.objects.all()} == {rooms[1]}
    assert Session.objects.get().session_key == "still-there"
    assert EmailConfirmation.objects.get().key == "still-there"
    assert OutgoingMail.objects.get().expires_at > now
    assert cache.get("still there") == 1
    assert counts() == 1
    before = rows_of_all_tables()
    assert (
        tidy()
        == "Deleted: 0 talks, 0 sessions, 0 codes, 0 counts, 0 links, 0 mails; ended: 0 rooms\n"
    )
    assert rows_of_all_tables() == before


@pytest.mark.django_db
def test_codes_that_nobody_entered_are_deleted_and_the_session_keeps_all_else(client, settings):
    user = make_verified_user()
    spend(client, "6-2-2-0-0")
    client.post("/accounts/login/code/", {"email": user.email})
    client.post("/accounts/password/reset/", {"email": user.email})
    hash_then = user.get_session_auth_hash()
    (code, _reset) = map(code_in, mail.outbox)

    def stored() -> str:
        return str(Session.objects.get(user=None).get_decoded())

    assert all(word in stored() for word in (user.email, code, hash_then))
    signed_in = Client()
    signed_in.force_login(user)
    before = rows_of_all_tables()
    assert "0 codes" in tidy()
    assert rows_of_all_tables() == before
    session = Session.objects.get(user=None)
    session.expire_date -= timedelta(minutes=2 * settings.CODE_MINUTES)
    session.save()
    assert "1 codes" in tidy()
    assert not any(word in stored() for word in (user.email, code, hash_then))
    assert client.get("/accounts/login/code/confirm/").url == "/accounts/login/code/"
    sign_in(client, user)
    assert history(client) == ["6-2-2-0-0"]


@pytest.mark.django_db
def test_codes_of_a_session_that_is_signed_in_are_deleted_too(client, settings):
    user = make_verified_user()
    client.post("/accounts/password/reset/", {"email": user.email})
    code = code_in(mail.outbox[0])
    client.force_login(user)
    session = Session.objects.get()
    stored = {**session.get_decoded(), "account_password_reset_verification": {"code": code}}
    session.session_data = Session.objects.encode(stored)
    session.save()
    assert "0 codes" in tidy()
    session.expire_date -= timedelta(minutes=2 * settings.CODE_MINUTES)
    session.save()
    assert "1 codes" in tidy()
    assert code not in str(Session.objects.get().get_decoded())
    assert client.get("/history/").status_code == 200


def stored_under_another_key(client: Client) -> Session:
    """Store a session with a pending code that was signed with another SECRET_KEY, an hour ago."""
    with override_settings(SECRET_KEY="another one"):
        client.post("/accounts/login/code/", {"email": make_verified_user("b@example.org").email})
    session = Session.objects.get()
    session.expire_date -= timedelta(hours=1)
    session.save()
    return session


@pytest.mark.django_db
def test_sessions_that_an_earlier_secret_key_signed_are_deleted(client, caplog):
    earlier = stored_under_another_key(client)
    minutes_ago = earlier.expire_date + timedelta(minutes=50)
    Session.objects.create(session_key="recent", session_data="a:b", expire_date=minutes_ago)
    Client().force_login(make_user())
    caplog.clear()
    assert "1 codes" in tidy()
    assert not Session.objects.filter(pk=earlier.pk).exists()
    assert Session.objects.count() == 2
    assert caplog.records == []


@pytest.mark.django_db
def test_a_tidy_with_another_secret_key_than_the_sites_deletes_no_session(client):
    stored_under_another_key(client)
    before = rows_of_all_tables()
    assert "0 codes" in tidy()
    assert rows_of_all_tables() == before


@pytest.mark.django_db
def test_rooms_end_within_the_hour():
    user = make_user()
    rooms = [make_room(user, state, answers=6) for state in ("overdue", "open")]
    out = io.StringIO()
    call_command("end_rooms", stdout=out)
    assert out.getvalue() == "Ended: 1 rooms\n"
    assert {each.room for each in RoomAnswer.objects.all()} == {rooms[1]}
