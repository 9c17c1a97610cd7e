"""What the environment says is read strictly."""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.exceptions import ImproperlyConfigured

CHECKOUT = Path(__file__).parent.parent
PRODUCTION = {
    "APP_ENV": "production",
    "SECRET_KEY": "0123456789abcdef0123456789abcdef0123456789",
    "ALLOWED_HOSTS": "purposes.example",
    "DATABASE_URL": "postgres://user:secret@db.example:5432/purposes",
    "EMAIL_URL": "smtp+tls://user:secret@mail.example:587",
    "PUBLIC_URL": "https://purposes.example",
}


def setting(expression: str, **environment: str) -> subprocess.CompletedProcess:
    """Print a setting as a fresh process reads it from this environment."""
    return subprocess.run(
        [sys.executable, "-c", f"from config import settings; print({expression})"],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def settings_of(**environment: str) -> dict[str, Any]:
    """The settings as a process with this environment reads them."""
    with patch.dict(os.environ, {"PATH": os.environ["PATH"], **environment}, clear=True):
        return runpy.run_path(str(CHECKOUT / "config" / "settings.py"))


def test_production_starts_with_all_that_it_needs():
    answer = setting(
        "settings.DEBUG, settings.SESSION_COOKIE_SECURE, settings.ALLOWED_HOSTS,"
        " settings.DATABASES['default']['NAME'], settings.ACCOUNT_EMAIL_VERIFICATION",
        **PRODUCTION,
    )
    assert answer.stdout == "False True ['purposes.example'] purposes mandatory\n", answer.stderr


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
        ("PUBLIC_URL", "purposes.example"),
        ("PUBLIC_URL", "https://purposes.example/sub"),
        ("DATABASE_URL", "sqlite:///db.sqlite3"),
        ("DATABASE_URL", "mysql://user@host/db"),
        ("EMAIL_URL", "pigeon://mail.example"),
        ("PORT", "eighty"),
        ("TRUSTED_PROXIES", "-1"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_a_value_that_is_not_understood_stops_the_start_and_is_named(name, value):
    with pytest.raises(ImproperlyConfigured, match=name):
        settings_of(**(PRODUCTION | {name: value}))


def test_a_laptop_needs_nothing():
    settings = settings_of()
    assert settings["DEBUG"] is False
    assert settings["PUBLIC_URL"] == "http://127.0.0.1:8000"
    assert settings["SESSION_COOKIE_SECURE"] is False
    assert settings["ACCOUNT_EMAIL_VERIFICATION"] == "none"


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


def test_the_secret_key_is_made_once_and_kept():
    first, second = setting("settings.SECRET_KEY"), setting("settings.SECRET_KEY")
    assert first.stdout == second.stdout
    assert len(first.stdout) > 50
