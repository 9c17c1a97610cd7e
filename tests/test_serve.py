"""`manage.py serve`: two at the same moment, and a graceful stop during a request."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests

from drill.writers import Browser, Scores
from tests.support.make import PASSWORD, points
from tests.support.server import CHECKOUT, Database, Server
from tests.support.waiting import eventually

pytestmark = pytest.mark.processes


@pytest.fixture
def empty():
    with Database(f"five_purposes_serve_{os.getpid()}") as database:
        yield database


@pytest.fixture
def migrated(prepared):
    with Database(f"five_purposes_stop_{os.getpid()}", prepared.template) as database:
        yield database


def test_two_at_the_same_moment_in_one_checkout_both_serve(empty, tmp_path):
    static = tmp_path / "static"
    servers = [Server(empty, tmp_path, static, COMPRESS="false") for _ in range(2)]
    for server in servers:
        server.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=CHECKOUT,
            env=server.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    try:
        for server in servers:
            eventually(
                lambda server=server: not server.is_running or server._is_ready(), timeout_s=180
            )
            page = requests.get(f"{server.url}/purposes/").text
            style = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
            assert requests.get(server.url + style).status_code == 200
    finally:
        for server in servers:
            server.stop()


def sockets(pid: int) -> int:
    links = []
    for each in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            links.append(os.readlink(each))
    return sum(link.startswith("socket:") for link in links)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_stop_lets_a_request_finish(migrated, tmp_path, prepared):
    """The request waits for a lock that is released only once the server has begun to stop."""
    patient = f"{migrated.url}?options=-c%20lock_timeout%3D60s"
    server = Server(migrated, tmp_path, prepared.static, DATABASE_URL=patient)
    server.start()
    try:
        person = Browser(server.url, Scores(), "192.0.2.1")
        page = person.get("/accounts/signup/")
        person.post("/accounts/signup/", page, email="owner@example.org", password1=PASSWORD)
        form, answers = person.get("/"), []
        with migrated.connect() as connection, connection.transaction():
            connection.execute("LOCK TABLE purposeapp_assessment IN ACCESS EXCLUSIVE MODE")
            recording = threading.Thread(
                target=lambda: answers.append(person.post("/", form, **points("6-2-2-0-0")))
            )
            recording.start()
            with migrated.connect() as watching:
                waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                eventually(lambda: watching.execute(waits).fetchone()[0] == 1)
            listening = sockets(server.process.pid)
            server.process.send_signal(signal.SIGTERM)
            eventually(lambda: sockets(server.process.pid) < listening)
        recording.join(60)
        assert answers[0].headers["Location"].startswith("/history/")
        assert server.process.wait(60) == 0
    finally:
        server.stop()
