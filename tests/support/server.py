"""The real server, as `make run` starts it, with its own database and port."""

import fcntl
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlsplit

import environ
import psycopg
import requests
from psycopg import sql

from config import local_postgres

CHECKOUT = Path(__file__).resolve().parents[2]
START_TIMEOUT_S = 60  # for a slow machine; it takes about six

# Variables that a user's shell or CI may have set, and that would change the server.
SETTINGS = [
    "ALLOWED_HOSTS",
    "APP_ENV",
    "CONTACT_EMAIL",
    "DEBUG",
    "DISABLE_SERVER_SIDE_CURSORS",
    "EMAIL_FROM",
    "EMAIL_URL",
    "LINKEDIN_CLIENT_ID",
    "LINKEDIN_CLIENT_SECRET",
    "LINKEDIN_SERVER_URL",
    "LOG_LEVEL",
    "METRICS_TOKEN",
    "PUBLIC_URL",
    "SECRET_KEY",
    "SENTRY_DSN",
    "TRUSTED_PROXIES",
    "WEB_CONCURRENCY",
]


class Database:
    """Context manager for a scratch database on the server of DATABASE_URL, or on the embedded one.

    It is empty, or a copy of its template, to which there must be no connection.
    """

    def __init__(self, name: str, template: str | None = None) -> None:
        self.name = name
        self.template = template
        if url := os.environ.get("DATABASE_URL"):
            # Only the last part of the path is the name: a socket's folder may come before it.
            parts = urlsplit(url)
            self.url = parts._replace(path=f"{parts.path.rpartition('/')[0]}/{name}").geturl()
        else:
            local_postgres.ensure_running()
            local = local_postgres.database()
            place = f"{local['USER']}@:{local['PORT']}/{quote(local['HOST'])}"
            self.url = f"postgres://{place}/{name}"

    def __enter__(self) -> Self:
        self._execute("CREATE DATABASE {} TEMPLATE {}", self.template or "template1")
        return self

    def __exit__(self, *error: object) -> None:
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)")

    def connect(self, name: str | None = None) -> psycopg.Connection:
        """Connect to this database, or to another one of the same server."""
        there = environ.Env.db_url_config(self.url)
        names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
        address = {name: there[key] for name, key in names.items() if there[key]}
        address |= there.get("OPTIONS", {})
        return psycopg.connect(**address, dbname=name or self.name, autocommit=True)

    @contextmanager
    def refusing_connections(self) -> Iterator[None]:
        """Refuse all connections, as a PostgreSQL that is down or restarting does."""
        self.alter("ALLOW_CONNECTIONS false")
        try:
            yield
        finally:
            self.alter("ALLOW_CONNECTIONS true")

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Make the database read-only, as on a standby or during a switchover."""
        self.alter("SET default_transaction_read_only = on")
        try:
            yield
        finally:
            self.alter("RESET default_transaction_read_only")

    def alter(self, change: str) -> None:
        """Alter the database, then terminate all connections and wait until they are gone."""
        self._execute(f"ALTER DATABASE {{}} {change}")
        with self.connect("postgres") as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s",
                [self.name],
            )

    def _execute(self, statement: str, *names: str) -> None:
        with self.connect("postgres") as connection:
            identifiers = map(sql.Identifier, (self.name, *names))
            connection.execute(sql.SQL(statement).format(*identifiers))


@dataclass(frozen=True)
class Prepared:
    """What the servers of a test run share, so that each starts sooner.

    The first server collects the static files. The database is already migrated, and each server
    gets a copy of it.
    """

    static: Path
    template: str


class Server:
    """`manage.py serve` in a process of its own.

    Collecting static files takes seconds, for their compression. So if another server has already
    collected into `static`, this one only migrates if necessary and starts gunicorn, which is what
    `serve` does afterwards. Servers that share `static` start one after another.
    """

    def __init__(self, database: Database, folder: Path, static: Path, **environment: str) -> None:
        self.database = database
        self.static = static
        self.log = folder / "server.log"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._shell: subprocess.Popen[str] | None = None
        ours = {name: value for name, value in os.environ.items() if name not in SETTINGS}
        here = str(Path(__file__).parent)
        self.environment = ours | {
            "DATABASE_URL": database.url,
            "DJANGO_SETTINGS_MODULE": "server_settings",
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "PYTHONPATH": os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")])),
            "STATIC_ROOT": str(static),
            **environment,
        }

    def start(self) -> None:
        """Start the server and wait until it answers. Raises RuntimeError if it fails."""
        with self.static.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._start()

    def _start(self) -> None:
        command = ["manage.py", "serve"]
        if (self.static / "staticfiles.json").exists():
            if not self.database.template:
                self.manage("migrate", "--verbosity", "0")
            command = ["-m", "gunicorn", "-c", "config/gunicorn.conf.py"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=CHECKOUT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._is_ready():
            try:
                self.process.wait(0.05)
            except subprocess.TimeoutExpired:
                if time.monotonic() < deadline:
                    continue
            self.stop()
            raise RuntimeError(f"The server did not start:\n{self.log.read_text()}")

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        if self._shell:
            self._shell.communicate()
            self._shell = None
        self.process.terminate()
        try:
            self.process.wait(START_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def manage(self, *arguments: str, **environment: str) -> str:
        """Run a manage.py command, as from another terminal; return its output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=CHECKOUT,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def run(self, code: str) -> None:
        """Run Python code on the server's database, as in `manage.py shell`."""
        if not self._shell:
            self._shell = subprocess.Popen(
                [sys.executable, "-m", "tests.support.server_shell"],
                cwd=CHECKOUT,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._shell.stdin
        assert self._shell.stdout
        print(json.dumps(code), file=self._shell.stdin, flush=True)
        answer = self._shell.stdout.readline()
        assert answer, "The shell is gone; what it said is above."
        error = json.loads(answer)
        assert not error, error

    def make_superuser(self, email: str, password: str) -> None:
        self.run(
            "from purposeapp.models import User\n"
            f"User.objects.create_superuser({email!r}, {password!r})"
        )

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_TIMEOUT_S)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False  # nobody listens yet
        finally:
            connection.close()


class Browser(requests.Session):
    """An HTTP session that keeps cookies, and submits forms with their CSRF token."""

    def __init__(self, server) -> None:
        super().__init__()
        self.server = server

    def open(self, path: str) -> requests.Response:
        return self.get(self.server.url + path)

    def submit(self, path: str, form: dict, page: str = "") -> requests.Response:
        page = page or self.open(path).text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        data = {"csrfmiddlewaretoken": token, **form}
        return self.post(self.server.url + path, data, allow_redirects=False)


def is_unavailable(response: requests.Response) -> bool:
    return (response.status_code, response.headers.get("Retry-After")) == (503, "10")


@contextmanager
def running(
    purpose: str, folder: Path, prepared: Prepared | None = None, **environment: str
) -> Iterator[Server]:
    """Run a server on a new database with the first tips; remove both afterwards.

    The database's name contains the purpose, and the pid to keep processes apart.
    """
    template = prepared.template if prepared else None
    with Database(f"five_purposes_{purpose}_{os.getpid()}", template) as database:
        static = prepared.static if prepared else folder / "static"
        server = Server(database, folder, static, **environment)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
