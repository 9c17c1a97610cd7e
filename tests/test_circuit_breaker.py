"""The circuit breaker: how long a thread waits for PostgreSQL in a process with limits."""

import threading

import psycopg
import pytest
from django.db import connection

from purposeapp.web.postgresql import circuit_breaker as module
from purposeapp.web.postgresql.circuit_breaker import CircuitBreaker

LOCK = "SELECT pg_advisory_lock(2010)"


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    for name in ("SHORT_WAIT_S", "CROWDED_WAIT_S", "PROBE_GRACE_S", "PROBE_EVERY_S"):
        monkeypatch.setattr(module, name, 0.01)


@pytest.fixture
def connect(db):
    """A function that opens new connections, independent of Django's."""
    opened = []

    def connect():
        opened.append(psycopg.connect(**connection.get_connection_params()))
        opened[-1].autocommit = True
        return opened[-1]

    yield connect
    for each in opened:
        each.close()


@pytest.fixture
def circuit_breaker():
    circuit_breaker = CircuitBreaker()
    circuit_breaker.limit(long_waits=1, limit_s=0.02)
    return circuit_breaker


def answering() -> None:
    """A probe that succeeds."""


def bounded(circuit_breaker, connect, limit_s=None):
    made = connect()
    circuit_breaker.bound(made, lambda: limit_s, answering)
    return made


def test_a_wait_has_an_end_and_the_connection_with_it(circuit_breaker, connect):
    connect().execute(LOCK)
    waiting = bounded(circuit_breaker, connect)
    assert waiting.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError, match="too long"):
        waiting.execute(LOCK)
    assert waiting.closed
    # The place is free again.
    with pytest.raises(psycopg.OperationalError, match="too long"):
        bounded(circuit_breaker, connect).execute(LOCK)


def test_within_a_transaction_the_outage_is_an_operational_error_too(circuit_breaker, connect):
    connect().execute(LOCK)
    waiting = bounded(circuit_breaker, connect)
    with pytest.raises(psycopg.OperationalError, match="too long"), waiting.transaction():
        waiting.execute(LOCK)


def test_only_some_may_wait_for_long(circuit_breaker, connect):
    circuit_breaker.limit(long_waits=1, limit_s=60)
    holder = connect()
    holder.execute(LOCK)
    first, second = bounded(circuit_breaker, connect), bounded(circuit_breaker, connect)
    waits = threading.Thread(target=first.execute, args=[LOCK])
    waits.start()
    while not circuit_breaker._is_crowded:  # until the first one has taken the place
        assert waits.is_alive()
    with pytest.raises(psycopg.OperationalError, match="too long"):
        second.execute(LOCK)
    assert bounded(circuit_breaker, connect).execute("SELECT 1").fetchone() == (1,)
    holder.close()
    waits.join()
    assert not first.closed


def test_a_wait_can_be_bounded_more_closely(circuit_breaker, connect):
    circuit_breaker.limit(long_waits=1, limit_s=60)
    connect().execute(LOCK)
    with pytest.raises(psycopg.OperationalError, match="too long"):
        bounded(circuit_breaker, connect, limit_s=0.01).execute(LOCK)


def test_without_limits_a_command_waits_as_long_as_it_takes():
    class Recording:
        def wait(self, generator, interval, timeout):
            return timeout

    recording = Recording()
    CircuitBreaker().bound(recording, lambda: 0.01, answering)
    assert recording.wait("generator") is None


def test_while_a_server_is_silent_nobody_waits_until_it_answers_a_probe(circuit_breaker):
    silent, answers = threading.Event(), threading.Event()

    def probe():
        if silent.is_set():
            raise psycopg.errors.ConnectionTimeout
        answers.set()

    def fail():
        raise psycopg.errors.ConnectionTimeout

    silent.set()
    with pytest.raises(psycopg.OperationalError):
        circuit_breaker.connect(fail, probe)
    asked = []
    with pytest.raises(psycopg.OperationalError, match="does not answer"):
        circuit_breaker.connect(lambda: asked.append("once more"), probe)
    assert not asked
    silent.clear()
    assert answers.wait(10)
    assert circuit_breaker._answers.wait(10)
    assert circuit_breaker.connect(lambda: "connected", probe) == "connected"


def test_a_refusal_is_an_answer(circuit_breaker):
    def refuse():
        raise psycopg.OperationalError

    def fail():
        raise psycopg.errors.ConnectionTimeout

    with pytest.raises(psycopg.OperationalError):
        circuit_breaker.connect(fail, refuse)
    assert circuit_breaker._answers.wait(10)
