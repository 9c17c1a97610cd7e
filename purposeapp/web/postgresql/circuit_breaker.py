"""How long the threads of a worker wait for PostgreSQL: a bulkhead and a circuit breaker.

A worker has few threads. Were all of them to wait for one lock, or for a server that has fallen
silent, nobody would be left to answer probes and the pages that need no database.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.errors import ConnectionTimeout, _WaitTimeout

SHORT_WAIT_S = 1.0
"""Every thread may wait so long for an answer."""
CROWDED_WAIT_S = 0.1
"""And only so long where as many as may wait longer already do."""
PROBE_GRACE_S = 0.5
"""How long it is waited for whether a server that is in doubt answers."""
PROBE_EVERY_S = 0.5
"""How often a silent server is asked whether it answers again."""


class CircuitBreaker:
    """The limits of one process. Without `limit`, as in commands, every wait has no end."""

    def __init__(self) -> None:
        self.limit_s: float | None = None
        self._answers = threading.Event()
        self._answers.set()
        self._tripped_at = 0.0
        self._connecting = threading.Lock()
        self._lock = threading.Lock()

    def limit(self, *, long_waits: int, limit_s: float) -> None:
        """Let so many threads at once wait longer than SHORT_WAIT_S, and none beyond `limit_s`."""
        self._places, self._taken = long_waits, 0
        self.limit_s = limit_s

    def connect(self, connect: Callable[[], Any], probe: Callable[[], Any]) -> Any:
        """A new connection; at once an error where the server is known to be silent.

        Whether it still is, `probe` finds out in a thread of its own, so that nobody waits for it.
        """
        if self.limit_s is None:
            return connect()
        left = self._tripped_at + PROBE_GRACE_S - time.monotonic()
        if not self._answers.wait(max(left, 0)):
            raise ConnectionTimeout("PostgreSQL does not answer")
        # One after the other, since each may wait for seconds.
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
        """Bound every wait on `connection`, which is closed when it is over: nobody can know what
        a late answer would belong to. `limit_s` may be less for a while, and then needs no place.
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
        """Be one of those who may wait for long; False where there is no place left."""
        with self._lock:
            if self._is_crowded:
                return False
            self._taken += 1
            return True

    def _leave_place(self) -> None:
        with self._lock:
            self._taken -= 1

    def _trip(self, probe: Callable[[], Any]) -> None:
        """Take the server for silent until it answers a probe."""
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
