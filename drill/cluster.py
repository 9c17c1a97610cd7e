"""Throwaway PostgreSQL servers for the drill, each with its own data folder."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from config import local_postgres
from tests.support.server import free_port

START_TIMEOUT_S = 60
NAME = "five_purposes"
SETTINGS = {
    "max_connections": "60",
    "shared_buffers": "32MB",
    # Small enough for a small disk.
    "min_wal_size": "32MB",
    "max_wal_size": "64MB",
}


def user() -> dict:
    """Return the Popen options to run a program as `nobody` if we are root, which it refuses."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextmanager
def scratch() -> Iterator[Path]:
    """Create a temporary folder that the servers' user can pass through."""
    local_postgres.make_data_dir()
    folder = Path(tempfile.mkdtemp(prefix="five-purposes-drill-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def children(pid: int) -> list[int]:
    """Return the live child processes of a process."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(each) for task in tasks for each in (task / "children").read_text().split()]
    except OSError:
        return []


def is_alive(pid: int) -> bool:
    """Return whether a process is alive, rather than gone or a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def kill(*pids: int) -> None:
    """Send SIGKILL to processes, and wait until they are gone."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    while any(map(is_alive, pids)):
        time.sleep(0.01)


class Cluster:
    """A PostgreSQL server that runs the embedded binaries on a local TCP port."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.data = folder / "data"
        self.log = folder / "postgres.log"
        self.port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/{NAME}"
        self.settings = SETTINGS | settings
        self.bin = local_postgres.software_for_server() / "bin"
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(exist_ok=True)
        self.make_folder(self.data)

    @staticmethod
    def make_folder(folder: Path) -> None:
        """Create a folder that belongs to the user that runs the server."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if who := user():
            os.chown(folder, who["user"], who["group"])

    def create(self) -> None:
        """Initialize the server, start it, and create an empty database."""
        self.run("initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "-E", "UTF8",
                 "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")  # fmt: skip
        self.start()
        with self.connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {NAME}")

    def run(self, program: str, *arguments: str | Path) -> None:
        """Run a PostgreSQL program and wait for it. Raises RuntimeError if it fails."""
        done = subprocess.run(
            [self.bin / program, *arguments],
            env=local_postgres.ENVIRONMENT,
            cwd="/",
            capture_output=True,
            text=True,
            **user(),
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")

    def launch(self) -> None:
        """Start the server without waiting until it answers."""
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", **self.settings}
        options["port"] = str(self.port)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    self.bin / "postgres",
                    "-D",
                    self.data,
                    *(f"--{name}={value}" for name, value in options.items()),
                ],
                env=local_postgres.ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **user(),
            )

    def start(self) -> None:
        """Start the server if it is not running, and return when it answers."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            if not self.process or self.process.poll() is not None:
                self.launch()
            try:
                self.connect("postgres").close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def connect(self, name: str = NAME) -> psycopg.Connection:
        """Connect to the server directly, past any proxy."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname=name, autocommit=True
        )

    def backends(self) -> list[int]:
        """Return the pids of the backends that serve the site."""
        with self.connect("postgres") as connection:
            rows = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = %s", [NAME]
            ).fetchall()
        return [pid for (pid,) in rows]

    def kill(self) -> None:
        """Send SIGKILL to the postmaster and all its processes."""
        assert self.process
        pid = self.process.pid
        os.kill(pid, signal.SIGSTOP)  # so that it starts no new process meanwhile
        kill(pid, *children(pid))
        self.process.wait()

    def stop(self) -> None:
        """Stop the server (fast shutdown); harmless if it isn't running."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()

    def remove(self) -> None:
        """Delete the server's data."""
        shutil.rmtree(self.data, ignore_errors=True)
