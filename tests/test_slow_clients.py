"""Slow, idle or vanished clients occupy no thread of the real server; HEAD works as usual."""

import socket
from contextlib import ExitStack

import pytest
import requests

from config import gunicorn_worker
from config.gunicorn_worker import (
    MAX_HEAD_BYTES,
    MAX_LINGER_BYTES,
    MIN_BYTES_PER_S,
    READ_GRACE_S,
    TimedReader,
)
from tests.support.server import running
from tests.support.waiting import eventually

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
CROWD = 40
"""Ten times as many as there are threads."""
DEADLINE_S = 5
"""By then, all that need not wait has answered, even on a busy machine; what waits has not."""


@pytest.fixture(scope="module")
def server(tmp_path_factory, prepared):
    folder = tmp_path_factory.mktemp("slow")
    with running("slow", folder, prepared, WEB_CONCURRENCY="1") as server:
        yield server


@pytest.fixture
def connect(server):
    with ExitStack() as stack:

        def connect() -> socket.socket:
            address = ("127.0.0.1", server.port)
            return stack.enter_context(socket.create_connection(address, timeout=30))

        yield connect


def answer(line: socket.socket) -> bytes:
    data = b""
    while not data.endswith(b"ok\n"):
        more = line.recv(4096)
        assert more, data
        data += more
    return data


def is_refused(line: socket.socket) -> bool:
    """Return whether the server has closed the connection."""
    try:
        line.sendall(b" ")
    except ConnectionError:
        return True
    return False


def check_that_others_are_served(server) -> None:
    for _ in range(5):
        response = requests.get(f"{server.url}/healthz", timeout=DEADLINE_S)
        assert response.status_code == 200


def test_empty_connections_hold_up_nobody(server, connect):
    lines = [connect() for _ in range(CROWD)]
    check_that_others_are_served(server)
    for line in lines:
        line.sendall(HEALTH + b"\r\n")
        assert b"200 OK" in answer(line)


def test_heads_that_come_in_drop_by_drop_hold_up_nobody(server, connect):
    lines = [connect() for _ in range(CROWD)]
    for drop in (b"GET /hea", b"lthz HTTP/1.1\r\nHost: 127.0.0.1\r\n", b"X-Slow: 1\r"):
        for line in lines:
            line.sendall(drop)
        check_that_others_are_served(server)
    for line in lines:
        line.sendall(b"\n\r\n")
        assert b"200 OK" in answer(line)


def test_the_same_holds_for_the_second_request_of_a_connection(server, connect):
    lines = [connect() for _ in range(CROWD)]
    for line in lines:
        line.sendall(HEALTH + b"\r\n")
        assert b"200 OK" in answer(line)
        line.sendall(HEALTH[:20])
    check_that_others_are_served(server)
    for line in lines:
        line.sendall(HEALTH[20:] + b"\r\n")
        assert b"200 OK" in answer(line)


def test_two_requests_that_come_at_once_get_two_answers(server, connect):
    line = connect()
    line.sendall(2 * (HEALTH + b"\r\n"))
    data = answer(line)
    while data.count(b"200 OK") < 2:
        data += answer(line)


def test_half_a_second_request_behind_the_first_holds_up_nobody(server, connect):
    lines = [connect() for _ in range(CROWD)]
    for line in lines:
        line.sendall(HEALTH + b"\r\n" + HEALTH)
        assert b"200 OK" in answer(line)
    check_that_others_are_served(server)
    for line in lines:
        line.sendall(b"\r\n")
        assert b"200 OK" in answer(line)


def test_whoever_asks_for_a_head_gets_no_body_and_leaves_no_warning(server):
    response = requests.head(f"{server.url}/purposes/", timeout=DEADLINE_S)
    assert (response.status_code, response.content) == (200, b"")
    assert int(response.headers["Content-Length"]) > 0
    assert "gunicorn" not in server.log.read_text()


def test_clients_that_do_not_close_after_their_last_answer_hold_up_nobody(server, connect):
    lines = [connect() for _ in range(CROWD)]
    for line in lines:
        line.sendall(HEALTH + b"Connection: close\r\n\r\n")
        assert b"200 OK" in answer(line)
    check_that_others_are_served(server)
    quiet, *talkative = lines
    assert quiet.recv(1) == b""
    assert eventually(lambda: is_refused(quiet))  # its timeout is over
    for line in talkative:  # they have sent too much
        assert line.recv(1) == b""
        with pytest.raises(ConnectionError):
            line.sendall(b" " * 100 * MAX_LINGER_BYTES)


def test_a_head_that_is_not_finished_in_time_ends_the_connection(server, connect):
    line = connect()
    line.sendall(HEALTH)
    assert line.recv(1) == b""


@pytest.mark.parametrize(
    "head",
    [
        HEALTH + b"".join(b"X-%d: 1\r\n" % n for n in range(60)) + b"\r\n",
        HEALTH + b"X-Long: " + b"x" * MAX_HEAD_BYTES,
        b"GET /" + b"x" * 8_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
    ids=["fields", "endless", "line", "nonsense"],
)
def test_a_head_that_is_too_large_or_none_is_refused(server, connect, head):
    line = connect()
    line.sendall(head)
    assert line.recv(4096).startswith(b"HTTP/1.1 4")
    check_that_others_are_served(server)


# --- Bodies -------------------------------------------------------------------------------------


class Line:
    def __init__(self, drop: bytes = b"x") -> None:
        self.drop = drop

    timeout: float | None = None

    def recv(self, size: int) -> bytes:
        assert self.timeout
        return self.drop

    def gettimeout(self) -> float | None:
        return self.timeout

    def settimeout(self, seconds: float | None) -> None:
        self.timeout = seconds


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 0.0

        def monotonic(self) -> float:
            return self.now

    clock = Clock()
    monkeypatch.setattr(gunicorn_worker, "time", clock)
    return clock


def test_a_body_that_comes_in_drop_by_drop_is_given_up(clock):
    reader = TimedReader(Line())
    for _ in range(READ_GRACE_S):
        assert reader.recv(100) == b"x"
        clock.now += 1
    clock.now += 1
    with pytest.raises(TimeoutError):
        reader.recv(100)
    reader.begin()
    assert reader.recv(100) == b"x"
    assert reader.gettimeout() is None


def test_a_body_on_a_slow_line_may_take_its_time(clock):
    reader = TimedReader(Line(b"x" * MIN_BYTES_PER_S))
    for _ in range(1_000):
        reader.recv(MIN_BYTES_PER_S)
        clock.now += 1
