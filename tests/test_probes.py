import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from purposeapp.views import probes


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_all_is_well(client, db, path):
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Content-Length"] == str(len(response.content))
    assert not response.cookies


@pytest.fixture(autouse=True)
def unseen():
    """Let each test begin like a new process, which has not seen that all is migrated."""
    probes._migrated.clear()


def test_a_waiting_migration_is_not_ready_but_alive(client, db):
    newest = MigrationLoader(connection).graph.leaf_nodes("purposeapp")[0]
    MigrationRecorder(connection).record_unapplied(*newest)
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (
        503,
        b"not ready: migrations are waiting\n",
    )
    assert client.get("/healthz").status_code == 200


def test_migrations_are_compared_until_all_are_applied(client, db, django_assert_num_queries):
    client.get("/readyz")
    with django_assert_num_queries(1) as asked:
        assert client.get("/readyz").status_code == 200
    assert asked[0]["sql"] == "SELECT 1"


def test_without_a_database_the_process_is_alive_and_not_ready(client):
    """Without the db fixture, the request gets no database connection."""
    assert client.get("/healthz").status_code == 200


def test_a_database_that_does_not_answer_is_not_ready(client, db, monkeypatch):
    from django.db import OperationalError
    from django.db.migrations.executor import MigrationExecutor

    def fail(*args):
        raise OperationalError("no route")

    monkeypatch.setattr(MigrationExecutor, "__init__", fail)
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (
        503,
        b"not ready: the database does not answer\n",
    )
