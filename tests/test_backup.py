"""`manage.py backup` and `restore`: a whole dump or nothing, and never over existing data."""

import os
import shutil
import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from drill.backup import contents
from tests.support.server import Database, Server

pytestmark = pytest.mark.processes
ROWS = """
from purposeapp.models import User
from tests.support.make import make_assessment
from tests.support.rooms import make_room
user = User.objects.create_user("owner@example.org", "ten points")
make_assessment(user, note="é\\n…")
make_room(user, answers=1)
"""
ANSWERS = "the table purposeapp_roomanswer"


class Backed(Server):
    """A migrated database with rows of one user, and manage.py commands that run on it."""

    def refuses(self, *arguments: str) -> str:
        with pytest.raises(AssertionError) as refusal:
            self.manage(*arguments)
        return str(refusal.value)

    def contents(self) -> dict:
        with self.database.connect() as connection:
            return contents(connection)


@pytest.fixture
def empty():
    with Database(f"five_purposes_restored_{os.getpid()}") as database:
        yield database


@pytest.fixture(scope="module")
def site(tmp_path_factory, prepared):
    folder = tmp_path_factory.mktemp("backup")
    with Database(f"five_purposes_backup_{os.getpid()}", prepared.template) as database:
        site = Backed(database, folder, folder / "static")
        site.manage("shell", "--command", ROWS)
        yield site


@pytest.fixture(scope="module")
def first_dump(site, tmp_path_factory):
    """A dump that was made while a room had answers, which the site has no longer."""
    file = tmp_path_factory.mktemp("dump") / "a.dump"
    assert site.contents()[ANSWERS][0] == 2
    assert site.manage("backup", str(file)).startswith(f"{file} (")
    with site.database.connect() as connection:
        connection.execute("DELETE FROM purposeapp_roomanswer")
    return file


@pytest.fixture
def dump(first_dump, tmp_path):
    return Path(shutil.copy2(first_dump, tmp_path))


def test_a_dump_restores_every_row_and_rule_but_no_answers_in_rooms(site, first_dump, empty):
    assert stat.S_IMODE(first_dump.stat().st_mode) == 0o600
    restored = Backed(empty, first_dump.parent, first_dump.parent / "static")
    restored.manage("restore", str(first_dump))
    assert restored.contents() == site.contents()
    assert restored.contents()["the table purposeapp_assessment"][0] == 1
    assert restored.contents()["the table purposeapp_room"][0] == 1
    assert restored.contents()[ANSWERS][0] == 0


def test_what_is_there_is_replaced_only_when_told(site, dump):
    before = site.contents()
    assert "The database is not empty." in site.refuses("restore", str(dump))
    with site.database.connect() as connection:
        connection.execute("DELETE FROM purposeapp_assessment")
    site.manage("restore", str(dump), "--replace")
    assert site.contents() == before


def test_a_damaged_dump_changes_nothing(site, dump):
    before = site.contents()
    data = dump.read_bytes()
    dump.write_bytes(data[: len(data) * 2 // 3])
    assert "pg_restore failed" in site.refuses("restore", str(dump), "--replace")
    dump.write_bytes(b"no dump")
    assert "pg_restore failed" in site.refuses("restore", str(dump), "--replace")
    assert site.contents() == before


def test_tables_of_a_newer_version_are_not_left_beside_an_older_dump(site, dump):
    with site.database.connect() as connection:
        connection.execute("CREATE TABLE purposeapp_newer ()")
        said = site.refuses("restore", str(dump), "--replace")
        connection.execute("DROP TABLE purposeapp_newer")
    assert "tables that the dump does not know: purposeapp_newer." in said


def test_no_backup_is_written_over_another(dump):
    data = dump.read_bytes()
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", str(dump))
    assert dump.read_bytes() == data


def test_a_folder_that_cannot_be_written_is_a_line_that_says_what_to_do(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CommandError, match=r"Name a file that you may write: .* backup FILE\.$"):
        call_command("backup", str(tmp_path / "file" / "a.dump"))


def test_a_database_that_is_not_there_is_a_line_that_makes_it(dump, empty, tmp_path):
    restored = Backed(empty, tmp_path, tmp_path / "static")
    empty._execute("DROP DATABASE {}")
    said = restored.refuses("restore", str(dump))
    assert "Traceback" not in said
    (create,) = [line for line in said.splitlines() if line.startswith("CREATE DATABASE")]
    with empty.connect("postgres") as connection:
        connection.execute(create)
    restored.manage("restore", str(dump))


def test_a_dump_that_cannot_be_read_is_a_line_that_says_so(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CommandError, match=r"a\.dump that you may read\.$"):
        call_command("restore", str(tmp_path / "file" / "a.dump"))
