"""The scripts of compose.yaml, run by a plain shell, and the systemd units."""

import configparser
import os
import runpy
import shutil
import signal
import subprocess
import time

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
        "manage.py send_reminders",
        "manage.py send_mail",
        "manage.py end_rooms",
        "manage.py tidy",
        "manage.py refresh_community",
    ]


def test_before_their_hour_only_the_hourly_one_runs_and_a_failure_is_said(daily):
    process, _calls = daily(DAILY_HOUR="24", PYTHON_EXIT="1")
    assert process.stderr.readline() == "send_reminders failed\n"
    process.send_signal(signal.SIGTERM)
    assert process.communicate()[1] == ""
    assert process.returncode == 0


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
    """A function that runs deploy/backup.sh once, on the test database."""
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

    def run(**changes: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["sh", DEPLOY / "backup.sh", "once"],
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


def test_a_backup_that_fails_leaves_those_before_it(backup, tmp_path):
    old = tmp_path / "five-purposes-2026-01-01.dump"
    old.write_text("before")
    long_ago = time.time() - 99 * 86400
    os.utime(old, (long_ago, long_ago))
    failed = backup(PGDATABASE="nothing")
    assert failed.returncode == 1
    assert "backup failed" in failed.stderr
    assert list(tmp_path.iterdir()) == [old]


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
