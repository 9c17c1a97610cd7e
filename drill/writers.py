"""Writers: simulated users who write over HTTP and keep a ledger of what was acknowledged.

Each behaves like a browser with a patient user: a form that gets no response, or a 503, is sent
again unchanged, with the same idempotency key, until there is a response. So each write must be
stored once, and none that was acknowledged may be lost: `Ledger` holds what has to be there.
"""

import html
import random
import re
import threading
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urljoin

import psycopg
import requests

from purposeapp.split import Purpose, Split

SPLITS = [str(split) for split in Split.all()]
PASSWORD = "ten points for five purposes"
REQUEST_TIMEOUT_S = 40
"""Longer than anything on the site may take: a request that takes longer is stuck."""
RATE_LIMIT_TIMEOUT_S = 90
"""How long a request is retried."""
REDIRECTS = (302, 303)
COME_BACK = (429, 503)
"""Statuses to retry. A kill can cause a 429 too: it may leave a rate limit's count locked, which
allauth does for ten seconds; or five sign-ins to one account may be cut off within five minutes,
and those count as wrong passwords, since their outcome is unknown."""


class Violation(Exception):
    """Something that must not happen."""


class LimitedError(Exception):
    """A rate limit outlasted RATE_LIMIT_TIMEOUT_S: a valid response, and nothing is lost."""


class Scores:
    """Counts what clients saw, by the fault of the moment, and collects violations."""

    def __init__(self) -> None:
        self.fault = "(before)"
        self.seen: dict[str, Counter[str]] = defaultdict(Counter)
        self.violations: list[str] = []
        self._lock = threading.Lock()

    def count(self, what: str) -> None:
        with self._lock:
            self.seen[self.fault][what] += 1

    def violation(self, words: str) -> None:
        with self._lock:
            self.seen[self.fault]["violations"] += 1
            self.violations.append(f"[{self.fault}] {words}")


class Browser:
    """A browser: a cookie jar that retries its requests."""

    def __init__(self, url: str, scores: Scores, address: str) -> None:
        self.url = url
        self.scores = scores
        self.session = requests.Session()
        # Rate limits count by IP address, and fifty people have fifty.
        self.session.headers["X-Forwarded-For"] = address

    def get(self, path: str) -> str:
        """Return the text of a page. Raises Violation unless it is a whole page with status 200."""
        answer = self.send("GET", path)
        if answer.status_code != 200 or "</html>" not in answer.text:
            raise Violation(f"GET {_shape(path)}: {answer.status_code} {answer.text[:80]!r}")
        return answer.text

    def post(self, path: str, page: str, **form: str) -> requests.Response:
        """Send a form of this page, with its CSRF token and hidden fields."""
        hidden = hidden_fields(page, "csrfmiddlewaretoken", "account", "submission", "round")
        answer = self.send("POST", path, {**hidden, **form})
        if answer.status_code not in REDIRECTS:
            raise Violation(f"POST {_shape(path)}: {answer.status_code}")
        return answer

    def send(self, method: str, path: str, form: dict | None = None) -> requests.Response:
        """Send a request, and again until the response is not one of an outage."""
        deadline = time.monotonic() + RATE_LIMIT_TIMEOUT_S
        while True:
            try:
                answer = self.session.request(
                    method,
                    urljoin(self.url, path),
                    data=form,
                    allow_redirects=False,
                    timeout=REQUEST_TIMEOUT_S,
                )
            except requests.Timeout:
                raise Violation(f"{method} {_shape(path)}: no response in time") from None
            except requests.RequestException:
                self.scores.count("no response")
                answer = None
            if answer is not None and answer.status_code not in COME_BACK:
                self.scores.count("responses" if answer.status_code < 500 else "500s")
                return answer
            if answer is not None:
                self.scores.count(f"{answer.status_code}s")
                if "Retry-After" not in answer.headers or "</html>" not in answer.text:
                    raise Violation(f"{method} {_shape(path)}: a {answer.status_code}, not ours")
                if form:
                    # The error page redisplays the form, with a new CSRF token.
                    form |= hidden_fields(answer.text, "csrfmiddlewaretoken")
            if time.monotonic() > deadline:
                if answer is not None and answer.status_code == 429:
                    raise LimitedError
                raise Violation(
                    f"{method} {_shape(path)}: still no result after {RATE_LIMIT_TIMEOUT_S} s"
                )
            time.sleep(random.uniform(0.05, 0.4))


def hidden_fields(page: str, *names: str) -> dict[str, str]:
    """Return the values of those hidden fields that a page has."""
    return {
        name: html.unescape(found[1])
        for name in names
        if (found := re.search(f'name="{name}" value="([^"]*)"', page))
    }


def _shape(path: str) -> str:
    """Return a path with its ids and keys replaced."""
    return re.sub(r"[0-9a-f-]{36}|[\w-]{22}", "…", path)


class Ledger:
    """What one writer has sent, and which of it was acknowledged."""

    def __init__(self) -> None:
        self.sent: dict[str, str] = {}
        """The split of each submission sent."""
        self.acknowledged: dict[str, str] = {}
        """The assessment id of each acknowledged submission; "" where the response had none."""
        self.notes: dict[str, str] = {}
        """The last note sent for each assessment."""
        self.answers: dict[tuple[str, str, str], str] = {}
        """The last split sent for each talk, side and kind."""
        self.talk_notes: dict[tuple[str, str], str] = {}
        self.room_answers: dict[tuple[str, str], str] = {}
        """The split sent for each seat in the room and kind. No table says who had which seat."""
        self.unsure: set[object] = set()
        """Keys of the four above whose last write was not acknowledged before the end."""


class Writer(threading.Thread):
    """A simulated user with an account, a talk and a room, who writes in a thread."""

    def __init__(self, number: int, url: str, scores: Scores, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.url, self.scores, self.stop_event = url, scores, stop
        self.email = f"writer-{number}@example.org"
        self.random = random.Random(number)
        self.ledger = Ledger()
        self.address = f"192.0.2.{number}"
        self.browser = Browser(url, scores, self.address)
        self.done: Counter[str] = Counter()
        self.operations: list[tuple[Callable[[], None], int]] = [
            (self.record, 5),
            (self.edit_note, 3),
            (self.claim, 2),
            (self.answer_in_talk, 3),
            (self.write_in_talk, 1),
            (self.answer_in_room, 2),
            (self.look, 1),
        ]

    def sign_up(self) -> None:
        """Create the account, an open room, and a talk with a guest who has no account."""
        page = self.browser.get("/accounts/signup/")
        self.browser.post("/accounts/signup/", page, email=self.email, password1=PASSWORD)
        page = self.browser.get("/talks/")
        invited = self.browser.post("/talks/", page, name="Anna").headers["Location"]
        self.talk = invited.split("/")[2]
        self.guest = Browser(self.url, self.scores, self.address)
        path = f"/invitations/{invited.partition('?link=')[2]}/"
        self.guest_path = self.guest.post(path, self.guest.get(path)).headers["Location"]
        form = {"title": "Team", "asks_future": "on"}
        path = self.browser.post("/rooms/", self.browser.get("/rooms/"), **form).headers["Location"]
        self.room = path.split("/")[2]
        self.browser.post(path, self.browser.get(path), do="open")
        self.room_path = re.search(r"/r/[A-Z0-9]{6}/", self.browser.get(path))[0]  # type: ignore[index]
        self.record()

    def run(self) -> None:
        doing, weights = zip(*self.operations, strict=True)
        while not self.stop_event.is_set():
            [operation] = self.random.choices(doing, weights)
            try:
                operation()
                self.done[operation.__name__] += 1
            except LimitedError:
                self.done["given up"] += 1
            except Violation as violation:
                self.scores.violation(str(violation))
            self.stop_event.wait(self.random.uniform(0.1, 1.2))

    def points(self) -> tuple[str, dict[str, str]]:
        split = self.random.choice(SPLITS)
        return split, dict(zip(Purpose.values, split.split("-"), strict=True))

    def record(self) -> None:
        """Record ten points, signed in."""
        page = self.browser.get("/")
        submission = str(uuid.uuid4())
        split, points = self.points()
        self.ledger.sent[submission] = split
        answer = self.browser.post("/", page, **points | {"submission": submission})
        place = answer.headers["Location"]
        if not place.startswith("/history/"):
            raise Violation(f"POST /, signed in, redirected to {_shape(place)}")
        self.ledger.acknowledged[submission] = place.split("/")[2]

    def edit_note(self) -> None:
        """Write a note on one of the results."""
        known = [id for id in self.ledger.acknowledged.values() if id]
        id = self.random.choice(known)
        path = f"/history/{id}/"
        page = self.browser.get(path)
        text = f"{self.email} {uuid.uuid4()}"
        self._keep(self.ledger.notes, id, text, self.browser, path, page, note=text)

    def claim(self) -> None:
        """Record ten points signed out, and claim them by signing in."""
        browser = Browser(self.url, self.scores, self.address)
        page = browser.get("/")
        submission = str(uuid.uuid4())
        split, points = self.points()
        self.ledger.sent[submission] = split
        browser.post("/", page, **points | {"submission": submission})
        # In an outage a result is shown but not kept for claiming; then there is no session.
        is_waiting = "sessionid" in browser.session.cookies
        path = "/accounts/login/"
        answer = browser.post(path, browser.get(path), login=self.email, password=PASSWORD)
        if not answer.headers["Location"].startswith("/history/"):
            raise Violation(f"signing in redirected to {_shape(answer.headers['Location'])}")
        if is_waiting:
            self.ledger.acknowledged[submission] = ""

    def answer_in_talk(self) -> None:
        """Answer with ten points, as either side of the talk."""
        side, browser, path = self._seat()
        kind = self.random.choice(["now", "future", "guess"])
        split, points = self.points()
        path += f"{kind}/"
        key = (self.talk, side, kind)
        self._keep(self.ledger.answers, key, split, browser, path, browser.get(path), **points)

    def write_in_talk(self) -> None:
        """Write the note of either side of the talk."""
        side, browser, path = self._seat()
        path += "note/"
        key, text = (self.talk, side), str(uuid.uuid4())
        self._keep(self.ledger.talk_notes, key, text, browser, path, browser.get(path), text=text)

    def answer_in_room(self) -> None:
        """Answer on now and on the future, from a phone that is new in the room."""
        phone, seat = Browser(self.url, self.scores, self.address), str(uuid.uuid4())
        steps = {"now": self.room_path, "future": f"{self.room_path}future/"}
        for kind, next_page in zip(steps, ("future/", "result/"), strict=True):
            split, points = self.points()
            path = steps[kind]
            self.ledger.unsure.add((seat, kind))
            self.ledger.room_answers[seat, kind] = split
            answer = phone.post(path, phone.get(path), **points)
            if answer.headers["Location"] != self.room_path + next_page:
                raise Violation(f"an answer on {kind} led to {_shape(answer.headers['Location'])}")
            self.ledger.unsure.discard((seat, kind))

    def look(self) -> None:
        """Open the history, and check that it is a whole page."""
        page = self.browser.get("/history/")
        if "</html>" not in page:
            raise Violation("an incomplete history page")

    def _seat(self) -> tuple[str, Browser, str]:
        if self.random.random() < 0.5:
            return "inviter", self.browser, f"/talks/{self.talk}/"
        return "guest", self.guest, self.guest_path

    def _keep(self, kept, key, value, browser, path, page, **form) -> None:
        """Send a write that replaces an earlier one, and note it in the ledger."""
        kept[key] = value
        self.ledger.unsure.add(key)
        browser.post(path, page, **form)
        self.ledger.unsure.discard(key)


@contextmanager
def writing(count: int, url: str, scores: Scores) -> Iterator[list[Writer]]:
    """Run `count` writers until the block ends. One that doesn't end then is a violation."""
    stop = threading.Event()
    writers = [Writer(number, url, scores, stop) for number in range(count)]
    for writer in writers:
        writer.sign_up()
    for writer in writers:
        writer.start()
    yield writers
    stop.set()
    for writer in writers:
        writer.join(120)
        if writer.is_alive():
            scores.violation("a writer doesn't end")


def check(writers: list[Writer], connection: psycopg.Connection, scores: Scores) -> dict[str, int]:
    """Compare all ledgers with the tables; return how many writes of each kind were checked."""
    points = " || '-' || ".join(Purpose.values)
    rows = connection.execute(
        f"SELECT email, submission::text, {points}, a.id::text, note"
        " FROM purposeapp_assessment a JOIN purposeapp_user u ON u.id = a.user_id"
    ).fetchall()
    stored: dict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)
    for email, submission, split, id, note in rows:
        stored[email, submission].append((split, id, note))
    answers = {
        (talk, side, kind): split
        for talk, side, kind, split in connection.execute(
            f"SELECT talk_id::text, side, kind, {points} FROM purposeapp_talkanswer"
        )
    }
    talk_notes = {
        (talk, side): text
        for talk, side, text in connection.execute(
            "SELECT talk_id::text, side, text FROM purposeapp_talknote"
        )
    }
    in_rooms: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for room, kind, split in connection.execute(
        f"SELECT room_id::text, kind, {points} FROM purposeapp_roomanswer"
    ):
        in_rooms[room][kind, split] += 1
    found: Counter[str] = Counter()
    for writer in writers:
        ledger = writer.ledger
        for submission, split in ledger.sent.items():
            there = stored.pop((writer.email, submission), [])
            if len(there) > 1:
                scores.violation(f"a result is stored {len(there)} times")
            if submission in ledger.acknowledged:
                if not there:
                    scores.violation("an acknowledged result is lost")
                    continue
                id = ledger.acknowledged[submission]
                if there[0][0] != split or id not in ("", there[0][1]):
                    scores.violation("an acknowledged result is stored differently")
                found["results"] += 1
            id = there[0][1] if there else ""
            if id in ledger.notes and id not in ledger.unsure:
                if ledger.notes[id] != there[0][2]:
                    scores.violation("an acknowledged note is stored differently")
                found["notes"] += 1
        for kept, table, name in (
            (ledger.answers, answers, "answers in talks"),
            (ledger.talk_notes, talk_notes, "notes in talks"),
        ):
            for key in kept.keys() - ledger.unsure:
                if table.get(key) != kept[key]:
                    scores.violation(f"{name}: an acknowledged one is lost or stored differently")
                found[name] += 1
        sent, acknowledged = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        for (seat, kind), split in ledger.room_answers.items():
            sent[kind, split] += 1
            acknowledged[kind, split] += (seat, kind) not in ledger.unsure
        there = in_rooms[writer.room]
        if lost := (acknowledged - there).total():
            scores.violation(f"{lost} acknowledged answers in a room are lost")
        if doubled := (there - sent).total():
            scores.violation(f"{doubled} answers in a room that nobody sent")
        found["answers in rooms"] += (acknowledged & there).total()
    if stored:
        scores.violation(f"{len(stored)} results that nobody sent")
    return dict(found)
