"""The guest of a talk, a site with a mail server, and limits that start anew."""

import pytest
from django.core.cache import cache
from django.test import Client


@pytest.fixture(autouse=True)
def _fresh_limits(db):
    cache.clear()


@pytest.fixture
def guest(db) -> Client:
    """An anonymous client."""
    return Client()


@pytest.fixture
def mails(settings):
    """Settings of a site with a mail server."""
    settings.EMAIL_URL = "smtp://localhost:25"
