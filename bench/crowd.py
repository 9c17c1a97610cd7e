"""Benchmark of one person's pages beside a million other people, relative to being alone.

`make bench` runs it. There are two scratch databases on one server: in one the person is alone, in
the other there are also ten million assessments of a million others, or as many as
BENCH_ASSESSMENTS says. A worker for each database requests the same pages in turns, and the median
ratio of adjacent rounds is printed: of the wall-clock time, and of the CPU of the worker and its
PostgreSQL process together, which the noise of a busy machine hardly affects. Both databases are
dropped afterwards.
"""

import os
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import psycopg

from bench.requests import ask, set_up
from tests.support.server import Database

ASSESSMENTS = int(os.environ.get("BENCH_ASSESSMENTS") or 10_000_000)
EACH = 10  # assessments of each other person
OWN = 500  # assessments of the person
ROUNDS, REQUESTS = 25, 12

# The person's own rows are scattered among those of the others, as in real life. The table has no
# indexes and no WAL while it is filled, since those take most of the time.
PEOPLE = """
INSERT INTO purposeapp_user (password, is_superuser, email, is_staff, is_active, date_joined)
SELECT '!', false, 'bench-' || n || '@example.org', false, true, now()
FROM generate_series(1, %(people)s) n
"""
FILL = """
INSERT INTO purposeapp_assessment (id, user_id, taken_at, recorded_at, note, submission,
  business_driven, community_spirit, learning_sponge, job_seeking, vanity_project)
SELECT gen_random_uuid(),
  CASE WHEN n %% %(own_every)s = 0 THEN %(person)s ELSE %(first)s + n * 7919 %% %(people)s END,
  taken, taken, CASE WHEN n %% 3 = 0 THEN 'Somebody asked me what I do here all day.' ELSE '' END,
  gen_random_uuid(), n %% 5, n %% 4, n %% 3, 1, 9 - n %% 5 - n %% 4 - n %% 3
FROM (SELECT n, now() - interval '5 years' + n * interval '5 years' / %(total)s AS taken
      FROM generate_series(1, %(total)s::bigint) n) each
"""


def fill(database: Database, others: int, each: int = EACH) -> None:
    """Fill a migrated database with assessments: OWN for the person, `others` for other people."""
    with database.connect() as connection:
        person = connection.execute("SELECT max(id) FROM purposeapp_user").fetchone()[0]
        total = others + OWN
        values = {
            "total": total,
            "own_every": total // OWN,
            "person": person,
            "first": person + 1,
            "people": max(1, others // each),
        }
        if others:
            connection.execute("SET maintenance_work_mem = '512MB'")
            connection.execute("ALTER TABLE purposeapp_assessment SET UNLOGGED")
            # The trigger counts an account's assessments for each row, and would do so unindexed.
            connection.execute("ALTER TABLE purposeapp_assessment DISABLE TRIGGER USER")
            connection.execute(PEOPLE, values)
        rebuild = strip(connection) if others else []
        connection.execute(FILL, values)
        for step in rebuild:
            connection.execute(step)
        connection.execute("ALTER TABLE purposeapp_assessment ENABLE TRIGGER USER")
        connection.execute("VACUUM ANALYZE")


def strip(connection: psycopg.Connection) -> list[str]:
    """Drop the indexes and keys of the assessments; return the statements that restore them."""
    table = "purposeapp_assessment"
    constraints = connection.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'f') ORDER BY contype DESC",
        [table],
    ).fetchall()
    rebuild = [f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {text}' for name, text in constraints]
    for name, _text in constraints:
        connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    indexes = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s", [table]
    ).fetchall()
    for name, _text in indexes:
        connection.execute(f'DROP INDEX "{name}"')
    return [text for _name, text in indexes] + rebuild


class Worker:
    """A process with the application on one of the databases, which sends requests on command."""

    def __init__(self, database: Database) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.crowd", "worker"],
            env=os.environ | {"DATABASE_URL": database.url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def tell(self, *words: str) -> list[str]:
        print(*words, file=self.process.stdin, flush=True)
        return self.process.stdout.readline().split()

    def round_of(self, path: str) -> tuple[float, float]:
        """Return the wall-clock and CPU seconds of a round of requests for a page."""
        wall, cpu = map(float, self.tell("ask", path))
        return wall, cpu

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_exception) -> None:
        self.process.stdin.close()
        self.process.wait()


def work() -> None:
    """Run the worker process: answer each command line on stdin with a line on stdout."""
    set_up()
    from django.core.handlers.wsgi import WSGIHandler
    from django.db import connection
    from django.test import Client

    from purposeapp.models import Assessment, User

    application = WSGIHandler()
    for line in sys.stdin:
        order, *words = line.split()
        if order == "person":
            User.objects.create_user("bench-0@example.org")
            print("made", flush=True)
        elif order == "pages":
            user = User.objects.get(email="bench-0@example.org")
            client = Client()
            client.force_login(user)
            cookie = f"sessionid={client.cookies['sessionid'].value}"
            latest = Assessment.objects.for_user(user).latest_first()[0]
            print(latest.get_absolute_url(), flush=True)
        elif order == "ask":
            connection.ensure_connection()
            backend = connection.connection.info.backend_pid
            started = time.perf_counter(), time.process_time(), cpu_of(backend)
            for _ in range(REQUESTS):
                status = ask(application, words[0], HTTP_COOKIE=cookie)
                assert status == 200, f"{words[0]} answered {status}"
            ended = time.perf_counter(), time.process_time(), cpu_of(backend)
            wall, own, postgres = (end - start for start, end in zip(started, ended, strict=True))
            print(wall, own + postgres, flush=True)


def cpu_of(process: int) -> float:
    """Return the CPU seconds of a process on this machine; 0 if it runs elsewhere."""
    file = Path(f"/proc/{process}/schedstat")
    return int(file.read_text().split()[0]) / 1e9 if file.exists() else 0.0


def main() -> None:
    collect = ["collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run([sys.executable, "manage.py", *collect], check=True)
    with ExitStack() as scratch:
        workers = []
        for name, others in (("alone", 0), ("crowd", ASSESSMENTS)):
            named = f"five_purposes_bench_{name}_{os.getpid()}"
            database = scratch.enter_context(Database(named))
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
                env=os.environ | {"DATABASE_URL": database.url},
                check=True,
            )
            worker = scratch.enter_context(Worker(database))
            worker.tell("person")
            started = time.monotonic()
            fill(database, others)
            if others:
                took = time.monotonic() - started
                print(
                    f"{others:,} assessments of {others // EACH:,} others stored in {took:.0f} s",
                    flush=True,
                )
            workers.append((worker, worker.tell("pages")[0]))
        print(f"Pages of a person with {OWN} assessments, as a multiple of their cost alone:")
        print(f"  {'':32} {'clock':>6}   {'CPU':>6}")
        for page in (
            "/history/",
            "an assessment",
            "/history/compare/",
            "/",
            "/history/export.json",
        ):
            compare(page, workers)


def compare(page: str, workers: list[tuple[Worker, str]]) -> None:
    """Print the cost of a page in the second database as a multiple of that in the first."""
    found: list[list[float]] = [[], []]
    paths = [latest if page == "an assessment" else page for _worker, latest in workers]
    for round_ in range(ROUNDS + 1):
        order = [0, 1] if round_ % 2 else [1, 0]
        costs = {number: workers[number][0].round_of(paths[number]) for number in order}
        if round_:  # the first round only warms up
            for ratios, alone, crowd in zip(found, costs[0], costs[1], strict=True):
                ratios.append(crowd / alone)
    wall, cpu = map(statistics.median, found)
    print(f"  {page:32} {wall:6.2f}   {cpu:6.2f}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["worker"]:
        work()
    else:
        main()
