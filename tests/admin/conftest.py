"""Who is signed in to the admin, and a tip of the migrations."""

import pytest

from purposeapp.models import Tip
from tests.support.make import make_editor, make_superuser


@pytest.fixture
def editor(client, db):
    client.force_login(make_editor())
    return client


@pytest.fixture
def superuser(client, db):
    client.force_login(make_superuser())
    return client


@pytest.fixture
def tip(db):
    return Tip.objects.get(key="business-groups")
