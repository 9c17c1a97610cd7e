"""How long a thread waits for PostgreSQL, where a process has limits."""

import threading

import psycopg
import pytest
from django.db import connection

from purposeapp.web.postgresql import patience as module
from purposeapp.web.postgresql.patience import Patience

LOCK = "SELECT pg_advisory_lock(2010)"


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    for name in ("SHORT_WAIT_S", "CROWDED_WAIT_S", "VERDICT_S", "PROBE_EVERY_S"):
        monkeypatch.setattr(module, name, 0.01)


@pytest.fixture
def connect(db):
    """Makes connections of their own, past Django's."""
    opened = []

    def connect():
        opened.append(psycopg.connect(**connection.get_connection_params()))
        opened[-1].autocommit = True
        return opened[-1]

    yield connect
    for each in opened:
        each.close()


@pytest.fixture
def patience():
    patience = Patience()
    patience.limit(long_waits=1, limit_s=0.02)
    return patience


def answering() -> None:
    """A probe that finds that the server answers."""


def bounded(patience, connect, limit_s=None):
    made = connect()
    patience.bound(made, lambda: limit_s, answering)
    return made


def test_a_wait_has_an_end_and_the_connection_with_it(patience, connect):
    connect().execute(LOCK)
    waiting = bounded(patience, connect)
    assert waiting.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError, match="too long"):
        waiting.execute(LOCK)
    assert waiting.closed
    # The place is free again.
    with pytest.raises(psycopg.OperationalError, match="too long"):
        bounded(patience, connect).execute(LOCK)


def test_within_a_transaction_the_outage_is_an_operational_error_too(patience, connect):
    connect().execute(LOCK)
    waiting = bounded(patience, connect)
    with pytest.raises(psycopg.OperationalError, match="too long"), waiting.transaction():
        waiting.execute(LOCK)


def test_only_some_may_wait_for_long(patience, connect):
    patience.limit(long_waits=1, limit_s=60)
    holder = connect()
    holder.execute(LOCK)
    first, second = bounded(patience, connect), bounded(patience, connect)
    waits = threading.Thread(target=first.execute, args=[LOCK])
    waits.start()
    while not patience._is_crowded:  # until the first one has its place
        assert waits.is_alive()
    with pytest.raises(psycopg.OperationalError, match="too long"):
        second.execute(LOCK)
    assert bounded(patience, connect).execute("SELECT 1").fetchone() == (1,)
    holder.close()
    waits.join()
    assert not first.closed


def test_a_wait_can_be_bounded_more_closely(patience, connect):
    patience.limit(long_waits=1, limit_s=60)
    connect().execute(LOCK)
    with pytest.raises(psycopg.OperationalError, match="too long"):
        bounded(patience, connect, limit_s=0.01).execute(LOCK)


def test_without_limits_a_command_waits_as_long_as_it_takes():
    class Recording:
        def wait(self, generator, interval, timeout):
            return timeout

    recording = Recording()
    Patience().bound(recording, lambda: 0.01, answering)
    assert recording.wait("generator") is None


def test_while_a_server_is_silent_nobody_waits_until_it_answers_a_probe(patience):
    silent, answers = threading.Event(), threading.Event()

    def probe():
        if silent.is_set():
            raise psycopg.errors.ConnectionTimeout
        answers.set()

    def fail():
        raise psycopg.errors.ConnectionTimeout

    silent.set()
    with pytest.raises(psycopg.OperationalError):
        patience.connect(fail, probe)
    asked = []
    with pytest.raises(psycopg.OperationalError, match="does not answer"):
        patience.connect(lambda: asked.append("once more"), probe)
    assert not asked
    silent.clear()
    assert answers.wait(10)
    assert patience._answers.wait(10)
    assert patience.connect(lambda: "connected", probe) == "connected"


def test_a_refusal_is_an_answer(patience):
    def refuse():
        raise psycopg.OperationalError

    def fail():
        raise psycopg.errors.ConnectionTimeout

    with pytest.raises(psycopg.OperationalError):
        patience.connect(fail, refuse)
    assert patience._answers.wait(10)
