"""Fuzz the site with random hostile requests: no 500, no data leak, no violated constraint.

`make fuzz` runs it. N requests (default 100,000) go straight into the WSGI application with all its
middleware: every URL of the resolver and mutations of it, every method, odd encodings, headers and
bodies, in every role. A smaller number of raw requests goes to gunicorn over a socket. The SEED is
printed; the same seed repeats the same choices, with other ids and keys.

Each account's notes, events and email address contain a *canary*, a word with the account's id. A
canary in a response to anybody else is a violation.
"""

import os
import random
import re
import sys
import tempfile
import time
import traceback
from collections import Counter
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from tests.support.server import Database

from .hostile import body_of, headers_of, mutated_path, query_of, raw_requests
from .site import Site

N = int(os.environ.get("N") or 100_000)
SEED = int(os.environ.get("SEED") or random.randrange(10**6))
RENEW_EVERY = 500
"""Requests after which accounts are created anew: the old ones may be signed out or deleted."""
METHODS = ["GET"] * 8 + ["POST"] * 9
METHODS += ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "PROPFIND", "X-ÿ"]
PROMISED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": ("same-origin", "no-referrer"),
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "DENY",
}
"""Headers that every response must have, and how their values begin."""
PROMISED_WITH_CONTENT = {"content-security-policy": ""}
"""Headers that every response with a body must have too."""
CANARY = re.compile(r"canary-(\d+)-(\w+)")
MARKUP = "<xss7"
"""A marker in the payloads; a page that shows it unescaped is open to XSS."""
PEOPLE = ["anonymous", "person", "other", "editor", "staff", "superuser"]


class World:
    """New accounts in every role, each with at least one object of every kind."""

    def __init__(self, choice: random.Random, number: int) -> None:
        from allauth.account.models import EmailAddress
        from django.apps import apps
        from django.contrib.auth.models import Group

        from purposeapp.accounts import groups
        from purposeapp.models import PortraitPart, TalkQuestion, Tip, User

        # The fuzz's own superuser may have renamed or deleted the group, as superusers may.
        groups.make_group(apps.get_app_config("purposeapp"), using="default")
        User.objects.filter(email__contains="@fuzz.example").delete()
        self.users: dict[str, User] = {}
        self.values: dict[str, list[str]] = {"split": ["6-2-2-0-0", "0-0-0-0-10", "10-0-0-0-0"]}
        for role in PEOPLE[1:]:
            is_staff = role in ("editor", "staff", "superuser")
            user = User.objects.create_user(
                f"{role}-{number}@fuzz.example",
                "ten points to spend",
                is_staff=is_staff,
                is_superuser=role == "superuser",
            )
            user.email = f"canary-{user.pk}-{role}@fuzz.example"
            user.save()
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
            if role == "editor":
                user.groups.add(Group.objects.get(name=groups.GROUP))
            self.users[role] = user
            self.fill(user)
        tip = Tip.objects.order_by("?").first()
        if tip:
            self.add("tip", tip.pk)
        for name, model in (("part", PortraitPart), ("question", TalkQuestion), ("user", User)):
            if found := model.objects.order_by("?").first():
                self.add(name, found.pk)
        self.cookies = {role: self.session_of(user) for role, user in self.users.items()}

    def add(self, name: str, value: object) -> None:
        self.values.setdefault(name, []).append(str(value))

    def fill(self, user) -> None:
        """Create results with notes and events, a goal, a reminder, talks and rooms."""
        from purposeapp.models.talk_answer import TalkSide
        from tests.support.make import NOON, make_assessment, make_goal, make_reminder
        from tests.support.rooms import STATES, make_room
        from tests.support.talks import make_talk

        word = f"canary-{user.pk}-note"
        for extra in ({}, {"taken_at": NOON, "taken_on": NOON.date()}):
            event = {"event": "other", "event_words": word}
            self.add("assessment", make_assessment(user, note=word, **event, **extra).pk)
        make_goal(user)
        self.add("stop_key", make_reminder(user, due_on=NOON.date()).stop_key)
        for state in ("invited", "started", "answered", "open"):
            made = make_talk(user, state, name="Anna")
            if state != "invited":
                made.talk.write(TalkSide.INVITER, f"canary-{user.pk}-talk")
            self.add("talk", made.talk.pk)
            self.add("invitation", made.invite_key)
            self.add("guest", made.guest_key)
        for state in STATES:
            room = make_room(user, state, answers=6 if state != "draft" else 0)
            self.add("room", room.pk)
            if room.code:
                self.add("code", room.code)

    @staticmethod
    def session_of(user) -> str:
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

        from purposeapp.web.sessions import SessionStore

        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
        session.create()
        return session.session_key


def routes() -> list[str]:
    """Return all routes of the URL resolver, in its own notation."""
    from django.urls import URLResolver, get_resolver

    def walk(resolver, before: str) -> list[str]:
        found = []
        for pattern in resolver.url_patterns:
            route = before + str(pattern.pattern).removeprefix("^")
            found += walk(pattern, route) if isinstance(pattern, URLResolver) else [route]
        return found

    return walk(get_resolver(), "")


def path_of(route: str, world: World, choice: random.Random) -> str:
    """Return a path of a route, with values that exist (anybody's) or with invalid ones."""

    def value(name: str) -> str:
        if choice.random() < 0.1:
            return choice.choice(["x", "0", "-1", "9" * 30, "_3D", "%00", "é", "..", "a" * 300])
        names = {
            "id": ["tip"] if route.startswith("tips/") else ["talk"],
            "key": ["invitation"] if route.startswith("invitations/") else ["guest"],
            "object_id": ["tip", "part", "question", "user", "assessment"],
        }
        if name == "id" and route.startswith("history/"):
            names["id"] = ["assessment"]
        if route.startswith("rooms/"):
            names["id"] = ["room"]
        if name == "purpose":
            return choice.choice(["job-seeking", "vanity-project", "business-driven"])
        pools = [world.values[each] for each in names.get(name, [name]) if each in world.values]
        return choice.choice(choice.choice(pools)) if pools else choice.choice(["1", "2", "x-y"])

    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: value(found[1]), route)
    path = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda found: value(found[1]), path)
    return "/" + re.sub(r"[$^\\?]|\[.*?\]\+?", "", path)


class Fuzz:
    """Sends the requests and collects the violations."""

    def __init__(self) -> None:
        from config.wsgi import application

        self.application = application
        self.choice = random.Random(SEED)
        self.routes = routes()
        self.forms: dict[str, dict[str, str]] = {}
        """The form fields last seen on a page of each route, with their values."""
        self.statuses: Counter[int] = Counter()
        self.by_role: Counter[str] = Counter()
        self.kinds: Counter[tuple[str, str]] = Counter()
        self.violations: list[str] = []

    def run(self) -> None:
        begin = time.monotonic()
        for number in range(N):
            if number % RENEW_EVERY == 0:
                self.world = World(self.choice, number)
            self.one()
            if number % 10_000 == 9_999:
                pace = number / (time.monotonic() - begin)
                print(f"  {number + 1:,} of {N:,}, {pace:.0f} a second ...", flush=True)

    def one(self) -> None:
        choice = self.choice
        role = choice.choice(PEOPLE)
        route = choice.choice(self.routes)
        if route.startswith("admin/") and role in PEOPLE[:3] and choice.random() < 0.8:
            route = choice.choice(self.routes)  # in the admin they only ever see the sign-in
        path = path_of(route, self.world, choice)
        if choice.random() < 0.08:
            path = mutated_path(path, choice)
        method = choice.choice(METHODS)
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query_of(choice),
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost:8000",
            "REMOTE_ADDR": f"192.0.2.{choice.randrange(256)}",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        token = "f" * 32
        cookies = [f"csrftoken={token}"] if choice.random() < 0.9 else []
        if role in self.world.cookies:
            cookies.append(f"sessionid={self.world.cookies[role]}")
        environ["HTTP_COOKIE"] = "; ".join(cookies)
        body = b""
        if method not in ("GET", "HEAD", "get") or choice.random() < 0.05:
            fields = {"csrfmiddlewaretoken": token} if choice.random() < 0.95 else {}
            body, content_type = body_of(self.forms.get(route, {}), fields, choice)
            environ["CONTENT_TYPE"] = content_type
            length = len(body) if choice.random() < 0.95 else choice.choice(["", "0", 10**9])
            environ["CONTENT_LENGTH"] = str(length)
            if choice.random() < 0.8:
                environ["HTTP_X_CSRFTOKEN"] = token
        environ |= headers_of(choice)
        environ["wsgi.input"] = BytesIO(body)
        self.by_role[role] += 1
        sent = unquote_to_bytes(body).decode("latin-1")
        assert not CANARY.search(sent), "the fuzzer itself would plant a canary"
        self.ask(role, route, environ, body)

    def ask(self, role: str, route: str, environ: dict, body: bytes) -> None:
        answered: list = []

        def told(words: str) -> None:
            shown = {k: v for k, v in environ.items() if not k.startswith(("wsgi", "SERVER"))}
            self.kinds[words[:40], route] += 1
            if self.kinds[words[:40], route] == 1:  # one of each kind is enough
                self.violations.append(f"{words}\n    as {role}: {shown}\n    {body[:400]!r}")

        def start(status: str, headers: list, exc_info=None) -> None:
            answered[:] = [int(status.split()[0]), headers]

        try:
            response = self.application(dict(environ), start)
            content = b"".join(response)
            response.close()
        except Exception:
            told(f"uncaught exception: {traceback.format_exc()[-3000:]}")
            return
        status, headers = answered
        self.statuses[status] += 1
        if status >= 500:
            told(f"{status}: {self.last_error()}")
        found = {name.lower(): value for name, value in headers}
        for name, beginning in (PROMISED | (PROMISED_WITH_CONTENT if content else {})).items():
            if name not in found or not found[name].startswith(beginning):
                told(f"{status} without {name}")
        if any("\r" in value or "\n" in value for value in found.values()):
            told("a header with a line break")
        place = urlsplit(found.get("location", ""))
        if place.netloc not in ("", "localhost:8000", "127.0.0.1:8000") or (
            place.scheme not in ("", "http", "https")
        ):
            told(f"redirects to {found['location']!r}")
        self.look_at(content, found, role, route, environ, told)

    def look_at(self, content: bytes, headers, role: str, route: str, environ, told) -> None:
        import gzip

        if headers.get("content-encoding") == "gzip":
            content = gzip.decompress(content)
        text = content.decode(errors="replace") + repr(headers)
        for number, what in set(CANARY.findall(text)):
            if not self.may_see(role, int(number), what, environ["PATH_INFO"]):
                told(f"the {what} of account {number} in a response to {role}")
        if not headers.get("content-type", "").startswith("text/html"):
            return
        if MARKUP in text:
            told("unescaped markup in a page")
        if "<form" in text:
            fields = re.findall(r'<(?:input|textarea|select|button)[^>]*? name="([^"]+)"', text)
            values = dict(re.findall(r'name="([^"]+)"[^>]*? value="([^"]*)"', text))
            # Without canaries: sent by another account, they would be stored as that account's.
            self.forms[route] = {name: CANARY.sub("words", values.get(name, "")) for name in fields}

    def may_see(self, role: str, number: int, what: str, path: str) -> bool:
        """Return whether a canary of an account may be in a response to a role.

        It may if it is the role's own, or of a talk that the role takes part in. Superusers see
        email addresses in the admin, and the admin's messages on any page. Editors see in the admin
        the email addresses of staff, who change texts.
        """
        from purposeapp.models import Talk

        user = self.world.users.get(role)
        if user and user.pk == number:
            return True
        is_address = what not in ("note", "talk")
        if role == "editor" and what in PEOPLE[3:] and path.startswith("/admin/"):
            return True
        if role == "superuser" and (is_address or path.startswith("/admin/purposeapp/assessment/")):
            return True
        if any(key in path for key in self.world.values["guest"]):
            return True
        return bool(user) and Talk.objects.filter(guest=user, inviter_id=number).exists()

    @staticmethod
    def last_error() -> str:
        return ERRORS[-1][-2500:] if ERRORS else ""


ERRORS: list[str] = []


def keep_errors() -> None:
    """Keep the last logged error, to report it with the request."""
    import logging

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            ERRORS[:] = [self.format(record)]

    logging.getLogger().handlers[:] = [Keeper()]


def fuzz_gunicorn(site: Site, count: int) -> list[str]:
    """Send gunicorn raw, malformed requests over a socket; return the violations."""
    import socket

    choice, wrong, statuses = random.Random(SEED), [], Counter()
    for number, request in zip(range(count), raw_requests(choice, site.port), strict=False):
        with socket.create_connection(("127.0.0.1", site.port), timeout=40) as connection:
            answer = b""
            try:
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
                while len(answer) < 10**6 and (part := connection.recv(65536)):
                    answer += part
            except TimeoutError:
                wrong.append(f"no response to {request[:300]!r}")
            except OSError:
                pass  # connection reset, since we send what is never read
        found = re.match(rb"HTTP/1\.[01] (\d{3}) ", answer)
        statuses[found[1].decode() if found else "none"] += 1
        if answer and not found:
            wrong.append(f"malformed response: {answer[:100]!r} to {request[:300]!r}")
        if found and found[1] in (b"500", b"502", b"503"):
            wrong.append(f"{found[1].decode()} to {request[:600]!r}")
        if number % 100 == 99:
            site.wait_until_ready()
    site.wait_until_ready()
    print(f"over a socket: {dict(sorted(statuses.items()))}")
    return wrong


def main() -> int:
    print(f"{N:,} requests, SEED={SEED}", flush=True)
    begin = time.monotonic()
    with (
        Database(f"five_purposes_fuzz_{os.getpid()}") as database,
        tempfile.TemporaryDirectory() as name,
    ):
        folder = Path(name)
        environment = {"EMAIL_URL": "dummymail://", "LOG_LEVEL": "ERROR"}
        site = Site(database, folder, folder / "static", **environment)
        site.begin()
        try:
            wrong = in_process(site) + fuzz_gunicorn(site, max(20, N // 50))
        finally:
            site.end()
    for words in wrong[:20]:
        print(f"VIOLATION {words}")
    print(f"{len(wrong)} violations, {time.monotonic() - begin:.0f} s, SEED={SEED}")
    return 1 if wrong else 0


def in_process(site: Site) -> list[str]:
    os.environ |= {
        name: value
        for name, value in site.environment.items()
        if name in ("DATABASE_URL", "EMAIL_URL", "LOG_LEVEL", "STATIC_ROOT")
    }
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.support.server_settings"
    import django

    django.setup()
    fuzz = Fuzz()
    keep_errors()
    fuzz.run()
    print("by status: " + ", ".join(f"{each} {n:,}" for each, n in sorted(fuzz.statuses.items())))
    print("by role: " + ", ".join(f"{each} {n:,}" for each, n in sorted(fuzz.by_role.items())))
    from django.db import connection

    from .constraints import broken_rules

    connection.close()
    with site.database.connect() as direct:
        return fuzz.violations + broken_rules(direct)


if __name__ == "__main__":
    sys.exit(main())
