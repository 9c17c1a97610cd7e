"""The settings read the environment strictly."""

import os
import runpy
import secrets
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from purposeapp.web.postgresql.circuit_breaker import circuit_breaker

CHECKOUT = Path(__file__).parent.parent
pytestmark = pytest.mark.processes
PRODUCTION = {
    "APP_ENV": "production",
    "SECRET_KEY": "0123456789abcdef0123456789abcdef0123456789abcdef01",
    "ALLOWED_HOSTS": "purposes.example",
    "DATABASE_URL": "postgres://user:secret@db.example:5432/purposes",
    "EMAIL_URL": "smtp+tls://user:secret@mail.example:587",
    "PUBLIC_URL": "https://purposes.example",
}


def setting(expression: str, **environment: str) -> subprocess.CompletedProcess:
    """Print a setting as a new process reads it from this environment."""
    return subprocess.run(
        [sys.executable, "-c", f"from config import settings; print({expression})"],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def settings_of(**environment: str) -> dict[str, Any]:
    """Return the settings as a process with this environment reads them."""
    with patch.dict(os.environ, {"PATH": os.environ["PATH"], **environment}, clear=True):
        return runpy.run_path(str(CHECKOUT / "config" / "settings.py"))


def test_production_starts_with_all_that_it_needs():
    answer = setting(
        "settings.DEBUG, settings.SESSION_COOKIE_SECURE, settings.ALLOWED_HOSTS,"
        " settings.DATABASES['default']['NAME'], settings.ACCOUNT_EMAIL_VERIFICATION",
        **PRODUCTION,
    )
    assert answer.stdout == "False True ['purposes.example'] purposes mandatory\n", answer.stderr


def test_djangos_checks_for_deployment_find_nothing_in_production():
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=CHECKOUT,
        # As random as a real secret key.
        env={"PATH": os.environ["PATH"], **PRODUCTION, "SECRET_KEY": secrets.token_hex(32)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "missing", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "EMAIL_URL", "PUBLIC_URL"]
)
def test_production_refuses_to_start_without(missing):
    with pytest.raises(ImproperlyConfigured, match=f"  {missing}: "):
        settings_of(**(PRODUCTION | {missing: ""}))


def test_a_start_that_is_refused_says_why_last():
    answer = setting("1", **(PRODUCTION | {"DEBUG": "true"}))
    assert answer.returncode == 1
    assert "ImproperlyConfigured: DEBUG=true" in answer.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "true"),
        ("DEBUG", "yes"),
        ("APP_ENV", "prod"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", PRODUCTION["SECRET_KEY"][:49]),
        ("ALLOWED_HOSTS", "another.example"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "*.example"),
        ("ALLOWED_HOSTS", "purposes.example,https://purposes.example"),
        ("ALLOWED_HOSTS", "purposes.example:443"),
        ("ALLOWED_HOSTS", "purposes.example purposes.org"),
        ("ALLOWED_HOSTS", ","),
        ("EMAIL_FROM", "not an address"),
        ("EMAIL_FROM", "noreply@"),
        ("EMAIL_FROM", "'Five Purposes <noreply@purposes.example>'"),
        ("EMAIL_FROM", "Five, Purposes <noreply@purposes.example>"),
        ("EMAIL_FROM", "a@purposes.example, b@purposes.example"),
        ("CONTACT_EMAIL", "not an address"),
        ("CONTACT_EMAIL", "Five Purposes <help@purposes.example>"),
        ("PUBLIC_URL", "purposes.example"),
        ("PUBLIC_URL", "https://purposes.example/sub"),
        ("PUBLIC_URL", "https://purposes.example:abc"),
        ("PUBLIC_URL", "https://purposes.example:80000"),
        ("PUBLIC_URL", "https://user:pw@purposes.example"),
        ("PUBLIC_URL", "https://@purposes.example"),
        ("PUBLIC_URL", "https://purposes.example?x=1"),
        ("PUBLIC_URL", "https://purposes.example#"),
        ("PUBLIC_URL", "https://[::1"),
        ("LINKEDIN_SERVER_URL", "https://[::1"),
        ("DATABASE_URL", "sqlite:///db.sqlite3"),
        ("DATABASE_URL", "mysql://user@host/db"),
        ("DATABASE_URL", "garbage"),
        ("DATABASE_URL", "postgres://user:secret@host:5432"),
        ("DATABASE_URL", "postgres://user:secret@host:5432/"),
        ("DATABASE_URL", "postgres://user:secret@host:5432/db?foo=bar"),
        ("DATABASE_URL", "postgres://user:se/cret@host:5432/db"),
        ("EMAIL_URL", "pigeon://mail.example"),
        ("EMAIL_URL", "smtp://user:se/cret@mail.example"),
        ("PORT", "eighty"),
        ("PORT", "80000"),
        ("WEB_CONCURRENCY", "two"),
        ("WEB_CONCURRENCY", "0"),
        ("TRUSTED_PROXIES", "-1"),
        ("DISABLE_SERVER_SIDE_CURSORS", "yes"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_a_value_that_is_not_understood_stops_the_start_and_is_named(name, value):
    with pytest.raises(ImproperlyConfigured, match=name) as refused:
        settings_of(**(PRODUCTION | {name: value}))
    if name in ("DATABASE_URL", "EMAIL_URL"):
        said = str(refused.value)
        assert ("DATABASE_URL" in said) == (name == "DATABASE_URL")
        assert "'se'" not in said
        assert "\n" not in said


def run(*arguments: str, **environment: str) -> tuple[int, list[str]]:
    """Run Python with these arguments; return the exit status and the lines of stderr."""
    answer = subprocess.run(
        [sys.executable, *arguments],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"], **PRODUCTION, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.returncode, answer.stderr.splitlines()


LOUD = "LOG_LEVEL must be one of INFO, DEBUG, WARNING, ERROR, not 'LOUD'."


@pytest.mark.parametrize("command", ["runserver", "migrate", "check"])
def test_a_command_says_in_one_line_which_setting_is_wrong(command):
    assert run("manage.py", command, LOG_LEVEL="LOUD") == (1, [LOUD])


def test_a_database_url_that_is_garbage_is_not_repeated():
    status, [line] = run("manage.py", "migrate", DATABASE_URL="garbage-with-secrets")
    assert status == 1
    assert line == "DATABASE_URL must name a PostgreSQL, as postgres://…"


@pytest.mark.parametrize(
    "options",
    ["sslmode=require&sslrootcert=/ca.crt", "options=-c%20lock_timeout%3D5s", "assume_role=a"],
)
def test_the_options_of_the_database_are_those_of_libpq_and_of_django(options):
    url = f"{PRODUCTION['DATABASE_URL']}?{options}"
    database = settings_of(**PRODUCTION | {"DATABASE_URL": url})["DATABASES"]["default"]
    assert database["OPTIONS"].keys() > {each.split("=")[0] for each in options.split("&")}


@pytest.mark.parametrize("command", ["migrate", "tidy"])
def test_a_command_says_in_one_line_that_the_database_is_away(command):
    url = "postgres://user@127.0.0.1:1/nothing"
    status, [line] = run("manage.py", command, DATABASE_URL=url)
    assert status == 1
    assert line.startswith("The database can't be reached: connection failed:")


def test_gunicorn_ends_with_a_status_that_starting_again_does_not_mend():
    gunicorn = ["-m", "gunicorn", "-c", "config/gunicorn.conf.py"]
    count = "WEB_CONCURRENCY must be a whole number from 1 to 100, not '0'."
    assert run(*gunicorn, WEB_CONCURRENCY="0") == (4, [count])
    for name, value, said in (
        ("LOG_LEVEL", "LOUD", LOUD),
        ("PUBLIC_URL", "https://[::1", "PUBLIC_URL is not understood: Invalid IPv6 URL."),
        ("SENTRY_DSN", "nonsense", "SENTRY_DSN is not understood: Unsupported scheme ''."),
    ):
        wrong = {name: value}
        status, lines = run(*gunicorn, WEB_CONCURRENCY="1", PORT="0", **wrong)
        assert status == 4
        assert said in lines
        assert not any(line.startswith("Traceback") for line in lines)
    unit = (CHECKOUT / "deploy" / "five-purposes.service").read_text()
    assert "\nRestartPreventExitStatus=4\n" in unit


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://purposes.example", "purposes.example"),
        ("https://Purposes.example:8443", "other.example, PURPOSES.example"),
        ("https://www.purposes.example", ".purposes.example"),
        ("http://127.0.0.1:8000", "localhost,127.0.0.1"),
        ("http://[::1]:8000", "[::1]"),
    ],
)
def test_the_host_of_the_public_address_is_one_of_the_hosts(url, hosts):
    settings = settings_of(**PRODUCTION | {"PUBLIC_URL": url, "ALLOWED_HOSTS": hosts})
    assert settings["ALLOWED_HOSTS"] == [host.strip() for host in hosts.split(",")]


def test_a_laptop_may_answer_to_every_name():
    assert settings_of(ALLOWED_HOSTS="*")["ALLOWED_HOSTS"] == ["*"]
    assert settings_of(HOST="0.0.0.0")["ALLOWED_HOSTS"] == ["*"]


@pytest.mark.parametrize(
    "sender",
    [
        "noreply@purposes.example",
        "noreply@localhost",
        "Five Purposes <noreply@purposes.example>",
        "Fünf Zwecke <noreply@purposes.example>",
        "Purposes Inc. <noreply@purposes.example>",
        '"Five, Purposes" <noreply@purposes.example>',
    ],
)
def test_a_sender_is_an_address_with_a_name_or_without(sender):
    assert settings_of(**PRODUCTION | {"EMAIL_FROM": sender})["DEFAULT_FROM_EMAIL"] == sender


def test_a_contact_is_an_address():
    contact = {"CONTACT_EMAIL": "help@purposes.example"}
    assert settings_of(**PRODUCTION | contact)["CONTACT_EMAIL"] == "help@purposes.example"


def test_a_laptop_needs_nothing():
    settings = settings_of()
    assert settings["CONTACT_EMAIL"] is None
    assert settings["DEBUG"] is False
    assert settings["PUBLIC_URL"] == "http://127.0.0.1:8000"
    assert settings["SESSION_COOKIE_SECURE"] is False
    assert settings["ACCOUNT_EMAIL_VERIFICATION"] == "none"


@pytest.mark.parametrize(
    ("environment", "prefix"),
    [
        (PRODUCTION, "__Host-"),
        (PRODUCTION | {"PUBLIC_URL": "http://purposes.example"}, ""),
        ({}, ""),
    ],
)
def test_over_https_browsers_take_the_cookies_from_this_host_alone(environment, prefix):
    settings = settings_of(**environment)
    names = (settings["SESSION_COOKIE_NAME"], settings["CSRF_COOKIE_NAME"])
    assert names == (f"{prefix}sessionid", f"{prefix}csrftoken")
    assert "SESSION_COOKIE_DOMAIN" not in settings
    assert "SESSION_COOKIE_PATH" not in settings


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::1", "http://[::1]:8000"),
        ("192.0.2.7", "http://192.0.2.7:8000"),
    ],
)
def test_the_public_address_follows_the_host(host, url):
    assert settings_of(HOST=host)["PUBLIC_URL"] == url


@pytest.mark.parametrize(
    ("own", "ending"),
    [({}, "timeout=30s"), ({"options": "-c lock_timeout=5s"}, "timeout=30s -c lock_timeout=5s")],
    ids=["none", "some"],
)
def test_the_limits_of_requests_come_before_the_options_of_the_address(own, ending, monkeypatch):
    monkeypatch.setattr(circuit_breaker, "limit", lambda **limits: None)
    gunicorn = runpy.run_path(str(CHECKOUT / "config" / "gunicorn.conf.py"))
    with patch.dict(connections.settings["default"]["OPTIONS"], own) as options:
        gunicorn["post_worker_init"](worker=None)
        assert options["options"].startswith("-c lock_timeout=2s -c statement_timeout=10s -c ")
        assert options["options"].endswith(ending)
    assert "options" not in connections.settings["default"]["OPTIONS"]


@pytest.mark.parametrize(("said", "are_off"), [("", False), ("false", False), ("true", True)])
def test_cursors_of_the_server_are_off_where_a_pooler_asks_for_it(said, are_off):
    database = settings_of(DISABLE_SERVER_SIDE_CURSORS=said)["DATABASES"]["default"]
    assert database["DISABLE_SERVER_SIDE_CURSORS"] is are_off


DEATH_SIGNAL = """
import ctypes, os, runpy, types
hooks = runpy.run_path("config/gunicorn.conf.py")
hooks["post_fork"](types.SimpleNamespace(pid=os.getppid()), worker=None)
signal = ctypes.c_int()
ctypes.CDLL(None).prctl(2, ctypes.byref(signal))  # PR_GET_PDEATHSIG
print(signal.value)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")
def test_a_worker_stops_when_its_master_is_killed():
    done = subprocess.run(
        [sys.executable, "-c", DEATH_SIGNAL], cwd=CHECKOUT, capture_output=True, text=True
    )
    assert done.stdout == f"{signal.SIGTERM.value}\n", done.stderr


LINKEDIN = {"LINKEDIN_CLIENT_ID": "client", "LINKEDIN_CLIENT_SECRET": "secret"}


@pytest.mark.parametrize("alone", LINKEDIN)
def test_one_half_of_what_linkedin_needs_stops_the_start(alone):
    with pytest.raises(ImproperlyConfigured, match=" and ".join(LINKEDIN)):
        settings_of(**{alone: "x"})


@pytest.mark.parametrize(
    "address",
    ["http://www.linkedin.com/oauth", "www.linkedin.com", "ftp://localhost/", "https:///oauth"],
)
def test_a_secret_is_not_sent_over_plain_http(address):
    with pytest.raises(ImproperlyConfigured, match="LINKEDIN_SERVER_URL"):
        settings_of(**LINKEDIN, LINKEDIN_SERVER_URL=address)


@pytest.mark.parametrize(
    ("environment", "targets"),
    [
        ({}, ["'self'"]),
        ({"LINKEDIN_SERVER_URL": "https://www.linkedin.com/oauth"}, ["'self'"]),
        (LINKEDIN, ["'self'", "https://www.linkedin.com"]),
        (
            LINKEDIN | {"LINKEDIN_SERVER_URL": "http://127.0.0.1:9400/oauth"},
            ["'self'", "http://127.0.0.1:9400"],
        ),
    ],
)
def test_forms_lead_to_linkedin_only_where_it_is_on(environment, targets):
    policy = settings_of(**environment)["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    assert policy["form-action"] == targets


# --- Files beside the data ---


@pytest.fixture
def fresh_checkout():
    """A checkout in which nothing has run yet, with its own data folder."""
    with TemporaryDirectory() as folder:
        checkout = Path(folder)
        shutil.copytree(
            CHECKOUT / "config", checkout / "config", ignore=shutil.ignore_patterns("__pycache__")
        )
        shutil.copy(CHECKOUT / "manage.py", checkout)
        for name in ("purposeapp", "static", "templates"):
            (checkout / name).symlink_to(CHECKOUT / name)
        yield checkout
        shutil.rmtree(data_dir_of(checkout), ignore_errors=True)


def python_in(checkout: Path, *arguments: str) -> str:
    """Run Python in this checkout, without writing bytecode, and return its output."""
    done = subprocess.run(
        [sys.executable, "-B", *arguments],
        cwd=checkout,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def data_dir_of(checkout: Path) -> Path:
    code = "from config import local_postgres; print(local_postgres.data_dir())"
    return Path(python_in(checkout, "-c", code).strip())


def files_in(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())


def test_reading_the_settings_writes_nothing(fresh_checkout):
    before = sorted(fresh_checkout.rglob("*"))
    python_in(fresh_checkout, "-c", "from config import settings")
    assert sorted(fresh_checkout.rglob("*")) == before
    assert not data_dir_of(fresh_checkout).exists()


def test_a_check_makes_no_key_and_starts_no_server(fresh_checkout):
    """Only Django's file-based cache creates its empty folder; nothing else is created."""
    before = files_in(fresh_checkout)
    python_in(fresh_checkout, "manage.py", "check")
    assert files_in(fresh_checkout, data_dir_of(fresh_checkout)) == before


def test_the_secret_key_is_made_once_and_kept(fresh_checkout):
    read = ["-c", "from config import settings; print(settings.SECRET_KEY)"]
    make = ["-c", "from config import environment; environment.make_secret_key()"]
    assert python_in(fresh_checkout, *read) != python_in(fresh_checkout, *read)
    python_in(fresh_checkout, *make)
    first = python_in(fresh_checkout, *read)
    python_in(fresh_checkout, *make)
    assert python_in(fresh_checkout, *read) == first
    assert len(first) > 50
    (kept,) = data_dir_of(fresh_checkout).iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
