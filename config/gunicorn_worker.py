"""gunicorn's worker with threads, in which slow and idle clients hold none of them (slowloris).

Nor do they hold up its event loop, on which gunicorn waits for each client that is to close.

A proxy that buffers does this better, and docs/deploy.md asks for one.
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

from gunicorn import http  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

HEAD_TIMEOUT_S = 10
"""How long the head of a request may take to arrive. No thread waits for it."""
MAX_HEAD_BYTES = 64 * 1024
"""More than a head may have, and what is read of a connection at a time."""
END_OF_HEAD = b"\r\n\r\n"
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n"

READ_GRACE_S = 20
MIN_BYTES_PER_S = 500
"""A body may take the grace, and then as long as its bytes take at this rate (as Apache has it)."""
SEND_TIMEOUT_S = 30
"""How long a client may take none of an answer."""

LINGER_TIMEOUT_S = 2
"""How long a client that has its last answer may take to close."""
MAX_LINGER_BYTES = 64 * 1024
"""How much it may send meanwhile."""


class TimedReader:
    """The reading side of a connection, which gives up on a request that comes in too slowly."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.begin()

    def begin(self) -> None:
        """Start the clock, for the next request."""
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
    """Takes in the head of each request on its one event loop, and then gives it to a thread."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lingering_conns: deque[TConn] = deque()

    def enqueue_req(self, conn: TConn) -> None:
        """A new connection, or one on which more than a request was read already."""
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
        """Whether the whole head came with its connection, as it mostly does.

        Then it needs no round through the event loop. One that is too large or broken off does:
        that is told in one place alone.
        """
        conn.sock.setblocking(False)
        conn.head += self._received(conn, MAX_HEAD_BYTES - 1) or b""
        return END_OF_HEAD in conn.head

    def _received(self, conn: TConn, size: int = MAX_HEAD_BYTES) -> bytes | None:
        """What has come since; empty where the client has hung up, None where nothing came."""
        try:
            return conn.sock.recv(size)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def on_client_socket_readable(self, conn: TConn, client: Any) -> None:
        """The next request on a connection that was kept alive begins."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        conn.head = b""
        self._await_head(conn)

    def on_pending_socket_readable(self, conn: TConn, client: Any) -> None:
        """More of a head has come, or the client has hung up."""
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
        """Keep a connection that goes on; of one that ends, wait for the client to close it."""
        if fs.cancelled() or fs.exception() or fs.result():
            super().finish_request(conn, fs)
        else:
            self._linger(conn)

    def _linger(self, conn: TConn) -> None:
        """Close in both directions, in turn: at once, the client might lose the last answer.

        That is RFC 9112, section 9.6. gunicorn would block the event loop for it.
        """
        conn.lingered_bytes = 0
        conn.timeout = time.monotonic() + LINGER_TIMEOUT_S
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:  # the client was first
            self._drop(conn)
            return
        self.lingering_conns.append(conn)
        readable = partial(self.on_lingering_socket_readable, conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, readable)

    def on_lingering_socket_readable(self, conn: TConn, client: Any) -> None:
        """The client has closed, or sends what nobody reads."""
        data = self._received(conn)
        if data is None:
            return
        conn.lingered_bytes += len(data)
        if not data or conn.lingered_bytes > MAX_LINGER_BYTES:
            self.poller.unregister(client)
            self.lingering_conns.remove(conn)
            self._drop(conn)

    def murder_pending(self) -> None:
        """Close what has waited long enough, for a head or for the client to close."""
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
        """A worker that stops waits no longer for connections without a request."""
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)
