"""A session lasts while it is used: 180 days from the last use, with at most one write a day."""

import pickle
from datetime import timedelta
from functools import partial
from unittest.mock import patch

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from purposeapp.accounts.pending import MAX_PENDING
from purposeapp.models import Assessment, Session
from purposeapp.web.held_forms import hold_form
from purposeapp.web.sessions import VISITOR_AGE, SessionStore
from tests.support.concurrency import at_once
from tests.support.make import PASSWORD, points

AGE = timedelta(days=180)


def let_pass(**time) -> None:
    """Age all sessions by this much time."""
    for session in Session.objects.all():
        session.expire_date -= timedelta(**time)
        session.save()


def writes(client: Client, path: str) -> tuple[list[str], bool]:
    """Return the session writes of a page, and whether it sets the session cookie."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    changes = ("UPDATE", "INSERT", "DELETE")
    sql = [query["sql"] for query in queries if query["sql"].startswith(changes)]
    return [each for each in sql if "session" in each], "sessionid" in response.cookies


def test_a_session_lasts_180_days(owner):
    assert Session.objects.get().expire_date > timezone.now() + AGE - timedelta(minutes=1)


def test_somebody_who_comes_every_three_months_stays_signed_in(owner):
    for _visit in range(5):
        let_pass(days=92)
        assert owner.get("/history/").status_code == 200


def test_row_and_cookie_are_renewed_together(owner):
    let_pass(days=2)
    response = owner.get("/settings/")
    expires = Session.objects.get().expire_date
    assert expires > timezone.now() + AGE - timedelta(minutes=1)
    assert response.cookies["sessionid"]["max-age"] == AGE.total_seconds()


def test_a_session_that_is_not_used_ends(owner):
    let_pass(days=181)
    assert owner.get("/history/").status_code == 302


def test_there_is_one_write_a_day_and_not_one_a_request(owner):
    assert writes(owner, "/settings/") == ([], False)
    let_pass(hours=23)
    assert writes(owner, "/settings/") == ([], False)
    let_pass(hours=2)
    renewed, sets_cookie = writes(owner, "/settings/")
    assert len(renewed) == 1
    assert sets_cookie
    assert writes(owner, "/settings/") == ([], False)


@pytest.fixture
def visitor(client, db) -> Client:
    client.get("/")
    client.post("/", points("6-2-2-0-0"))
    return client


def test_a_visitors_session_lasts_14_days_from_the_last_use(visitor):
    lasts = VISITOR_AGE.total_seconds()
    assert visitor.cookies["sessionid"]["max-age"] == lasts == 14 * 24 * 60 * 60
    for _visit in range(3):
        let_pass(days=10)
        response = visitor.get("/")
        assert response.cookies["sessionid"]["max-age"] == lasts
    let_pass(days=15)
    visitor.get("/")
    assert not visitor.session.keys()


def test_what_waits_goes_into_the_history_of_whoever_signs_up_within_that_time(visitor):
    let_pass(days=13)
    visitor.post("/accounts/signup/", {"email": "new@example.org", "password1": PASSWORD})
    assert str(Assessment.objects.get().split) == "6-2-2-0-0"
    # After signing in, the session lasts as long as any signed-in one.
    assert Session.objects.get().expire_date > timezone.now() + AGE - timedelta(minutes=1)


def test_signing_out_leaves_no_session(visitor, user):
    visitor.force_login(user)
    visitor.post("/accounts/logout/")
    assert not Session.objects.filter(expire_date__gt=timezone.now() + VISITOR_AGE).exists()


# --- Visitors from one IP address ---------------------------------------------------------------


@pytest.fixture
def two_a_day(monkeypatch, db):
    monkeypatch.setattr("purposeapp.web.visitors.MAX_NEW_A_DAY", 2)


def spend(client: Client, address: str = "192.0.2.1") -> str:
    response = client.post("/", points("6-2-2-0-0"), REMOTE_ADDR=address)
    assert response.status_code == 302
    return response.url


def test_more_visitors_of_an_address_than_a_fair_has_see_their_results_and_nothing_waits(two_a_day):
    first = Client()
    for client in (first, Client(), Client(), Client()):
        assert spend(client) == "/splits/6-2-2-0-0/"
    assert Session.objects.count() == 2
    # A visitor who already has a session isn't affected, nor is another IP address.
    spend(first)
    spend(Client(), "192.0.2.2")
    assert Session.objects.count() == 3


def test_whoever_is_one_too_many_keeps_the_result_on_the_way_to_an_account(two_a_day):
    for _ in range(2):
        spend(Client())
    client = Client(REMOTE_ADDR="192.0.2.1")
    sign_up = client.post("/keep/6-2-2-0-0/", {}).url
    kept = client.post(sign_up, {"email": "new@example.org", "password1": PASSWORD}).url
    assert kept == "/keep/6-2-2-0-0/"
    client.post(kept, {})
    assert str(Assessment.objects.get().split) == "6-2-2-0-0"


def test_all_addresses_of_one_ipv6_network_count_as_one(two_a_day):
    for number in range(4):
        spend(Client(), f"2001:db8:0:{number}::{number}")
    assert Session.objects.count() == 2
    spend(Client(), "2001:db8:0:100::1")
    assert Session.objects.count() == 3


def test_no_page_begins_one_session_more_but_those_of_signing_in(two_a_day, user):
    for _ in range(2):
        spend(Client())
    held = {"note": "typed", "hold": "login", **points("6-2-2-0-0")}
    assert Client(REMOTE_ADDR="192.0.2.1").post("/", held).status_code == 302
    assert Session.objects.count() == 2
    login = {"login": user.email, "password": PASSWORD}
    client = Client(REMOTE_ADDR="192.0.2.1")
    assert client.post("/accounts/login/", login).status_code == 302
    assert Session.objects.count() == 3


def test_counting_begins_anew_after_its_time(db):
    assert [cache.count("visitors", timeout=60) for _ in range(3)] == [1, 2, 3]
    assert cache.count("others", timeout=-1) == 1
    assert cache.count("others", timeout=60) == 1


def test_what_is_taken_back_does_not_count_and_its_time_does_not_change(db):
    assert [cache.count("visitors", timeout=60) for _ in range(3)] == [1, 2, 3]
    cache.uncount("visitors")
    assert cache.count("visitors", timeout=60) == 3
    assert cache.count("others", timeout=-1) == 1
    cache.uncount("others")
    cache.uncount("nobody")
    assert cache.count("others", timeout=60) == cache.count("nobody", timeout=60) == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_that_count_at_once_count_two():
    assert at_once(*[lambda: cache.count("visitors", timeout=60)] * 4) == []
    assert cache.count("visitors", timeout=60) == 5


def test_a_visitors_session_is_bounded_in_size(db):
    client = Client()
    note = "😀" * 2_000
    for path in ("/", "/try/", "/", "/goal/", "/history/add/"):
        for account in ("", "x" * 32):
            client.post(path, points("6-2-2-0-0", note=note, hold="login", account=account))
    for number in range(MAX_PENDING + 2):
        client.post("/", points(f"{number % 10}-{10 - number % 10}-0-0-0"))
    assert len(pickle.dumps(dict(client.session.items()))) < 150_000


# --- Renewal -------------------------------------------------------------------------------------


def test_a_public_page_renews_nothing_and_sets_no_cookie(owner):
    anonymous = Client().get("/purposes/").content
    let_pass(days=9)
    assert writes(owner, "/purposes/") == ([], False)
    assert owner.get("/purposes/").content == anonymous


def test_a_session_from_before_lasts_as_long_as_a_new_one(owner):
    session = owner.session
    session.set_expiry(timedelta(days=90))
    session.save()
    let_pass(days=2)
    owner.get("/settings/")
    assert Session.objects.get().expire_date > timezone.now() + AGE - timedelta(minutes=1)


def test_renewing_does_not_undo_what_another_request_stored(client, user):
    # Sign in through the page: allauth stores the session's lifetime in it.
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    let_pass(days=2)
    renewing = SessionStore(client.session.session_key)
    renewing.get("anything")
    assert renewing.modified
    other = SessionStore(client.session.session_key)
    other["note"] = "kept"
    other.save()
    renewing.save()
    assert SessionStore(client.session.session_key)["note"] == "kept"


def test_two_requests_that_change_other_keys_both_keep_theirs(db):
    first = SessionStore()
    first.update({"both": 1, "removed": 1, "kept": 1})
    first.create()
    slow, quick = SessionStore(first.session_key), SessionStore(first.session_key)
    slow.update({"both": "slow", "none": None})
    del slow["removed"]
    quick.update({"both": "quick", "pending": ["6-2-2-0-0"], "removed": 2})
    quick.save()
    slow.save()
    stored = dict(SessionStore(first.session_key).items())
    assert stored == {"both": "slow", "kept": 1, "none": None, "pending": ["6-2-2-0-0"]}
    assert dict(slow.items()) == stored
    quick["more"] = 1
    quick.save()
    assert dict(SessionStore(first.session_key).items()) == {**stored, "more": 1}


def test_a_change_brings_no_session_back_that_has_ended_meanwhile(owner):
    slow = SessionStore(owner.session.session_key)
    slow["note"] = "late"
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        slow.save()
    assert not Session.objects.exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_requests_at_once_each_keep_what_they_store():
    first = SessionStore()
    first.create()

    def store(key):
        session = SessionStore(first.session_key)
        session[key] = 1
        session.save()

    assert at_once(*[partial(store, key) for key in "abcd"]) == []
    assert dict(SessionStore(first.session_key).items()) == dict.fromkeys("abcd", 1)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_forms_at_once_of_a_browser_whose_session_has_ended_are_all_held():
    def hold(path):
        request = RequestFactory().post(path, {"account": "a" * 32, "note": f"typed at {path}"})
        request.session, request.META["CSRF_COOKIE"] = SessionStore(), "c" * 32
        assert hold_form(request)

    paths = ["/goal/", "/reminders/", "/settings/"]
    assert at_once(*[partial(hold, path) for path in paths]) == []
    (session,) = Session.objects.all()
    held = SessionStore(session.session_key)["held_forms"]
    assert sorted(form["path"] for form in held) == paths


def test_renewing_brings_no_session_back_that_has_ended_meanwhile(owner):
    let_pass(days=2)
    renewing = SessionStore(owner.session.session_key)
    renewing.get("anything")
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        renewing.save()
    assert not Session.objects.exists()


def test_session_and_user_are_read_in_one_statement(owner, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert owner.get("/nowhere/").status_code == 404


def test_a_changed_password_and_a_deactivated_account_open_nothing(owner, user):
    user.is_active = False
    user.save()
    assert owner.get("/settings/").status_code == 302
    user.is_active = True
    user.set_password("another ten points to spend")
    user.save()
    assert owner.get("/settings/").status_code == 302
    assert not Session.objects.exists()


def test_a_new_secret_key_signs_nobody_out(owner, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new key, made after the old one was seen by someone"
    assert owner.get("/settings/").status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert owner.get("/settings/").status_code == 200


def test_whoever_enters_the_password_once_more_gets_another_session_key(owner):
    before = owner.cookies["sessionid"].value
    assert owner.post("/accounts/reauthenticate/", {"password": "wrong"}).status_code == 422
    assert owner.get("/history/").status_code == 200
    assert owner.cookies["sessionid"].value == before
    owner.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert owner.cookies["sessionid"].value != before
    assert owner.get("/history/").status_code == 200
    old = Client()
    old.cookies["sessionid"] = before
    assert old.get("/history/").status_code == 302


def test_a_key_that_is_taken_is_not_given_away(db, django_assert_num_queries):
    taken, free = SessionStore(), SessionStore()
    taken["of"] = "someone else"
    taken.create()
    keys = iter([taken.session_key, "f" * 32])
    with patch("purposeapp.web.sessions.get_random_string", lambda *_: next(keys)):
        free.create()
    assert free.session_key == "f" * 32
    assert SessionStore(taken.session_key)["of"] == "someone else"
    with django_assert_num_queries(3):  # the row, within a savepoint
        SessionStore().create()
