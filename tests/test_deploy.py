"""The scripts of compose.yaml, run by a plain shell, and the systemd units."""

import configparser
import os
import re
import runpy
import shutil
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings
from django.db import connection

from config import local_postgres
from drill.cluster import Cluster, scratch
from tests.support.waiting import eventually

DEPLOY = settings.BASE_DIR / "deploy"

pytestmark = pytest.mark.processes


@pytest.fixture
def daily(tmp_path):
    """A function that starts deploy/daily.sh with a `python` that records its arguments."""
    calls = tmp_path / "calls"
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\necho "$*" >> {calls}\nexit "${{PYTHON_EXIT:-0}}"\n')
    python.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    started = []

    def start(**environment: str):
        process = subprocess.Popen(
            ["sh", DEPLOY / "daily.sh"],
            env={"PATH": path, **environment},
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process, lambda: calls.read_text().splitlines() if calls.exists() else []

    yield start
    for process in started:
        process.kill()


def test_the_daily_commands_run_after_their_hour(daily):
    process, calls = daily(DAILY_HOUR="0")
    eventually(lambda: len(calls()) == 5)
    process.send_signal(signal.SIGTERM)
    assert process.communicate()[1] == ""
    assert process.returncode == 0
    assert calls() == [
        "manage.py end_rooms",
        "manage.py send_reminders",
        "manage.py send_mail",
        "manage.py tidy",
        "manage.py refresh_community",
    ]


def test_before_their_hour_only_the_hourly_ones_run_and_a_failure_is_said(daily):
    process, calls = daily(DAILY_HOUR="24", PYTHON_EXIT="1")
    hourly = ["end_rooms", "send_reminders", "send_mail"]
    assert [process.stderr.readline() for _ in hourly] == [f"{name} failed\n" for name in hourly]
    process.send_signal(signal.SIGTERM)
    assert process.communicate()[1] == ""
    assert process.returncode == 0
    assert calls() == [f"manage.py {name}" for name in hourly]


def test_told_to_stop_a_command_hears_of_it(daily, tmp_path):
    python = tmp_path / "python"
    python.write_text(
        f"#!/bin/sh\ntrap 'touch {tmp_path}/finished; exit 0' TERM\n"
        f"touch {tmp_path}/began\nwhile :; do sleep 0.01; done\n"
    )
    process, _calls = daily()
    eventually((tmp_path / "began").exists)
    process.send_signal(signal.SIGTERM)
    process.communicate()
    assert (tmp_path / "finished").exists()


@pytest.fixture
def backup(db, tmp_path):
    """A function that runs deploy/backup.sh once, on the test database, or with another command."""
    database = connection.settings_dict
    software = local_postgres._package() / "pginstall" / "bin"
    environment = {
        "PATH": f"{software}:{os.environ['PATH']}",
        "PGHOST": database["HOST"],
        "PGPORT": str(database["PORT"]),
        "PGUSER": database["USER"],
        "PGPASSWORD": database["PASSWORD"],
        "PGDATABASE": database["NAME"],
        "BACKUP_DIRECTORY": str(tmp_path),
        "BACKUP_DAYS": "14",
    }

    def run(command: str = "once", **changes: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["sh", DEPLOY / "backup.sh", command],
            env={**environment, **changes},
            capture_output=True,
            text=True,
        )

    return run


def test_a_backup_is_whole_and_replaces_those_that_are_old(backup, tmp_path):
    old, recent, other = (
        tmp_path / name
        for name in ("five-purposes-2026-01-01.dump", "five-purposes-2026-01-02.dump", "mine")
    )
    for path in (old, recent, other):
        path.write_text("before")
    long_ago = time.time() - 16 * 86400
    os.utime(old, (long_ago, long_ago))
    os.utime(other, (long_ago, long_ago))
    done = backup()
    assert (done.returncode, done.stderr) == (0, "")
    (made,) = set(tmp_path.iterdir()) - {recent, other}
    assert made.read_bytes().startswith(b"PGDMP")
    assert made.stat().st_mode & 0o077 == 0


def test_a_backup_replaces_none_of_the_same_day(backup, tmp_path):
    today = datetime.now(UTC).date()
    for day in (today, today + timedelta(days=1)):  # midnight may pass meanwhile
        (tmp_path / f"five-purposes-{day}.dump").write_text("before")
    assert backup().returncode == 0
    (made,) = (path for path in tmp_path.iterdir() if path.read_bytes() != b"before")
    assert re.fullmatch(r"five-purposes-\d{4}-\d\d-\d\dT\d{6}\.dump", made.name)
    assert len(list(tmp_path.iterdir())) == 3


def test_a_backup_that_fails_leaves_those_before_it(backup, tmp_path):
    old = tmp_path / "five-purposes-2026-01-01.dump"
    old.write_text("before")
    long_ago = time.time() - 99 * 86400
    os.utime(old, (long_ago, long_ago))
    failed = backup(PGDATABASE="nothing")
    assert failed.returncode == 1
    assert "backup failed" in failed.stderr
    assert list(tmp_path.iterdir()) == [old]


@pytest.mark.parametrize(
    ("name", "hours", "status"),
    [
        ("five-purposes-2026-01-01T020000.dump", 25, 0),
        ("five-purposes-2026-01-01T020000.dump", 27, 1),
        ("five-purposes-2026-01-01T020000.dump.part", 0, 1),
        ("nothing.dump", 0, 1),
    ],
)
def test_a_check_of_the_backups_fails_without_a_dump_of_the_last_day(
    backup, tmp_path, name, hours, status
):
    file = tmp_path / name
    file.touch()
    then = time.time() - hours * 3600
    os.utime(file, (then, then))
    checked = backup("check")
    assert (checked.returncode, checked.stdout, checked.stderr) == (status, "", "")


def test_a_command_that_backups_do_not_know_shows_those_that_they_do(backup, tmp_path):
    refused = backup("now")
    assert (refused.returncode, refused.stdout, list(tmp_path.iterdir())) == (2, "", [])
    assert [line.split("  ")[0] for line in refused.stderr.splitlines()] == [
        "backup.sh",
        "backup.sh once",
        "backup.sh check",
    ]


def test_make_takes_the_name_of_a_dump_with_spaces_as_one(tmp_path):
    """A stand-in for Python prints its arguments, one a line."""
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    python.chmod(0o755)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "local.txt").touch()
    (tmp_path / ".venv" / "local").touch()

    def make(*arguments: str) -> list[str]:
        command = ["make", "-s", "-f", DEPLOY.parent / "Makefile", *arguments]
        environment = {"PATH": os.environ["PATH"]}
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        return done.stdout.splitlines()

    assert make("backup", "FILE=a b") == ["manage.py", "backup", "a b"]
    assert make("backup") == ["manage.py", "backup"]
    assert make("restore", "FILE=a b", "REPLACE=yes") == [
        "manage.py",
        "restore",
        "a b",
        "--replace",
    ]


def make_run(folder: Path, **options) -> tuple[int, str]:
    """Run `make run` in a copy of the folder's top level; return the exit status and stdout."""
    (folder / "requirements").mkdir()
    (folder / "requirements" / "local.txt").touch()
    shutil.copy(DEPLOY.parent / "Makefile", folder)
    folder.chmod(options.pop("mode", 0o755))
    command = ["make", "-s", "run"]
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, **options
    )
    return done.returncode, done.stdout.strip()


def test_a_first_start_in_a_folder_that_is_read_only_says_so():
    nobody = {"user": 65534} if os.geteuid() == 0 else {}  # root can write anywhere
    with TemporaryDirectory() as folder:
        said = make_run(Path(folder), mode=0o555, **nobody)
        Path(folder).chmod(0o755)
    assert said == (2, f"You can't write to this folder: {folder}")


def test_a_first_start_deletes_no_environment_that_was_there(tmp_path):
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "mine").touch()
    status, said = make_run(tmp_path)
    assert (status, said.partition(".")[0]) == (2, "There is no Python in ")
    assert said.endswith("Delete the folder .venv and try again.")
    assert [each.name for each in (tmp_path / ".venv").iterdir()] == ["mine"]


@pytest.fixture(params=["curl", "wget"])
def pinging(request, tmp_path):
    """The PATH of a machine that has only this program to make requests, and its recorded calls."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("date", "find", "mv", "rm", "sh", "wc"):
        (programs / name).symlink_to(shutil.which(name))
    calls = tmp_path / "calls"
    (programs / request.param).write_text(f'#!/bin/sh\necho "$*" >> {calls}\nexit "$STATUS"\n')
    (programs / request.param).chmod(0o755)
    software = local_postgres._package() / "pginstall" / "bin"
    return f"{software}:{programs}", lambda: calls.read_text() if calls.exists() else ""


def test_a_watcher_hears_of_each_backup_and_of_no_failure(backup, pinging):
    path, calls = pinging
    watched = {"PATH": path, "BACKUP_PING_URL": "https://watch.example/a-key", "STATUS": "0"}
    assert backup(**watched, PGDATABASE="nothing").returncode == 1
    assert calls() == ""
    done = backup(**watched)
    assert (done.returncode, done.stderr) == (0, "")
    assert calls().endswith(" https://watch.example/a-key\n")
    assert calls().count("\n") == 1


def test_a_watcher_that_is_away_is_said_and_the_backup_is_kept(backup, pinging, tmp_path):
    path, _calls = pinging
    done = backup(PATH=path, BACKUP_PING_URL="https://watch.example/a-key", STATUS="22")
    assert (done.returncode, done.stderr) == (0, "backup: BACKUP_PING_URL does not answer\n")
    assert len(list(tmp_path.glob("*.dump"))) == 1


@pytest.fixture
def nightly(tmp_path):
    """A function that starts the nightly backups with a `pg_dump` and a `sleep` of the test's."""
    programs, dumps = tmp_path / "programs", tmp_path / "dumps"
    programs.mkdir()
    dumps.mkdir()
    scripts = {
        "pg_dump": 'while [ "$1" != --file ]; do shift; done\ntouch "$2"\n$IN_PG_DUMP\n',
        "pg_restore": "exit 0\n",
        "sleep": f"touch {tmp_path}/asleep\nexec {shutil.which('sleep')} 99\n",
    }
    for name, script in scripts.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}")
        (programs / name).chmod(0o755)
    started = []

    def start(**environment: str) -> subprocess.Popen:
        path = f"{programs}:{os.environ['PATH']}"
        process = subprocess.Popen(
            ["sh", DEPLOY / "backup.sh"],
            env={"PATH": path, "BACKUP_DIRECTORY": str(dumps), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start, dumps, tmp_path / "asleep"
    for process in started:
        process.kill()


def test_nightly_backups_begin_with_one_of_today_unless_there_is_one(nightly):
    start, dumps, asleep = nightly
    for _ in range(2):
        process = start()
        eventually(asleep.exists)
        process.send_signal(signal.SIGTERM)
        assert process.communicate()[1] == ""
        assert process.returncode == 0
        made = list(dumps.iterdir())
        assert len(made) == 1
        asleep.unlink()


def test_a_backup_that_is_told_to_stop_leaves_no_part_of_a_dump(nightly):
    start, dumps, asleep = nightly
    process = start(IN_PG_DUMP="exec sleep")
    eventually(asleep.exists)
    assert [path.suffix for path in dumps.iterdir()] == [".part"]
    process.send_signal(signal.SIGTERM)
    process.communicate()
    assert list(dumps.iterdir()) == []


def test_the_role_of_the_site_owns_its_database_and_nothing_more(tmp_path):
    with scratch() as folder:
        cluster = Cluster(folder / "postgres")
        cluster.run("initdb", "-D", cluster.data, "-A", "trust", "-U", "postgres", "-E", "UTF8")
        cluster.start()
        try:
            made = subprocess.run(
                ["sh", DEPLOY / "role.sh"],
                env={
                    "PATH": f"{cluster.bin}:{os.environ['PATH']}",
                    "PGHOST": "127.0.0.1",
                    "PGPORT": str(cluster.port),
                    "POSTGRES_PASSWORD": "it's",
                },
                capture_output=True,
                text=True,
            )
            assert (made.returncode, made.stdout, made.stderr) == (0, "", "")
            with cluster.connect("postgres") as connection:
                roles = connection.execute(
                    "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolpassword IS NULL"
                    " FROM pg_authid WHERE rolcanlogin ORDER BY rolname"
                ).fetchall()
                (owner,) = connection.execute(
                    "SELECT datdba::regrole::text FROM pg_database WHERE datname = 'five_purposes'"
                ).fetchone()
            assert roles == [
                ("five_purposes", False, False, False, False),
                ("postgres", True, True, True, True),
            ]
            assert owner == "five_purposes"
        finally:
            cluster.stop()


def test_a_command_by_hand_gets_the_variables_of_the_service(tmp_path):
    for folder in ("deploy", ".venv/bin"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(DEPLOY / "manage.sh", tmp_path / "deploy")
    python = tmp_path / ".venv/bin/python"
    python.write_text('#!/bin/sh\nprintf "%s\n" "$EMAIL_FROM" "$DATABASE_URL" "$@"\n')
    python.chmod(0o755)
    variables = tmp_path / "variables"
    variables.write_text(
        "# A comment\nEMAIL_FROM='Five Purposes <noreply@purposes.example>'\n"
        "DATABASE_URL='postgres://user:p%40$x@host/name?a=b&c=d'\n"
    )
    done = subprocess.run(
        ["sh", tmp_path / "deploy/manage.sh", "backup", "a file"],
        env={"PATH": os.environ["PATH"], "ENVIRONMENT_FILE": str(variables)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    sender, database, manage, *arguments = done.stdout.splitlines()
    assert sender == "Five Purposes <noreply@purposes.example>"
    assert database == "postgres://user:p%40$x@host/name?a=b&c=d"
    assert (tmp_path / "deploy" / manage).resolve() == tmp_path / "manage.py"
    assert arguments == ["backup", "a file"]


def services() -> dict[str, str]:
    """Return the services of compose.yaml, as their lines."""
    text = (settings.BASE_DIR / "compose.yaml").read_text()
    there = text.partition("\nservices:\n")[2].partition("\nvolumes:\n")[0]
    _, *parts = re.split(r"^  (\w+):\n", there, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_the_logs_of_every_service_are_rotated():
    text = (settings.BASE_DIR / "compose.yaml").read_text()
    assert "x-logging: &logging\n  driver: local\n" in text
    app = text.partition("\nx-app: &app\n")[2].partition("\nservices:\n")[0]
    assert "\n  logging: *logging\n" in app
    without = [
        name
        for name, lines in services().items()
        if "    logging: *logging\n" not in lines and "    <<: *app\n" not in lines
    ]
    assert set(services()) == {"proxy", "db", "migrate", "web", "daily", "backup"}
    assert without == []


UNITS = sorted(DEPLOY.glob("*.service"))


def unit(path) -> dict[str, str]:
    """Return the [Service] section of a unit; of a repeated key, the last value."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(path)
    return dict(parser["Service"])


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_each_unit_starts_a_file_that_is_there_and_is_no_root(path):
    service = unit(path)
    assert service["User"] in ("five-purposes", "postgres")
    names = [word for word in service["ExecStart"].split() if word.endswith((".sh", ".py"))]
    (name,) = names
    assert (settings.BASE_DIR / name.removeprefix("/srv/five-purposes/")).is_file()


def test_the_unit_of_the_site_lets_requests_finish_before_it_kills():
    gunicorn = runpy.run_path(str(settings.BASE_DIR / "config" / "gunicorn.conf.py"))
    assert (
        int(unit(DEPLOY / "five-purposes.service")["TimeoutStopSec"])
        > (gunicorn["graceful_timeout"])
    )


def test_the_code_is_compiled_ahead_also_without_a_container():
    """Otherwise each start compiles it, since the site can't write beside it."""
    compiles = "python -m compileall -q config purposeapp"
    for name in ("Dockerfile", "docs/deploy.md", "docs/operate.md"):
        assert compiles in (settings.BASE_DIR / name).read_text()
