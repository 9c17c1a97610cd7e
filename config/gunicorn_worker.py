"""A gthread worker for gunicorn that is safe from slow and idle clients (slowloris).

Such a client occupies no thread, and doesn't block the event loop, on which gunicorn's own worker
waits for each closing client.

A buffering proxy does this better, and docs/deploy.md asks for one.
"""

import selectors
import socket
import struct
import time
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from gunicorn import http  # type: ignore[import-untyped]
from gunicorn.errors import AppImportError  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

HEAD_TIMEOUT_S = 10
"""How long the head of a request may take to arrive. No thread waits for it."""
MAX_HEAD_BYTES = 64 * 1024
"""A head that is still incomplete at this size is refused (431). Also the size of one read."""
END_OF_HEAD = b"\r\n\r\n"
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n"

READ_GRACE_S = 20
MIN_BYTES_PER_S = 500
"""A body may take the grace period plus the time that its bytes take at this rate (as in Apache's
mod_reqtimeout)."""
SEND_TIMEOUT_S = 30
"""How long a client may accept no byte of a response."""

LINGER_TIMEOUT_S = 2
"""How long a client may take to close the connection after its last response."""
MAX_LINGER_BYTES = 64 * 1024
"""How much a client may send in that time."""


class TimedReader:
    """A socket wrapper that raises TimeoutError when a request arrives too slowly."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.begin()

    def begin(self) -> None:
        """Restart the clock for the next request."""
        self._began, self._received = time.monotonic(), 0

    def recv(self, size: int) -> bytes:
        ends = self._began + READ_GRACE_S + self._received / MIN_BYTES_PER_S
        left = ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("The request comes in too slowly.")
        limit = self._sock.gettimeout()
        self._sock.settimeout(left if limit is None else min(limit, left))
        try:
            data = self._sock.recv(size)
        finally:
            self._sock.settimeout(limit)
        self._received += len(data)
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


class Worker(ThreadWorker):
    """A worker that reads the head of each request on its event loop, then hands it to a thread."""

    def load_wsgi(self) -> None:
        """Load the application. Wrong settings end the server with their message and status 4."""
        try:
            super().load_wsgi()
        except ImproperlyConfigured as error:
            raise AppImportError(str(error)) from error

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lingering_conns: deque[TConn] = deque()

    def enqueue_req(self, conn: TConn) -> None:
        """Take a new connection, or one whose buffer already holds some of the next request."""
        if not conn.initialized:
            limit = struct.pack("ll", SEND_TIMEOUT_S, 0)
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
            conn.parser = http.get_parser(self.cfg, conn.sock, conn.client)
            conn.parser.unreader.sock = TimedReader(conn.sock)
            conn.initialized = True
        conn.head = conn.parser.unreader.take_buffered()
        if END_OF_HEAD in conn.head or self._has_come_with_it(conn):
            self._give_to_a_thread(conn)
        else:
            self._await_head(conn)

    def _has_come_with_it(self, conn: TConn) -> bool:
        """Return whether the whole head has arrived with the connection, as it mostly does.

        That saves a round through the event loop. A head that is too large or broken off still
        goes through it: one place alone answers those.
        """
        conn.sock.setblocking(False)
        conn.head += self._received(conn, MAX_HEAD_BYTES - 1) or b""
        return END_OF_HEAD in conn.head

    def _received(self, conn: TConn, size: int = MAX_HEAD_BYTES) -> bytes | None:
        """Return what has arrived: empty if the client has hung up, None if nothing has come."""
        try:
            return conn.sock.recv(size)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def on_client_socket_readable(self, conn: TConn, client: Any) -> None:
        """Await the head of the next request on a keep-alive connection."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        conn.head = b""
        self._await_head(conn)

    def on_pending_socket_readable(self, conn: TConn, client: Any) -> None:
        """Read more of a head, or notice that the client has hung up."""
        data = self._received(conn)
        if data is None:
            return
        conn.head += data
        is_whole = END_OF_HEAD in conn.head
        if data and not is_whole and len(conn.head) < MAX_HEAD_BYTES:
            return
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        if data and is_whole:
            self._give_to_a_thread(conn)
            return
        if data:
            with suppress(OSError):
                conn.sock.send(TOO_LARGE)
        self._drop(conn)

    def _give_to_a_thread(self, conn: TConn) -> None:
        conn.sock.setblocking(True)
        conn.parser.unreader.unread(conn.head)
        conn.parser.unreader.sock.begin()
        super().enqueue_req(conn)

    def _await_head(self, conn: TConn) -> None:
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + HEAD_TIMEOUT_S
        self.pending_conns.append(conn)
        readable = partial(self.on_pending_socket_readable, conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, readable)

    def finish_request(self, conn: TConn, fs: Future) -> None:
        """Keep the connection alive, or else wait for the client to close it."""
        if fs.cancelled() or fs.exception() or fs.result():
            super().finish_request(conn, fs)
        else:
            self._linger(conn)

    def _linger(self, conn: TConn) -> None:
        """Close the connection in stages (lingering close, RFC 9112, section 9.6).

        If both directions closed at once, the client might lose the last response. gunicorn's own
        worker blocks the event loop while it waits.
        """
        conn.lingered_bytes = 0
        conn.timeout = time.monotonic() + LINGER_TIMEOUT_S
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:  # the client closed first
            self._drop(conn)
            return
        self.lingering_conns.append(conn)
        readable = partial(self.on_lingering_socket_readable, conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, readable)

    def on_lingering_socket_readable(self, conn: TConn, client: Any) -> None:
        """Discard what the client still sends, until it closes or has sent too much."""
        data = self._received(conn)
        if data is None:
            return
        conn.lingered_bytes += len(data)
        if not data or conn.lingered_bytes > MAX_LINGER_BYTES:
            self.poller.unregister(client)
            self.lingering_conns.remove(conn)
            self._drop(conn)

    def murder_pending(self) -> None:
        """Close connections that have waited too long, for a head or for the client to close."""
        super().murder_pending()
        now = time.monotonic()
        while self.lingering_conns and self.lingering_conns[0].timeout <= now:
            conn = self.lingering_conns.popleft()
            self.poller.unregister(conn.sock)
            self._drop(conn)

    def _drop(self, conn: TConn) -> None:
        self.nr_conns -= 1
        conn.close()

    def _cap_keepalive(self, deadline: float) -> None:
        """When the worker stops, cap the timeout of connections without a whole head too."""
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)
