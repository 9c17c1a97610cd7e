"""`manage.py migrate` doesn't block the site while it waits for a lock."""

import io
from contextlib import closing

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.core.management.commands import migrate as djangos
from django.db import connection, transaction

from purposeapp.management.commands import migrate


@pytest.fixture
def reader(db, monkeypatch):
    """A long reader, such as pg_dump, of a table that the migration alters."""

    def alter(*args, **options):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '5s'")
            cursor.execute("LOCK TABLE purposeapp_tip IN ACCESS EXCLUSIVE MODE")

    monkeypatch.setattr(djangos.Command, "handle", alter)
    with closing(psycopg.connect(**connection.get_connection_params())) as reader:
        reader.execute("SELECT FROM purposeapp_tip")
        yield reader


def lock_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return cursor.fetchone()[0]


def test_migrate_tries_again_until_a_long_reader_has_ended(reader, monkeypatch):
    pauses, before, out = [], lock_timeout(), io.StringIO()

    def pause(seconds):
        pauses.append(seconds)
        if len(pauses) == 2:
            reader.rollback()

    monkeypatch.setattr(migrate.time, "sleep", pause)
    call_command("migrate", stdout=out)
    said = "\nA table is locked, perhaps by a backup: trying again in 9 s.\n"
    assert (pauses, out.getvalue()) == ([9, 9], said * 2)
    assert lock_timeout() == before


def test_migrate_gives_up_some_time(reader, monkeypatch):
    monkeypatch.setattr(migrate, "TRIES", 2)
    monkeypatch.setattr(migrate, "PAUSE_S", 0)
    with pytest.raises(CommandError, match="A table is still locked"):
        call_command("migrate", stdout=io.StringIO())
