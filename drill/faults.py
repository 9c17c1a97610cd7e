"""Fault-injection drill: kill processes under load and check that nothing acknowledged is lost.

`make drill` runs it. gunicorn and PostgreSQL run as in production, with a proxy between them. Fifty
writers (writers.py) sign in, record, edit, claim and answer while KILLS faults (default 50) are
injected. SEED, which is printed, determines the order of the faults, but not how they coincide with
requests. Afterwards every acknowledged row must be there exactly once, and clients may have seen
only responses, clean 503s and, where something was killed or cut, no response.
"""

import contextlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from .backup import compare_backup
from .cluster import Cluster, kill, scratch
from .constraints import broken_rules
from .proxy import Proxy
from .site import Site
from .writers import Scores, Violation, Writer, check, writing

KILLS = int(os.environ.get("KILLS") or 50)
SEED = int(os.environ.get("SEED") or random.randrange(10**6))
WRITERS = int(os.environ.get("WRITERS") or 50)
DISK_MB = 512
FULL_S = 4
"""How long the disk stays full, in seconds."""
COLUMNS = ["times", "responses", "503s", "429s", "no response", "500s", "violations"]

WEIGHTS = {
    "a worker killed": 30,
    "the master killed": 10,
    "a backend killed": 20,
    "all of PostgreSQL killed": 10,
    "connections cut": 20,
    "responses lost, then cut": 10,
}
"""How many of a hundred kills are of each kind."""

MIGRATION = """
ALTER TABLE purposeapp_assessment ADD COLUMN drill smallint DEFAULT 0 NOT NULL
ALTER TABLE purposeapp_assessment ADD CONSTRAINT drill CHECK (drill = 0) NOT VALID
ALTER TABLE purposeapp_assessment VALIDATE CONSTRAINT drill
CREATE INDEX CONCURRENTLY drill ON purposeapp_assessment (drill)
DROP INDEX CONCURRENTLY drill
ALTER TABLE purposeapp_assessment DROP COLUMN drill
""".strip().splitlines()
"""A migration that is safe under a running release: NOT VALID first, indexes CONCURRENTLY."""


class Drill:
    """The site, its PostgreSQL, the proxy between them, and the faults injected into them."""

    def __init__(self, folder: Path) -> None:
        self.random = random.Random(SEED)
        self.scores = Scores()
        self.done: dict[str, int] = {}
        self.longest_gap_s: dict[str, float] = {}
        self.disk: Path | None = None
        self.cluster = Cluster(folder)
        if mount(self.cluster.data):
            self.disk = self.cluster.data
            Cluster.make_folder(self.cluster.data / "pg")
            self.cluster.data /= "pg"
        self.proxy = Proxy(self.cluster.port)
        self.site = Site(self.cluster, folder, folder / "static")
        url = self.cluster.url.replace(str(self.cluster.port), str(self.proxy.port))
        self.site.environment["DATABASE_URL"] = url
        self.site.environment["TRUSTED_PROXIES"] = "1"

    # --- Faults ---

    def faults(self) -> dict[str, Callable[[], None]]:
        """Return the action for each kind of kill."""
        return {
            "a worker killed": lambda: self.site.kill_worker(self.random.randrange(99)),
            "the master killed": self.site.kill_master,
            "a backend killed": self.kill_backend,
            "all of PostgreSQL killed": self.kill_server,
            "connections cut": lambda: self.cut("cut"),
            "responses lost, then cut": lambda: self.cut("swallow"),
        }

    def kill_backend(self) -> None:
        with contextlib.suppress(psycopg.OperationalError):  # PostgreSQL is still recovering
            if found := self.cluster.backends():
                kill(self.random.choice(found))
        self.cluster.start()

    def kill_server(self) -> None:
        self.cluster.kill()
        self.cluster.start()

    def cut(self, command: str) -> None:
        self.proxy.do(command)

    # --- Interludes: releases, migrations, backups, a full disk ---

    def interludes(self) -> dict[str, Callable[[], None]]:
        """Return the action for each event that is rarer and takes longer."""
        found = {
            "a new release (HUP)": self.site.reload,
            "a second master (USR2)": self.site.replace,
            "a migration": self.migrate,
            "a backup and restore": self.back_up,
        }
        if self.disk:
            found["a full disk"] = self.fill_disk
        return found

    def migrate(self) -> None:
        with self.cluster.connect() as connection:
            for statement in MIGRATION:
                connection.execute(statement)
        self.site.manage("migrate", "--verbosity", "0", DATABASE_URL=self.cluster.url)

    def back_up(self) -> None:
        for words in compare_backup(self.cluster, self.site):
            self.scores.violation(words)

    def fill_disk(self) -> None:
        assert self.disk
        ballast = self.disk / "ballast"
        with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(65536))
        time.sleep(FULL_S)
        ballast.unlink()
        self.cluster.start()  # it may have stopped; a service manager would restart it too

    # --- The run ---

    def run(self) -> None:
        self.cluster.create()
        self.site.begin()
        faults, interludes = self.faults(), self.interludes()
        plan = plan_of(self.random, list(interludes))
        with writing(WRITERS, self.site.url, self.scores) as writers:
            for number, name in enumerate(plan):
                time.sleep(self.random.uniform(0.2, 0.9))  # let the writers work
                self.do(name, (faults | interludes)[name])
                if number % 50 == 49:
                    print(f"  {number + 1} of {len(plan)} ...", flush=True)
            time.sleep(1)
        self.scores.fault = "(afterwards)"
        self.report(writers)

    def do(self, name: str, fault: Callable[[], None]) -> None:
        self.scores.fault = name
        begin = time.monotonic()
        try:
            fault()
            self.site.wait_until_ready()
        except (Violation, TimeoutError) as error:
            self.scores.violation(str(error))
        gap = time.monotonic() - begin
        self.longest_gap_s[name] = max(gap, self.longest_gap_s.get(name, 0))
        self.done[name] = self.done.get(name, 0) + 1

    def report(self, writers: list[Writer]) -> None:
        with self.cluster.connect() as connection:
            found = check(writers, connection, self.scores)
            for words in broken_rules(connection):
                self.scores.violation(words)
        print_table(self)
        did = {
            name: sum(w.done[name] for w in writers)
            for name in sorted(set().union(*(w.done for w in writers)))
        }
        print("\nthe writers did: " + ", ".join(f"{count} {name}" for name, count in did.items()))
        print("acknowledged, stored once: " + ", ".join(f"{n} {name}" for name, n in found.items()))

    def end(self) -> None:
        self.site.end()
        self.proxy.stop()
        self.cluster.stop()
        if self.disk:
            subprocess.run(["umount", self.disk], check=False)


def plan_of(choice: random.Random, interludes: list[str]) -> list[str]:
    """Return a shuffled plan: KILLS faults in their shares, and each interlude once per 200."""
    total = sum(WEIGHTS.values())
    kills = [name for name, weight in WEIGHTS.items() for _ in range(weight * KILLS // total)]
    kills += choice.choices(list(WEIGHTS), k=KILLS - len(kills))
    plan = kills + interludes * max(1, KILLS // 200)
    choice.shuffle(plan)
    return plan


def mount(folder: Path) -> bool:
    """Mount a small file system for the data; return False if that isn't possible."""
    size = f"size={DISK_MB}m,mode=755"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], capture_output=True, check=False
    )
    return done.returncode == 0


def print_table(drill: Drill) -> None:
    print(f"\n{'':26}" + "".join(f"{name:>12}" for name in [*COLUMNS, "longest, s"]))
    for name, seen in drill.scores.seen.items():
        cells = [drill.done.get(name, ""), *(seen[column] for column in COLUMNS[1:])]
        longest = drill.longest_gap_s.get(name)
        cells.append(f"{longest:.1f}" if longest else "")
        print(f"{name:26}" + "".join(f"{cell:>12}" for cell in cells))


def main() -> int:
    print(f"{KILLS} kills, {WRITERS} writers, SEED={SEED}", flush=True)
    begin = time.monotonic()
    with scratch() as folder:
        drill = Drill(folder)
        if not drill.disk:
            print("SKIPPED: a full disk. This needs root, to mount a tmpfs.", flush=True)
        try:
            drill.run()
        finally:
            drill.end()
            if keep := os.environ.get("KEEP_LOG"):
                Path(keep).write_bytes(drill.site.log.read_bytes())
    for words in drill.scores.violations[:40]:
        print(f"VIOLATION {words}")
    print(f"{len(drill.scores.violations)} violations, {time.monotonic() - begin:.0f} s")
    return 1 if drill.scores.violations else 0


if __name__ == "__main__":
    sys.exit(main())
