"""The site under the drill: gunicorn as in production, whose processes can be killed."""

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
    """gunicorn, with the settings of tests: cheap passwords, and limits out of reach."""

    master = 0

    def begin(self, database_url: str = "") -> None:
        """Make the tables, past any proxy, and the static files, and serve."""
        past = {"DATABASE_URL": database_url} if database_url else {}
        self.manage("migrate", "--verbosity", "0", **past)
        self.manage("collectstatic", "--no-input", "--verbosity", "0")
        self.launch()
        self.wait_until_ready()

    def launch(self) -> None:
        """Start gunicorn, without waiting for it."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                # As the image has it. By `python -m gunicorn`, a second master can't start.
                [Path(sys.executable).with_name("gunicorn"), "-c", "config/gunicorn.conf.py"],
                cwd=CHECKOUT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.master = self.process.pid

    def start_again(self) -> None:
        """What a service manager does with a master that has ended."""
        self.process.poll()
        if not is_alive(self.master):
            self.launch()

    def wait_until_ready(self) -> float:
        """Come back when it serves; returns the seconds that took. Raises TimeoutError."""
        begin = time.monotonic()
        while not self._is_ready():
            if time.monotonic() - begin > READY_TIMEOUT_S:
                raise TimeoutError("The site does not come back.")
            self.start_again()
            time.sleep(0.05)
        return time.monotonic() - begin

    def kill_worker(self, number: int) -> None:
        if workers := children(self.master):
            kill(workers[number % len(workers)])

    def kill_master(self) -> None:
        """kill -9 of the master, and a new one at once; its workers see that it is gone."""
        workers = children(self.master)
        kill(self.master)
        self.process.poll()
        self.launch()
        self._wait_for_end_of(workers)  # they still answer, and not for long

    def reload(self) -> None:
        """What a new release does: new workers with its code; the old ones finish what they do."""
        old = children(self.master)
        os.kill(self.master, signal.SIGHUP)
        self._wait_for_end_of(old)

    def replace(self) -> None:
        """A second master beside the first one, as for a release with a newer gunicorn."""
        old, workers = self.master, children(self.master)
        os.kill(old, signal.SIGUSR2)
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not (new := [pid for pid in children(old) if pid not in workers and children(pid)]):
            if time.monotonic() > deadline:
                raise TimeoutError("The second master does not start.")
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
        """Whatever is left of it."""
        if self._shell:
            self._shell.communicate()
        kill(self.master, *children(self.master))
        self.process.poll()
