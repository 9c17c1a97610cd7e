"""Benchmark of requests served by gunicorn: CPU, as a multiple of an empty Django view's.

`make bench` runs it. Three servers run side by side: the site as in production, the empty view, and
the afternoon form. Rounds of each page alternate with rounds of the empty view, and the median of
their ratios is printed: a machine that is slow for a while slows both. The CPU is that of the web
processes and of their PostgreSQL processes; the kernel counts it in nanoseconds.
"""

import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from itertools import cycle
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from purposeapp.split import Split
from tests.support.server import CHECKOUT, Database, Server, free_port, running

ROUNDS = int(os.environ.get("BENCH_ROUNDS") or 9)
REQUESTS = 40
COMMITTED = Path(__file__).with_name("served.json")
MEMORY_REQUESTS = int(os.environ.get("BENCH_MEMORY_REQUESTS") or 100_000)
MAX_MEMORY_MB = 120
"""How much memory a worker may take after MEMORY_REQUESTS."""
MAX_START_S = 1.5
"""How long a worker may take to start."""
WORSE = 1.25
"""A ratio that exceeds that of the last committed run by more than this factor is reported."""

SIGN_IN = """
from datetime import timedelta
from django.utils import timezone
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from purposeapp.management.demo import Chapter, record_chapters
from purposeapp.models import User
from purposeapp.split import Split
from purposeapp.web.sessions import SessionStore
user = User.objects.create_user({email!r}, "ten points for five purposes")
splits = list(Split.all())
begin = timezone.now() - timedelta(days={count})
chapters = [Chapter(day, str(splits[day % 1001])) for day in range({count})]
record_chapters(user, begin, chapters)
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.create()
open({file!r}, "w").write(session.session_key)
"""


TALKS = """
from purposeapp.models import Talk, User
from purposeapp.models.talk_answer import NEEDED, TalkSide
from purposeapp.split import Split
from django.contrib.auth.models import AnonymousUser
inviter = User.objects.get(email={email!r})
lines = []
for opens in (False, True):
    talk, invitation, _is_new = Talk.objects.invite(inviter=inviter, name="Anna")
    guest = Talk.objects.start(invitation, user=AnonymousUser())
    for side, split in zip(TalkSide, ("7-0-2-1-0", "0-1-3-0-6"), strict=True):
        for kind in NEEDED if opens else ():
            talk.answer(side, kind, Split.parse(split))
        talk.agree(side)
    lines += [str(talk.pk), guest]
_talk, invitation, _is_new = Talk.objects.invite(inviter=inviter, name="Anna")
open({file!r}, "w").write("\\n".join([*lines, invitation]))
"""

GOALS = {
    "a public result, from memory": (1.05, 0.95),
    "the same, not modified (304)": (0.95, 0.95),
    "/, signed out": (4, 1.5),
    "/, signed in": (6, 3),
    "POST of ten points, signed in": (8, 4.5),
    "POST of ten points, signed out": (6, 3),
    "the history, 10 entries": (12, 5),
    "the history, 500 entries": (20, 8),
    "a person's own result, with tips": (14, 6),
    "/goal/": (8, 4),
    "the list of talks": (14, 6),
    "an invitation, signed out": (14, 6),
    "a guest's form for ten points": (14, 6),
    "an open talk, the inviter's page": (14, 6),
    "an open talk, the guest's page": (14, 6),
    "the sign-in page": (8, 4),
    "a preview card, from the disk": (3, 1.2),
    "a page that doesn't exist (404)": (3, 1.5),
    "a result page, rendered": (20, 10),
}
"""What each request may cost, as a multiple of the empty view: within reach, and ideally."""
VISITS = {"a newcomer's visit": (5 / 12, 3 / 12), "a visit, signed in": (12 / 21, 6 / 21)}
"""What a whole visit (form, POST, result and, signed in, the history) may cost, as a multiple of
the same visit to the afternoon form."""


class Answer(NamedTuple):
    """An HTTP response."""

    status: int
    headers: http.client.HTTPMessage
    body: str


class Site:
    """A server and its database. Each request uses a new connection, as sync workers require."""

    def __init__(self, port: int, master: int, database: Database | None = None) -> None:
        self.port = port
        self.master = master
        self.database = database
        self._observer = database and database.connect("postgres")

    def ask(self, path: str, *, form: dict[str, str] | None = None, **headers: str) -> Answer:
        """Send a GET, or a POST of a form."""
        body = urlencode(form) if form is not None else None
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        method = "POST" if form is not None else "GET"
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, body, {"Connection": "close", **headers})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read().decode("latin-1"))

    def cpu(self) -> float:
        """Return the CPU seconds so far of the web processes and their PostgreSQL backends."""
        found = sum(map(_cpu_of, _family(self.master)))
        return found + sum(map(_cpu_of, self._backends()))

    def _backends(self) -> list[int]:
        if not self._observer:
            return []
        query = "SELECT pid FROM pg_stat_activity WHERE datname = %s"
        return [pid for (pid,) in self._observer.execute(query, [self.database.name])]


def _cpu_of(process: int) -> float:
    """Return the CPU seconds of all threads of a process; 0 if it is gone."""
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    except OSError:
        return 0.0


def _family(process: int) -> list[int]:
    """Return the pids of a process and its children."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [process, *map(int, children.split())]


def cost(site: Site, page: Callable[[], object], requests: int = REQUESTS) -> float:
    """Return the CPU seconds per request, over a round of requests for a page."""
    started = site.cpu()
    for _ in range(requests):
        page()
    return (site.cpu() - started) / requests


def gunicorn(
    application: str, scratch: ExitStack, *, threads: int = 0, **environment: str
) -> tuple[int, int]:
    """Start gunicorn with two workers, sync or with threads; return its port and pid."""
    port = free_port()
    kind = ["gthread", "--threads", str(threads)] if threads else ["sync"]
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "--no-control-socket"),
            *("--worker-class", *kind, "--workers", "2"),
            *("--bind", f"127.0.0.1:{port}", "--log-level", "warning", application),
        ],
        cwd=CHECKOUT,
        env=os.environ | environment,
    )
    scratch.callback(process.wait)
    scratch.callback(process.terminate)
    for _ in range(600):
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
                connection.request("GET", "/")
                connection.getresponse().read()
                return port, process.pid
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{application} does not answer.")


def people(server: Server, folder: Path) -> dict[int, str]:
    """Create signed-in users with 10 and 500 results; return the Cookie header of each."""
    cookies = {}
    for count in (10, 500):
        file = folder / str(count)
        email = f"bench-{count}@example.org"
        server.run(SIGN_IN.format(email=email, count=count, file=str(file)))
        cookies[count] = f"sessionid={file.read_text()}"
    return cookies


def talks(server: Server, folder: Path) -> dict[str, str]:
    """Create talks (started, open, invited); return the paths of their pages by benchmark name."""
    file = folder / "talks"
    server.run(TALKS.format(email="bench-10@example.org", file=str(file)))
    _started, started_key, opened, opened_key, invitation = file.read_text().splitlines()
    return {
        "an invitation, signed out": f"/invitations/{invitation}/",
        "a guest's form for ten points": f"/talk/{started_key}/now/",
        "an open talk, the inviter's page": f"/talks/{opened}/",
        "an open talk, the guest's page": f"/talk/{opened_key}/",
    }


def form_of(page: Answer) -> dict[str, str]:
    """Return the hidden fields of a form, as a browser sends them."""
    inputs = re.findall(r"<input[^>]*>", page.body)
    named = [dict(re.findall(r'(name|value|type)="([^"]*)"', each)) for each in inputs]
    return {each["name"]: each.get("value", "") for each in named if each.get("type") == "hidden"}


def cookies_of(*pages: Answer) -> str:
    """Return the Cookie header that a browser would send after these responses."""
    found = [each for page in pages for each in page.headers.get_all("Set-Cookie") or []]
    return "; ".join(each.partition(";")[0] for each in found)


POINTS = {
    "business_driven": "3",
    "community_spirit": "3",
    "learning_sponge": "2",
    "job_seeking": "1",
    "vanity_project": "1",
}


class Visitor:
    """A browser that uses the questionnaire, as a newcomer each time or signed in."""

    def __init__(self, site: Site, cookie: str = "") -> None:
        self.site = site
        self.signed_in = cookie
        self.cookie, self.form = "", {}
        self.open()

    def open(self) -> Answer:
        """Open the form with no cookies but that of the sign-in."""
        page = self.site.ask("/", Cookie=self.signed_in)
        self.cookie = "; ".join(filter(None, [self.signed_in, cookies_of(page)]))
        self.form = form_of(page) | POINTS
        return page

    def send(self) -> Answer:
        """Send ten points as a new submission; for a newcomer, from a new browser each time."""
        form = self.form | {"submission": str(uuid.uuid4())}
        if not self.signed_in:
            form["csrfmiddlewaretoken"] = secret = uuid.uuid4().hex
            self.cookie = f"csrftoken={secret}"
        sent = self.site.ask("/", form=form, Cookie=self.cookie)
        assert sent.status in (302, 303), f"{sent.status} for the ten points"
        return sent

    def visit(self) -> None:
        """Open the form, send the points, open the result and, if signed in, the history."""
        pages = [self.open()]
        pages.append(self.site.ask(self.send().headers["Location"], Cookie=self.cookie))
        if self.signed_in:
            pages.append(self.site.ask("/history/", Cookie=self.cookie))
        assert {page.status for page in pages} == {200}


def pages_of(
    site: Site, cookies: dict[int, str], talks: dict[str, str]
) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield the name of each entry of GOALS with a function that sends its request."""

    def get(path: str, status: int = 200, **headers: str) -> Callable[[], object]:
        def ask() -> None:
            answer = site.ask(path, **headers)
            assert answer.status == status, f"{path} answered {answer.status}"

        return ask

    ten, many = cookies[10], cookies[500]
    result = "/splits/6-2-2-0-0/"
    etag = site.ask(result).headers["ETag"]
    newcomer, own = Visitor(site), Visitor(site, ten)
    latest = own.send().headers["Location"]
    yield "a public result, from memory", get(result)
    yield "the same, not modified (304)", get(result, 304, **{"If-None-Match": etag})
    yield "/, signed out", get("/")
    yield "/, signed in", get("/", Cookie=ten)
    yield "POST of ten points, signed out", lambda: Visitor.send(newcomer)
    yield "the history, 10 entries", get("/history/", Cookie=ten)
    yield "the history, 500 entries", get("/history/", Cookie=many)
    yield "a person's own result, with tips", get(latest, Cookie=ten)
    yield "/goal/", get("/goal/", Cookie=ten)
    yield "the list of talks", get("/talks/", Cookie=ten)
    for name, path in talks.items():
        cookie = ten if path.startswith("/talks/") else ""
        yield name, get(path, Cookie=cookie)
    yield "the sign-in page", get("/accounts/login/")
    yield "a preview card, from the disk", get("/splits/6-2-2-0-0.png")
    yield "a page that doesn't exist (404)", get("/nowhere/", 404)
    others = cycle(f"/splits/{split}/" for split in Split.all())
    yield "a result page, rendered", lambda: get(next(others))()
    # Last, since it makes the history longer.
    yield "POST of ten points, signed in", own.send


def afternoon(scratch: ExitStack) -> tuple[Site, str]:
    """Start the afternoon form with a user who has ten answers; return it and their cookie."""
    database = scratch.enter_context(Database(f"five_purposes_afternoon_{os.getpid()}"))
    environment = {"DATABASE_URL": database.url}
    done = subprocess.run(
        [sys.executable, "-m", "bench.afternoon"],
        cwd=CHECKOUT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    site = Site(*gunicorn("bench.afternoon", scratch, **environment), database)
    return site, f"sessionid={done.stdout.strip()}"


def measure() -> dict[str, float]:
    """Return the costs by name, each the median ratio to the baseline measured beside it."""
    with ExitStack() as scratch:
        folder = Path(scratch.enter_context(tempfile.TemporaryDirectory()))
        server = scratch.enter_context(running("bench", folder, LOG_LEVEL="WARNING"))
        site = Site(server.port, server.process.pid, server.database)
        empty = Site(*gunicorn("bench.empty", scratch))
        cookies = people(server, folder)
        paths = talks(server, folder)
        plain, plain_cookie = afternoon(scratch)
        found: dict[str, float] = {}
        for name, page in pages_of(site, cookies, paths):
            ratios = beside(empty, lambda: empty.ask("/"), site, page)
            show(name, ratios, GOALS[name])
            found[name] = statistics.median(ratios)
        for name, ours, theirs in zip(VISITS, ("", cookies[10]), ("", plain_cookie), strict=True):
            ratios = beside(plain, Visitor(plain, theirs).visit, site, Visitor(site, ours).visit)
            show(name, ratios, VISITS[name])
            found[name] = statistics.median(ratios)
        watch_memory(site, cookies[10])
        return found


def watch_memory(site: Site, cookie: str) -> None:
    """Print the memory of the largest worker after each quarter of MEMORY_REQUESTS."""
    print(f"Memory of the largest worker, in MB (aim: {MAX_MEMORY_MB} at most):")
    results = (f"/splits/{split}/" for split in cycle(Split.all()))
    pages = cycle([("/", ""), ("/", cookie), ("/history/", cookie), ("/goal/", cookie)])
    for quarter in range(1, 5):
        for number in range(MEMORY_REQUESTS // 4):
            path, who = next(pages) if number % 4 == 0 else (next(results), "")
            assert site.ask(path, Cookie=who).status == 200
        _master, *workers = _family(site.master)
        most = max(map(_memory_of, workers))
        print(f"  after {quarter * MEMORY_REQUESTS // 4:7,} requests  {most:6.1f}", flush=True)


def _memory_of(process: int) -> float:
    """Return the resident memory of a process, in MB."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def time_to_start() -> float:
    """Return the seconds that a worker takes until it can answer, the best of five."""
    code = "from django.test import Client; import config.wsgi; Client().get('/healthz')"
    found = []
    for _ in range(5):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=True, capture_output=True)
        found.append(time.perf_counter() - started)
    return min(found)


def beside(
    base: Site, base_page: Callable[[], object], site: Site, page: Callable[[], object]
) -> list[float]:
    """Return the ratio of the two costs for each of ROUNDS alternating rounds."""
    cost(base, base_page, 10)
    cost(site, page, 10)
    return [cost(site, page) / cost(base, base_page) for _ in range(ROUNDS)]


def show(name: str, ratios: list[float], goals: tuple[float, float]) -> None:
    middle = statistics.median(ratios)
    reach, dream = goals
    verdict = "ideal" if middle <= dream else "reached" if middle <= reach else "missed"
    print(
        f"  {name:34} {middle:7.2f}   ({min(ratios):.2f} to {max(ratios):.2f})"
        f"   {reach:5.2f}  {verdict}",
        flush=True,
    )


def main() -> None:
    print(f"A worker starts in {time_to_start():.2f} s (aim: {MAX_START_S} at most).")
    print("CPU of a request with PostgreSQL, as a multiple of an empty view: median, range, aim")
    found = measure()
    if COMMITTED.exists():
        for name, before in json.loads(COMMITTED.read_text()).items():
            if found[name] > before * WORSE:
                print(f"  WORSE than the committed run: {name}, {before:.2f} there")
    if os.environ.get("BENCH_RECORD"):
        rounded = {name: round(ratio, 2) for name, ratio in found.items()}
        COMMITTED.write_text(json.dumps(rounded, indent=2) + "\n")


if __name__ == "__main__":
    main()
