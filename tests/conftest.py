"""Fixtures for all tests: the real PostgreSQL, and fast settings where no test is about speed."""

import gc
import os
from importlib import import_module
from itertools import count

import hypothesis
import pytest

from config import local_postgres

if not os.environ.get("DATABASE_URL"):
    local_postgres.ensure_running()


# A busy machine may take longer for an example than Hypothesis allows.
hypothesis.settings.register_profile("untimed", hypothesis.settings.default, deadline=None)
hypothesis.settings.load_profile("untimed")

STARTS_PROCESSES = {"server", "running_provider", "fresh_checkout"}
"""Fixtures that start other programs, or whose tests do so."""


def pytest_collection_modifyitems(items):
    """Mark the tests that start processes of their own, which `make test-quick` leaves out."""
    for item in items:
        if STARTS_PROCESSES.intersection(getattr(item, "fixturenames", [])):
            item.add_marker("processes")


def pytest_collection_finish():
    """Exclude all imported objects from garbage collection, which saves a tenth of the CPU."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def _quick_settings(tmp_path_factory):
    """Use a cheap password hasher, and static files without hashed names: no collectstatic."""
    from django.test import override_settings

    with override_settings(
        STATIC_ROOT=tmp_path_factory.mktemp("static"),
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STORAGES={
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
    ):
        yield


@pytest.fixture(autouse=True, scope="session")
def _urls_of_a_laptop():
    """Import the URLs before any test changes the settings, on which allauth's URLs depend."""
    import_module("config.urls")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Restore the rows of the migrations by COPY, for transactional tests (serialized_rollback).

    Django reads them from JSON and saves them row by row, which takes longer than such a test.
    """
    from django.db import connection

    from tests.support.tables import copy_in, copy_out

    with django_db_blocker.unblock():
        rows = copy_out()
    connection.creation.deserialize_db_from_string = lambda _: copy_in(rows)


@pytest.fixture(autouse=True)
def _fresh_memory(settings):
    """Clear all in-process caches: pages are rendered anew and show changed tips at once."""
    from purposeapp.web import cache, fragments, published
    from purposeapp.web.latest_version import latest_version
    from purposeapp.web.page_cache import page_cache, room_page_cache

    settings.PUBLIC_PAGE_SECONDS = 0
    latest_version.clear()
    page_cache.clear()
    room_page_cache.clear()
    published.forget_published()
    fragments._render.cache_clear()
    cache._stored = count(1)  # so that no test hits the cull, which comes every hundred writes


@pytest.fixture
def warm(settings):
    """Return a function that warms the page cache, as in a worker that has served a page before."""
    from purposeapp.web.page_cache import page_cache

    def warm(client, path):
        settings.PUBLIC_PAGE_SECONDS = 60
        page_cache.clear()
        client.get(path)

    return warm


@pytest.fixture
def user(db):
    from tests.support.make import make_user

    return make_user()


@pytest.fixture
def owner(client, user):
    """A client that is signed in as `user`."""
    client.force_login(user)
    return client


@pytest.fixture
def stranger(db):
    """A client that is signed in as another user."""
    from django.test import Client

    from tests.support.make import make_user

    client = Client()
    client.force_login(make_user("stranger@example.org"))
    return client


@pytest.fixture
def with_mail_server():
    """Settings of a site with a mail server: a new email is confirmed by a code."""
    from django.test import override_settings

    with override_settings(
        ACCOUNT_EMAIL_VERIFICATION="mandatory", ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED=True
    ):
        yield


@pytest.fixture(scope="session")
def running_provider():
    from tests.support.provider import Provider

    provider = Provider()
    provider.start()
    yield provider
    provider.stop()


@pytest.fixture
def linkedin(running_provider, settings):
    """Switch LinkedIn on, with a local provider in its place."""
    settings.LINKEDIN_CLIENT_ID = "client"
    settings.LINKEDIN_CLIENT_SECRET = "secret"
    settings.LINKEDIN_SERVER_URL = running_provider.url
    settings.ROOT_URLCONF = "tests.support.urls_with_linkedin"
    return running_provider


@pytest.fixture
def provider(linkedin, settings):
    """Switch LinkedIn on, with email verification as on a site with a mail server."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
    return linkedin


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """The database template and static files shared by this process's servers.

    The static files are shared with the other xdist workers too.
    """
    from tests.support.server import Database, Prepared, Server

    base = tmp_path_factory.getbasetemp()
    static = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "static"
    with Database(f"five_purposes_migrated_{os.getpid()}") as database:
        Server(database, base, static).manage("migrate", "--verbosity", "0")
        yield Prepared(static, database.name)
