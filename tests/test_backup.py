"""`manage.py backup` and `restore`: a whole dump or nothing, and never over existing data."""

import os
import stat

import pytest

from drill.backup import contents
from tests.support.server import Database, Server

pytestmark = pytest.mark.processes
PERSON = """
from purposeapp.models import User
from tests.support.make import make_assessment
make_assessment(User.objects.create_user("owner@example.org", "ten points"), note="é\\n…")
"""
ROOM = """
from purposeapp.models import User
from tests.support.rooms import make_room
make_room(User.objects.get(), answers=1)
"""


class Backed(Server):
    """A migrated database with one user, and manage.py commands that run on it."""

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
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("backup")
    with Database(f"five_purposes_backup_{os.getpid()}") as database:
        site = Backed(database, folder, folder / "static")
        site.manage("migrate", "--verbosity", "0")
        site.manage("shell", "--command", PERSON)
        yield site


@pytest.fixture
def dump(site, tmp_path):
    file = tmp_path / "a.dump"
    assert site.manage("backup", str(file)).startswith(f"{file} (")
    return file


def test_a_dump_restores_every_row_and_rule_into_an_empty_database(site, dump, empty):
    assert stat.S_IMODE(dump.stat().st_mode) == 0o600
    restored = Backed(empty, dump.parent, dump.parent / "static")
    restored.manage("restore", str(dump))
    assert restored.contents() == site.contents()
    assert restored.contents()["the table purposeapp_assessment"][0] == 1


def test_answers_in_rooms_are_in_no_dump(site, tmp_path, empty):
    site.manage("shell", "--command", ROOM)
    dump = tmp_path / "b.dump"
    site.manage("backup", str(dump))
    restored = Backed(empty, tmp_path, tmp_path / "static")
    restored.manage("restore", str(dump))
    found, was = restored.contents(), site.contents()
    assert found.pop("the table purposeapp_roomanswer")[0] == 0
    assert was.pop("the table purposeapp_roomanswer")[0] == 2
    assert found == was
    with site.database.connect() as connection:
        connection.execute("DELETE FROM purposeapp_roomanswer")


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


def test_no_backup_is_written_over_another(site, dump):
    data = dump.read_bytes()
    assert "is there already" in site.refuses("backup", str(dump))
    assert dump.read_bytes() == data


def test_a_folder_that_cannot_be_written_is_a_line_that_says_what_to_do(site, tmp_path):
    (tmp_path / "file").touch()
    said = site.refuses("backup", str(tmp_path / "file" / "a.dump")).strip()
    assert said.endswith("Name a file that you may write: manage.py backup FILE.")
    assert "Traceback" not in said


def test_a_database_that_is_not_there_is_a_line_that_makes_it(dump, empty, tmp_path):
    restored = Backed(empty, tmp_path, tmp_path / "static")
    empty._execute("DROP DATABASE {}")
    said = restored.refuses("restore", str(dump))
    assert "Traceback" not in said
    (create,) = [line for line in said.splitlines() if line.startswith("CREATE DATABASE")]
    with empty.connect("postgres") as connection:
        connection.execute(create)
    restored.manage("restore", str(dump))


def test_a_dump_that_cannot_be_read_is_a_line_that_says_so(site, tmp_path):
    (tmp_path / "file").touch()
    said = site.refuses("restore", str(tmp_path / "file" / "a.dump")).strip()
    assert said.endswith("a.dump that you may read.")
    assert "Traceback" not in said
