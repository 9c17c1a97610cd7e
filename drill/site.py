"""The site under test in the drills: gunicorn as in production, with processes to kill."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.support.server import CHECKOUT, Server

from .cluster import children, is_alive, kill

READY_TIMEOUT_S = 60


class Site(Server):
    """gunicorn with the test settings: cheap password hashes, and rate limits out of reach."""

    master = 0

    def begin(self, database_url: str = "") -> None:
        """Migrate (past any proxy), collect the static files, and serve."""
        past = {"DATABASE_URL": database_url} if database_url else {}
        self.manage("migrate", "--verbosity", "0", **past)
        self.manage("collectstatic", "--no-input", "--verbosity", "0")
        self.launch()
        self.wait_until_ready()

    def launch(self) -> None:
        """Start gunicorn without waiting until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                # As in the image. With `python -m gunicorn`, USR2 can't start a second master.
                [Path(sys.executable).with_name("gunicorn"), "-c", "config/gunicorn.conf.py"],
                cwd=CHECKOUT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.master = self.process.pid

    def start_again(self) -> None:
        """Restart a master that has ended, as a service manager would."""
        self.process.poll()
        if not is_alive(self.master):
            self.launch()

    def wait_until_ready(self) -> float:
        """Wait until the site serves; return the seconds that took. Raises TimeoutError."""
        begin = time.monotonic()
        while not self._is_ready():
            if time.monotonic() - begin > READY_TIMEOUT_S:
                raise TimeoutError("The site doesn't become ready.")
            self.start_again()
            time.sleep(0.05)
        return time.monotonic() - begin

    def kill_worker(self, number: int) -> None:
        if workers := children(self.master):
            kill(workers[number % len(workers)])

    def kill_master(self) -> None:
        """Kill the master and start a new one at once; the old workers notice and stop."""
        workers = children(self.master)
        kill(self.master)
        self.process.poll()
        self.launch()
        self._wait_for_end_of(workers)  # they still answer for a short while

    def reload(self) -> None:
        """Reload as for a new release: new workers load its code, the old ones finish requests."""
        old = children(self.master)
        os.kill(self.master, signal.SIGHUP)
        self._wait_for_end_of(old)

    def replace(self) -> None:
        """Start a second master, then stop the first, as for a release with a newer gunicorn."""
        old, workers = self.master, children(self.master)
        os.kill(old, signal.SIGUSR2)
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not (new := [pid for pid in children(old) if pid not in workers and children(pid)]):
            if time.monotonic() > deadline:
                raise TimeoutError("The second master doesn't start.")
            time.sleep(0.05)
        self.master = new[0]
        os.kill(old, signal.SIGTERM)
        self._wait_for_end_of([old])

    def _wait_for_end_of(self, pids: list[int]) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while any(map(is_alive, pids)):
            self.start_again()
            if time.monotonic() > deadline:
                raise TimeoutError("The old processes don't end.")
            time.sleep(0.05)

    def end(self) -> None:
        """Kill whatever is still running."""
        if self._shell:
            self._shell.communicate()
        kill(self.master, *children(self.master))
        self.process.poll()
