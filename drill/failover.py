"""Switchover and failover drill: a primary, two synchronous standbys and pgbouncer.

`make drill` runs it after the faults of a single machine, if pgbouncer is installed (on Debian,
`apt install pgbouncer`). The servers run the embedded PostgreSQL. Each commit is on the primary and
on at least one standby (`ANY 1`) before it is acknowledged. pgbouncer pools by transaction.

- A planned switchover, SWITCHES times (20): pause pgbouncer, stop the primary, promote a standby
  that has everything, point pgbouncer to it, resume. No request may fail; each waits a moment.
- A failover after the primary is killed: the standby that has more of the WAL is promoted. Clients
  may see only 503s, for at most two seconds after the kill, and nothing acknowledged is lost.
"""

import os
import pwd
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from tests.support.server import free_port

from .cluster import NAME, Cluster, scratch
from .constraints import broken_rules
from .site import Site
from .writers import Scores, check, writing

SWITCHES = int(os.environ.get("SWITCHES") or 20)
WRITERS = 20
MAX_GAP_S = 2
FIND_IT_S = 0.5
"""How long a monitor takes to find the primary dead. One that must be certain takes longer."""
BINARY = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")

SETTINGS = {
    "wal_level": "replica",
    "max_wal_senders": "10",
    "max_replication_slots": "10",
    "hot_standby": "on",
    "wal_keep_size": "256MB",
    "synchronous_standby_names": "ANY 1 (one, two, three)",
    "recovery_target_timeline": "latest",
}


class Pool:
    """pgbouncer in transaction mode, controlled through its admin console."""

    def __init__(self, folder: Path, target: int) -> None:
        self.port, self.file = free_port(), folder / "pgbouncer.ini"
        (folder / "users.txt").write_text('"postgres" ""\n')
        self.log = folder / "pgbouncer.log"
        self.folder = folder
        self.point_to(target)
        options = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            options = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [BINARY, "-q", self.file], stdout=log, stderr=log, cwd="/", **options
            )
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/{NAME}"

    def point_to(self, target: int) -> None:
        self.file.write_text(f"""[databases]
{NAME} = host=127.0.0.1 port={target} dbname={NAME}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {self.port}
unix_socket_dir =
auth_type = trust
auth_file = {self.folder}/users.txt
admin_users = postgres
pool_mode = transaction
max_client_conn = 200
default_pool_size = 20
server_login_retry = 1
server_check_delay = 0
ignore_startup_parameters = options,extra_float_digits
""")

    def do(self, *commands: str) -> None:
        """Run commands in the admin console; each returns once it is done."""
        address = f"host=127.0.0.1 port={self.port} user=postgres dbname=pgbouncer"
        # The console supports only the simple query protocol.
        with psycopg.connect(address, autocommit=True, cursor_factory=psycopg.ClientCursor) as it:
            for command in commands:
                it.execute(command)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


class Trio:
    """Three servers, one of which is the primary."""

    def __init__(self, folder: Path) -> None:
        names = ["one", "two", "three"]
        self.servers = {name: Cluster(folder / name, **SETTINGS) for name in names}
        self.primary = "one"

    def create(self) -> None:
        # As long as there is no standby, commits must not wait for one.
        self.servers["one"].settings["synchronous_standby_names"] = ""
        self.servers["one"].create()
        for name in ("two", "three"):
            self.follow(name)
        self.await_standby()
        self.servers["one"].settings |= SETTINGS
        self.servers["one"].stop()
        self.servers["one"].start()

    def follow(self, name: str) -> None:
        """Rebuild a server as a standby of the primary, from a base backup."""
        server, primary = self.servers[name], self.servers[self.primary]
        server.stop()
        server.remove()
        Cluster.make_folder(server.data)
        address = f"host=127.0.0.1 port={primary.port} user=postgres application_name={name}"
        server.run(
            "pg_basebackup", "-d", address, "-D", server.data, "-X", "stream", "-R", "-c", "fast"
        )
        server.start()

    def point_at_primary(self, name: str) -> None:
        """Have a standby follow the current primary."""
        primary = self.servers[self.primary]
        address = f"host=127.0.0.1 port={primary.port} user=postgres application_name={name}"
        with self.servers[name].connect("postgres") as connection:
            connection.execute(f"ALTER SYSTEM SET primary_conninfo = '{address}'")
            connection.execute("SELECT pg_reload_conf()")

    def await_standby(self, count: int = 2) -> None:
        """Return when `count` standbys are streaming. Raises TimeoutError."""
        deadline = time.monotonic() + 60
        with self.servers[self.primary].connect("postgres") as connection:
            streams = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
            while connection.execute(streams).fetchone()[0] < count:
                if time.monotonic() > deadline:
                    raise TimeoutError("Too few standbys are streaming from the primary.")
                time.sleep(0.05)

    def standbys(self) -> list[str]:
        return [name for name in self.servers if name != self.primary]

    def received(self, name: str) -> int:
        """Return the WAL position that a standby has received, in bytes."""
        with self.servers[name].connect("postgres") as connection:
            last = "SELECT pg_wal_lsn_diff(pg_last_wal_receive_lsn(), '0/0')"
            return int(connection.execute(last).fetchone()[0])

    def promote(self) -> None:
        """Promote the standby that has received the most WAL."""
        old = self.primary
        self.primary = max(self.standbys(), key=self.received)
        with self.servers[self.primary].connect("postgres") as connection:
            connection.execute("SELECT pg_promote(wait => true)")
        for name in self.servers:
            if name not in (old, self.primary):
                self.point_at_primary(name)

    def rejoin(self, name: str) -> None:
        """Restart a cleanly stopped primary as a standby of the new one, which has all its WAL."""
        server = self.servers[name]
        (server.data / "standby.signal").touch()
        primary = self.servers[self.primary]
        address = f"host=127.0.0.1 port={primary.port} user=postgres application_name={name}"
        with (server.data / "postgresql.auto.conf").open("a") as file:
            file.write(f"primary_conninfo = '{address}'\n")
        server.start()

    def stop(self) -> None:
        for server in self.servers.values():
            server.stop()


class Failover:
    """The drill: the site behind pgbouncer with three servers, and writers."""

    def __init__(self, folder: Path) -> None:
        self.scores = Scores()
        self.trio = Trio(folder)
        self.folder = folder
        self.longest_s = {"a planned switchover": 0.0, "the primary killed": 0.0}

    def run(self) -> list[str]:
        self.trio.create()
        primary = self.trio.servers["one"]
        self.pool = Pool(self.folder, primary.port)
        self.site = Site(primary, self.folder, self.folder / "static")  # type: ignore[arg-type]
        self.site.environment |= {
            "DATABASE_URL": self.pool.url,
            "DISABLE_SERVER_SIDE_CURSORS": "true",
            "TRUSTED_PROXIES": "1",
        }
        self.site.begin(primary.url)
        with writing(WRITERS, self.site.url, self.scores) as writers:
            for number in range(SWITCHES):
                self.scores.fault = "a planned switchover"
                self.switch()
                failed = self.scores.seen["a planned switchover"]
                if missed := failed["503s"] + failed["no response"] + failed["500s"]:
                    self.scores.violation(f"{missed} requests failed in switchover {number + 1}")
                    break
            self.scores.fault = "(between)"
            self.trio.await_standby()
            self.kill_primary()
            time.sleep(2)
        with self.trio.servers[self.trio.primary].connect() as connection:
            self.found = check(writers, connection, self.scores)
            for words in broken_rules(connection):
                self.scores.violation(words)
        return self.scores.violations

    def switch(self) -> None:
        """Do a planned switchover; requests wait in pgbouncer meanwhile."""
        time.sleep(0.5)
        self.trio.await_standby()
        begin = time.monotonic()
        self.pool.do(f"PAUSE {NAME}")
        old = self.trio.primary
        # A fast shutdown waits until the standbys have all WAL.
        self.trio.servers[old].stop()
        self.trio.promote()
        self.pool.point_to(self.trio.servers[self.trio.primary].port)
        self.pool.do("RELOAD", f"RESUME {NAME}")
        self._note("a planned switchover", begin)
        self.trio.rejoin(old)

    def kill_primary(self) -> None:
        self.scores.fault = "the primary killed"
        begin = time.monotonic()
        self.trio.servers[self.trio.primary].kill()
        time.sleep(FIND_IT_S)
        self.trio.promote()
        self.pool.point_to(self.trio.servers[self.trio.primary].port)
        self.pool.do("RELOAD")
        self.site.wait_until_ready()
        self._note("the primary killed", begin)
        if self.longest_s["the primary killed"] > MAX_GAP_S:
            self.scores.violation(f"down for {self.longest_s['the primary killed']:.1f} s")
        if self.scores.seen["the primary killed"]["no response"]:
            self.scores.violation("requests without a response")

    def _note(self, what: str, begin: float) -> None:
        self.longest_s[what] = max(self.longest_s[what], time.monotonic() - begin)

    def end(self) -> None:
        if hasattr(self, "site"):
            self.site.end()
        if hasattr(self, "pool"):
            self.pool.stop()
        self.trio.stop()


def main() -> int:
    if not BINARY:
        print("SKIPPED: two machines. This needs pgbouncer (on Debian, apt install pgbouncer).")
        return 0
    print(f"\nTwo machines: {SWITCHES} switchovers and a kill, {WRITERS} writers", flush=True)
    with scratch() as folder:
        failover = Failover(folder)
        try:
            violations = failover.run()
        finally:
            failover.end()
            if keep := os.environ.get("KEEP_LOG"):
                Path(keep).write_bytes((folder / "server.log").read_bytes())
    columns = ["responses", "503s", "429s", "no response", "500s"]
    print(f"{'':26}" + "".join(f"{name:>12}" for name in [*columns, "longest, s"]))
    for name, seen in failover.scores.seen.items():
        cells = [*(seen[column] for column in columns), f"{failover.longest_s.get(name, 0):.1f}"]
        print(f"{name:26}" + "".join(f"{cell:>12}" for cell in cells))
    found = ", ".join(f"{n} {name}" for name, n in failover.found.items())
    print(f"acknowledged, stored once: {found}")
    for words in violations[:20]:
        print(f"VIOLATION {words}")
    print(f"{len(violations)} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
