"""The real server keeps answering while PostgreSQL holds a lock for long or stops responding."""

import os
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

from tests.support.proxy import Proxy
from tests.support.server import Browser, Database, Server, is_unavailable

pytestmark = pytest.mark.processes

KNOWN = "/splits/2-2-2-2-2/"
"""A page that is in the server's page cache."""
DEADLINE_S = 5
"""By then, all that need not wait has answered, even on a busy machine; what waits has not."""


@pytest.fixture(scope="module")
def proxy():
    with Database("postgres").connect() as there:
        host, port = there.info.host, there.info.port

    def connect() -> socket.socket:
        if host.startswith("/"):
            line = socket.socket(socket.AF_UNIX)
            line.connect(f"{host}/.s.PGSQL.{port}")
            return line
        return socket.create_connection((host, port))

    proxy = Proxy(connect)
    yield proxy
    proxy.close()


@pytest.fixture(scope="module")
def server(proxy, tmp_path_factory, prepared):
    folder = tmp_path_factory.mktemp("circuit_breaker")
    with Database(f"five_purposes_breaker_{os.getpid()}", prepared.template) as database:
        with database.connect() as there:
            who = f"{there.info.user}:{there.info.password}"
        url = f"postgres://{who}@127.0.0.1:{proxy.port}/{database.name}"
        server = Server(database, folder, prepared.static, DATABASE_URL=url, WEB_CONCURRENCY="1")
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="module")
def person(server):
    browser = Browser(server)
    form = {"email": "owner@example.org", "password1": "ten points to spend"}
    assert browser.submit("/accounts/signup/", form).status_code == 302
    return browser


@contextmanager
def crowd(server, person, paths: list[str]) -> Iterator[Counter]:
    """Run eight clients that request these pages in a loop, and count the responses."""
    answers: Counter = Counter()
    is_over = threading.Event()
    cookies = person.cookies.get_dict()

    def ask():
        while not is_over.is_set():
            for path in paths:
                answers[requests.get(server.url + path, cookies=cookies).status_code] += 1

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def check_that_it_goes_on(server, times: int) -> None:
    """Assert that probes and public pages are answered, one after the other."""
    for _ in range(times):
        for path in ("/healthz", KNOWN, "/"):
            response = requests.get(server.url + path, timeout=DEADLINE_S)
            assert response.status_code == 200
        requests.get(server.url + "/readyz", timeout=DEADLINE_S)


def test_a_table_that_is_locked_for_long_stops_nobody_else(server, person):
    before = requests.get(server.url + KNOWN).content
    with server.database.connect() as other, other.transaction():
        other.execute("LOCK TABLE purposeapp_tip IN ACCESS EXCLUSIVE MODE")
        with crowd(server, person, ["/tips/", "/splits/1-2-3-4-0/"]) as answers:
            check_that_it_goes_on(server, times=8)
            assert requests.get(server.url + KNOWN).content == before
            # Pages that don't need the lock keep working too.
            assert person.open("/settings/").status_code == 200
    assert answers[503]
    assert set(answers) == {200, 503}
    assert person.open("/tips/").status_code == 200


def test_a_postgresql_that_falls_silent_stops_no_page_that_needs_none(server, proxy, person):
    assert requests.get(server.url + KNOWN).status_code == 200
    with proxy.silent(), crowd(server, person, ["/history/", "/goal/"]) as answers:
        check_that_it_goes_on(server, times=8)
        assert requests.get(server.url + "/readyz").status_code == 503
        assert is_unavailable(person.open("/history/"))
    assert set(answers) == {503}
