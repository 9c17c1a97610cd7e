"""The real server while its PostgreSQL refuses connections, is read-only, or holds a lock."""

import time

import pytest

from tests.support.make import points
from tests.support.server import Browser, is_unavailable, running

pytestmark = pytest.mark.processes
EMAIL, PASSWORD = "owner@example.org", "ten points to spend"


@pytest.fixture(scope="module")
def server(tmp_path_factory, prepared):
    folder = tmp_path_factory.mktemp("outage")
    with running("outage", folder, prepared, WEB_CONCURRENCY="1") as server:
        yield server


@pytest.fixture(scope="module")
def person(server):
    browser = Browser(server)
    response = browser.submit("/accounts/signup/", {"email": EMAIL, "password1": PASSWORD})
    assert response.status_code == 302
    return browser


def test_while_postgresql_refuses_connections(server, person):
    visitor = Browser(server)
    known = visitor.open("/splits/2-2-2-2-2/")
    form = person.open("/").text
    with server.database.refusing_connections():
        for path in ("/history/", "/goal/", "/nothing/"):
            assert is_unavailable(person.open(path))
        assert visitor.open("/splits/2-2-2-2-2/").content == known.content
        assert person.open("/").status_code == 200
        result = visitor.submit("/", points("6-2-2-0-0"))
        assert (result.status_code, result.headers["Location"]) == (302, "/splits/6-2-2-0-0/")
        assert "Mainly business driven (60%)" in visitor.open("/splits/6-2-2-0-0/").text
        sent = person.submit("/", points("6-2-2-0-0"), form)
        assert is_unavailable(sent)
        assert visitor.open("/healthz").status_code == 200
        assert visitor.open("/readyz").status_code == 503
    assert person.submit("/", points("6-2-2-0-0"), sent.text).status_code == 302
    assert "Mainly business driven (60%)" in person.open("/history/").text


def test_while_postgresql_is_read_only(server, person):
    visitor = Browser(server)
    with server.database.read_only():
        assert person.open("/history/").status_code == 200
        assert is_unavailable(person.submit("/goal/", points("4-3-3-0-0")))
        login = {"login": EMAIL, "password": PASSWORD}
        assert is_unavailable(visitor.submit("/accounts/login/", login))
        assert visitor.submit("/", points("6-2-2-0-0")).status_code == 302
    assert person.submit("/goal/", points("4-3-3-0-0")).status_code == 302


def test_a_lock_that_somebody_else_holds_is_waited_for_for_two_seconds(server, person):
    with server.database.connect() as other, other.transaction():
        other.execute("SELECT 1 FROM purposeapp_user FOR UPDATE")
        other.execute("LOCK TABLE purposeapp_goal IN ACCESS EXCLUSIVE MODE")
        page = person.open("/").text
        began = time.monotonic()
        sent = person.submit("/goal/", points("0-10-0-0-0"), page)
        # Not a check of speed: without a lock timeout, it would wait for ever.
        assert time.monotonic() - began >= 2
        assert is_unavailable(sent)
    assert person.submit("/goal/", points("0-10-0-0-0"), sent.text).status_code == 302


def test_the_limits_are_those_of_requests_and_not_of_commands(server):
    show = "from django.db import connection as c; k = c.cursor(); k.execute('SHOW lock_timeout')"
    assert server.manage("shell", "--no-imports", "-c", f"{show}; print(k.fetchone()[0])") == "0\n"


def test_a_connection_that_postgresql_ended_is_replaced_unnoticed(server, person):
    assert person.open("/history/").status_code == 200
    with server.database.connect("postgres") as observer:
        observer.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s",
            [server.database.name],
        )
    for _ in range(8):  # as many as there are threads, each with its own connection
        assert person.open("/history/").status_code == 200
