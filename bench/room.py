"""Load test of a full room: two hundred people answer at once, and a thousand phones poll.

`make bench` runs it. The site runs as in production, and each POST is on disk before it is
answered. The clients share one asyncio process, whose cost is not counted. Requests come over a few
keep-alive connections, as from a proxy. It fails if answers are lost or duplicated. If something
takes too long it only reports that, since machines are noisy.
"""

import asyncio
import gzip
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

from bench.served import Site
from purposeapp.split import Purpose, Split
from tests.support.server import Database, running

SEATS = int(os.environ.get("BENCH_SEATS") or 200)
ARRIVE_S = 5
"""The time within which all of them open the page."""
MAX_ANSWER_S, MAX_POST_MS = 10, 500
"""Limits on the time until all have answered, and on the 95th percentile of a POST."""
WATCHERS, POLL_S, WATCH_S = 1_000, 2, 20
MAX_SHARE = 0.5
"""The share of two cores that all this may take, with the answers that come in meanwhile."""
ANSWERS_MEANWHILE = 5
CONNECTIONS = 32
PRESS_TWICE = 10
"""One person in so many presses twice, and so sends each POST twice at once."""

SPLITS = list(Split.all())
APART = 5
"""The step from one person's split to the next: coprime to 1,001, so no two answer alike."""

SET_UP = """
from purposeapp.models import Room, User
from purposeapp.web.sessions import SessionStore
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
user = User.objects.create_user("host@example.org", "ten points for five purposes")
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.create()
room = Room.objects.make(host=user, title="A full room", asks_future=True)
room.open()
room.refresh_from_db()
open({file!r}, "w").write(f"{{room.pk}} {{room.code}} {{session.session_key}}")
"""


class Answer:
    """An HTTP response."""

    def __init__(self, head: str, content: bytes) -> None:
        self.status = int(head.split(" ", 2)[1])
        self.headers = re.findall(r"^([\w-]+): (.*?)\r$", head, re.MULTILINE)
        self._content = content

    @property
    def body(self) -> str:
        is_compressed = self.header("content-encoding") == "gzip"
        return (gzip.decompress(self._content) if is_compressed else self._content).decode()

    def header(self, name: str) -> str:
        return next((value for each, value in self.headers if each.lower() == name), "")


class Proxy:
    """A pool of keep-alive connections to the site, like those of a reverse proxy."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._free: asyncio.LifoQueue = asyncio.LifoQueue()
        for _ in range(CONNECTIONS):
            self._free.put_nowait(None)

    async def ask(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
        method, body = ("GET", "") if form is None else ("POST", urlencode(form))
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Content-Length"] = str(len(body))
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items() if value]
        request = ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
        connection = await self._free.get()
        try:
            while True:
                reader, writer = connection or await asyncio.open_connection("127.0.0.1", self.port)
                try:
                    answer = await self._exchange(reader, writer, request)
                    break
                except (asyncio.IncompleteReadError, ConnectionError):
                    # The server may have closed an idle connection; only then try again.
                    if connection is None:
                        raise
                    connection = None
            connection = None if answer.header("connection") == "close" else (reader, writer)
            if connection is None:
                writer.close()
            return answer
        finally:
            self._free.put_nowait(connection)

    @staticmethod
    async def _exchange(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
    ) -> Answer:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        if length := re.search(r"^content-length: (\d+)", head, re.MULTILINE | re.IGNORECASE):
            body = await reader.readexactly(int(length[1]))
        elif " 304 " in head.partition("\r\n")[0]:
            body = b""
        else:
            body = b""
            while size := int(await reader.readline(), 16):
                body += await reader.readexactly(size)
                await reader.readexactly(2)
            await reader.readexactly(2)
        return Answer(head, body)


class Phone:
    """A person's phone in the room."""

    def __init__(self, proxy: Proxy, code: str, number: int) -> None:
        self.proxy, self.url, self.number = proxy, f"/r/{code}/", number
        self.cookies: dict[str, str] = {}
        self.etag = ""
        self.post_times: list[float] = []
        self.answers: list[Split] = []

    async def ask(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookie, "Accept-Encoding": "gzip, deflate, br", **headers}
        answer = await self.proxy.ask(path, form, **headers)
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return answer

    async def answer(self) -> None:
        """Answer on now and on the future, then open one's own result."""
        path = self.url
        for kind in range(2):
            page = await self.ask(path)
            found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.body)
            assert found, f"{page.status} for the form"
            split = SPLITS[(APART * self.number + 500 * kind) % len(SPLITS)]
            points = {purpose.value: str(split[purpose]) for purpose in Purpose}
            form = points | {"csrfmiddlewaretoken": found[1], "round": "1"}
            presses = 1 if self.number % PRESS_TWICE else 2
            goes_to = await asyncio.gather(*(self.send(path, form) for _ in range(presses)))
            self.answers.append(split)
            path = goes_to[0]
        assert path == f"{self.url}result/", path
        assert (await self.poll()) == 200

    async def send(self, path: str, form: dict[str, str]) -> str:
        began = time.perf_counter()
        sent = await self.ask(path, form)
        self.post_times.append(time.perf_counter() - began)
        assert sent.status == 303, f"{sent.status} for the ten points"
        return sent.header("location")

    async def poll(self) -> int:
        page = await self.ask(f"{self.url}result/", If_None_Match=self.etag)
        assert page.status in (200, 304), page.status
        self.etag = page.header("etag")
        return page.status


async def every(seconds: float, until: float, act: Callable[[], Awaitable[object]]) -> None:
    """Act every so many seconds until `until`, from a random moment in the first interval on."""
    at = time.perf_counter() + random.uniform(0, seconds)
    while at < until:
        await asyncio.sleep(max(0, at - time.perf_counter()))
        await act()
        at += seconds


async def fill(phones: list[Phone]) -> float:
    """Let all phones answer; return the seconds until the last one has."""

    async def come(phone: Phone) -> None:
        await asyncio.sleep(random.uniform(0, ARRIVE_S))
        await phone.answer()

    began = time.perf_counter()
    await asyncio.gather(*map(come, phones))
    return time.perf_counter() - began


async def watch(site: Site, phones: list[Phone], late: list[Phone], screen: Phone) -> list[int]:
    """Let all phones poll while the late ones answer; return the status of each poll."""
    statuses: list[int] = []

    async def poll(phone: Phone) -> None:
        statuses.append(await phone.poll())

    async def show() -> None:
        page = await screen.ask(screen.url, If_None_Match=screen.etag)
        assert page.status in (200, 304), page.status
        screen.etag = page.header("etag")

    async def arrive(phone: Phone, after: float) -> None:
        await asyncio.sleep(after)
        await phone.answer()

    until = time.perf_counter() + WATCH_S
    polls = [every(POLL_S, until, lambda phone=phone: poll(phone)) for phone in phones]
    terms = (WATCH_S * (1 + number) / (1 + len(late)) for number in range(len(late)))
    arrivals = [arrive(phone, after) for phone, after in zip(late, terms, strict=True)]
    await asyncio.gather(*polls, *arrivals, every(POLL_S, until, show))
    return statuses


def verdict(is_reached: bool) -> str:
    return "reached" if is_reached else "missed"


def expect_durable(database: Database) -> None:
    """Assert that commits wait for the disk: else the times of the POSTs mean nothing."""
    with database.connect() as connection:
        for setting in ("fsync", "synchronous_commit"):
            (value,) = connection.execute(f"SHOW {setting}").fetchone()
            assert value == "on", f"{setting} is {value}"


def stored_answers(database: Database) -> list[tuple[Split, ...]]:
    """Return the stored answers of each seat: first on now, then on the future."""
    query = f"SELECT seat, {', '.join(Purpose.values)} FROM purposeapp_roomanswer"
    seats = defaultdict(list)
    with database.connect() as connection:
        for seat, *points in connection.execute(f"{query} ORDER BY seat, kind = 'future'"):
            seats[seat].append(Split(*points))
    return list(map(tuple, seats.values()))


def main() -> int:
    with ExitStack() as scratch:
        folder = Path(scratch.enter_context(tempfile.TemporaryDirectory()))
        server = scratch.enter_context(running("bench_room", folder, LOG_LEVEL="WARNING"))
        server.run(SET_UP.format(file=str(folder / "room")))
        room, code, session = (folder / "room").read_text().split()
        expect_durable(server.database)
        site = Site(server.port, server.process.pid, server.database)

        async def run() -> tuple[float, float, float, list[int], list[Phone]]:
            proxy = Proxy(server.port)
            phones = [Phone(proxy, code, number) for number in range(SEATS)]
            took = await fill(phones)
            watchers = []
            for number in range(WATCHERS):
                watcher = Phone(proxy, code, number)
                # Another tab of one of the phones.
                watcher.cookies = phones[number % SEATS].cookies
                watchers.append(watcher)
            late = [Phone(proxy, code, SEATS + number) for number in range(ANSWERS_MEANWHILE)]
            screen = Phone(proxy, code, 0)
            screen.url, screen.cookies = f"/rooms/{room}/screen/", {"sessionid": session}
            cpu, began = site.cpu(), time.perf_counter()
            statuses = await watch(site, watchers, late, screen)
            lasted = time.perf_counter() - began
            share = (site.cpu() - cpu) / lasted / 2
            return took, share, len(statuses) / lasted, statuses, [*phones, *late]

        took, share, rate, statuses, phones = asyncio.run(run())
        posts = sorted(1_000 * each for phone in phones[:SEATS] for each in phone.post_times)
        middle, most = statistics.median(posts), posts[int(0.95 * len(posts))]
        twice = sum(not phone.number % PRESS_TWICE for phone in phones[:SEATS])
        print(
            f"{SEATS} people arrive in a room within {ARRIVE_S} s and answer; "
            f"{twice} of them press twice:"
        )
        print(f"  all have answered after {took:.1f} s (aim: {MAX_ANSWER_S})", end="  ")
        print(verdict(took <= MAX_ANSWER_S))
        print(
            f"  a POST takes {middle:.0f} ms (median), {most:.0f} (95th percentile; aim: "
            f"{MAX_POST_MS}), {posts[-1]:.0f} (longest)",
            end="  ",
        )
        print(verdict(most <= MAX_POST_MS))
        print(f"{WATCHERS:,} phones poll every {POLL_S} s while {ANSWERS_MEANWHILE} people answer:")
        new = statuses.count(200) / len(statuses)
        print(f"  {rate:.0f} polls a second, {new:.0%} with a new page")
        print(f"  {share:.0%} of two cores (aim: {MAX_SHARE:.0%})  {verdict(share <= MAX_SHARE)}")
        sent = Counter(tuple(phone.answers) for phone in phones)
        stored = Counter(stored_answers(server.database))
        print(f"  {stored.total()} of {sent.total()} people have both their answers stored")
        if stored != sent:
            print(f"LOST: {sent - stored}\nDUPLICATED OR CHANGED: {stored - sent}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
