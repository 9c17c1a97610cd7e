"""A bulkhead and a circuit breaker: limits on how long a worker's threads wait for PostgreSQL.

A worker has few threads. If all of them waited for a lock or for a server that doesn't respond,
none would be left for health probes and for pages that need no database.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.errors import ConnectionTimeout, _WaitTimeout

SHORT_WAIT_S = 1.0
"""How long every thread may wait for a response."""
CROWDED_WAIT_S = 0.1
"""How long a thread may wait if all places for longer waits are taken."""
PROBE_GRACE_S = 0.5
"""How long new connections wait for the first probe after the circuit breaker has tripped."""
PROBE_EVERY_S = 0.5
"""The interval between probes of a server that doesn't respond."""


class CircuitBreaker:
    """The limits of a process. Unless `limit` is called, waits are unbounded, as in commands."""

    def __init__(self) -> None:
        self.limit_s: float | None = None
        self._answers = threading.Event()
        self._answers.set()
        self._tripped_at = 0.0
        self._connecting = threading.Lock()
        self._lock = threading.Lock()

    def limit(self, *, long_waits: int, limit_s: float) -> None:
        """Let `long_waits` threads at once wait longer than SHORT_WAIT_S, but at most `limit_s`."""
        self._places, self._taken = long_waits, 0
        self.limit_s = limit_s

    def connect(self, connect: Callable[[], Any], probe: Callable[[], Any]) -> Any:
        """Return a new connection, or fail fast if the server is known not to respond.

        A separate thread calls `probe` to find out when it responds again, so no request waits.
        """
        if self.limit_s is None:
            return connect()
        left = self._tripped_at + PROBE_GRACE_S - time.monotonic()
        if not self._answers.wait(max(left, 0)):
            raise ConnectionTimeout("PostgreSQL does not answer")
        # One at a time, since each may wait for seconds.
        if not self._connecting.acquire(timeout=SHORT_WAIT_S):
            self._trip(probe)
            raise ConnectionTimeout("too many wait for a connection")
        try:
            return connect()
        except ConnectionTimeout:
            self._trip(probe)
            raise
        finally:
            self._connecting.release()

    def bound(
        self, connection: Any, limit_s: Callable[[], float | None], probe: Callable[[], Any]
    ) -> None:
        """Bound all waits on `connection`, and close it after a timeout.

        After a timeout it can't be used any more: a late response would be taken for the response
        to the next query. `limit_s` returns a temporary limit, which needs no place for a long
        wait, or None.
        """
        wait = connection.wait

        def bounded(generator: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
            if timeout is not None or self.limit_s is None:
                return wait(generator, interval, timeout)
            limit = limit_s()
            try:
                short = CROWDED_WAIT_S if self._is_crowded else SHORT_WAIT_S
                return wait(generator, interval, short if limit is None else limit)
            except _WaitTimeout:
                if limit is None and self._take_place():
                    try:
                        return wait(generator, interval, self.limit_s)
                    except _WaitTimeout:
                        pass
                    finally:
                        self._leave_place()
            self._trip(probe)
            connection.close()
            raise psycopg.OperationalError("PostgreSQL took too long to answer")

        connection.wait = bounded

    @property
    def _is_crowded(self) -> bool:
        return self._taken >= self._places

    def _take_place(self) -> bool:
        """Take a place for a long wait; return False if there is none left."""
        with self._lock:
            if self._is_crowded:
                return False
            self._taken += 1
            return True

    def _leave_place(self) -> None:
        with self._lock:
            self._taken -= 1

    def _trip(self, probe: Callable[[], Any]) -> None:
        """Trip the circuit breaker: treat the server as unavailable until a probe gets through."""
        with self._lock:
            if not self._answers.is_set():
                return
            self._tripped_at = time.monotonic()
            self._answers.clear()
        threading.Thread(target=self._ask_until_it_answers, args=[probe], daemon=True).start()

    def _ask_until_it_answers(self, probe: Callable[[], Any]) -> None:
        try:
            while self._is_silent(probe):
                time.sleep(PROBE_EVERY_S)
        finally:
            self._answers.set()

    def _is_silent(self, probe: Callable[[], Any]) -> bool:
        try:
            probe()
        except ConnectionTimeout:
            return True
        except psycopg.Error:
            return False  # a refusal is an answer
        return False


circuit_breaker = CircuitBreaker()
