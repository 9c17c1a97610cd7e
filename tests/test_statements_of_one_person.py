"""Every SQL statement on personal tables filters by `user_id`, the shard key of docs/scale.md.

So these tables can be distributed by `user_id`, each statement goes to one node, and no row is
read or changed by its primary key alone, whoever owns it. Each test runs twice: on the tables as
migrated, and as changed by deploy/rekey.sql.
"""

import re
import uuid
from io import StringIO

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from purposeapp.forms import TickForm
from purposeapp.models import Assessment, Goal, Reminder, Tick, Tip
from tests.support.make import (
    NOON,
    PASSWORD,
    make_assessment,
    make_goal,
    make_reminder,
    points,
    prove,
    prove_address,
    sheet,
)

REKEY = settings.BASE_DIR / "deploy" / "rekey.sql"
OF_A_PERSON = [model._meta.db_table for model in (Assessment, Goal, Tick, Reminder)]
TABLE = re.compile(r'"(?:{})"'.format("|".join(OF_A_PERSON)))
NAMES_THE_PERSON = re.compile(r'"user_id" (= \d+|IN \(\d+\))')


def does_not_name_the_person(statement: str) -> bool:
    if not TABLE.search(statement):
        return False
    if statement.startswith("INSERT"):
        return '"user_id"' not in statement
    _, _, condition = statement.partition(" WHERE ")
    return not NAMES_THE_PERSON.search(condition)


@pytest.fixture(params=["as migrated", "rekeyed"], autouse=True)
def tables(request, db):
    if request.param == "rekeyed":
        with connection.cursor() as cursor:
            cursor.execute(REKEY.read_text())


@pytest.fixture
def addresses(user):
    """Create an object of each kind, and return the URLs of their pages."""
    prove_address(user)
    first = make_assessment(user, taken_at=NOON, taken_on=NOON.date())
    last = make_assessment(user, "2-2-2-2-2")
    goal = make_goal(user)
    make_goal(user, "1-1-1-1-6", set_at=NOON, ended_at=NOON)
    make_reminder(user, due_on=NOON.date())
    tip = Tip.objects.published().first()
    Tick.objects.record(user=user, tip=tip, verdict=Tick.Verdict.DONE)
    return {"first": first.pk, "last": last.pk, "goal": goal.pk, "tip": tip.pk}


PAGES = [
    "/",
    "/?start=6-2-2-0-0",
    "/try/",
    "/try/6-2-2-0-0/",
    "/keep/6-2-2-0-0/",
    "/goal/",
    "/history/",
    "/history/add/",
    "/history/compare/",
    "/history/compare/?a={first}&b={last}",
    "/history/export.json",
    "/history/export.csv",
    "/history/import/",
    "/history/{first}/",
    "/history/{last}/",
    "/history/{first}/day/",
    "/history/{first}/delete/",
    "/talks/",
    "/tips/",
    "/rooms/",
    "/reminders/",
    "/reminders/five-purposes.ics",
    "/settings/",
    "/accounts/delete/",
]

POSTS = [
    ("/", points("5-5-0-0-0", submission=str(uuid.uuid4()))),
    ("/keep/6-2-2-0-0/", {}),
    ("/goal/", points("5-5-0-0-0")),
    ("/goal/end/", {"goal": "{goal}"}),
    ("/history/add/", sheet()),
    ("/history/{last}/", {"note": "mended"}),
    ("/history/{first}/day/", {"taken_on": "2026-02-01"}),
    ("/history/{last}/event/", {"event": "new_job"}),
    ("/history/{last}/remind/", {}),
    ("/history/{last}/delete/", {}),
    ("/tips/{tip}/tick/", {"verdict": "not_for_me"}),
    ("/tips/{tip}/tick/", {"verdict": TickForm.UNDO}),
    ("/tips/side/", {"side": "candidate"}),
    ("/reminders/", {"rhythm": "every_3_months"}),
    ("/reminders/", {"rhythm": "off"}),
    ("/reminders/changed/", {}),
    ("/settings/time-zone/", {"time_zone": "Europe/Zurich"}),
    ("/talks/", {"name": "Kim"}),
    ("/rooms/", {"title": "Team"}),
]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_names_its_person_in_each_statement(owner, addresses, path):
    with CaptureQueriesContext(connection) as queries:
        answer = owner.get(path.format(**addresses))
        _read_whole(answer)
    assert answer.status_code == 200
    assert [each["sql"] for each in queries if does_not_name_the_person(each["sql"])] == []


@pytest.mark.parametrize(("path", "form"), POSTS)
def test_a_form_names_its_person_in_each_statement(owner, addresses, path, form):
    form = {name: str(value).format(**addresses) for name, value in form.items()}
    with CaptureQueriesContext(connection) as queries:
        answer = owner.post(path.format(**addresses), form)
    assert answer.status_code == (303 if path in ("/talks/", "/rooms/") else 302)
    assert [each["sql"] for each in queries if does_not_name_the_person(each["sql"])] == []


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_an_import_names_its_person_in_each_statement(owner, addresses, kind):
    exported = _read_whole(owner.get(f"/history/export.{kind}"))
    Assessment.objects.all().delete()
    upload = SimpleUploadedFile(f"export.{kind}", exported)
    with CaptureQueriesContext(connection) as queries:
        answer = owner.post("/history/import/", {"file": upload})
    assert answer.status_code == 302
    assert Assessment.objects.count() == 2
    assert [each["sql"] for each in queries if does_not_name_the_person(each["sql"])] == []


def test_deleting_an_account_names_it_in_each_statement(owner, addresses):
    prove(owner)
    with CaptureQueriesContext(connection) as queries:
        owner.post("/accounts/delete/", {"password": PASSWORD})
    assert not Assessment.objects.exists()
    assert [each["sql"] for each in queries if does_not_name_the_person(each["sql"])] == []


def test_what_a_person_owns_is_known_by_them_and_its_id(request, tables):
    with connection.cursor() as cursor:
        keys = {
            table: connection.introspection.get_primary_key_columns(cursor, table)
            for table in OF_A_PERSON[:3]
        }
    rekeyed = "rekeyed" in request.node.name
    assert set(map(tuple, keys.values())) == {("user_id", "id") if rekeyed else ("id",)}


@pytest.mark.parametrize("tables", ["as migrated"], indirect=True)
def test_a_superuser_can_rekey_the_tables_of_another_role():
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE owner_of_tables")
        for table in [*OF_A_PERSON, "purposeapp_tip"]:
            cursor.execute(f"ALTER TABLE {table} OWNER TO owner_of_tables")
        cursor.execute(REKEY.read_text())
        cursor.execute(
            "SELECT sequencename, sequenceowner FROM pg_sequences"
            " WHERE sequencename LIKE '%_number' ORDER BY 1"
        )
        assert cursor.fetchall() == [
            (f"purposeapp_{name}_number", "owner_of_tables") for name in ("goal", "tick", "tip")
        ]


def test_sending_reminders_locks_one_person_at_a_time(user):
    prove_address(user)
    make_assessment(user, taken_at=NOON)
    make_reminder(user, due_on=NOON.date())
    with CaptureQueriesContext(connection) as queries:
        call_command("send_reminders", stdout=StringIO())
    assert len(mail.outbox) == 1
    wide = [each["sql"] for each in queries if does_not_name_the_person(each["sql"])]
    assert [statement.partition(" WHERE ")[0] for statement in wide] == [
        'SELECT "purposeapp_reminder"."due_on" AS "due_on", '
        '"purposeapp_reminder"."user_id" AS "user_id" FROM "purposeapp_reminder"'
    ] * 2
    joined = [each["sql"] for each in queries if len(set(TABLE.findall(each["sql"]))) == 1]
    assert [statement for statement in joined if '"purposeapp_user"' in statement] == []


def test_a_statement_by_primary_key_alone_is_found(owner, addresses):
    with CaptureQueriesContext(connection) as queries:
        Assessment.objects.get(pk=addresses["first"])
        Goal.objects.update(wanted_by=None)
    assert [does_not_name_the_person(each["sql"]) for each in queries] == [True, True]


def _read_whole(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content
